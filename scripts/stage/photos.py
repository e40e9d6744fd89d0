"""Play a sequence of real photos, with its verified truth, through Home Assistant.

The folder holds `NNN.jpg` and a `truth.json`: `grid` or `zones`, `corners`, `start`, and `steps`
with `before`, `after`, `kind`, and `moves` or `deltas`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
import time
from typing import Any

from .play import Result
from .table import Camera, Game, Stage
from .truth import Move, Score, compare, described

PIECE = "piece"
COLOURS = ("white", "black", "red", "green", "blue", "yellow", "orange", "purple")

type Pieces = dict[str, list[str]]
"""Space → the colours of the pieces on it."""


@dataclass(frozen=True, slots=True)
class Step:
    """Two photos and what happened between them; moves carry neither kind nor player."""

    before: str
    after: str
    kind: str
    moves: tuple[Move, ...]
    board: Pieces
    contiguous: bool


@dataclass(frozen=True, slots=True)
class PhotoSequence:
    """A folder of photos with its truth."""

    folder: Path
    truth: Mapping[str, Any]
    colours: tuple[str, ...]
    start: Pieces | None
    steps: tuple[Step, ...]

    @property
    def game(self) -> dict[str, Any]:
        """Return the body of create_game."""
        settings: dict[str, int] = {}
        profile = "dune_imperium"
        if grid := self.truth.get("grid"):
            profile, settings = "generic_grid", {"columns": grid[0], "rows": grid[1]}
        palette = [c for c in COLOURS if c not in self.colours]
        players = [
            {
                "name": colour.capitalize(),
                "position": position,
                "color": colour if colour in COLOURS else palette[position - 1],
            }
            for position, colour in enumerate(self.colours, start=1)
        ]
        game = {
            "name": self.folder.name,
            "game_type": profile,
            "players": players,
            "settings": settings,
        }
        return game if self.start is None else {**game, "pieces": self.pieces(self.start)}

    def pieces(self, board: Pieces) -> list[dict[str, Any]]:
        """Return a board as create_game and correct take it."""
        return [
            {"type": PIECE, "player": self.colours.index(colour) + 1, "space": space}
            for space, colours in board.items()
            for colour in colours
        ]

    def said(self, board: Pieces, moves: Sequence[Move]) -> dict[str, Any]:
        """Return what the players say after a photo: all that stands there, where that is known."""
        if self.start is not None:
            return {"pieces": self.pieces(board)}
        return {"moves": [{"from": move.origin, "to": move.target} for move in moves]}


def cell(column: int, row: int) -> str:
    """Return the name of a cell counted from 0 at the top left: (4, 3) → E4."""
    return f"{chr(ord('A') + column)}{row + 1}"


def load(folder: Path) -> PhotoSequence:
    """Read a folder.

    Raises:
        ValueError: there is no truth.json, or it lacks a field.
    """
    try:
        truth = json.loads((folder / "truth.json").read_text())
        return _sequence(folder, truth)
    except (OSError, KeyError, json.JSONDecodeError) as err:
        raise ValueError(f"{folder} is no photo sequence: {err!r}") from err


def _sequence(folder: Path, truth: Mapping[str, Any]) -> PhotoSequence:
    colours = sorted(
        {m["colour"] for s in truth["steps"] for m in s.get("moves", ())}
        | {c for zones in truth.get("counts", {}).values() for z in zones.values() for c in z},
        key=lambda c: (COLOURS.index(c) if c in COLOURS else len(COLOURS), c),
    )
    if len(colours) < 2:
        colours += [c for c in COLOURS if c not in colours][: 2 - len(colours)]
    start = _start(truth)
    boards: dict[str, Pieces] = {truth["steps"][0]["before"]: start or {}}
    current, last, steps = start or {}, truth["steps"][0]["before"], []
    for step in truth["steps"]:
        current = boards.get(step["before"], current)
        moves, after = _moves(step, current)
        steps.append(
            Step(
                step["before"],
                step["after"],
                step["kind"],
                moves,
                after,
                contiguous=step["before"] == last,
            )
        )
        boards[step["before"]], boards[step["after"]] = current, after
        current, last = after, step["after"]
    return PhotoSequence(folder, truth, tuple(colours), start, tuple(steps))


def _start(truth: Mapping[str, Any]) -> Pieces | None:
    if "counts" in truth:
        zones = truth["counts"][truth["steps"][0]["before"]]
        return {z: [c for c, n in by.items() for _ in range(n)] for z, by in zones.items()}
    if "start" not in truth:
        return None
    cells = _names(truth)
    return {
        cells(name): ["white" if piece.isupper() else "black"]
        for name, piece in truth["start"].items()
    }


def _names(truth: Mapping[str, Any]) -> Any:
    """Return a function from the game's cell names to ours, fitted to the labels.

    A board may lie turned or mirrored under the camera: of the eight ways to lay letters and
    numbers along its sides, the one that agrees with every labelled cell is right.
    """
    pairs = [
        (name, tuple(rc))
        for step in truth["steps"]
        for name, rc in zip(step["changed_cells"], step["changed_rc"], strict=True)
    ]
    columns, rows = truth["grid"]

    def place(name: str, swap: bool, right: bool, up: bool) -> tuple[int, int]:
        letter, number = ord(name[0].upper()) - ord("A"), int(name[1:]) - 1
        x, y = (number, letter) if swap else (letter, number)
        return (columns - 1 - x if right else x), (rows - 1 - y if up else y)

    for bits in range(8):
        how = bool(bits & 1), bool(bits & 2), bool(bits & 4)
        if all(place(name, *how) == rc for name, rc in pairs):
            return lambda name: cell(*place(name, *how))
    raise ValueError("the labelled cells agree with no way of naming them")


def _moves(step: Mapping[str, Any], before: Pieces) -> tuple[tuple[Move, ...], Pieces]:
    """Return the step's moves in our names, and the board after them."""
    board = {space: list(colours) for space, colours in before.items()}
    moves: list[Move] = []
    if "deltas" in step:
        changes = [
            (colour, zone if n < 0 else None, zone if n > 0 else None)
            for zone, by in step["deltas"].items()
            for colour, n in by.items()
            for _ in range(abs(n))
        ]
    else:
        ours = {
            name: cell(*rc)
            for name, rc in zip(step["changed_cells"], step["changed_rc"], strict=True)
        }
        changes = [
            (m["colour"], ours.get(m["from"]), ours.get(m["to"])) for m in step.get("moves", ())
        ]
    for colour, origin, target in changes:
        moves.append(Move("", None, origin, target))
        if origin in board:
            standing = board[origin]
            standing.remove(colour if colour in standing else standing[0])
            if not standing:
                del board[origin]
        if target is not None and "deltas" in step:
            board.setdefault(target, []).append(colour)
        elif target is not None:
            board[target] = [colour]
    return tuple(moves), board


async def play_photos(stage: Stage, camera: Camera, sequence: PhotoSequence) -> Result:
    """Serve the photos step by step and print what was read beside the truth."""
    game_body = sequence.game
    width, height = sequence.truth["resolution"]
    corners = [[x / width, y / height] for x, y in sequence.truth["corners"]]
    calibration = {"table": camera.table, "game_type": game_body["game_type"], "corners": corners}
    await stage.client.action(
        "twat", "calibrate_board", {**calibration, "settings": game_body["settings"]}
    )
    game = await stage.create_game(camera, game_body)
    print(f"\n{sequence.folder.name}: {len(sequence.steps)} steps")
    result, current = Result(), ""
    for number, step in enumerate(sequence.steps, start=1):
        if step.before != current:
            await _resume_at(camera, game, sequence, number)
        await camera.request("POST", "/folder/select", {"photo": step.after})
        started = time.perf_counter()
        outcome = await game.press_capture()
        seconds = time.perf_counter() - started
        read = [Move("", None, m["from"], m["to"]) for m in outcome["moves"]]
        score = _score(step, read)
        result.add(score, seconds, asked=outcome["outcome"] == "review_needed")
        print(_line(number, step, outcome, seconds, read, score))
        if step.kind == "occluded":
            if outcome["outcome"] == "review_needed":
                await game.action("reject")
            continue
        await game.action(
            "correct",
            capture_id=outcome["capture_id"],
            **sequence.said(step.board, step.moves),
        )
        current = step.after
    return result


async def _resume_at(camera: Camera, game: Game, sequence: PhotoSequence, number: int) -> None:
    """Photograph the table as it stood before a step, and say what is on it."""
    step = sequence.steps[number - 1]
    await camera.request("POST", "/folder/select", {"photo": step.before})
    outcome = await game.press_capture()
    if outcome["outcome"] == "setup_captured":
        return
    board: Pieces = sequence.start or {}
    for earlier in sequence.steps[: number - 1]:
        if earlier.after == step.before:
            board = earlier.board
    await game.action("correct", capture_id=outcome["capture_id"], **sequence.said(board, ()))


def _score(step: Step, read: Sequence[Move]) -> Score:
    if step.kind == "occluded":
        # Behind a hand nothing need be read; only what did not happen counts.
        return Score(0, 0, compare(read, step.moves).false)
    return compare(read, step.moves)


def _line(
    number: int,
    step: Step,
    outcome: Mapping[str, Any],
    seconds: float,
    read: Sequence[Move],
    score: Score,
) -> str:
    verdict = "right" if score.exact else "WRONG"
    line = (
        f"  {number:>4} {verdict} {seconds:5.2f} s  {outcome['confidence'] or 0:.2f}"
        f"  {step.before} → {step.after} {step.kind}: {described(read)}"
    )
    if not score.exact:
        line += f"\n       truth {described(step.moves)}"
    if outcome["warnings"]:
        line += f"  [{', '.join(outcome['warnings'])}]"
    return line
