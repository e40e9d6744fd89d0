"""Moves in words."""

from .reading import Reading
from .state import Names
from .types import Move, MoveKind


def describe(move: Move, names: Names) -> str:
    """One move in words, e.g. ``white pawn: E2 → E4``."""
    who = names.who(move.player, move.color, move.type)
    if move.kind is MoveKind.PLACE:
        return f"{who} placed on {move.to_space}"
    if move.kind is MoveKind.REMOVE:
        return f"{who} removed from {move.from_space}"
    if move.kind is MoveKind.CAPTURE and move.from_space is None:
        return f"{who} replaces the piece on {move.to_space}"
    arrow = "×" if move.kind is MoveKind.CAPTURE else "→"
    return f"{who}: {move.from_space} {arrow} {move.to_space}"


def summarise(reading: Reading, names: Names) -> str:
    """The whole reading in one sentence."""
    if not reading.moves:
        return "Nothing changed"
    text = "; ".join(describe(m, names) for m in reading.moves)
    return text[0].upper() + text[1:]
