"""Rules of Dune: Imperium, on spaces that its profile tags.

Tags: ``agents`` (a space for agents), ``combat``, ``maker``, ``third_agent`` and ``extra_agent``
(who goes there has one more agent, for good or for the round), ``garrison``, ``conflict``.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from ..layout import Zones
from ..model import GameState, MoveKind
from ..profile import COMMON
from ..scoring import resource_of, score_of
from ..words import words
from .situation import RuleWarning, Severity, Situation
from .zones import arrivals

AGENT: Final = "agent"
TROOP: Final = "troop"
_AGENTS: Final = 2
_FROM_GARRISON: Final = 2
_ALLIANCE: Final = 4
_FRIENDSHIP: Final = 2


def agents_owned(step: Situation) -> Iterator[RuleWarning]:
    """A player has more agents on the board than belong to them now."""
    layout = step.layout
    if not isinstance(layout, Zones):
        return
    placed = {player for player, kind, _ in arrivals(step) if kind == AGENT}
    for player in sorted(placed):
        for_good = any(
            _agent_on(state, player, zone.id)
            for zone in layout.tagged("third_agent")
            for state in step.history
        )
        for_now = any(
            _agent_on(state, player, zone.id)
            for zone in layout.tagged("extra_agent")
            for state in (*step.this_round(), step.after)
        )
        owned = _AGENTS + for_good + for_now
        out = sum(p.player == player and p.type == AGENT for p in step.after.board.pieces)
        if out > owned:
            say = words(step.profile.language).agents_owned
            text = say.format(player=step.name(player), count=out, limit=owned)
            yield RuleWarning("agents_owned", Severity.WARNING, text, (player,))


def _agent_on(state: GameState, player: int, space: str) -> bool:
    return any(p.player == player and p.type == AGENT for p in state.board.at(space))


def deployment_limit(step: Situation) -> Iterator[RuleWarning]:
    """More troops went to the conflict than the turn's agent allows.

    On a combat space those recruited this turn and two from the garrison may go, else none.
    """
    layout = step.layout
    if not isinstance(layout, Zones) or not step.profile.turn.ends_with_move(step.before.phase):
        return
    conflict = {zone.id for zone in layout.tagged("conflict")}
    troops = [move for move in step.moves if move.type == TROOP and move.player is not None]
    sent = Counter(m.player for m in troops if m.to_space in conflict)
    recruited = Counter(m.player for m in troops if m.kind is MoveKind.PLACE)
    fighting = {
        player for player, kind, zone in arrivals(step) if kind == AGENT and "combat" in zone.tags
    }
    for player, count in sorted((p, n) for p, n in sent.items() if p is not None):
        limit = recruited[player] + _FROM_GARRISON if player in fighting else 0
        if count > limit:
            say = words(step.profile.language)
            template = say.deployment if player in fighting else say.deployment_without_combat
            text = template.format(player=step.name(player), count=count, limit=limit)
            spaces = tuple(sorted(conflict))
            yield RuleWarning("deployment_limit", Severity.WARNING, text, (player,), spaces)


def makers_filled(step: Situation) -> Iterator[RuleWarning]:
    """The makers' phase is over, but a maker without an agent got no spice."""
    layout = step.layout
    if not isinstance(layout, Zones) or not _left(step, "makers"):
        return
    began = step.before
    for state in reversed(step.history):
        if (state.phase, state.round) != ("makers", step.before.round):
            break
        began = state
    for zone in layout.tagged("maker"):
        taken = any(piece.type == AGENT for piece in step.before.board.at(zone.id))
        if taken or zone.stock is None:
            continue
        was, now = (
            state.resources.get(COMMON, {}).get(zone.stock, 0) for state in (began, step.after)
        )
        if now <= was:
            text = words(step.profile.language).maker_not_filled.format(space=zone.name)
            yield RuleWarning("makers_filled", Severity.WARNING, text, (), (zone.id,))


def recall_done(step: Situation) -> Iterator[RuleWarning]:
    """The recall is over, but agents are still on the board."""
    if not _left(step, "recall"):
        return
    agents = [piece for piece in step.after.board.pieces if piece.type == AGENT]
    if agents:
        players = tuple(sorted({p.player for p in agents if p.player is not None}))
        spaces = tuple(dict.fromkeys(p.space for p in agents if p.space is not None))
        names = ", ".join(step.layout.name(space) for space in spaces)
        text = words(step.profile.language).not_recalled.format(spaces=names)
        yield RuleWarning("recall_done", Severity.WARNING, text, players, spaces)


def alliances(step: Situation) -> Iterator[RuleWarning]:
    """At the end of a phase: an alliance is held by whom the influence track does not name."""
    if step.before.phase == step.after.phase:
        return
    say = words(step.profile.language)
    state, positions = step.after, [player.position for player in step.game.players]
    for alliance, influence in _factions(step):
        standing = {p: resource_of(state, p, influence) for p in positions}
        name = step.profile.resource(alliance).name
        holders = [p for p in positions if resource_of(state, p, alliance)]
        if len(holders) > 1:
            who = ", ".join(step.name(p) for p in holders)
            text = say.alliance_shared.format(players=who, alliance=name)
            yield RuleWarning("alliances", Severity.WARNING, text, tuple(holders))
        elif holders and standing[holders[0]] < _ALLIANCE:
            text = say.alliance_too_low.format(
                player=step.name(holders[0]), alliance=name, count=standing[holders[0]]
            )
            yield RuleWarning("alliances", Severity.WARNING, text, tuple(holders))
        leader = max(positions, key=lambda p: standing[p])
        behind = standing[holders[0]] if holders else _ALLIANCE - 1
        if len(holders) < 2 and standing[leader] >= _ALLIANCE and standing[leader] > behind:
            text = say.alliance_due.format(player=step.name(leader), alliance=name)
            yield RuleWarning("alliances", Severity.WARNING, text, (leader,))


def influence_points(step: Situation) -> Iterator[RuleWarning]:
    """At the end of a phase: fewer victory points than influence and alliances alone give."""
    if step.before.phase == step.after.phase or step.profile.victory is None:
        return
    start = step.profile.resource(step.profile.victory.score).start_value(
        len(step.game.players), step.game.settings
    )
    factions = list(_factions(step))
    for player in step.game.players:
        at = player.position
        friends = sum(resource_of(step.after, at, i) >= _FRIENDSHIP for _, i in factions)
        allies = sum(resource_of(step.after, at, a) for a, _ in factions)
        score = score_of(step.profile, step.after, at)
        if score < start + friends + allies:
            text = words(step.profile.language).points_missing.format(
                player=player.name, count=score, least=start + friends + allies
            )
            yield RuleWarning("influence_points", Severity.WARNING, text, (at,))


def _factions(step: Situation) -> Iterator[tuple[str, str]]:
    """Yield the resources that stand for each faction: alliance and influence."""
    known = {resource.id for resource in step.profile.resources}
    for alliance in sorted(known):
        influence = alliance.replace("alliance_", "influence_")
        if alliance.startswith("alliance_") and influence in known:
            yield alliance, influence


def _left(step: Situation, phase: str) -> bool:
    return step.before.phase == phase != step.after.phase
