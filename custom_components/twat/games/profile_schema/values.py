"""Values that many parts of a profile share: settings, numbers from settings, colours, lists."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from ..colors import COLORS, normal_color
from ..profile import ChoiceSetting, IntegerSetting, Number, Setting
from ..yaml_edge import Entry

MAX_VALUE: Final = 1_000_000
"""Largest number that is counted."""


def read_settings(entry: Entry) -> dict[str, Setting]:
    """Read the parameters that are asked for when a game is created."""
    settings: dict[str, Setting] = {}
    for key, child in entry.entries().items():
        if key == "confidence_threshold":
            raise child.fault("every game has this setting already")
        found = child.mapping(("name", "default"), ("min", "max", "options"))
        if "options" in found:
            found = child.mapping(("name", "default", "options"))
            items = found["options"].items(1, 50)
            options = unique(items, [item.text(40) for item in items])
            default = found["default"].choice(options)
            settings[key] = ChoiceSetting(found["name"].name(100), default, options)
        else:
            found = child.mapping(("name", "default", "min", "max"))
            low = found["min"].integer(-MAX_VALUE, MAX_VALUE)
            high = found["max"].integer(low, MAX_VALUE)
            default_value = found["default"].integer(low, high)
            settings[key] = IntegerSetting(found["name"].name(100), default_value, low, high)
    return settings


def number(entry: Entry, settings: Mapping[str, Setting], low: int, high: int) -> Number:
    """Read a whole number: as such, or from a setting.

    ``{setting: id}`` takes the value of a number, ``{setting: id, values: {option: number, …}}``
    looks up the option of a choice.
    """
    if not entry.is_mapping:
        return Number(entry.integer(low, high))
    found = entry.mapping(("setting",), ("values",))
    key = found["setting"].choice(list(settings))
    setting = settings[key]
    if isinstance(setting, IntegerSetting):
        if "values" in found:
            raise found["values"].fault("only a setting with options has values")
        if not low <= setting.minimum <= setting.maximum <= high:
            raise found["setting"].fault(f"must be a setting from {low} to at most {high}")
        return Number(setting.default, key)
    if "values" not in found:
        raise entry.fault(f"values is missing: a number for each of {setting.allowed}")
    by_option = found["values"].mapping(setting.options)
    values = {option: value.integer(low, high) for option, value in by_option.items()}
    return Number(values[setting.default], key, values)


def color(entry: Entry) -> str:
    """Read a colour, as `normal_color` returns it."""
    value = normal_color(entry.text())
    if value is None:
        raise entry.fault(f"must be #rrggbb or one of {', '.join(COLORS)}")
    return value


def unique(entries: Collection[Entry], values: Sequence[str]) -> tuple[str, ...]:
    """Return the values, which must differ."""
    seen: set[str] = set()
    for entry, value in zip(entries, values, strict=True):
        if value in seen:
            raise entry.fault(f"{value} is there twice")
        seen.add(value)
    return tuple(values)
