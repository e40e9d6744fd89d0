"""Parameters that are asked for when a game is created, and numbers that depend on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class IntegerSetting:
    """A whole number asked for when a game is created.

    Attributes:
        name: What players read.
        default: When it is not given.
        minimum: Smallest allowed.
        maximum: Largest allowed.
    """

    name: str
    default: int
    minimum: int
    maximum: int

    @property
    def allowed(self) -> str:
        """The allowed values, in words."""
        return f"{self.minimum}…{self.maximum}"

    def accepts(self, value: object) -> bool:
        """Whether a value is allowed."""
        return (
            isinstance(value, int)
            and not isinstance(value, bool)
            and self.minimum <= value <= self.maximum
        )


@dataclass(frozen=True, slots=True)
class ChoiceSetting:
    """One of a few words asked for when a game is created.

    Attributes:
        name: What players read.
        default: When it is not given.
        options: The allowed words.
    """

    name: str
    default: str
    options: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """The allowed values, in words."""
        return ", ".join(self.options)

    def accepts(self, value: object) -> bool:
        """Whether a value is allowed."""
        return value in self.options


type Setting = IntegerSetting | ChoiceSetting


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number that a profile fixes or leaves to one of its settings.

    Attributes:
        value: The fixed number; with a setting, the one of its default.
        setting: Id of the setting; None for a fixed number.
        values: By option of a choice; None for a setting that is itself a number.
    """

    value: int
    setting: str | None = None
    values: Mapping[str, int] | None = None

    def of(self, settings: Mapping[str, Any]) -> int:
        """Return the number in a game with these settings, which have been checked."""
        if self.setting is None or self.setting not in settings:
            return self.value
        chosen = settings[self.setting]
        return int(chosen) if self.values is None else self.values[chosen]
