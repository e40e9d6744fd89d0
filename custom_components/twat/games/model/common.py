"""What all values share."""

from typing import Any
from uuid import uuid4

type JsonObject = dict[str, Any]
"""A JSON object: string keys; values are what ``json.loads`` makes."""


def new_id() -> str:
    """Return a new identifier: a random UUID as 32 hexadecimal digits."""
    return uuid4().hex
