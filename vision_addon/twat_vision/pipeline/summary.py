"""Moves in words."""

from collections.abc import Sequence

from .state import Names
from .types import Move, MoveKind, Point, Surface

LEAST_TURN_DEG = 5.0
"""Turns from which on they are told and drawn; smaller ones are within the error of measuring."""


def describe(move: Move, names: Names) -> str:
    """One move in words, e.g. ``white pawn: E2 → E4``, on a table ``blue unit: (12.0, 7.5) → (16.1, 9.0), 4.4 in``.

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
    if move.distance == 0:
        return f"{who} on {end}: {way(move, names)}"
    measured = (_went(move, names), turn_of(move))
    return ", ".join(text for text in (f"{who}: {way(move, names)}", *measured) if text)


def way(move: Move, names: Names) -> str:
    """Where a piece went, without saying which: ``E2 → E4``, ``+ Arrakeen``, ``− Conflict``, ``turned 90° clockwise``.

    Args:
        move: what was read.
        names: players and vocabulary.
    """
    start = _where(move.from_space, move.from_position, names)
    end = _where(move.to_space, move.to_position, names)
    if move.kind is MoveKind.REMOVE:
        return f"− {start}"
    if move.distance == 0:
        return turn_of(move) or "turned"
    sign = {MoveKind.PLACE: "+", MoveKind.CAPTURE: "×"}.get(move.kind, "→")
    return f"{sign} {end}" if start is None else f"{start} {sign} {end}"


def turn_of(move: Move) -> str | None:
    """How far a piece turned: ``turned 45° clockwise``; None where that is not known, or hardly at all.

    Args:
        move: what was read.
    """
    degrees = move.rotation_deg
    if degrees is None or abs(degrees) < LEAST_TURN_DEG:
        return None
    return f"turned {abs(degrees):.0f}° {'clockwise' if degrees > 0 else 'counterclockwise'}"


def _went(move: Move, names: Names) -> str | None:
    """How far a piece went on a free table."""
    layout = names.request.layout
    if move.distance is None or not isinstance(layout, Surface):
        return None
    return f"{move.distance:.1f} {layout.unit}"


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
