"""The models there are."""

from dataclasses import dataclass
from typing import Any

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the library."""

    name: str
    size: int
    family: str
    vision: bool = True
    thinking: bool = False
    pixels_per_token: int = 32

    @property
    def capabilities(self) -> list[str]:
        return [
            "completion",
            *(["vision"] if self.vision else []),
            *(["thinking"] if self.thinking else []),
        ]

    @property
    def details(self) -> dict[str, Any]:
        return {
            "parent_model": "",
            "format": "gguf",
            "family": self.family,
            "families": [self.family],
            "parameter_size": "8B",
            "quantization_level": "Q4_K_M",
        }


LIBRARY = (
    Model("qwen3-vl:8b-instruct", int(6.2 * GIB), "qwen3vl"),
    Model("qwen3-vl:4b-instruct", int(3.3 * GIB), "qwen3vl"),
    Model("qwen3-vl:8b", int(6.2 * GIB), "qwen3vl", thinking=True),
    Model("qwen2.5vl:7b", int(6.0 * GIB), "qwen25vl", pixels_per_token=28),
    Model("llama3.2:3b", int(2.0 * GIB), "llama", vision=False),
    Model("qwen3-vl:235b-cloud", 400, "qwen3vl"),
)
"""What can be pulled."""
