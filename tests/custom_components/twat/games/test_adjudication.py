"""Warnings about a game, and players who find them fine."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.custom_components.twat.games.table import Table

from custom_components.twat.games.adjudication import acknowledge, acknowledgements, warnings_of
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.model import JournalKind
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import GameRecord


@pytest.fixture
def slip(record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]) -> Table:
    """A game of chess whose second move is none."""
    table = Table(record("chess"), profile("chess"))
    table.play({"from": "E2", "to": "E4"})
    table.play({"from": "B8", "to": "B5"})
    return table


def _rules(table: Table, *seen: object) -> list[str]:
    found = warnings_of(table.profile, table.record.game, table.line, seen)
    return [warning.rule for warning in found]


def test_a_warning_stands_until_it_is_acknowledged(slip: Table) -> None:
    assert _rules(slip) == ["chess_moves"]

    change = acknowledge(slip.record, "chess_moves", by="alice", at=slip.head.created_at)

    assert change.head is slip.head
    assert change.append == ()
    (line,) = change.journal
    assert (line.kind, line.by) == (JournalKind.ACKNOWLEDGED, "alice")
    (seen,) = acknowledgements(change.journal)
    assert _rules(slip, seen) == []
    # It was about this one: the next slip is told again.
    slip.play({"from": "B1", "to": "B5"})
    assert _rules(slip, seen) == ["chess_moves"]


def test_a_rule_is_silenced_for_the_whole_game(slip: Table) -> None:
    change = acknowledge(
        slip.record, "chess_moves", whole_game=True, by=None, at=slip.head.created_at
    )
    seen = acknowledgements(change.journal)
    slip.play({"from": "B1", "to": "B5"})

    assert _rules(slip, *seen) == []
    assert not any(
        warnings_of(slip.profile, slip.record.game, slip.line[:n], seen)
        for n in range(1, len(slip.line) + 1)
    )


def test_every_slip_of_a_game_is_found_again(slip: Table) -> None:
    slip.play({"from": "D2", "to": "D4"})
    slip.play({"from": "A7", "to": "A4"})

    slips = [
        n
        for n in range(len(slip.line))
        if warnings_of(slip.profile, slip.record.game, slip.line[: n + 1])
    ]

    assert slips == [2, 4]


def test_a_rule_that_is_switched_off_is_so_at_once(slip: Table) -> None:
    slip.profile = replace(slip.profile, rules=())

    assert _rules(slip) == []


def test_a_game_that_has_just_begun_has_no_warnings(slip: Table) -> None:
    assert warnings_of(slip.profile, slip.record.game, slip.line[:1]) == ()


def test_only_rules_that_there_are_can_be_acknowledged(slip: Table) -> None:
    with pytest.raises(GameError, match="no rule lunch") as err:
        acknowledge(slip.record, "lunch", by=None, at=slip.head.created_at)
    assert err.value.key == "unknown_rule"
