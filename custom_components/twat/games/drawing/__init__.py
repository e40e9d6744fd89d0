"""Drawings of a board, as SVG: any state of any game, from its profile alone.

A drawing needs nothing from outside and is readable on light and dark. It has what the layout
knows (cells, zones, tracks, a ruled surface), the pieces with their numbers, arrows for the last
moves, and a table of what everybody owns.
"""

from typing import Final

from ..model import Game, GameState
from ..profile import GameProfile
from .panel import draw_panel, draw_title
from .pieces import draw_moves, draw_pieces
from .places import WIDTH, Frame, empty_board
from .svg import tag, text

__all__ = ["MARGIN", "STYLE", "WIDTH", "Frame", "draw_board", "draw_scene", "empty_board"]

MARGIN: Final = 44.0
"""Pixels around a board, with room for the names of rows."""

_TITLE: Final = 44.0
_LABELS: Final = 36.0

STYLE: Final = """
.t-board{fill:#f4ecd9}.t-cell{fill:#e4d5b4}.t-line{stroke:#cbbb98;fill:none}
.t-edge{fill:none;stroke:#a8946a;stroke-width:2}.t-zone{fill:#fffaf0;fill-opacity:.75;stroke:#a8946a}
.t-step{fill:none;stroke:#cbbb98;stroke-width:2}.t-piece{stroke:#00000099;stroke-width:1.5}
.t-pip{stroke:#8d7d5c}.t-active{fill:#e07b3938;stroke:#c2571a;stroke-width:1.5}
.t-arrow{stroke:#c2410c;stroke-width:5;fill:none;stroke-linecap:round}.t-head{fill:#c2410c;stroke:#fffaf0;stroke-width:2}
.t-halo-line{stroke:#fffaf0;stroke-width:9;stroke-linecap:round;opacity:.8}
.t-ring{fill:none;stroke:#c2410c;stroke-width:4}
.t-name,.t-text{fill:#5a4d36}.t-title,.t-strong,.t-score,.t-count{fill:#2c2418}.t-where{fill:#5a4d36}
.t-name,.t-glyph{text-anchor:middle}.t-where{text-anchor:end}
.t-title,.t-strong,.t-score,.t-count{font-weight:600}.t-paper{fill:#fffdf8}
.t-halo{paint-order:stroke;stroke:#fffaf0;stroke-width:3px;stroke-linejoin:round}
@media(prefers-color-scheme:dark){
.t-paper{fill:#1c1a17}.t-board{fill:#544b3c}.t-cell{fill:#40392e}.t-line{stroke:#6b604e}
.t-edge{stroke:#8b7d63}.t-zone{fill:#3b352b;fill-opacity:.85;stroke:#8b7d63}.t-step{stroke:#6b604e}
.t-piece{stroke:#ffffffa6;stroke-width:2}.t-pip{stroke:#8d8064}.t-active{fill:#f59e5a33;stroke:#f59e5a}
.t-arrow{stroke:#ff9a4d}.t-head{fill:#ff9a4d;stroke:#1c1a17}.t-halo-line{stroke:#1c1a17}
.t-ring{stroke:#ff9a4d}.t-name,.t-text,.t-where{fill:#cfc4ae}
.t-title,.t-strong,.t-score,.t-count{fill:#f6efe0}.t-halo{stroke:#2b2721}}
""".replace("\n", "")
"""Rules that a drawing's classes follow; whoever puts `draw_scene` elsewhere needs them there."""

_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"


def draw_board(game: Game, profile: GameProfile, state: GameState) -> str:
    """Return a drawing as a complete SVG document.

    Args:
        game: For its players, name and settings.
        profile: The game's; its language is the drawing's.
        state: What is drawn; its `detected_changes` are the arrows.
    """
    frame = Frame.of(profile.layout_for(game.settings))
    panel, panel_height = draw_panel(game, profile, state)
    top = MARGIN + _TITLE
    below = top + frame.height + _LABELS + 16
    width, height = WIDTH + 2 * MARGIN, below + panel_height + MARGIN / 2
    return tag(
        "svg",
        tag("title", text(game.name)),
        tag("style", STYLE),
        tag("rect", class_="t-paper", width=width, height=height, rx=16),
        tag("g", draw_title(game, profile, state), transform=f"translate({MARGIN} {MARGIN + 14})"),
        tag(
            "g",
            empty_board(frame),
            draw_scene(frame, game, profile, state),
            transform=f"translate({MARGIN} {top})",
        ),
        tag("g", panel, transform=f"translate({MARGIN} {below})"),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        font_family=_FONT,
        role="img",
    )


def draw_scene(frame: Frame, game: Game, profile: GameProfile, state: GameState) -> str:
    """Return what stands on the board and what moved last, without the board itself."""
    return draw_pieces(frame, game, profile, state) + draw_moves(
        frame, game, state.detected_changes
    )
