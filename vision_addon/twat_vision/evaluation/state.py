"""The accepted state while a sequence is played: the truth of every step, once it has been read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from twat_vision.pipeline.types import Grid, Piece, Player

from .dataset import Counts, Sequence, Step, TrueMove, TruePiece
from .naming import Cell, CellNames

CHESS_COLORS = ("white", "black")


@dataclass(slots=True)
class GridState:
    """Where pieces stand in every photo, as far as the start position and the steps say.

    ``seats`` are the players' positions by colour.
    """

    names: CellNames
    seats: Mapping[str, int]
    by_photo: dict[str, dict[Cell, Piece]] = field(default_factory=dict)
    latest: dict[Cell, Piece] | None = None

    @classmethod
    def of(cls, sequence: Sequence, names: CellNames) -> "GridState":
        """The state before the first step; unknown when the sequence has no start position."""
        seats = {p.color: p.position for p in players_of(sequence)}
        state = cls(names, seats)
        if sequence.start is None:
            return state
        board: dict[Cell, Piece] = {}
        for number, (name, piece) in enumerate(sequence.start.items()):
            cell = names.cell(name)
            if cell is not None:
                player = seats.get(piece.color or "")
                place = (float(cell[0]), float(cell[1]))
                board[cell] = Piece(f"p{number}", piece.piece, player, place, None)
        state.latest = board
        state._trace(sequence, board)
        return state

    def before(self, step: Step) -> dict[Cell, Piece] | None:
        """The position in the step's before photo, None when it is not known."""
        return self.by_photo.get(step.before, self.latest)

    def accept(self, step: Step) -> None:
        """Take the step's truth as the position of its after photo."""
        before = self.before(step)
        if before is not None:
            self.by_photo[step.after] = self.latest = self._after(before, step)

    def _trace(self, sequence: Sequence, start: dict[Cell, Piece]) -> None:
        """Find the position in every photo that steps lead to from the first one, whatever order they are listed in."""
        photos = {photo for step in sequence.steps for photo in (step.before, step.after)}
        known = dict.fromkeys(sorted(photos)[:1], start)
        for _ in sequence.steps:
            for step in sequence.steps:
                if step.before in known:
                    known.setdefault(step.after, self._after(known[step.before], step))
                elif step.after in known and step.kind == "no-move":
                    known[step.before] = known[step.after]
        self.by_photo.update(known)

    def _after(self, before: dict[Cell, Piece], step: Step) -> dict[Cell, Piece]:
        board = dict(before)
        touched: set[Cell] = set()
        for move in step.moves:
            touched |= self._apply(board, move)
        self._tidy(board, step, touched)
        return board

    def _apply(self, board: dict[Cell, Piece], move: TrueMove) -> set[Cell]:
        start = self.names.cell(move.from_space) if move.from_space else None
        end = self.names.cell(move.to_space) if move.to_space else None
        piece = board.pop(start, None) if start else None
        if end is not None:
            board.pop(end, None)
            if piece is None:
                owner = self.seats.get(move.color or "")
                kind = (move.piece or "unknown").lower()
                piece = Piece(f"new{end[0]}-{end[1]}", kind, owner, (0.0, 0.0), None)
            place = (float(end[0]), float(end[1]))
            kind = (move.becomes or piece.type).lower()
            board[end] = Piece(piece.id, kind, piece.player, place, None)
        return {cell for cell in (start, end) if cell is not None}

    def _tidy(self, board: dict[Cell, Piece], step: Step, touched: set[Cell]) -> None:
        """Move what changed besides the named moves: the rook of a castling, a pawn taken in passing."""
        rest = [c for c in step.changed if not isinstance(c, str) and c not in touched]
        left = [c for c in rest if c in board]
        reached = [c for c in rest if c not in board]
        for start, end in zip(left, reached, strict=False):
            piece = board.pop(start)
            place = (float(end[0]), float(end[1]))
            board[end] = Piece(piece.id, piece.type, piece.player, place, None)
        for taken in left[len(reached) :]:
            board.pop(taken)


def counted_pieces(
    counts: Counts, players: tuple[Player, ...], names: CellNames | None
) -> tuple[Piece, ...]:
    """Pieces that stand for the counts of a photo, all of one type; ``names`` are those of cells, None for zones."""
    by_color = {p.color: p.position for p in players}
    found = []
    for space, colors in counts.items():
        cell = None if names is None else names.cell(space)
        place = (0.0, 0.0) if cell is None else (float(cell[0]), float(cell[1]))
        for color, number in colors.items():
            owner = by_color.get(color)
            where = space if cell is None else None
            found += [
                Piece(f"{space}-{color}-{n}", "piece", owner, place, where) for n in range(number)
            ]
    return tuple(found)


def surface_pieces(
    standing: tuple[TruePiece, ...], players: tuple[Player, ...]
) -> tuple[Piece, ...]:
    """Pieces of a surface in one photo."""
    by_color = {p.color: p.position for p in players}
    return tuple(
        Piece(f"p{n}", p.piece, by_color.get(p.color or ""), p.at or (0.0, 0.0), None)
        for n, p in enumerate(standing)
    )


def players_of(sequence: Sequence) -> tuple[Player, ...]:
    """The players a game of this sequence would have been set up with."""
    if sequence.players is not None:
        colors = list(sequence.players)
    elif isinstance(sequence.layout, Grid):
        colors = list(CHESS_COLORS) if sequence.start is not None else []
    else:
        counts = (sequence.counts or {}).values()
        colors = sorted({c for zones in counts for found in zones.values() for c in found})
    return tuple(Player(i + 1, color.title(), color) for i, color in enumerate(colors))
