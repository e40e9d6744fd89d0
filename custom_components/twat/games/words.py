"""The words of log lines and warnings, by language. What games call things is in their profiles."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of one language; the placeholders are the same in all of them."""

    out_of_turn: str
    too_many: str
    too_many_of_nobody: str
    over_capacity: str


_ENGLISH: Final = Words(
    out_of_turn="{mover} moved, but it is {active}'s turn",
    too_many="{player} has {count} × {kind} on the board, but there are only {limit}",
    too_many_of_nobody="{count} × {kind} on the board, but there are only {limit}",
    over_capacity="{space} holds {limit}, but {count} stand there",
)

_GERMAN: Final = Words(
    out_of_turn="{mover} hat gezogen, aber {active} ist an der Reihe",
    too_many="{player} hat {count} × {kind} auf dem Brett, es gibt aber nur {limit}",
    too_many_of_nobody="{count} × {kind} auf dem Brett, es gibt aber nur {limit}",
    over_capacity="{space} fasst {limit}, dort stehen aber {count}",
)

_LANGUAGES: Final = {"en": _ENGLISH, "de": _GERMAN}


def words(language: str) -> Words:
    """Return the texts of a language (BCP 47 tag); English where there are none."""
    return _LANGUAGES.get(language.partition("-")[0], _ENGLISH)
