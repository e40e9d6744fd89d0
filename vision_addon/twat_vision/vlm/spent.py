"""What questions cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spent:
    """What questions have cost: calls, tokens of pictures and of all of the prompt, seconds."""

    calls: int = 0
    image_tokens: int = 0
    prompt_tokens: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.calls + other.calls,
            self.image_tokens + other.image_tokens,
            self.prompt_tokens + other.prompt_tokens,
            self.seconds + other.seconds,
        )
