"""The table beside a drawn board: who plays, whose turn it is, who owns what."""

from typing import Final

from ..captions import captions
from ..colors import shade
from ..model import Game, GameState, Player
from ..profile import COMMON, GameProfile, Resource
from ..scoring import resource_of
from .places import WIDTH
from .svg import label, tag, wrapped

# Large enough to be read on a phone that shows the drawing 360 pixels wide.
_ROW: Final = 44.0
_SIZE: Final = 24.0
_NAMES: Final = 320.0
# Most steps that are drawn one by one; larger numbers are only written.
_STEPS: Final = 10


def draw_panel(game: Game, profile: GameProfile, state: GameState) -> tuple[str, float]:
    """Return the table and its height in pixels; it is as wide as the board."""
    rows = [resource for resource in profile.resources if _counts(state, game, resource)]
    own = [resource for resource in rows if not resource.common]
    shared = [resource for resource in rows if resource.common]
    width = (WIDTH - (_NAMES if own else 0)) / len(game.players)
    left = _NAMES if own else 0.0
    parts = [
        _player(player, state, left + n * width, width) for n, player in enumerate(game.players)
    ]
    y = _ROW
    score = None if profile.victory is None else profile.victory.score
    for resource in sorted(own, key=lambda resource: resource.id != score):
        kind = "t-score" if resource.id == score else "t-text"
        parts.append(_line(y))
        parts.append(_name(resource, y, kind))
        for n, player in enumerate(game.players):
            value = resource_of(state, player.position, resource.id)
            color = shade(player.color)[0]
            parts.append(_value(resource, value, left + n * width, y, color, kind))
        y += _ROW
    for resource in shared:
        value = state.resources.get(COMMON, {}).get(resource.id, 0)
        parts.append(_line(y))
        parts.append(_name(resource, y, "t-text"))
        parts.append(label(str(value), _NAMES + 34, y + 30, class_="t-text", font_size=_SIZE))
        y += _ROW
    return tag("g", *parts), y


def draw_title(game: Game, profile: GameProfile, state: GameState) -> str:
    """Return the line above the board: the game, and where in its course it is."""
    words = captions(profile.language)
    where = [f"{words.turn} {state.turn}"]
    if state.round > 1 or len(profile.phases) > 1:
        where.insert(0, f"{words.round} {state.round}")
    if len(profile.phases) > 1:
        where.append(profile.phase_name(state.phase))
    name = wrapped(game.name, WIDTH * 0.5, 34, 1)[0]
    return label(name, 0, 0, class_="t-title", font_size=34) + label(
        " · ".join(where), WIDTH, 0, class_="t-where", font_size=_SIZE
    )


def _counts(state: GameState, game: Game, resource: Resource) -> bool:
    """Whether a resource is worth a line: somebody has some of it."""
    if resource.common:
        return bool(state.resources.get(COMMON, {}).get(resource.id, 0))
    return any(resource_of(state, player.position, resource.id) for player in game.players)


def _name(resource: Resource, y: float, kind: str) -> str:
    """Return a resource's name, in two smaller lines where one is not enough."""
    name = f"{resource.name[:1].upper()}{resource.name[1:]}"
    if len(lines := wrapped(name, _NAMES, _SIZE - 2, 2)) == 1:
        return label(lines[0], 0, y + 30, class_=kind, font_size=_SIZE - 2)
    return "".join(
        label(line, 0, y + 19 + 19 * n, class_=kind, font_size=18) for n, line in enumerate(lines)
    )


def _line(y: float) -> str:
    return tag("line", class_="t-line", x1=0, y1=y, x2=WIDTH, y2=y)


def _player(player: Player, state: GameState, x: float, width: float) -> str:
    active = player.position == state.active_player
    fill, _ = shade(player.color)
    out = player.position in state.eliminated
    parts = [
        tag("rect", class_="t-active", x=x + 1, y=2, width=width - 6, height=_ROW - 4, rx=8)
        if active
        else "",
        tag("circle", class_="t-piece", cx=x + 18, cy=_ROW / 2, r=10, fill=fill),
        label(
            wrapped(player.name, width - 44, _SIZE, 1)[0],
            x + 34,
            _ROW / 2 + 8,
            class_="t-strong" if active else "t-text",
            font_size=_SIZE,
            text_decoration="line-through" if out else None,
        ),
    ]
    return tag("g", *parts)


def _value(resource: Resource, value: int, x: float, y: float, color: str, kind: str) -> str:
    """Return a number, and a bar of its steps where there are few."""
    number = label(str(value), x + 34, y + 30, class_=kind, font_size=_SIZE)
    if resource.maximum is None or resource.maximum - resource.minimum > _STEPS:
        return number
    steps = [
        tag(
            "rect",
            class_="t-pip",
            x=x + 66 + 12 * n,
            y=y + 14,
            width=9,
            height=16,
            rx=2,
            fill=color if resource.minimum + n < value else "none",
        )
        for n in range(resource.maximum - resource.minimum)
    ]
    return number + "".join(steps)
