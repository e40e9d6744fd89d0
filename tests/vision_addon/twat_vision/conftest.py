"""A small table drawn from nothing: wood, a checkered board, discs and cubes, light, hands and knocks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from twat_vision.pipeline.types import Corners, Zone, Zones

WIDTH, HEIGHT = 640, 480
BOARD = (150, 60, 360)
"""Left, top and side of the board in pixels."""
COLORS = {
    "red": (40, 34, 178),
    "blue": (170, 78, 38),
    "green": (62, 124, 36),
    "yellow": (48, 188, 226),
    "white": (208, 222, 228),
    "black": (36, 36, 38),
    "purple": (140, 50, 104),
}


@dataclass
class Scene:
    """Draws photos of one table; the same arguments give the same photo."""

    cells: int = 8
    seed: int = 3
    _table: np.ndarray = field(init=False)
    _board: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        streaks = cv2.GaussianBlur(rng.normal(0, 60, (HEIGHT, WIDTH)), (0, 0), 9, sigmaY=1)
        spots = cv2.GaussianBlur(rng.normal(0, 45, (HEIGHT, WIDTH)), (0, 0), 2)
        base = np.array([70, 110, 150], float)
        self._table = base + (3 * streaks + spots)[..., None]
        _, _, side = BOARD
        squares = np.indices((self.cells, self.cells)).sum(axis=0) % 2
        flat = np.where(squares[..., None], (70, 95, 130), (175, 200, 215)).astype(np.float64)
        board = cv2.resize(flat, (side, side), interpolation=cv2.INTER_NEAREST)
        grain = cv2.GaussianBlur(rng.normal(0, 22, (side, side)), (0, 0), 1.2)
        self._board = board + grain[..., None]

    @property
    def corners(self) -> Corners:
        x, y, side = BOARD
        points = [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
        a, b, c, d = ((px / WIDTH, py / HEIGHT) for px, py in points)
        return a, b, c, d

    def bare_board(self) -> Scene:
        """The same table with a plain sand-coloured board without cells."""
        rng = np.random.default_rng(self.seed + 1)
        side = BOARD[2]
        grain = cv2.GaussianBlur(rng.normal(0, 60, (side, side)), (0, 0), 2)
        self._board = np.array([110, 140, 150], float) + grain[..., None]
        return self

    def photo(
        self,
        pieces: Mapping[tuple[float, float], str] | None = None,
        *,
        cubes: Mapping[tuple[float, float], str] | None = None,
        light: float = 1.0,
        warm: float = 0.0,
        slope: float = 0.0,
        shift: tuple[float, float] = (0, 0),
        turn: float = 0.0,
        hand: tuple[int, int] | None = None,
        noise: int = 0,
        size: tuple[int, int] | None = None,
    ) -> np.ndarray:
        """A photo.

        Args:
            pieces: discs, by cell.
            cubes: small cubes, by place in 0…1 of the board.
            light: exposure.
            warm: -1…1, white balance.
            slope: how much darker the right side is.
            shift: pixels the camera moved.
            turn: degrees the camera turned.
            hand: pixel its finger tips point at, coming from below.
            noise: seed of the sensor's noise.
            size: width and height it is resized to.
        """
        image = self._table.copy()
        x0, y0, side = BOARD
        image[y0 : y0 + side, x0 : x0 + side] = self._board
        cell = side / self.cells
        for (column, row), color in (pieces or {}).items():
            centre = (x0 + (column + 0.5) * cell, y0 + (row + 0.5) * cell)
            _disc(image, centre, 0.33 * cell, COLORS[color])
        for (u, v), color in (cubes or {}).items():
            _cube(image, (x0 + u * side, y0 + v * side), COLORS[color])
        if hand is not None:
            skin = (150.0, 175.0, 225.0)
            cv2.line(image, hand, (hand[0] + 30, HEIGHT + 40), skin, 74)
            cv2.circle(image, hand, 45, skin, -1)
        ramp = 1 - slope * np.linspace(0, 1, WIDTH)[None, :, None]
        gains = np.array([1 - 0.1 * warm, 1.0, 1 + 0.1 * warm])
        image = image * light * ramp * gains
        if shift != (0, 0) or turn:
            matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), turn, 1.0)
            matrix[:, 2] += shift
            image = cv2.warpAffine(image, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
        rng = np.random.default_rng(100 + noise)
        image = image + rng.normal(0, 1.5, image.shape)
        photo = np.clip(image, 0, 255).astype(np.uint8)
        return photo if size is None else cv2.resize(photo, size, interpolation=cv2.INTER_AREA)

    def file(self, *args: object, **kwargs: object) -> bytes:
        """The photo as a JPEG file."""
        return encode(self.photo(*args, **kwargs))  # type: ignore[arg-type]


def _disc(
    image: np.ndarray, centre: tuple[float, float], radius: float, color: tuple[int, int, int]
) -> None:
    c = (round(centre[0]), round(centre[1]))
    cv2.circle(image, (c[0] + 3, c[1] + 4), round(radius), (45.0, 55.0, 65.0), -1, cv2.LINE_AA)
    cv2.circle(image, c, round(radius), color, -1, cv2.LINE_AA)
    top = tuple(min(255.0, 1.35 * v + 12) for v in color)
    cv2.circle(image, (c[0] - 2, c[1] - 2), round(0.5 * radius), top, -1, cv2.LINE_AA)


def _cube(image: np.ndarray, centre: tuple[float, float], color: tuple[int, int, int]) -> None:
    x, y = round(centre[0]), round(centre[1])
    cv2.rectangle(image, (x - 4, y - 4), (x + 7, y + 7), (45.0, 55.0, 65.0), -1)
    cv2.rectangle(image, (x - 5, y - 5), (x + 4, y + 4), color, -1)


def encode(photo: np.ndarray, quality: int = 95) -> bytes:
    """A photo as a JPEG file."""
    return cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


@pytest.fixture(scope="session")
def scene() -> Scene:
    """A table with an eight by eight board."""
    return Scene()


@pytest.fixture(scope="session")
def desert() -> Scene:
    """A table with a board of zones."""
    return Scene(seed=5).bare_board()


@pytest.fixture(scope="session")
def zones() -> Zones:
    """Two large zones, one inside another, and a small one."""

    def square(x: float, y: float, side: float) -> tuple[tuple[float, float], ...]:
        return ((x, y), (x + side, y), (x + side, y + side), (x, y + side))

    return Zones(
        (
            Zone("north", "North", square(0.05, 0.05, 0.4)),
            Zone("south", "South", square(0.5, 0.5, 0.45)),
            Zone("camp", "Camp", square(0.7, 0.7, 0.2)),
            Zone("flag", "Flag", square(0.6, 0.1, 0.1)),
        )
    )


START = {"a1": "R", "c1": "R", "e1": "K", "b8": "r", "d8": "r", "h8": "k"}
"""Seen from the right-hand side of the board: files run down, ranks run to the left."""


def cell(name: str) -> tuple[int, int]:
    """Where a name is in the photo: file a at the top, rank 1 at the right."""
    return 8 - int(name[1]), ord(name[0]) - ord("a")


@pytest.fixture
def write_sequence(tmp_path: Path, scene: Any) -> Callable[..., Path]:
    """Writes a chess-like sequence into a folder and returns it."""

    def write(name: str = "game", **changes: Any) -> Path:
        folder = tmp_path / "data" / name
        folder.mkdir(parents=True)
        position = {n: ("red" if p.isupper() else "blue") for n, p in START.items()}

        def shoot(file: str, **effects: Any) -> None:
            cells = {cell(n): color for n, color in position.items()}
            (folder / file).write_bytes(scene.file(cells, **effects))

        shoot("000.jpg")
        position["c4"] = position.pop("c1")
        shoot("001.jpg", noise=1, light=0.9)
        shoot("002_hand.jpg", noise=2, hand=(330, 300))
        shoot("003.jpg", noise=3, light=1.1)
        position["c8"] = position.pop("d8")
        position["e4"] = position.pop("h8")
        shoot("004.jpg", noise=4)
        x, y, side = 150, 60, 360
        truth = {
            "grid": [8, 8],
            "corners": [[x, y], [x + side, y], [x + side, y + side], [x, y + side]],
            "start": START,
            "steps": [
                _step("move", "000.jpg", "001.jpg", ("white", "c1", "c4")),
                _step("occluded", "001.jpg", "002_hand.jpg"),
                _step("no-move", "001.jpg", "003.jpg"),
                _step("multi", "003.jpg", "004.jpg", ("black", "d8", "c8"), ("black", "h8", "e4")),
            ],
        } | changes
        (folder / "truth.json").write_text(json.dumps(truth))
        return folder

    return write


def _step(kind: str, before: str, after: str, *moves: tuple[str, str, str]) -> dict[str, Any]:
    names = [n for _, a, b in moves for n in (a, b)]
    return {
        "kind": kind,
        "before": before,
        "after": after,
        "moves": [{"colour": c, "from": a, "to": b} for c, a, b in moves],
        "changed_cells": names,
        "changed_rc": [list(cell(n)) for n in names],
    }


@pytest.fixture
def write_zones(tmp_path: Path, desert: Any, zones: Any) -> Callable[[], Path]:
    """Writes a sequence of a board of zones into a folder and returns it."""

    def write() -> Path:
        folder = tmp_path / "data" / "zones"
        folder.mkdir(parents=True)
        cubes = {(0.12, 0.12): "red", (0.3, 0.3): "blue", (0.55, 0.9): "green"}
        (folder / "1.jpg").write_bytes(desert.file({}, cubes=cubes))
        (folder / "2.jpg").write_bytes(desert.file({}, cubes=cubes, noise=1))
        cubes |= {(0.6, 0.6): "red"}
        (folder / "3.jpg").write_bytes(desert.file({}, cubes=cubes, noise=2))
        counts = {"north": {"red": 1, "blue": 1}, "south": {"green": 1}}
        after = counts | {"south": {"green": 1, "red": 1}}
        x, y, side = 150, 60, 360
        corners = [[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
        truth = {
            "zones": [{"id": z.id, "polygon": z.polygon} for z in zones.zones],
            "frame_corners": {"1.jpg": corners, "2.jpg": corners},
            "counts": {"1.jpg": counts, "2.jpg": counts, "3.jpg": after},
            "steps": [
                {"kind": "no-move", "before": "1.jpg", "after": "2.jpg", "changed_zones": []},
                {"kind": "move", "before": "2.jpg", "after": "3.jpg", "changed_zones": ["south"]},
            ],
        }
        (folder / "truth.json").write_text(json.dumps(truth))
        return folder

    return write
