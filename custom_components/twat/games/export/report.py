"""A game's story as one HTML file that needs nothing else: no script, no request to anywhere."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from ..captions import captions
from ..colors import shade
from ..drawing import STYLE as DRAWING_STYLE, WIDTH, Frame, draw_board, draw_scene, empty_board
from ..drawing.svg import tag
from ..model import Capture, Player
from .chart import STYLE as CHART_STYLE, draw_scores
from .story import Entry, Story, span

type ReadThumbnail = Callable[[Capture], bytes | None]
"""Returns the JPEG bytes of a capture's small picture, or None when there is none."""

# Room for the names of rows and columns around a small board.
_MARGIN: Final = 44


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry as the template shows it."""

    entry: Entry
    color: str
    photo: str | None
    board: Markup


def write_report(story: Story, thumbnail: ReadThumbnail) -> str:
    """Return the report.

    Args:
        story: What is told.
        thumbnail: Where the photos come from.
    """
    game, profile = story.game, story.profile
    frame = Frame.of(profile.layout_for(game.settings))
    return _template().render(
        story=story,
        game=game,
        profile=profile,
        words=captions(profile.language),
        color=_color,
        span=span,
        style=Markup(DRAWING_STYLE + CHART_STYLE),
        symbol=Markup(tag("symbol", empty_board(frame), id="board", overflow="visible")),
        final=Markup(draw_board(game, profile, story.archive.head)),
        chart=Markup(draw_scores(story)),
        rows=[_row(story, frame, entry, thumbnail) for entry in story.entries],
        active=game.player(story.archive.head.active_player),
    )


def _row(story: Story, frame: Frame, entry: Entry, thumbnail: ReadThumbnail) -> _Row:
    photo = None if entry.capture is None else thumbnail(entry.capture)
    board = tag(
        "svg",
        tag("use", href="#board"),
        draw_scene(frame, story.game, story.profile, entry.state),
        viewBox=f"{-_MARGIN} -10 {WIDTH + _MARGIN + 10:g} {frame.height + 44:g}",
        class_="board",
        role="img",
    )
    return _Row(
        entry=entry,
        color=_color(entry.player),
        photo=None if photo is None else f"data:image/jpeg;base64,{b64encode(photo).decode()}",
        board=Markup(board),
    )


def _color(player: Player | None) -> str:
    return "transparent" if player is None else shade(player.color)[0]


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")
