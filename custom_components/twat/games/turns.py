"""The course of a game: turns, phases and rounds, and who has the say.

Every function takes a `Moment` and returns the one that follows; `log` makes states of them.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from .errors import GameError
from .model import Game, GameState, Move, MoveKind, Player
from .profile import Acts, FirstPlayer, GameProfile, PhaseEnd, RoundEnd, TurnRule, Wins
from .scoring import score_of

MAX_TURN: Final = 100_000
MAX_ROUND: Final = 10_000


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in its course a game is; see the fields of `GameState` of the same names."""

    turn: int
    round: int
    phase: str
    active_player: int | None
    first_player: int | None
    passed: tuple[int, ...] = ()
    eliminated: tuple[int, ...] = ()

    @classmethod
    def of(cls, state: GameState) -> Moment:
        """Return the moment of a state."""
        return cls(
            state.turn,
            state.round,
            state.phase,
            state.active_player,
            state.first_player,
            state.passed,
            state.eliminated,
        )

    def in_state(self, state: GameState) -> GameState:
        """Return a state as it is at this moment."""
        return replace(state, **asdict(self))


def first_player(rule: TurnRule, players: Sequence[Player]) -> int:
    """Return the position of the player who begins: the rule's, else the lowest."""
    for player in players:
        if rule.first in (player.position, player.color):
            return player.position
    return min(player.position for player in players)


def first_moment(profile: GameProfile, players: Sequence[Player]) -> Moment:
    """Return the moment at which a game begins."""
    first = first_player(profile.turn, players)
    together = profile.phase(profile.start_phase).acts is Acts.TOGETHER
    return Moment(1, 1, profile.start_phase, None if together else first, first)


def after_moves(profile: GameProfile, game: Game, moment: Moment, moves: Sequence[Move]) -> Moment:
    """Return the moment after moves were made.

    A turn is one player's go. When pieces of several players moved since the last photo, that many
    turns have passed, counted from the active player. A piece that only left the board says
    nothing about who took it off. Moves of a player out of turn hand the turn to the one after.
    Where nobody has said who begins a round, its first move does.
    """
    if not moves or not profile.turn.ends_with_move(moment.phase):
        return moment
    moved = {move.player for move in moves if move.kind is not MoveKind.REMOVE}
    order = _order(game, moment.active_player or moment.first_player)
    movers = [p for p in order if p in moved and p not in moment.eliminated]
    if moment.first_player is None and movers:
        moment = replace(moment, first_player=movers[0])
    for mover in movers or [moment.active_player or order[0]]:
        if profile.turn.ends_with_move(moment.phase):
            moment = next_turn(profile, game, replace(moment, active_player=mover))
    return moment


def next_turn(profile: GameProfile, game: Game, moment: Moment) -> Moment:
    """End the active player's turn: the next one who is still in the phase takes over.

    Where everybody has had a turn, the phase or the round may end with it.
    """
    waiting = _waiting(game, moment)
    if not waiting:
        return _nobody_left(profile, game, moment)
    order = [position for position in _order(game, moment.active_player) if position in waiting]
    if moment.active_player in order:
        order = [*order[1:], order[0]]
    nobody = moment.active_player is None
    after = replace(moment, turn=moment.turn + 1, active_player=order[0])
    if nobody or not _wraps(game, moment, order[0]):
        return after
    if profile.rounds.ends is RoundEnd.EACH_ONCE:
        moment, after = (_next_round(profile, game, point) for point in (moment, after))
        after = replace(after, active_player=_first_to_act(profile, game, after))
    if profile.phase(moment.phase).ends is PhaseEnd.EACH_ONCE:
        return next_phase(profile, game, moment)
    return after


def next_phase(profile: GameProfile, game: Game, moment: Moment) -> Moment:
    """End the phase, and with the last one the round. Who had passed is back in."""
    phase = profile.phase(profile.phase(moment.phase).next)
    ends_a_go = moment.active_player is not None
    after = replace(
        moment, phase=phase.id, turn=moment.turn + ends_a_go, active_player=None, passed=()
    )
    if phase.id == profile.rounds.starts_with and profile.rounds.ends is RoundEnd.LAST_PHASE:
        after = _next_round(profile, game, after)
    return replace(after, active_player=_first_to_act(profile, game, after))


def pass_turn(
    profile: GameProfile, game: Game, moment: Moment, position: int | None = None
) -> Moment:
    """Let a player (None: the active one) take no more turns in this phase.

    Raises:
        GameError: ``unknown_player``, ``nobody_active``, ``player_is_out``.
    """
    if position is None:
        position = moment.active_player
    if position is None:
        raise GameError("nobody_active")
    _still_in(game, moment, position)
    if position not in moment.passed:
        moment = replace(moment, passed=(*moment.passed, position))
    if moment.active_player in (None, position) or not _waiting(game, moment):
        return next_turn(profile, game, moment)
    return moment


def eliminate(profile: GameProfile, game: Game, moment: Moment, position: int) -> Moment:
    """Put a player out of the game.

    Raises:
        GameError: ``unknown_player``, ``player_is_out``.
    """
    _still_in(game, moment, position)
    after = replace(moment, eliminated=(*moment.eliminated, position))
    if after.first_player == position:
        after = replace(after, first_player=_next_in_game(game, after, position))
    return next_turn(profile, game, after) if moment.active_player == position else after


def bring_back(game: Game, moment: Moment, position: int) -> Moment:
    """Let a player who was out of the game play on.

    Raises:
        GameError: ``unknown_player``, ``player_not_out``.
    """
    _known(game, position)
    if position not in moment.eliminated:
        raise GameError("player_not_out", player=position)
    return replace(moment, eliminated=tuple(p for p in moment.eliminated if p != position))


def set_moment(
    profile: GameProfile,
    game: Game,
    moment: Moment,
    *,
    turn: int | None = None,
    round_number: int | None = None,
    phase: str | None = None,
    **players: int | None,
) -> Moment:
    """Put a game where its players say it is; what is not given stays.

    Args:
        profile: The game's.
        game: For its players.
        moment: Where it was.
        turn: 1…`MAX_TURN`.
        round_number: 1…`MAX_ROUND`.
        phase: Id of a phase; another one than before lets those play who had passed, and its first
            player act, unless somebody else is named.
        players: ``active_player`` and ``first_player``: a position, or None for nobody.

    Raises:
        GameError: ``out_of_range``, ``unknown_phase``, ``unknown_player``, ``player_is_out``.
    """
    for name, value, maximum in (("turn", turn, MAX_TURN), ("round", round_number, MAX_ROUND)):
        if value is not None and (isinstance(value, bool) or not 1 <= value <= maximum):
            raise GameError("out_of_range", field=name, value=value, minimum=1, maximum=maximum)
    for position in players.values():
        if position is not None:
            _still_in(game, moment, position)
    after = replace(moment, turn=turn or moment.turn, round=round_number or moment.round)
    if "first_player" in players:
        after = replace(after, first_player=players["first_player"])
    if phase is not None and phase != moment.phase:
        after = replace(after, phase=profile.phase(phase).id, passed=())
        after = replace(after, active_player=_first_to_act(profile, game, after))
    if "active_player" in players:
        active = players["active_player"]
        passed = tuple(position for position in after.passed if position != active)
        after = replace(after, active_player=active, passed=passed)
    return after


def is_over(profile: GameProfile, game: Game, state: GameState) -> bool:
    """Whether nothing is left to play.

    That is when all players but one are out, after the last round, and when somebody's score has
    reached the goal. Where a round has several phases, its last one must have come first.
    """
    if len(game.players) > 1 and len(game.players) - len(state.eliminated) <= 1:
        return True
    has_phases = profile.rounds.ends is RoundEnd.LAST_PHASE and len(profile.phases) > 1
    first = profile.rounds.starts_with
    closing = has_phases and any((p.id, p.next) == (state.phase, first) for p in profile.phases)
    last = profile.rounds.last(game.settings)
    if last is not None and (state.round > last or (state.round == last and closing)):
        return True
    victory = profile.victory
    if victory is None or victory.ends_at is None or (has_phases and not closing):
        return False
    goal = victory.ends_at.of(game.settings)
    scores = [score_of(profile, state, player.position) for player in game.players]
    return max(scores) >= goal if victory.wins is Wins.HIGHEST else min(scores) <= goal


def _known(game: Game, position: int) -> None:
    if game.player(position) is None:
        raise GameError("unknown_player", player=position)


def _still_in(game: Game, moment: Moment, position: int) -> None:
    _known(game, position)
    if position in moment.eliminated:
        raise GameError("player_is_out", player=position)


def _order(game: Game, start: int | None) -> list[int]:
    """Return all positions in order of play, beginning with one (None: the lowest)."""
    positions = [player.position for player in game.players]
    at = positions.index(start) if start in positions else 0
    return positions[at:] + positions[:at]


def _waiting(game: Game, moment: Moment) -> list[int]:
    """Return who may still act in this phase."""
    return [
        position
        for position in _order(game, None)
        if position not in moment.passed and position not in moment.eliminated
    ]


def _wraps(game: Game, moment: Moment, following: int) -> bool:
    """Whether the turn comes round to or past the first player again."""
    order = _order(game, moment.first_player)
    assert moment.active_player is not None
    return order.index(following) <= order.index(moment.active_player)


def _next_in_game(game: Game, moment: Moment, position: int) -> int | None:
    following = _order(game, position)[1:]
    return next((p for p in following if p not in moment.eliminated), None)


def _next_round(profile: GameProfile, game: Game, moment: Moment) -> Moment:
    first = moment.first_player
    if profile.rounds.first_player is FirstPlayer.BY_HAND:
        first = None
    elif profile.rounds.first_player is FirstPlayer.PASSES and first is not None:
        first = _next_in_game(game, moment, first) or first
    return replace(moment, round=moment.round + 1, first_player=first)


def _first_to_act(profile: GameProfile, game: Game, moment: Moment) -> int | None:
    """Return who begins a phase or a round; None where all act together, or nobody has been named."""
    if profile.phase(moment.phase).acts is Acts.TOGETHER or moment.first_player is None:
        return None
    waiting = _waiting(game, moment)
    return next((p for p in _order(game, moment.first_player) if p in waiting), None)


def _nobody_left(profile: GameProfile, game: Game, moment: Moment) -> Moment:
    """Everybody has passed: the phase is over, unless only the players may say so."""
    everybody_is_out = len(moment.eliminated) >= len(game.players)
    if profile.phase(moment.phase).ends is PhaseEnd.BY_HAND or everybody_is_out:
        ended = moment.turn + (moment.active_player is not None)
        return replace(moment, turn=ended, active_player=None)
    return next_phase(profile, game, moment)
