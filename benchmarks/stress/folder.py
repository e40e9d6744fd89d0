"""A look's game as a folder of photos with its truth, in the format that `python -m twat_vision evaluate` reads."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from dataclasses import asdict
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from twat_camera.simulator.spaces import GridBoard, Point, cell_names

from .conditions import Conditions, Planned, conditions
from .game import Act, Game, Position
from .hands import Grasp
from .look import Look
from .photograph import Photographer


def write_look(look: Look, folder: Path) -> None:
    """Render a look's game into a folder: ``NNN.jpg``, ``NNN_hand.jpg`` and ``truth.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    _Recorder(look, folder).record()


class _Recorder:
    """Plays, photographs and writes down."""

    def __init__(self, look: Look, folder: Path) -> None:
        self._look = look
        self._folder = folder
        self._game = Game(look, np.random.default_rng([look.seed, 3]))
        self._camera = Photographer(look)
        self._conditions: dict[str, Conditions] = {}
        self._tags: dict[str, tuple[str, ...]] = {}
        self._positions: dict[str, Position] = {}

    def record(self) -> None:
        """Take all photos of the look's plan."""
        before = self._shoot("000.jpg", Planned("nothing"), None)
        pending: tuple[Act, ...] = ()
        waiting: tuple[str, ...] = ()
        steps = []
        for number, planned in enumerate(self._look.plan, 1):
            acts = self._game.play(planned.happening)
            pending += acts
            if planned.nudge:
                self._game.nudge()
            name = f"{number:03d}{'_hand' if planned.hand else ''}.jpg"
            reach = Grasp(self._reached(acts), planned.hand) if planned.hand else None
            after = self._shoot(name, planned, reach)
            kind = self._kind(planned, pending)
            tags = dict.fromkeys((*self._tags[before], *waiting, *self._tags[after]))
            steps.append(self._step(before, after, kind, pending, tuple(tags)))
            if planned.hand:
                # The next photo shows what happened meanwhile, the hand gone.
                waiting = tuple(t for t in self._tags[after] if t == "nudge")
            else:
                before, pending, waiting = after, (), ()
        truth = self._head() | {"steps": steps}
        text = json.dumps(truth, indent=1, ensure_ascii=False)
        (self._folder / "truth.json").write_text(text, encoding="utf-8")

    def _shoot(self, name: str, planned: Planned, reach: Grasp | None) -> str:
        number = len(self._positions)
        rng = np.random.default_rng([self._look.seed, 4, number])
        now = conditions(planned.tags, rng)
        self._conditions[name] = now
        self._tags[name] = (*planned.tags, *(("hand",) if planned.hand else ()))
        self._positions[name] = dict(self._game.position)
        photo = self._camera.photo(self._game.standing(), now, number, reach)
        (self._folder / name).write_bytes(photo)
        return name

    def _reached(self, acts: tuple[Act, ...]) -> Point:
        """What a hand reaches for: what has just been put down, else any piece."""
        spots = self._game.position
        placed = [spots[a.piece] for a in acts if a.piece in spots and a.end is not None]
        spot = placed[0] if placed else next(s for s in spots.values() if s.space is not None)
        return spot.x, spot.y

    def _kind(self, planned: Planned, acts: tuple[Act, ...]) -> str:
        if planned.hand:
            return "occluded"
        if not acts:
            return "no-move"
        # One player's action, however many pieces it takes; a missed photo makes it several.
        return "move" if len({a.piece.army for a in acts}) == 1 else "multi"

    def _step(
        self, before: str, after: str, kind: str, acts: tuple[Act, ...], tags: tuple[str, ...]
    ) -> dict[str, Any]:
        step: dict[str, Any] = {
            "before": before,
            "after": after,
            "kind": kind,
            "moves": [self._move(act, before, after) for act in acts],
        }
        changed = _changed(self._positions[before], self._positions[after], acts)
        board = self._look.board
        if self._look.surface is not None:
            step["changed_points"] = [[float(v) for v in name.split(",")] for name in changed]
        elif isinstance(board, GridBoard):
            cells = cell_names(board.columns, board.rows, board.origin)
            step["changed_cells"] = changed
            step["changed_rc"] = [list(cells[name]) for name in changed]
        else:
            step["changed_zones"] = changed
        # A hand's tag says enough: what its photo shows besides is not what makes it hard.
        step["tags"] = [*tags, *self._look.traits]
        return step

    def _move(self, act: Act, before: str, after: str) -> dict[str, Any]:
        move: dict[str, Any] = {
            "colour": self._look.armies[act.piece.army].color,
            "piece": act.piece.shape,
            "from": act.start,
            "to": act.end,
        }
        if act.captured is not None:
            move["captures"] = self._look.armies[act.captured.army].color
        if self._look.surface is not None and act.start is not None and act.end is not None:
            was, now = (self._positions[photo][act.piece] for photo in (before, after))
            move["turn"] = _degrees(now.turn - was.turn)
        return move

    def _head(self) -> dict[str, Any]:
        look, board = self._look, self._look.board
        corners = {name: self._camera.corners(c) for name, c in self._conditions.items()}
        head: dict[str, Any] = {
            "source": "rendered by benchmarks/stress",
            "resolution": list(look.size),
            "players": [army.color for army in look.armies],
            "corners": corners["000.jpg"],
            "frame_corners": corners,
        }
        if look.surface is not None:
            head["surface"] = asdict(look.surface)
            head["pieces"] = {name: self._points(p) for name, p in self._positions.items()}
        elif isinstance(board, GridBoard):
            head["grid"] = [board.columns, board.rows]
            if board.holds == 1:
                head["start"] = self._start()
            else:
                head |= {"holds": board.holds, "counts": self._all_counts()}
        else:
            width, height = board.size
            head["zones"] = [
                {"id": z.id, "polygon": [[x / width, y / height] for x, y in z.polygon]}
                for z in board.zones
            ]
            head["counts"] = self._all_counts()
        return head

    def _all_counts(self) -> dict[str, dict[str, dict[str, int]]]:
        return {name: self._counts(p) for name, p in self._positions.items()}

    def _start(self) -> dict[str, Any]:
        return {
            spot.space: {"piece": piece.shape, "colour": self._look.armies[piece.army].color}
            for piece, spot in self._positions["000.jpg"].items()
            if spot.space is not None
        }

    def _counts(self, position: Position) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for piece, spot in position.items():
            if spot.space is not None:
                zone = counts.setdefault(spot.space, {})
                color = self._look.armies[piece.army].color
                zone[color] = zone.get(color, 0) + 1
        return counts

    def _points(self, position: Position) -> list[dict[str, Any]]:
        return [
            {
                "piece": piece.shape,
                "colour": self._look.armies[piece.army].color,
                "at": [float(v) for v in spot.space.split(",")],
            }
            for piece, spot in position.items()
            if spot.space is not None
        ]


def _changed(before: Position, after: Position, acts: Iterable[Act]) -> list[str]:
    """Spaces on which something else stands, or something turned, in a fixed order."""
    was, now = _content(before), _content(after)
    turned = {a.end for a in acts if a.start == a.end and a.end is not None}
    other = {space for space in {*was, *now} if was.get(space) != now.get(space)}
    return sorted(other | turned)


def _degrees(turn: float) -> float:
    """Radians as degrees above -180 up to 180, to a tenth."""
    return round(180 - (180 - round(math.degrees(turn), 1)) % 360, 1)


def _content(position: Position) -> Mapping[str, Tally[tuple[int, str]]]:
    content: dict[str, Tally[tuple[int, str]]] = {}
    for piece, spot in position.items():
        if spot.space is not None:
            content.setdefault(spot.space, Tally())[piece.army, piece.shape] += 1
    return content
