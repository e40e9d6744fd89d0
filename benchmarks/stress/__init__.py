"""Games that nobody played, photographed under difficulties: what the pipeline is stressed with.

Rendered by the simulated camera's own table, seeded and deterministic. A look is one table with one game; some looks
are kept aside while the pipeline is tuned, so that what they show is not what it was fitted to.
"""

from .folder import write_look
from .looks import LOOKS, Look

__all__ = ["LOOKS", "Look", "write_look"]
