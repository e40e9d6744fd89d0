"""The seam for a vision-language model: what the service and the pipeline may ask of one.

No model is needed: without one (None wherever a `PieceNamer` is expected) everything works, only less is named.
"""

from collections.abc import Sequence
from typing import Protocol


class PieceNamer(Protocol):
    """Something that can look at a small picture and choose among given answers."""

    async def models(self) -> Sequence[str]:
        """Return the names of the vision-capable models that can be asked, best first."""
