"""Rules as warnings: small pure functions that say what looks wrong, and never block anything."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from . import boards, course, dune, generic, surface, zones
from .situation import Rule, RuleWarning, Severity, Situation

__all__ = [
    "DEFAULT_RULES",
    "RULES",
    "Rule",
    "RuleWarning",
    "Severity",
    "Situation",
    "check",
]

_GENERIC: Final = (
    generic.color_out_of_turn,
    generic.more_than_exist,
    generic.space_over_capacity,
)
_ALL: Final[tuple[Rule, ...]] = (
    *_GENERIC,
    course.first_player_passed,
    course.victory_reached,
    zones.cannot_afford,
    zones.requirement_not_met,
    zones.visited_twice,
    boards.chess_moves,
    boards.draughts_moves,
    dune.agents_owned,
    dune.deployment_limit,
    dune.makers_filled,
    dune.recall_done,
    dune.alliances,
    dune.influence_points,
    surface.moved_too_far,
    surface.activated_twice,
    surface.off_the_table,
    surface.out_of_cohesion,
    surface.unit_count,
    surface.objective_secured,
)

RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.__name__: rule for rule in _ALL})
"""Every rule by its name, as profiles write it."""

DEFAULT_RULES: Final = tuple(rule.__name__ for rule in _GENERIC)
"""Rules that a profile is checked against which names none."""


def check(step: Situation) -> tuple[RuleWarning, ...]:
    """Return what the profile's rules have to say about a step, in the profile's order."""
    return tuple(warning for name in step.profile.rules for warning in RULES[name](step))
