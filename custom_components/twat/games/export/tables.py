"""The log and the scores as CSV (RFC 4180, UTF-8 with a byte order mark for spreadsheets)."""

from collections.abc import Iterable, Sequence
import csv
from io import StringIO

from .story import Story


def write_log(story: Story) -> str:
    """Return the log, one row a change, in a fixed order of columns whatever the language."""
    rows = [
        [
            entry.number,
            entry.state.created_at.isoformat(),
            entry.state.round,
            entry.state.turn,
            entry.state.phase,
            entry.player.name if entry.player is not None else "",
            line,
            entry.state.source.value,
            "" if entry.capture is None else entry.capture.sequence,
            int(entry.played),
            int(entry.bookmark),
            entry.note or "",
        ]
        for entry in story.entries
        for line in entry.lines
    ]
    header = [
        *("entry", "time", "round", "turn", "phase", "player", "change"),
        *("source", "capture", "played", "bookmark", "note"),
    ]
    return _csv([header, *rows])


def write_scores(story: Story) -> str:
    """Return the scores, one row a round and one column a player."""
    players = story.game.players
    rows = [[row.round, *(row.scores[p.position] for p in players)] for row in story.scores]
    return _csv([["round", *(player.name for player in players)], *rows])


def _csv(rows: Iterable[Sequence[object]]) -> str:
    target = StringIO(newline="")
    csv.writer(target).writerows([[_safe(cell) for cell in row] for row in rows])
    return "\ufeff" + target.getvalue()


def _safe(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return cell
