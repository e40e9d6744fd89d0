"""Phases, turns, rounds, victory."""

from collections.abc import Collection, Mapping, Sequence

from ..layout import Layout
from ..profile import (
    Acts,
    FirstPlayer,
    Phase,
    PhaseEnd,
    PieceCount,
    PieceType,
    Resource,
    RoundEnd,
    RoundRule,
    Setting,
    TurnRule,
    Victory,
    Wins,
)
from ..yaml_edge import Entry
from .board import read_space
from .seats import Seats, read_owner
from .values import MAX_VALUE, number, unique

_MAX_ROUNDS = 1000


def read_phases(entry: Entry, rounds: Entry | None) -> tuple[tuple[Phase, ...], str]:
    """Read the phases, and the id of the one that begins a round."""
    items = entry.items(1, 50)
    parts = [item.mapping(("id", "name"), ("acts", "ends", "next")) for item in items]
    ids = unique(items, [found["id"].slug() for found in parts])
    starts_with = ids[0]
    if rounds is not None:
        found = rounds.mapping((), ("starts_with", "ends", "first_player", "limit"))
        if "starts_with" in found:
            starts_with = found["starts_with"].choice(ids)
    following = [*ids[1:], starts_with]
    return tuple(
        Phase(
            id=found["id"].slug(),
            name=found["name"].name(),
            acts=_choice(found.get("acts"), Acts.IN_TURN),
            ends=_choice(found.get("ends"), PhaseEnd.BY_HAND),
            next=found["next"].choice(ids) if "next" in found else default,
        )
        for found, default in zip(parts, following, strict=True)
    ), starts_with


def check_reachable(entry: Entry, phases: Sequence[Phase], start: str) -> None:
    """Refuse phases that no game ever comes to."""
    by_id = {phase.id: phase for phase in phases}
    reached: set[str] = set()
    at = start
    while at not in reached:
        reached.add(at)
        at = by_id[at].next
    for item, phase in zip(entry.items(1, 50), phases, strict=True):
        if phase.id not in reached:
            raise item.fault(f"{phase.id} is never reached: no phase from {start} on leads to it")


def read_turn(entry: Entry, phases: Sequence[Phase], seats: Seats) -> TurnRule:
    """Read what a move does to the turn, and who begins."""
    found = entry.mapping(("passes",), ("phases", "first"))
    ids = [phase.id for phase in phases]
    return TurnRule(
        passes_on_move=found["passes"].choice(("after_each_move", "by_hand")) == "after_each_move",
        phases=(
            tuple(item.choice(ids) for item in found["phases"].items(1, len(ids)))
            if "phases" in found
            else None
        ),
        first=read_owner(found["first"], seats) if "first" in found else 1,
    )


def read_rounds(
    entry: Entry | None, starts_with: str, settings: Mapping[str, Setting]
) -> RoundRule:
    """Read what a round is, whose first phase `read_phases` has found."""
    found = {} if entry is None else entry.entries()
    return RoundRule(
        starts_with=starts_with,
        ends=_choice(found.get("ends"), RoundEnd.LAST_PHASE),
        first_player=_choice(found.get("first_player"), FirstPlayer.STAYS),
        limit=number(found["limit"], settings, 1, _MAX_ROUNDS) if "limit" in found else None,
    )


def read_victory(
    entry: Entry,
    resources: Sequence[Resource],
    piece_types: Sequence[PieceType],
    layout: Layout,
    settings: Mapping[str, Setting],
) -> Victory:
    """Read who wins, and what ends the game."""
    found = entry.mapping(("score",), ("ends_at", "wins", "tie_breaks"))
    own = [resource.id for resource in resources if not resource.common]
    return Victory(
        score=found["score"].choice(own),
        ends_at=(
            number(found["ends_at"], settings, -MAX_VALUE, MAX_VALUE)
            if "ends_at" in found
            else None
        ),
        wins=_choice(found.get("wins"), Wins.HIGHEST),
        tie_breaks=(
            tuple(
                _tie_break(item, own, [kind.id for kind in piece_types], layout)
                for item in found["tie_breaks"].items(1, 20)
            )
            if "tie_breaks" in found
            else ()
        ),
    )


def _tie_break(
    entry: Entry, resources: Collection[str], types: Collection[str], layout: Layout
) -> str | PieceCount:
    if not entry.is_mapping:
        return entry.choice(resources)
    found = entry.mapping(("pieces", "spaces"))
    spaces = tuple(read_space(item, layout) for item in found["spaces"].items(1, 500))
    return PieceCount(found["pieces"].choice(types), spaces)


def _choice[E: (Acts, PhaseEnd, RoundEnd, FirstPlayer, Wins)](entry: Entry | None, default: E) -> E:
    """Return the member that is written, or the default where nothing is."""
    kinds = type(default)
    return default if entry is None else kinds(entry.choice([kind.value for kind in kinds]))
