"""Scripts: a game to play in front of the simulated camera, written as YAML and checked when read.

`docs/camera.md` describes the format for people who write one.
"""

from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
import yaml

from .colors import paint
from .spaces import GridBoard, Zone, ZoneBoard, cell_names

SHIPPED: Final = Path(__file__).parents[1] / "scripts"
Shape = Literal[
    "pawn", "cube", "disc", "token", "agent", "flag", "tile", "stone", "rook", "king", "figure"
]
SHAPES: Final[tuple[Shape, ...]] = get_args(Shape)
"""What pieces can look like."""

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Fraction = Annotated[float, Field(ge=-0.05, le=0.05)]


class ScriptError(Exception):
    """A script cannot be used; the message names file, place and reason."""


def _known_color(color: str) -> str:
    paint(color)
    return color


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Player(_Part):
    """Somebody at the table."""

    position: Annotated[int, Field(ge=1, le=8)]
    name: Annotated[str, Field(min_length=1, max_length=64)]
    color: Annotated[str, AfterValidator(_known_color)]


class StartPiece(_Part):
    """A piece on the board before the first step."""

    id: Id
    type: Id
    player: int
    space: str


class Move(_Part):
    """What one piece does in a step."""

    kind: Literal["move", "place", "remove", "capture"]
    piece: Id
    type: Id
    player: int
    from_space: Annotated[str | None, Field(alias="from")] = None
    to_space: Annotated[str | None, Field(alias="to")] = None
    captured: Id | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needs_from = {"move": True, "place": False, "remove": True}.get(self.kind)
        if needs_from is not None and (self.from_space is not None) != needs_from:
            raise ValueError(f"a {self.kind} {'needs' if needs_from else 'has no'} `from`")
        if (self.to_space is not None) != (self.kind != "remove"):
            raise ValueError(f"a {self.kind} {'has no' if self.kind == 'remove' else 'needs'} `to`")
        if (self.captured is not None) != (self.kind == "capture"):
            raise ValueError("a capture, and nothing else, names the `captured` piece")
        return self


class Bump(_Part):
    """The camera has been knocked: image shift in fractions of its width and height, and a turn."""

    shift: tuple[Fraction, Fraction] = (0.0, 0.0)
    rotation_deg: Annotated[float, Field(ge=-5, le=5)] = 0.0


class Light(_Part):
    """The room's light from here on: brightness as a factor, and warmth (positive is warmer)."""

    exposure: Annotated[float, Field(ge=0.02, le=3)] = 1.0
    white_balance_k: Annotated[float, Field(ge=-2500, le=2500)] = 0.0


class Step(_Part):
    """What happens between two stills. Without moves only the effects do."""

    moves: tuple[Move, ...] = ()
    note: str | None = None
    bump: Bump | None = None
    light: Light | None = None
    hand: bool = False


class GridLayout(_Part):
    """A board of equal cells."""

    columns: Annotated[int, Field(ge=2, le=26)]
    rows: Annotated[int, Field(ge=2, le=26)]
    origin: Literal["top_left", "bottom_left"] = "top_left"
    holds: Annotated[int, Field(ge=1, le=36)] = 1


class ZoneModel(_Part):
    """A named area of the board, in 0…1 of its sides."""

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=64)]
    polygon: Annotated[
        tuple[tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]], ...],
        Field(min_length=3),
    ]


class Layout(_Part):
    """Either a grid or zones."""

    grid: GridLayout | None = None
    zones: tuple[ZoneModel, ...] | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.grid is None) == (self.zones is None):
            raise ValueError("a layout has either `grid` or `zones`")
        if self.zones is not None:
            _no_twins("zone", [zone.id for zone in self.zones])
        return self


class Script(_Part):
    """A whole scripted game. Its steps have been played through: every one of them is possible."""

    title: str
    profile: Id
    settings: dict[str, Any] = {}
    layout: Layout
    shapes: dict[Id, Shape] = {}
    players: Annotated[tuple[Player, ...], Field(min_length=1)]
    start: tuple[StartPiece, ...] = ()
    steps: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _can_be_played(self) -> Self:
        _no_twins("player", [player.position for player in self.players])
        _no_twins("player's colour", [player.color for player in self.players])
        _no_twins("piece", [piece.id for piece in self.start])
        self._check_pieces()
        positions: dict[str, str | None] = {piece.id: piece.space for piece in self.start}
        for number, step in enumerate(self.steps, 1):
            for move in step.moves:
                try:
                    _apply(move, positions)
                except ValueError as err:
                    raise ValueError(f"step {number}, piece {move.piece}: {err}") from err
        return self

    def board(self) -> GridBoard | ZoneBoard:
        """Return the board the script is played on."""
        if self.layout.grid is not None:
            grid = self.layout.grid
            return GridBoard(grid.columns, grid.rows, grid.origin, grid.holds)
        zones = self.layout.zones or ()
        return ZoneBoard(tuple(Zone(zone.id, zone.name, zone.polygon) for zone in zones))

    def pieces(self) -> dict[str, tuple[str, int]]:
        """Return type and player of every piece that ever appears, in order of appearance."""
        known = {piece.id: (piece.type, piece.player) for piece in self.start}
        for step in self.steps:
            for move in step.moves:
                known.setdefault(move.piece, (move.type, move.player))
        return known

    def shape(self, piece_type: str) -> str:
        """Return what a type of piece looks like, one of `SHAPES`."""
        return self.shapes.get(piece_type, piece_type)

    def color(self, player: int) -> str:
        """Return the colour of the player at a position."""
        return next(one.color for one in self.players if one.position == player)

    def _check_pieces(self) -> None:
        spaces: frozenset[str | None] = self._space_names()
        seats = {player.position for player in self.players}
        known: dict[str, tuple[str, int]] = {}
        uses: list[tuple[str, str, str, int, tuple[str | None, ...]]] = [
            ("start", p.id, p.type, p.player, (p.space,)) for p in self.start
        ]
        uses += [
            (f"step {number}", m.piece, m.type, m.player, (m.from_space, m.to_space))
            for number, step in enumerate(self.steps, 1)
            for m in step.moves
        ]
        for where, piece, kind, player, used in uses:
            place = f"{where}, piece {piece}"
            if player not in seats:
                raise ValueError(f"{place}: there is no player {player}")
            if self.shape(kind) not in SHAPES:
                raise ValueError(
                    f"{place}: type {kind!r} has no shape; give it one of "
                    f"{', '.join(SHAPES)} under `shapes`"
                )
            if known.setdefault(piece, (kind, player)) != (kind, player):
                raise ValueError(f"{place}: it had another type or player before")
            for space in used:
                if space not in spaces | {None}:
                    raise ValueError(f"{place}: there is no space {space!r}")

    def _space_names(self) -> frozenset[str | None]:
        if self.layout.grid is not None:
            grid = self.layout.grid
            return frozenset(cell_names(grid.columns, grid.rows, grid.origin))
        return frozenset(zone.id for zone in self.layout.zones or ())


def _apply(move: Move, positions: dict[str, str | None]) -> None:
    """Play a move on `positions` (piece → space), or say why it cannot be."""
    stands = positions.get(move.piece)
    if stands != move.from_space:
        raise ValueError(f"it is on {stands or 'no space'}, not on {move.from_space or 'none'}")
    if move.captured is not None:
        if positions.get(move.captured) != move.to_space:
            raise ValueError(f"the captured {move.captured} is not on {move.to_space}")
        positions[move.captured] = None
    positions[move.piece] = move.to_space


def _no_twins(what: str, values: list[Any]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{what} {value!r} is there twice")


def load_script(name: str) -> Script:
    """Read a shipped script by its name (`grid`, `dune`) or any by the path of its file.

    Raises:
        ScriptError: It does not exist, is no YAML, or describes a game that cannot be played.
    """
    file = Path(name) if name.endswith((".yaml", ".yml")) else SHIPPED / f"{name}.yaml"
    if not file.is_file():
        shipped = ", ".join(sorted(path.stem for path in SHIPPED.glob("*.yaml")))
        raise ScriptError(f"there is no script {name!r}; shipped are {shipped}")
    try:
        raw = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as err:
        raise ScriptError(f"{file}: {err}") from err
    try:
        return Script.model_validate(raw)
    except ValidationError as err:
        raise ScriptError(f"{file}: {_first_fault(err)}") from err


def _first_fault(err: ValidationError) -> str:
    fault = err.errors(include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
