"""Strict reading of YAML: every complaint knows its file, line and place.

Values are asked for one by one (`Entry.mapping`, `Entry.text`, …), so what comes out is typed and
what is not asked for is an error.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
import math
import re
from typing import Any, Final

import yaml

from .errors import ProfileError

MAX_BYTES: Final = 1024 * 1024
"""Longest file that is looked at."""

SLUG: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")

# libyaml reads ten times faster; both report the same marks.
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_BOOL: Final = "tag:yaml.org,2002:bool"
_INT: Final = "tag:yaml.org,2002:int"
_FLOAT: Final = "tag:yaml.org,2002:float"
_STR: Final = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Entry:
    """One value in a YAML file.

    Attributes:
        file: Name of the file, for complaints.
        path: Dotted place in the file.
        node: PyYAML's node.
        languages: Those in which names may be written; the first one must be there.
        language: The one that is read.
    """

    file: str
    path: str
    node: yaml.Node
    languages: tuple[str, ...] = ("en",)
    language: str = "en"

    def fault(self, reason: str) -> ProfileError:
        """Return a complaint about this value."""
        return ProfileError(self.file, self.node.start_mark.line + 1, self.path, reason)

    def _child(self, key: str | int, node: yaml.Node) -> Entry:
        if isinstance(key, int):
            path = f"{self.path}[{key}]"
        else:
            path = f"{self.path}.{key}" if self.path else key
        return replace(self, path=path, node=node)

    @property
    def is_integer(self) -> bool:
        """Whether a whole number is written here."""
        return bool(self.node.tag == _INT)

    @property
    def is_mapping(self) -> bool:
        """Whether keys and values are written here."""
        return isinstance(self.node, yaml.MappingNode)

    def entries(self) -> dict[str, Entry]:
        """Return the values of a mapping by key, whatever the keys are."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.fault("must be a mapping of keys and values")
        found: dict[str, Entry] = {}
        for key_node, value in self.node.value:
            key = str(key_node.value)
            child = self._child(key, key_node)
            if key in found:
                raise child.fault("is written twice")
            found[key] = self._child(key, value)
        return found

    def mapping(
        self, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Entry]:
        """Return the values of a mapping by key; others than the named keys are faults."""
        found = self.entries()
        allowed = [*required, *optional]
        for key, child in found.items():
            if key not in allowed:
                raise child.fault(f"unknown key; allowed: {', '.join(allowed)}")
        for key in required:
            if key not in found:
                raise self.fault(f"{key} is missing")
        return found

    def items(self, minimum: int, maximum: int) -> list[Entry]:
        """Return the values of a list with a number of items in a range."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.fault("must be a list")
        if not minimum <= len(self.node.value) <= maximum:
            raise self.fault(f"must have {minimum} to {maximum} items, not {len(self.node.value)}")
        return [self._child(index, node) for index, node in enumerate(self.node.value)]

    def _scalar(self, tags: Collection[str], wanted: str) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag not in tags:
            raise self.fault(f"must be {wanted}")
        return str(self.node.value)

    def text(self, maximum: int = 100) -> str:
        """Return a text of 1 to so many printable characters."""
        value = self._scalar((_STR,), "a text").strip()
        if not 1 <= len(value) <= maximum or not value.isprintable():
            raise self.fault(f"must be a text of 1 to {maximum} printable characters")
        return value

    def name(self, maximum: int = 60) -> str:
        """Return what players read: one text for all languages, or one for each."""
        if not self.is_mapping:
            return self.text(maximum)
        first, *others = self.languages
        texts = {key: text.text(maximum) for key, text in self.mapping((first,), others).items()}
        return texts.get(self.language, texts[first])

    def slug(self) -> str:
        """Return an id: a lower-case letter, then letters, digits and underscores."""
        value = self._scalar((_STR,), "an id such as hall_of_oratory")
        if not SLUG.fullmatch(value):
            raise self.fault(
                "must be an id: a to z first, then a to z, 0 to 9 and _, at most 64 characters"
            )
        return value

    def choice(self, allowed: Collection[str]) -> str:
        """Return one of the allowed words."""
        value = self._scalar((_STR, _INT, _FLOAT), f"one of {', '.join(allowed)}")
        if value not in allowed:
            raise self.fault(f"must be one of {', '.join(allowed)}")
        return value

    def flag(self) -> bool:
        """Return true or false."""
        raw = self._scalar((_BOOL,), "true or false").lower()
        if raw not in ("true", "false"):
            raise self.fault("must be true or false")
        return raw == "true"

    def integer(self, minimum: int, maximum: int) -> int:
        """Return a whole number in a range."""
        wanted = f"a whole number from {minimum} to {maximum}"
        raw = self._scalar((_INT,), wanted)
        # YAML 1.1 also writes 0x1F, 0b1 and 1:30; nobody means those here.
        if not re.fullmatch(r"[-+]?[0-9]{1,9}", raw) or not minimum <= int(raw) <= maximum:
            raise self.fault(f"must be {wanted}")
        return int(raw)

    def number(self, minimum: float, maximum: float) -> float:
        """Return a number in a range."""
        wanted = f"a number from {minimum:g} to {maximum:g}"
        raw = self._scalar((_INT, _FLOAT), wanted)
        try:
            value = float(raw)
        except ValueError:
            value = math.nan
        if not minimum <= value <= maximum:
            raise self.fault(f"must be {wanted}")
        return value


def read(file: str, data: bytes) -> Entry:
    """Return the top of a YAML file.

    Aliases are refused: profiles do not need them, and a few lines of them can describe gigabytes.

    Raises:
        ProfileError: Too long, not UTF-8, no YAML, aliases in it, or empty.
    """
    if len(data) > MAX_BYTES:
        raise ProfileError(file, 0, "", f"is longer than {MAX_BYTES // 1024} KiB")
    try:
        root = yaml.compose(data.decode("utf-8-sig"), Loader=_LOADER)
    except UnicodeDecodeError as err:
        line = data[: err.start].count(b"\n") + 1
        raise ProfileError(file, line, "", "is not UTF-8") from err
    except yaml.MarkedYAMLError as err:
        mark = err.problem_mark or err.context_mark
        line = 0 if mark is None else mark.line + 1
        reason = f"is not YAML: {err.problem or err.context}"
        raise ProfileError(file, line, "", reason) from err
    except (yaml.YAMLError, RecursionError) as err:
        raise ProfileError(file, 0, "", f"is not YAML: {err}") from err
    if root is None:
        raise ProfileError(file, 1, "", "is empty")
    _refuse_aliases(file, root)
    return Entry(file, "", root)


def _refuse_aliases(file: str, root: yaml.Node) -> None:
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            raise ProfileError(file, node.start_mark.line + 1, "", "aliases (&, *) are not allowed")
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                waiting.extend((key, value))
