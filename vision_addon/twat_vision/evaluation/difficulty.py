"""What is difficult about a step: as the sequence says, else as far as its truth and notes tell."""

import math
import re

from .dataset import Sequence, Step

EASY = "easy"
"""What a step is called that nothing is known to be difficult about."""

MOVED = 0.003
"""Mean shift of the corners, in diagonals of the board, from which camera or board have moved."""

_NOTED = {
    "bump": r"\b(shift|shifted|moved slightly|viewpoint|bump|knock)",
    "light": r"\b(light|lamp|white balance|exposure|bright|dark|dim|mild|sun|glare)",
    "shadow": r"\bshad(ow|e)",
    "nudge": r"\b(nudge|pushed|adjust)",
}


def difficulties(sequence: Sequence, step: Step) -> tuple[str, ...]:
    """Names of a step's difficulties, ``("easy",)`` without any.

    Sequences that give no tags are judged by what their truth does say: a hand by the kind of the step, a bump by the corners
    of the two photos, tall pieces by a start position of chess, and the rest by the step's notes.
    """
    if step.tags is not None:
        return step.tags or (EASY,)
    found = ["hand"] if step.kind == "occluded" else []
    found += [name for name, words in _NOTED.items() if re.search(words, step.notes, re.IGNORECASE)]
    if "bump" not in found and _bumped(sequence, step):
        found.append("bump")
    if any(piece.piece == "k" for piece in (sequence.start or {}).values()):
        found.append("tall pieces")
    return tuple(found) or (EASY,)


def _bumped(sequence: Sequence, step: Step) -> bool:
    before, after = sequence.corners.get(step.before), sequence.corners.get(step.after)
    if before is None or after is None:
        return False
    diagonal = math.dist(before[0], before[2])
    return sum(math.dist(a, b) for a, b in zip(before, after, strict=True)) / 4 > MOVED * diagonal
