"""The schema for editors and the strict reader describe the same form."""

from collections.abc import Callable, Iterator
import copy
import json
from pathlib import Path
import re
from typing import Any

import pytest
from tests.custom_components.twat.games.profile_documents import DOCUMENTS
import yaml

from custom_components.twat.games.colors import COLORS
from custom_components.twat.games.errors import ProfileError
from custom_components.twat.games.profile_schema import parse_profile
from custom_components.twat.games.profiles import SHIPPED
from custom_components.twat.games.rules import RULES

ROOT = Path(__file__).parents[4]
SCHEMA = json.loads((SHIPPED.parent / "profile.schema.json").read_text())

# As much of JSON Schema (draft 2020-12) as the schema uses.

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def _valid(value: Any, schema: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return _valid(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]])
    kinds = schema.get("type", [])
    if kinds and not any(
        _TYPES[kind](value) for kind in ([kinds] if kinds == str(kinds) else kinds)
    ):
        return False
    checks = [value in schema["enum"]] if "enum" in schema else []
    checks += [value == schema["const"]] if "const" in schema else []
    checks += [not _valid(value, schema["not"])] if "not" in schema else []
    if "oneOf" in schema:
        checks.append(sum(_valid(value, option) for option in schema["oneOf"]) == 1)
    if isinstance(value, str):
        checks.append(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 9999))
        checks.append(re.search(schema.get("pattern", ""), value) is not None)
    elif isinstance(value, list):
        checks.append(schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 9999))
        checks.append(not schema.get("uniqueItems") or len(set(map(repr, value))) == len(value))
        checks.extend(_valid(item, schema.get("items", {})) for item in value)
    elif isinstance(value, dict):
        checks.append(len(value) >= schema.get("minProperties", 0))
        checks.extend(key in value for key in schema.get("required", ()))
        others = schema.get("additionalProperties", {})
        for key, item in value.items():
            checks.append(_valid(str(key), schema.get("propertyNames", {})))
            known = schema.get("properties", {}).get(key)
            checks.append(_valid(item, known or others or {}) and (known or others is not False))
    elif "minimum" in schema and not isinstance(value, bool):
        checks.append(schema["minimum"] <= value <= schema["maximum"])
    return all(checks)


def _reads(document: Any) -> ProfileError | None:
    """Return what the strict reader has against a document."""
    try:
        parse_profile("mine.yaml", yaml.safe_dump(document, allow_unicode=True).encode())
    except ProfileError as err:
        return err
    return None


_FREE = {"cost", "needs", "settings", "start", "values", "name", "supply"}
"""Where keys are the profile's own: resources, settings, options, languages."""

type _Place = tuple[str | int, ...]


def _places(value: Any, place: _Place = ()) -> Iterator[tuple[_Place, Any]]:
    yield place, value
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield from _places(item, (*place, key))


def _changed(document: Any, place: _Place, change: Callable[[Any, Any], None]) -> Any:
    """Return the document with something done to what holds a place."""
    other = copy.deepcopy(document)
    holder = other
    for key in place[:-1]:
        holder = holder[key]
    change(holder, place[-1])
    return other


def _set(new: Any) -> Callable[[Any, Any], None]:
    def change(holder: Any, key: Any) -> None:
        holder[key] = new

    return change


def _all_places() -> Iterator[Any]:
    for name, text in DOCUMENTS.items():
        for place, value in _places(yaml.safe_load(text)):
            if place:
                yield pytest.param(name, place, value, id=f"{name} {'.'.join(map(str, place))}")


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_profiles_follow_the_schema(path: Path) -> None:
    assert _valid(yaml.safe_load(path.read_text()), SCHEMA)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_whole_documents_are_taken_by_both(name: str) -> None:
    document = yaml.safe_load(DOCUMENTS[name])

    assert _reads(document) is None
    assert _valid(document, SCHEMA)


@pytest.mark.parametrize(("name", "place", "value"), _all_places())
def test_what_one_refuses_the_other_refuses_too(name: str, place: _Place, value: Any) -> None:
    document = yaml.safe_load(DOCUMENTS[name])
    wrong = [_set([]), _set({"lunch": 1}), _set("Lunch!"), _set(-3.5)]
    for change in wrong:
        other = _changed(document, place, change)
        if not _valid(other, SCHEMA):
            assert _reads(other) is not None, change
    # What an editor takes may still be refused: names that nothing has, numbers out of a range.
    if isinstance(value, dict):
        other = _changed(document, (*place, "lunch"), _set("Lunch!"))
        assert _reads(other) is not None
        if place[-1] not in _FREE:
            assert not _valid(other, SCHEMA)


@pytest.mark.parametrize(("name", "place", "value"), _all_places())
def test_missing_keys_matter_to_both(name: str, place: _Place, value: Any) -> None:
    document = yaml.safe_load(DOCUMENTS[name])
    if not isinstance(place[-1], str) or {*place[-2:-1], place[-1]} & _FREE:
        return

    other = _changed(document, place, lambda holder, key: holder.pop(key))

    fault = _reads(other)
    missing = fault is not None and fault.reason.endswith("is missing")
    assert missing is not _valid(other, SCHEMA) or (fault is not None and "exactly" in fault.reason)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_both_know_the_same_keys(name: str) -> None:
    document = yaml.safe_load(DOCUMENTS[name])
    seen = 0
    for place, value in _places(document):
        if not isinstance(value, dict):
            continue
        fault = _reads(_changed(document, (*place, "lunch"), _set(1)))
        assert fault is not None
        if "unknown key; allowed: " in fault.reason and fault.path.endswith("lunch"):
            allowed = set(fault.reason.partition("allowed: ")[2].split(", "))
            described = _keys_at(SCHEMA, place, document)
            if described:
                assert allowed == described, place
                seen += 1
    assert seen >= 7


def _keys_at(schema: dict[str, Any], place: _Place, value: Any) -> set[str]:
    """Return the keys that the schema describes at a place of a valid document."""
    options = _options(schema)
    for key in place:
        fitting = [option for option in options if _valid(value, option)]
        value = value[key]
        nested = [
            option["items"]
            if isinstance(key, int)
            else option.get("properties", {}).get(key) or option["additionalProperties"]
            for option in fitting
        ]
        options = [option for part in nested for option in _options(part)]
    return {key for option in options for key in option.get("properties", {})}


def _options(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a value may be, without references and choices."""
    if "$ref" in schema:
        return _options(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]])
    if "oneOf" in schema and "properties" not in schema:
        return [option for part in schema["oneOf"] for option in _options(part)]
    return [schema]


def test_the_schema_names_every_rule_and_color() -> None:
    assert SCHEMA["properties"]["rules"]["items"]["enum"] == list(RULES)
    assert SCHEMA["$defs"]["color"]["oneOf"][0]["enum"] == list(COLORS)
