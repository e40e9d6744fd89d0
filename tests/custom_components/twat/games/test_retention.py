"""Photos stay unless the host made a rule, and then only those of finished games go."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.twat.games.model import Game, GameStatus
from custom_components.twat.games.retention import Keeping, RetentionRule, to_free

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def keeping(
    name: str,
    days: int,
    size: int = 100,
    *,
    status: GameStatus = GameStatus.COMPLETED,
    pinned: bool = False,
) -> Keeping:
    touched = NOW - timedelta(days=days)
    game = Game(name, name, "chess", status, touched, touched, (), pinned=pinned)
    return Keeping(game, size)


GAMES = [
    keeping("new", 1),
    keeping("old", 100),
    keeping("older", 200, status=GameStatus.ABANDONED),
    keeping("running", 300, status=GameStatus.IN_PROGRESS),
    keeping("pinned", 400, pinned=True),
    keeping("empty", 500, size=0),
]


@pytest.mark.parametrize(
    ("rule", "freed"),
    [
        (RetentionRule(), []),
        (RetentionRule(days=90), ["older", "old"]),
        (RetentionRule(days=0), ["older", "old", "new"]),
        (RetentionRule(most_bytes=500), []),
        (RetentionRule(most_bytes=499), ["older"]),
        (RetentionRule(most_bytes=300), ["older", "old"]),
        (RetentionRule(most_bytes=0), ["older", "old", "new"]),
        (RetentionRule(days=150, most_bytes=350), ["older", "old"]),
    ],
)
def test_what_a_rule_frees(rule: RetentionRule, freed: list[str]) -> None:
    assert [k.game.name for k in to_free(GAMES, rule, NOW)] == freed


KEEPINGS = st.lists(
    st.builds(
        keeping,
        st.text(max_size=3),
        st.integers(0, 50),
        st.integers(0, 1000),
        status=st.sampled_from(GameStatus),
        pinned=st.booleans(),
    ),
    max_size=8,
)
RULES = st.builds(RetentionRule, st.none() | st.integers(0, 60), st.none() | st.integers(0, 4000))


@given(KEEPINGS, RULES)
def test_no_more_goes_than_must(keepings: list[Keeping], rule: RetentionRule) -> None:
    freed = to_free(keepings, rule, NOW)

    for gone in freed:
        assert gone.game.status in (GameStatus.COMPLETED, GameStatus.ABANDONED)
        assert not gone.game.pinned
    left = sum(k.size for k in keepings) - sum(k.size for k in freed)
    if rule.days is None and rule.most_bytes is not None and freed:
        assert left + freed[-1].size > rule.most_bytes
    if rule == RetentionRule():
        assert freed == ()
