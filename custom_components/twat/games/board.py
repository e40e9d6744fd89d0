"""Pieces on spaces: moves applied to a board, and boards compared.

Everything is pure: a board goes in, another one comes out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
import re
from typing import Final, TypedDict

from .errors import GameError
from .layout import Grid, Layout, Surface, holds_one
from .model import Board, Move, MoveKind, Piece, Position
from .profile import GENERIC_PIECE

_NUMBERED: Final = re.compile(r"p([1-9][0-9]{0,8})")


def make_board(layout: Layout, pieces: Iterable[Piece], *, complete: bool = True) -> Board:
    """Return the board with these pieces, its grid filled in where the layout is one of single pieces.

    Whether that is all that stands there (`complete`) is for the caller to say.

    Raises:
        GameError: ``duplicate_piece``; ``unknown_space`` for a grid piece beside the grid.
    """
    standing = tuple(pieces)
    seen: set[str] = set()
    for piece in standing:
        if piece.id in seen:
            raise GameError("duplicate_piece", piece=piece.id)
        seen.add(piece.id)
    if not isinstance(layout, Grid):
        return Board(standing, complete=complete)
    cells = [layout.position(piece.space or "") for piece in standing]
    if layout.holds > 1:
        return Board(standing, complete=complete)
    rows: list[list[str | None]] = [[None] * layout.columns for _ in range(layout.rows)]
    for piece, cell in zip(standing, cells, strict=True):
        row, column = int(cell.y), int(cell.x)
        rows[row][column] = rows[row][column] or piece.id
    return Board(standing, tuple(map(tuple, rows)), complete)


def piece_ids(taken: Iterable[str]) -> Iterator[str]:
    """Return ids for new pieces, ``p1``, ``p2``, …, above all the numbers that are taken now."""
    numbers = [int(match[1]) for name in taken if (match := _NUMBERED.fullmatch(name))]
    return (f"p{number}" for number in count(max(numbers, default=0) + 1))


@dataclass(frozen=True, slots=True)
class Applied:
    """A board after moves.

    Attributes:
        board: What stands where now.
        moves: The same moves with everything known filled in: piece, type, owner, taken piece.
        problems: What did not fit the board before; the moves were done as far as they make sense.
    """

    board: Board
    moves: tuple[Move, ...]
    problems: tuple[GameError, ...]


def apply_moves(board: Board, layout: Layout, moves: Sequence[Move]) -> Applied:
    """Do moves that happened together: chains and swaps work in any order.

    A move onto a cell of the other side's piece takes it, said or not. A move of a piece that is
    not known to be there places a new one; the removal of one is left out. On an incomplete board
    the piece is believed to have been there.

    Raises:
        GameError: ``unknown_space``, ``not_a_surface_point``: there is no such place.
    """
    return _Hands(board, layout).do(moves)


class CapturedFields(TypedDict):
    """The fields of a `Move` that speak of the piece it took."""

    captured: str | None
    captured_type: str | None
    captured_player: int | None


class _Hands:
    """Lifts the pieces of all moves, takes what is taken, then puts them down."""

    def __init__(self, board: Board, layout: Layout) -> None:
        self._layout = layout
        self._complete = board.complete
        self._standing = {piece.id: piece for piece in board.pieces}
        self._lifted: dict[str, Piece] = {}
        self._new_ids = piece_ids(self._standing)
        self._problems: list[GameError] = []

    def do(self, moves: Sequence[Move]) -> Applied:
        for space in (s for m in moves for s in (m.from_space, m.to_space) if s is not None):
            self._layout.position(space)
        pairs = [(move, self._lift(move)) for move in moves]
        done = [taken for move, piece in pairs if (taken := self._put(move, piece)) is not None]
        board = make_board(self._layout, self._standing.values(), complete=self._complete)
        return Applied(board, tuple(done), tuple(self._problems))

    def _lift(self, move: Move) -> Piece | None:
        """Take the moving piece off the board; None when it comes from outside or is unknown."""
        if move.from_space is None and move.from_position is None:
            if move.kind is MoveKind.CAPTURE and move.piece not in self._standing:
                return None
            if move.piece is None and move.kind is not MoveKind.PLACE:
                self._problems.append(GameError("no_piece_there", space="?"))
                return None
        if move.kind is MoveKind.PLACE:
            return None
        piece = self._standing.get(move.piece) if move.piece is not None else None
        if piece is None:
            piece = self._candidate(move)
        if piece is None and move.from_space is not None and not self._complete:
            piece = self._unheard_of(move, move.from_space)
        if piece is None:
            where = move.from_space or move.piece or "?"
            self._problems.append(GameError("no_piece_there", space=where))
            return None
        self._standing.pop(piece.id, None)
        self._lifted[piece.id] = piece
        return piece

    def _unheard_of(self, move: Move, space: str) -> Piece:
        """Return the piece that stood there without anybody having said so."""
        kind = move.type or GENERIC_PIECE
        return Piece(next(self._new_ids), kind, move.player, self._layout.position(space), space)

    def _candidate(self, move: Move) -> Piece | None:
        """Return the piece that fits best: on the space by type, on a surface the nearest."""
        own = [
            piece
            for piece in self._standing.values()
            if move.player is None or piece.player == move.player
        ]
        if (origin := move.from_position) is not None:
            return min(own, key=lambda piece: _distance(piece.position, origin), default=None)
        here = [piece for piece in own if piece.space == move.from_space]
        same = [piece for piece in here if piece.type == move.type]
        return next(iter(same or here), None)

    def _put(self, move: Move, piece: Piece | None) -> Move | None:
        """Put a lifted or new piece down and return the move as it was done."""
        if move.kind is MoveKind.REMOVE or (move.to_space is None and move.to_position is None):
            if piece is None:
                return None
            return replace(
                move,
                kind=MoveKind.REMOVE,
                piece=piece.id,
                type=piece.type,
                player=piece.player,
                from_space=piece.space,
                from_position=self._on_surface(piece.position),
                to_space=None,
                to_position=None,
            )
        origin = piece
        if piece is None:
            name = move.piece if move.piece and self._is_free(move.piece) else next(self._new_ids)
            piece = Piece(
                name, move.type or GENERIC_PIECE, move.player, self._target(move), move.to_space
            )
        elif move.type not in (None, GENERIC_PIECE):
            piece = replace(piece, type=move.type or piece.type)
        taken = self._take(move, piece)
        self._standing[piece.id] = replace(piece, position=self._target(move), space=move.to_space)
        kind = MoveKind.PLACE if origin is None else MoveKind.MOVE
        return replace(
            move,
            kind=MoveKind.CAPTURE if taken is not None else kind,
            piece=piece.id,
            type=piece.type,
            player=piece.player,
            from_space=None if origin is None else origin.space,
            from_position=None if origin is None else self._on_surface(origin.position),
            **_captured(taken),
        )

    def _is_free(self, name: str) -> bool:
        return name not in self._standing and name not in self._lifted

    def _target(self, move: Move) -> Position:
        if move.to_space is not None:
            return self._layout.position(move.to_space)
        if isinstance(self._layout, Surface) and move.to_position is not None:
            return self._layout.check(move.to_position)
        raise GameError("unknown_space", space=move.to_space)

    def _on_surface(self, position: Position) -> Position | None:
        return position if isinstance(self._layout, Surface) else None

    def _take(self, move: Move, piece: Piece) -> Piece | None:
        """Remove the piece that a move takes and return it."""
        if move.captured is not None and move.captured in self._standing:
            return self._standing.pop(move.captured)
        if move.captured is not None and move.captured in self._lifted:
            return self._lifted[move.captured]  # its removal is a move of its own
        here = [p for p in self._standing.values() if p.space == move.to_space is not None]
        others = [p for p in here if p.player != piece.player]
        takes = move.kind is MoveKind.CAPTURE or holds_one(self._layout)
        if others and takes:
            return self._standing.pop(others[0].id)
        if here and takes:
            self._problems.append(GameError("space_taken", space=move.to_space or "?"))
        elif not here and move.kind is MoveKind.CAPTURE and self._complete:
            # Where not everything is known, something nobody spoke of may have been taken.
            self._problems.append(GameError("nothing_to_take", space=move.to_space or "?"))
        return None


def _captured(piece: Piece | None) -> CapturedFields:
    if piece is None:
        return {"captured": None, "captured_type": None, "captured_player": None}
    return {
        "captured": piece.id,
        "captured_type": piece.type,
        "captured_player": piece.player,
    }


def reconcile(board: Board, layout: Layout, wanted: Sequence[Piece]) -> Board:
    """Return the board with the wanted pieces, which keep their ids where they are the same ones.

    Args:
        board: What stood there before.
        layout: The board's places.
        wanted: All pieces that shall stand there. One with an id of the board is that piece; one
            with an empty id is matched: first in its place, then by kind and owner (the nearest),
            then whatever stands in its place for its owner (a promotion). The rest is new.

    Raises:
        GameError: ``duplicate_piece``.
    """
    free = {piece.id: piece for piece in board.pieces}
    names = [piece.id for piece in wanted]
    for name in filter(None, names):
        free.pop(name, None)
    for same in (_same_place, _same_kind, _promoted):
        for index, piece in enumerate(wanted):
            if names[index]:
                continue
            fitting = [known for known in free.values() if same(piece, known)]
            if fitting:
                nearest = min(fitting, key=partial(_gap, piece))
                names[index] = nearest.id
                del free[nearest.id]
    new = piece_ids([*names, *(piece.id for piece in board.pieces)])
    return make_board(
        layout,
        [replace(p, id=name or next(new)) for p, name in zip(wanted, names, strict=True)],
    )


def _same_place(piece: Piece, known: Piece) -> bool:
    return _same_kind(piece, known) and (piece.space, piece.position) == (
        known.space,
        known.position,
    )


def _same_kind(piece: Piece, known: Piece) -> bool:
    return (piece.type, piece.player) == (known.type, known.player)


def _promoted(piece: Piece, known: Piece) -> bool:
    return (piece.space, piece.position, piece.player) == (
        known.space,
        known.position,
        known.player,
    )


def _gap(piece: Piece, known: Piece) -> float:
    return _distance(piece.position, known.position)


def _distance(one: Position, other: Position) -> float:
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2


def difference(before: Board, after: Board) -> tuple[Move, ...]:
    """Return the moves that lead from one board to another; a piece is known by its id.

    A piece that vanished from where a moved or new piece of another owner stands in a grid was
    taken by it.
    """
    gone = {p.id: p for p in before.pieces if after.piece(p.id) is None}
    moves: list[Move] = []
    for piece in after.pieces:
        origin = before.piece(piece.id)
        if origin is not None and (origin.space, origin.position) == (piece.space, piece.position):
            continue
        taken = next(
            (
                p
                for p in gone.values()
                if after.grid is not None and p.space == piece.space and p.player != piece.player
            ),
            None,
        )
        kind = MoveKind.PLACE if origin is None else MoveKind.MOVE
        moves.append(
            Move(
                MoveKind.CAPTURE if taken is not None else kind,
                piece.id,
                piece.type,
                piece.player,
                from_space=None if origin is None else origin.space,
                to_space=piece.space,
                from_position=None if origin is None or origin.space else origin.position,
                to_position=None if piece.space else piece.position,
                **_captured(taken),
            )
        )
        if taken is not None:
            del gone[taken.id]
    moves.extend(
        Move(
            MoveKind.REMOVE,
            piece.id,
            piece.type,
            piece.player,
            from_space=piece.space,
            from_position=None if piece.space else piece.position,
        )
        for piece in gone.values()
    )
    return tuple(moves)
