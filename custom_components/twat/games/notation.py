"""Moves in the game's own words, one line for the interface and the log."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from .errors import GameError
from .layout import Layout, Surface
from .model import Game, Move, MoveKind, Position
from .profile import GameProfile

MAX_LENGTH: Final = 255
"""Longest state that Home Assistant takes."""


def describe_moves(moves: Sequence[Move], game: Game, profile: GameProfile) -> str:
    """Return moves as one line, e.g. ``White pawn: E4 → F5``; equal ones are counted.

    Args:
        moves: What happened, as `games.board` filled it in.
        game: For its players.
        profile: For the names of pieces and spaces.

    Returns:
        At most 255 characters, cut with an ellipsis; empty when nothing moved.
    """
    layout = profile.layout_for(game.settings)
    lines = Counter(_line(move, game, profile, layout) for move in moves)
    text = "; ".join(
        f"{who}{f' × {count}' if count > 1 else ''}: {where}"
        for (who, where), count in lines.items()
    )
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1].rstrip() + "…"


def _line(move: Move, game: Game, profile: GameProfile, layout: Layout) -> tuple[str, str]:
    """Return who moved, and from where to where."""
    who = _piece(move.type, move.player, move.color, game, profile)
    who = f"{who[0].upper()}{who[1:]}"
    if move.kind is MoveKind.CAPTURE:
        who += f" takes {_piece(move.captured_type, move.captured_player, None, game, profile)}"
    origin = _place(move.from_space, move.from_position, layout) or profile.supply
    target = _place(move.to_space, move.to_position, layout) or profile.supply
    return who, f"{origin} → {target}"


def _piece(
    type_id: str | None, player: int | None, color: str | None, game: Game, profile: GameProfile
) -> str:
    """Return ``blue agent``, ``Alice's agent`` where the colour has no name, or ``agent``."""
    try:
        name = profile.piece_type(type_id or "").name
    except GameError:
        name = "piece"
    owner = game.player(player)
    if owner is not None:
        color = owner.color
        if color.startswith("#"):
            return f"{owner.name}'s {name}"
    return name if color is None or color.startswith("#") else f"{color} {name}"


def _place(space: str | None, position: Position | None, layout: Layout) -> str | None:
    if space is not None:
        return layout.name(space)
    if position is not None and isinstance(layout, Surface):
        return f"({position.x:.1f}, {position.y:.1f}) {layout.unit}"
    return None
