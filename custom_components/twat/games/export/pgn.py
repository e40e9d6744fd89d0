"""A game of chess as PGN.

Source: S. J. Edwards, "Portable Game Notation Specification and Implementation Guide" (1994),
sections 8.1 (tag pairs) and 8.2 (movetext).
"""

from collections import Counter
from itertools import pairwise
import re
import textwrap
from typing import Final

from ..errors import GameError
from ..model import GameStatus
from ..profile import Notation
from ..shorthand import shorthand
from .story import Story

_WIDTH: Final = 79
# What `shorthand` writes of a move that chess does not know.
_COORDINATES: Final = re.compile(r"[+-]|[A-H][1-8][-x]")


def write_pgn(story: Story) -> str:
    """Return the played line in PGN's export format, with the seven tags every game has.

    From a position other than the usual one, or after a move that chess does not know, PGN could
    not be read; then the game has none.

    Raises:
        GameError: ``no_pgn``.
    """
    if story.profile.notation is not Notation.SAN or not _starts_as_usual(story):
        raise GameError("no_pgn", game_type=story.profile.name)
    moves: list[str] = []
    for number, (before, after) in enumerate(pairwise(story.line)):
        if not after.detected_changes:
            continue
        texts = shorthand(story.profile, story.game, before, after, story.line[:number])
        moves.extend(texts)
        if any(map(_COORDINATES.match, texts)):
            raise GameError("no_pgn", game_type=story.profile.name)
    result = _result(story)
    white, black = _names(story)
    tags = {
        "Event": story.game.name,
        "Site": "?",
        "Date": f"{story.game.created_at:%Y.%m.%d}",
        "Round": "-",
        "White": white,
        "Black": black,
        "Result": result,
    }
    header = "".join(f'[{tag} "{_quoted(value)}"]\n' for tag, value in tags.items())
    numbered = [
        f"{index // 2 + 1}. {move}" if index % 2 == 0 else move for index, move in enumerate(moves)
    ]
    text = textwrap.wrap(
        " ".join([*numbered, result]), _WIDTH, break_long_words=False, break_on_hyphens=False
    )
    return f"{header}\n{'\n'.join(text)}\n"


def _starts_as_usual(story: Story) -> bool:
    usual = Counter(
        (start.type, space) for start in story.profile.start_pieces or () for space in start.spaces
    )
    return usual == Counter((piece.type, piece.space) for piece in story.line[0].board.pieces)


def _names(story: Story) -> tuple[str, str]:
    first = story.line[0].active_player
    order = sorted(story.game.players, key=lambda player: player.position != first)
    return order[0].name, order[1].name


def _result(story: Story) -> str:
    """Return the game termination marker: white's and black's points, ``*`` while undecided."""
    if story.archive.result is None or story.game.status is not GameStatus.COMPLETED:
        return "*"
    white, black = _names(story)
    won = {player.name for player in story.archive.result.players if player.won}
    if (white in won) == (black in won):
        return "1/2-1/2"
    return "1-0" if white in won else "0-1"


def _quoted(text: str) -> str:
    """Return a tag's value: one line, with backslashes before quotes and backslashes."""
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
