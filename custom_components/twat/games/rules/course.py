"""Rules about the course of any game: who begins a round, and when the goal is reached."""

from collections.abc import Iterator

from ..profile import FirstPlayer, Wins
from ..scoring import score_of
from ..words import words
from .situation import RuleWarning, Severity, Situation


def first_player_passed(step: Situation) -> Iterator[RuleWarning]:
    """A new round begins with the same first player, though it should have passed on."""
    before, after = step.before.first_player, step.after.first_player
    passes = step.profile.rounds.first_player is FirstPlayer.PASSES
    in_game = len(step.game.players) - len(step.after.eliminated)
    new_round = step.after.round > step.before.round
    if passes and new_round and before is not None and before == after and in_game > 1:
        text = words(step.profile.language).first_player.format(player=step.name(after))
        yield RuleWarning("first_player_passed", Severity.WARNING, text, (before,))


def victory_reached(step: Situation) -> Iterator[RuleWarning]:
    """Somebody's score has reached what ends the game."""
    victory = step.profile.victory
    if victory is None or victory.ends_at is None:
        return
    goal = victory.ends_at.of(step.game.settings)
    sign = 1 if victory.wins is Wins.HIGHEST else -1
    for player in step.game.players:
        was, now = (
            score_of(step.profile, state, player.position) for state in (step.before, step.after)
        )
        if sign * now >= sign * goal > sign * was:
            name = step.profile.resource(victory.score).name
            say = words(step.profile.language).goal_reached
            text = say.format(player=player.name, count=now, resource=name)
            yield RuleWarning("victory_reached", Severity.INFO, text, (player.position,))
