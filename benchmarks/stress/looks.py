"""Which looks there are: those that the pipeline is tuned on, and those that are kept aside.

Whoever works on the pipeline looks at the photos and misreadings of `TUNED` looks only. Those kept aside differ in
board, pieces, table, camera and game, and are measured without being looked at.
"""

from typing import Final

from .aside import ASIDE
from .look import Look
from .tuned import TUNED

LOOKS: Final[dict[str, tuple[Look, ...]]] = {"tuned": TUNED, "aside": ASIDE}


def look_named(name: str) -> Look:
    """The look of a name."""
    return next(look for look in (*TUNED, *ASIDE) if look.name == name)
