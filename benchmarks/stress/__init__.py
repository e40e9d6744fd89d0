"""Games that nobody played, photographed under difficulties: what the pipeline is stressed with.

Rendered by the simulated camera's own table, seeded and deterministic. A look is one table with one game; some looks
are kept aside while the pipeline is tuned, so that what they show is not what it was fitted to.
"""

from .cache import forget_others, rendered
from .conditions import BAR_TAGS
from .folder import write_look
from .look import Look, another_game
from .looks import LOOKS, look_named

__all__ = [
    "BAR_TAGS",
    "LOOKS",
    "Look",
    "another_game",
    "forget_others",
    "look_named",
    "rendered",
    "write_look",
]
