"""Moves in words."""

from collections.abc import Sequence

from .state import Names
from .types import Move, MoveKind, Point


def describe(move: Move, names: Names) -> str:
    """One move in words, e.g. ``white pawn: E2 → E4``.

    Args:
        move: what was read.
        names: players and vocabulary.
    """
    who = names.who(move.player, move.color, move.type)
    start = _where(move.from_space, move.from_position, names)
    end = _where(move.to_space, move.to_position, names)
    if move.kind is MoveKind.PLACE:
        return f"{who} placed on {end}"
    if move.kind is MoveKind.REMOVE:
        return f"{who} removed from {start}"
    if move.kind is MoveKind.CAPTURE and start is None:
        return f"{who} replaces the piece on {end}"
    return f"{who}: {way(move, names)}"


def way(move: Move, names: Names) -> str:
    """Where a piece went, without saying which: ``E2 → E4``, ``+ Arrakeen``, ``− Conflict``, ``× Carthag``.

    Args:
        move: what was read.
        names: players and vocabulary.
    """
    start = _where(move.from_space, move.from_position, names)
    end = _where(move.to_space, move.to_position, names)
    if move.kind is MoveKind.REMOVE:
        return f"− {start}"
    sign = {MoveKind.PLACE: "+", MoveKind.CAPTURE: "×"}.get(move.kind, "→")
    return f"{sign} {end}" if start is None else f"{start} {sign} {end}"


def _where(space: str | None, position: Point | None, names: Names) -> str | None:
    """A space's name, else a free position in the surface's unit, None off the board."""
    if space is not None:
        return names.place(space)
    if position is None:
        return None
    return f"({position[0]:.1f}, {position[1]:.1f})"


def summarise(moves: Sequence[Move], names: Names) -> str:
    """All moves in one sentence.

    Args:
        moves: what was read.
        names: players and vocabulary.
    """
    if not moves:
        return "Nothing changed"
    text = "; ".join(describe(m, names) for m in moves)
    return text[0].upper() + text[1:]
