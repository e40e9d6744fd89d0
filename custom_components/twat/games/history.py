"""Moving about in a game's story: a tree of states of which one line is played.

The line that is played leads from the beginning through the head to the *tip*. Undoing moves the
head towards the beginning, redoing towards the tip; going to a state of another line makes that
line the one that is played. A state accepted in the middle of the line begins a new line, and the
rest of the old one stays in the tree, abandoned, to be looked at or gone back to.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from .errors import GameError
from .layout import Layout, Surface
from .model import Board, GameState, JournalEntry, JournalKind, Move
from .profile import GameProfile
from .record import Change, GameRecord, change, reading_details

type States = Mapping[str, GameState]
"""The states of a game by id, in order of acceptance: parents before their children."""

# How far from its old place a piece may be put back on a surface.
_REACH: Final = {"in": 0.5, "mm": 13.0}


def undo(record: GameRecord, *, by: str | None, at: datetime) -> Change:
    """Move the head to its parent; the undone state stays in the tree.

    A waiting reading was computed against the undone state and is dropped with it.

    Raises:
        GameError: ``nothing_to_undo``.
    """
    head = record.head
    if head.parent_id is None:
        raise GameError("nothing_to_undo")
    parent = record.states[head.parent_id]
    details = {"undone_state_id": head.id}
    return _move_head(record, parent, JournalKind.UNDONE, by=by, at=at, details=details)


def redo(record: GameRecord, *, by: str | None, at: datetime) -> Change:
    """Move the head one state towards the tip of its line.

    Raises:
        GameError: ``nothing_to_redo``.
    """
    head, tip_id = record.head, record.game.tip_id
    if tip_id is None or tip_id == head.id:
        raise GameError("nothing_to_redo")
    ahead = line_to(record.states, tip_id)
    following = ahead[ahead.index(head) + 1]
    return _move_head(record, following, JournalKind.REDONE, by=by, at=at, details={})


def go_to(record: GameRecord, state_id: str, *, by: str | None, at: datetime) -> Change:
    """Make any state of the tree the head.

    One of the line that is played leaves the tip where it is. One of an abandoned line makes its
    newest continuation the line that is played.

    Raises:
        GameError: ``unknown_state``; ``already_there``.
    """
    if state_id not in record.states:
        raise GameError("unknown_state", id=state_id)
    if state_id == record.game.head_id:
        raise GameError("already_there")
    state = record.states[state_id]
    played = line_to(record.states, record.game.tip_id or record.head.id)
    tip_id = None if state in played else newest_end(record.states, state_id).id
    details = {"from_state_id": record.head.id}
    return _move_head(
        record, state, JournalKind.WENT_TO, by=by, at=at, details=details, tip_id=tip_id
    )


def line_to(states: States, state_id: str) -> tuple[GameState, ...]:
    """Return the states from the beginning to one of them, that one included."""
    line = [states[state_id]]
    while (parent_id := line[-1].parent_id) is not None:
        line.append(states[parent_id])
    return tuple(reversed(line))


def newest_end(states: States, state_id: str) -> GameState:
    """Return where the newest continuation of a state ends: itself when nothing followed it."""
    end = state_id
    # Children come after their parents, so the last child seen is the newest.
    newest = {state.parent_id: state.id for state in states.values()}
    while end in newest:
        end = newest[end]
    return states[end]


def taken_back_to(
    profile: GameProfile,
    layout: Layout,
    board: Board,
    moves: Sequence[Move],
    line: Sequence[GameState],
) -> GameState | None:
    """Return the earlier state whose position a reading shows, or None where it shows a new one.

    Where each move passes the turn, moves of the active player alone are play, even if they lead
    to a position that was there before (a repetition); moves of others take back.

    Args:
        profile: Says whose moves are play.
        layout: The board's places.
        board: What the reading shows.
        moves: What it believes happened since the head.
        line: From the head towards the beginning, the head first.
    """
    head, *earlier = line
    movers = {move.player for move in moves}
    passes = profile.turn.passes_on_move and head.active_player is not None
    if not moves or (passes and movers == {head.active_player}):
        return None
    same = _nearly if isinstance(layout, Surface) else _same_occupation
    # Boards of which only a part is known are alike in what nobody knows of them.
    known = (state for state in earlier if board.complete and state.board.complete)
    return next((state for state in known if same(board, state.board, layout)), None)


def _same_occupation(one: Board, other: Board, _layout: Layout) -> bool:
    """Whether the same players stand on the same spaces.

    Kinds are left out: a taken piece that is put back is read without one.
    """
    return Counter((piece.player, piece.space) for piece in one.pieces) == Counter(
        (piece.player, piece.space) for piece in other.pieces
    )


def _nearly(one: Board, other: Board, layout: Layout) -> bool:
    """Whether the same pieces stand in the same places, as well as hands put them back."""
    reach = _REACH[layout.unit] if isinstance(layout, Surface) else 0.0
    places = {piece.id: piece.position for piece in other.pieces}
    return places.keys() == {piece.id for piece in one.pieces} and all(
        abs(piece.position.x - places[piece.id].x) <= reach
        and abs(piece.position.y - places[piece.id].y) <= reach
        for piece in one.pieces
    )


def _move_head(
    record: GameRecord,
    state: GameState,
    kind: JournalKind,
    *,
    by: str | None,
    at: datetime,
    details: dict[str, Any],
    tip_id: str | None = None,
) -> Change:
    """Return the change that makes an existing state the head."""
    if record.proposal is not None:
        details["dropped"] = reading_details(record.proposal)
    about = record.head.capture_id if kind is JournalKind.UNDONE else state.capture_id
    line = JournalEntry(record.game.id, at, kind, by, about, state.id, details)
    return change(record, state, line, at, tip_id=tip_id)
