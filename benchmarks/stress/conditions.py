"""Under which conditions a photo is taken, and what a game goes through photo by photo."""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

Happening = Literal["move", "capture", "place", "remove", "turn", "several", "plies", "nothing"]
"""What the players do between two photos; ``turn`` turns a piece where it stands, ``plies`` are two moves of different players,
``several`` one player's."""

Reach = Literal["piece", "border", "beside"]
"""Where a hand goes: to the piece that was moved (or any), only just over the border, or past the board to what is beside it."""

BAR_TAGS: Final = frozenset({"light", "bump", "soft shadow", "noise"})
"""Conditions under which the stress set's bars must hold; steps with any other tag are reported beside them."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is different in one photo.

    Attributes:
        exposure: Brightness as a factor of pixel values.
        white_balance_k: Warmth in kelvin; positive is warmer.
        shift: How far the picture moved because the camera was turned, in fractions of its width and height.
        roll_deg: Turn of the picture.
        zoom: Distance of the camera as a factor.
        orbit_deg: How far the camera went round what it looks at, two angles: tall pieces lean elsewhere.
        soft: Soft shadows: centre (0…1 of width and height), radius (of the width), depth (0…1).
        hard: Hard-edged shadows: two points of the edge (0…1), depth; the shadow lies to its right.
        glare: Reflections: centre (0…1), size (of the width), turn in radians, brightness (0…255).
        defocus: Sigma of the blur in pixels.
        noise: Strength; 1 is about 2.5 grey levels.
        quality: Of the JPEG.
    """

    exposure: float = 1.0
    white_balance_k: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    roll_deg: float = 0.0
    zoom: float = 1.0
    orbit_deg: tuple[float, float] = (0.0, 0.0)
    soft: tuple[tuple[float, float, float, float], ...] = ()
    hard: tuple[tuple[float, float, float, float, float], ...] = ()
    glare: tuple[tuple[float, float, float, float, float], ...] = ()
    defocus: float = 0.0
    noise: float = 1.0
    quality: int = 88


@dataclass(frozen=True, slots=True)
class Planned:
    """One photo of the plan: what happened before it, what is difficult about it.

    ``nudge`` pushes some pieces about within their spaces; a ``hand`` photo is never the next step's before photo.
    """

    happening: Happening
    tags: tuple[str, ...] = ()
    hand: Reach | None = None

    @property
    def nudge(self) -> bool:
        """Whether pieces are pushed about within their spaces."""
        return "nudge" in self.tags


_ALL: Final = ("light", "bump", "soft shadow", "noise")

PLAN: Final = (
    Planned("move"),
    Planned("move", ("light",)),
    Planned("capture", ("light",)),
    Planned("nothing", ("light",)),
    Planned("place", ("bump",)),
    Planned("move", ("bump",)),
    Planned("nothing", ("bump",)),
    Planned("move", hand="piece"),
    Planned("move"),
    Planned("capture"),
    Planned("remove", ("soft shadow",)),
    Planned("nothing", ("soft shadow",)),
    Planned("move", ("soft shadow", "light")),
    Planned("nothing", hand="piece"),
    Planned("place", ("light", "bump")),
    Planned("several", ("light",)),
    Planned("plies", ("bump",)),
    Planned("capture", ("bump", "soft shadow")),
    Planned("move", ("noise",)),
    Planned("nothing", ("noise",)),
    Planned("move", _ALL),
    Planned("nothing", _ALL),
    Planned("place", _ALL),
    Planned("remove", _ALL),
    Planned("nothing", hand="piece"),
    Planned("several"),
    Planned("move"),
    # From here on harder than the bars ask for.
    Planned("move", ("nudge",)),
    Planned("nothing", ("nudge",)),
    Planned("move", ("hard shadow",)),
    Planned("nothing", ("hard shadow",)),
    Planned("move", ("reflection",)),
    Planned("nothing", ("reflection",)),
    Planned("capture", ("defocus",)),
    Planned("nothing", ("defocus",)),
    Planned("move", ("parallax",)),
    Planned("nothing", ("parallax",)),
    Planned("move", hand="piece"),
    Planned("move", (*_ALL, "hard shadow", "nudge")),
    Planned("nothing", (*_ALL, "hard shadow", "reflection")),
)
"""What a game on a table goes through."""

TURNS: Final = tuple(
    replace(planned, happening="turn") if planned.happening == "capture" else planned
    for planned in PLAN
)
"""The same where nothing is taken, but pieces face somewhere."""

FOOTAGE: Final = (
    Planned("move"),
    Planned("move", hand="border"),
    Planned("nothing"),
    Planned("nothing", hand="border"),
    Planned("nothing", ("light",)),
    Planned("capture"),
    Planned("capture", hand="border"),
    Planned("nothing"),
    Planned("move", ("light",)),
    Planned("nothing", ("light",)),
    Planned("nothing", hand="beside"),
    Planned("move", ("soft shadow",)),
    Planned("nothing", ("soft shadow",)),
    Planned("move", ("soft shadow",), hand="border"),
    Planned("nothing", ("soft shadow",)),
    Planned("plies"),
    Planned("several"),
    Planned("nothing", hand="beside"),
    Planned("move", ("noise",)),
    Planned("nothing", ("noise",)),
    Planned("capture", hand="beside"),
    Planned("nothing"),
    Planned("nothing", ("light",), hand="beside"),
    Planned("move", ("light", "noise")),
    Planned("nothing", ("light", "soft shadow")),
    Planned("move", ("noise",), hand="border"),
    Planned("nothing", ("noise",)),
    Planned("capture", ("soft shadow",)),
    Planned("nothing", hand="border"),
    Planned("plies", ("soft shadow",)),
    Planned("move"),
    # From here on harder than the bars ask for.
    Planned("move", ("compression",)),
    Planned("nothing", ("compression",)),
    Planned("capture", ("compression",)),
    Planned("move", ("compression",), hand="border"),
    Planned("nothing", ("compression",)),
    Planned("move", ("nudge",)),
    Planned("nothing", ("nudge",)),
)
"""What a game of which there is footage goes through: nobody knocks the camera, and hands are often in view."""


def conditions(tags: tuple[str, ...], rng: np.random.Generator) -> Conditions:
    """Draw the conditions of a photo.

    Light and camera are drawn anew for every photo, each half as far from the normal as two photos may differ: exposure
    within ±15 % and white balance within ±400 K of it, shift within ±1 % and rotation within ±1°.
    """
    # Drawn whether used or not, so that a change of the plan leaves the other photos as they are.
    exposure, warmth = rng.uniform(-1, 1, 2)
    shift_x, shift_y, roll, zoom = rng.uniform(-1, 1, 4)
    orbit = rng.uniform(2.0, 4.0, 2) * rng.choice((-1, 1), 2)
    soft, hard, glare = _soft(rng), _hard(rng), _glare(rng)
    light = (0.15, 400.0) if "light" in tags else (0.02, 50.0)
    bump = (0.01, 1.0, 0.015) if "bump" in tags else (0.0, 0.0, 0.0)
    noisy = "noise" in tags
    defocus = float(rng.uniform(1.6, 2.4)) if "defocus" in tags else 0.0
    noise = float(rng.uniform(1.8, 2.6)) if noisy else 1.0
    quality = int(rng.integers(60, 75) if noisy else rng.integers(80, 96))
    if "compression" in tags:
        quality = int(rng.integers(28, 42))
    return Conditions(
        exposure=1 + light[0] * exposure,
        white_balance_k=light[1] * warmth,
        shift=(bump[0] * shift_x, bump[0] * shift_y),
        roll_deg=bump[1] * roll,
        zoom=1 + bump[2] * zoom,
        orbit_deg=(orbit[0], orbit[1]) if "parallax" in tags else (0.0, 0.0),
        soft=soft if "soft shadow" in tags else (),
        hard=hard if "hard shadow" in tags else (),
        glare=glare if "reflection" in tags else (),
        defocus=defocus,
        noise=noise,
        quality=quality,
    )


def _soft(rng: np.random.Generator) -> tuple[tuple[float, float, float, float], ...]:
    """One or two people's shadows."""
    return tuple(
        (
            rng.uniform(0.2, 0.8),
            rng.uniform(0.0, 1.0),
            rng.uniform(0.12, 0.3),
            rng.uniform(0.2, 0.4),
        )
        for _ in range(int(rng.integers(1, 3)))
    )


def _hard(rng: np.random.Generator) -> tuple[tuple[float, float, float, float, float], ...]:
    """The edge of what stands between the table and the sun, right across the board."""
    x, y = rng.uniform(0.35, 0.65, 2)
    angle = rng.uniform(0, 2 * np.pi)
    dx, dy = np.cos(angle), np.sin(angle)
    return ((x - dx, y - dy, x + dx, y + dy, rng.uniform(0.3, 0.5)),)


def _glare(rng: np.random.Generator) -> tuple[tuple[float, float, float, float, float], ...]:
    """A window or lamp, mirrored somewhere on the board."""
    x, y = rng.uniform(0.3, 0.7), rng.uniform(0.2, 0.8)
    size, turn = rng.uniform(0.05, 0.11), rng.uniform(0, np.pi)
    return ((x, y, size, turn, rng.uniform(45, 110)),)
