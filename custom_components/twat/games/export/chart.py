"""How the scores grew, as SVG."""

import math
from typing import Final

from ..colors import shade
from ..drawing.svg import label, points, tag, text
from .story import Story

STYLE: Final = (
    ".c-grid{stroke:#d9cdb4}.c-name{fill:#5a4d36;font-size:14px}.c-line{fill:none;stroke-width:3.5;"
    "stroke-linejoin:round;stroke-linecap:round}.c-under{fill:none;stroke:#8d7d5c;stroke-width:5.5;"
    "stroke-linejoin:round;stroke-linecap:round}.c-end{font-weight:600;fill:#2c2418;font-size:15px}"
    "@media(prefers-color-scheme:dark){.c-grid{stroke:#4d463a}.c-name{fill:#cfc4ae}"
    ".c-under{stroke:#a99b7f}.c-end{fill:#f6efe0}}"
)

_WIDTH: Final = 720.0
_HEIGHT: Final = 280.0
_LEFT: Final = 40.0
_RIGHT: Final = 150.0
_TOP: Final = 16.0
_BOTTOM: Final = 30.0
_APART: Final = 19.0


def draw_scores(story: Story) -> str:
    """Return a line for each player over the rounds; empty for fewer than two rounds."""
    if len(story.scores) < 2:
        return ""
    players = story.game.players
    values = [row.scores[p.position] for row in story.scores for p in players]
    step = _step(max(values) - min(*values, 0))
    low, high = _floor(min(*values, 0), step), -_floor(-max(*values, 1), step)
    rounds = [row.round for row in story.scores]

    def at(number: int, value: float) -> tuple[float, float]:
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * number / (len(rounds) - 1)
        return x, _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / (high - low)

    grid = []
    for value in range(low, high + 1, step):
        _, y = at(0, value)
        grid.append(tag("line", class_="c-grid", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y))
        grid.append(label(str(value), _LEFT - 8, y + 5, class_="c-name", text_anchor="end"))
    every = math.ceil(len(rounds) / 12)
    grid.extend(
        label(str(name), at(n, 0)[0], _HEIGHT - 8, class_="c-name", text_anchor="middle")
        for n, name in enumerate(rounds)
        if n % every == 0
    )
    lines, ends = [], []
    for player in players:
        corners = [at(n, row.scores[player.position]) for n, row in enumerate(story.scores)]
        fill, _ = shade(player.color)
        lines.append(tag("polyline", class_="c-under", points=points(corners)))
        lines.append(tag("polyline", class_="c-line", points=points(corners), stroke=fill))
        score = story.scores[-1].scores[player.position]
        ends.append((corners[-1][1], f"{player.name} {score}"))
    return tag(
        "svg",
        tag("title", text(story.game.name)),
        *grid,
        *lines,
        *_labels(ends),
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        role="img",
        class_="chart",
    )


def _labels(ends: list[tuple[float, str]]) -> list[str]:
    """Return the names at the ends of the lines, moved apart where they would overlap."""
    placed: list[str] = []
    lowest = -math.inf
    for y, name in sorted(ends):
        lowest = max(y, lowest + _APART)
        placed.append(label(name[:18], _WIDTH - _RIGHT + 10, lowest + 5, class_="c-end"))
    return placed


def _step(reach: int) -> int:
    """Return a round distance between lines of the grid, of which there are about five."""
    rough = max(1.0, reach / 5)
    power = 10 ** math.floor(math.log10(rough))
    return int(next(m * power for m in (1, 2, 5, 10) if m * power >= rough))


def _floor(value: int, step: int) -> int:
    return value // step * step
