"""What a picture costs a model, in tokens.

Qwen2.5-VL merges 2 × 2 patches of 14 pixels into a token, Qwen3-VL such of 16 (their `preprocessor_config.json`);
Gemma 3 makes 256 tokens of any picture. llama.cpp takes at most 4,096 tokens of one picture and makes larger ones
smaller; Ollama enlarges pictures of less than 1,024 tokens for Qwen's models from 0.30 on (`--image-min-tokens`), so
several small pictures on one sheet cost as much as one of them alone.
"""

from dataclasses import dataclass
from typing import Final

SHEET_TOKENS: Final = 1024
"""What one sheet of crops may cost."""
MOVE_TOKENS: Final = 1500
"""What the pictures of an ordinary move may cost in all."""
CAP: Final = 4096
ENLARGES: Final = (0, 30, 0)


@dataclass(frozen=True, slots=True)
class Patches:
    """How a model cuts pictures up: `side` pixels a token, from `least` to `most` tokens a picture."""

    side: int
    least: int = 4
    most: int = CAP

    def tokens(self, width: int, height: int) -> int:
        """Tokens of a picture of so many pixels."""
        count = max(1, round(width / self.side)) * max(1, round(height / self.side))
        return min(self.most, max(self.least, count))

    def uncapped(self, width: int, height: int) -> int:
        """Tokens a picture would need to be seen with all its pixels."""
        return max(1, round(width / self.side)) * max(1, round(height / self.side))


def patches_of(family: str, version: tuple[int, ...]) -> Patches:
    """How a model of a family (as `/api/show` names it) sees; unknown ones are taken for the dearest.

    Args:
        family: e.g. "qwen3vl".
        version: The server's.
    """
    name = family.lower().replace(".", "").replace("-", "")
    if name.startswith("gemma3"):
        return Patches(56, 256, 256)
    least = 1024 if version >= ENLARGES and name.startswith("qwen") else 4
    return Patches(32 if name.startswith(("qwen3", "qwen35")) else 28, least)
