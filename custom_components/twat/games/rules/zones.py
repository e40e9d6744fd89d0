"""Rules about going to a named space: what it costs, what it needs, and going there twice."""

from collections.abc import Iterator

from ..layout import Zone, Zones
from ..scoring import resource_of
from ..words import words
from .situation import RuleWarning, Severity, Situation


def arrivals(step: Situation) -> Iterator[tuple[int, str, Zone]]:
    """Yield who went to which space in a step: player, type of the piece, zone."""
    layout = step.layout
    if not isinstance(layout, Zones):
        return
    zones = {zone.id: zone for zone in layout.zones}
    for move in step.moves:
        if move.to_space in zones and move.player is not None and move.type is not None:
            yield move.player, move.type, zones[move.to_space]


def cannot_afford(step: Situation) -> Iterator[RuleWarning]:
    """A space costs more than the player had at any time since the turn began."""
    for player, _, zone in arrivals(step):
        for resource, cost in zone.cost.items():
            had = _most(step, player, resource)
            if had < cost:
                yield _short("cannot_afford", step, player, zone, resource, cost, had)


def requirement_not_met(step: Situation) -> Iterator[RuleWarning]:
    """A space needs more of something than the player had at any time since the turn began."""
    for player, _, zone in arrivals(step):
        for resource, needed in zone.needs.items():
            had = _most(step, player, resource)
            if had < needed:
                yield _short("requirement_not_met", step, player, zone, resource, needed, had)


def visited_twice(step: Situation) -> Iterator[RuleWarning]:
    """A player went a second time to a space that is for once in a game."""
    for player, type_id, zone in arrivals(step):
        been_there = any(
            piece.player == player and piece.type == type_id
            for state in step.history
            for piece in state.board.at(zone.id)
        )
        if zone.once and been_there:
            say = words(step.profile.language).visited_twice
            text = say.format(player=step.name(player), space=zone.name)
            yield RuleWarning("visited_twice", Severity.WARNING, text, (player,), (zone.id,))


def _most(step: Situation, player: int, resource: str) -> int:
    """Return the most that a player had in this turn: it may have been paid before the photo."""
    since = [state for state in step.history if state.turn == step.before.turn]
    return max(resource_of(state, player, resource) for state in (*since, step.before))


def _short(
    rule: str, step: Situation, player: int, zone: Zone, resource: str, wanted: int, had: int
) -> RuleWarning:
    say = words(step.profile.language)
    template = say.cannot_afford if rule == "cannot_afford" else say.requirement_not_met
    text = template.format(
        player=step.name(player),
        space=zone.name,
        count=wanted,
        resource=step.profile.resource(resource).name,
        had=had,
    )
    return RuleWarning(rule, Severity.WARNING, text, (player,), (zone.id,))
