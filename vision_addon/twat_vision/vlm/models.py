"""Which models there are, which is best for a card, and what is known to be wrong with some.

Sizes are those of Ollama's library in November 2026. A model needs its size and about 2 GiB for the context and the
picture; what does not fit runs on the processor, many times slower.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

GIB: Final = 1024**3
ROOM: Final = 2.0
"""GiB that context and picture take beside the model."""

PREFERENCE: Final = (
    "qwen3-vl:8b-instruct",
    "qwen2.5vl:7b",
    "gemma4:12b",
    "gemma4:e4b",
    "qwen3-vl:4b-instruct",
    "gemma3:12b",
    "minicpm-v4.5:8b",
    "qwen2.5vl:3b",
    "gemma3:4b",
    "qwen3-vl:2b-instruct",
    "qwen3-vl:8b",
    "qwen3.5:9b",
)
"""Best first, as docs/models.md explains: what answers closed questions without thinking goes before what thinks."""

SIZES: Final = (
    ("qwen3-vl:8b-instruct", 6.2),
    ("qwen3-vl:4b-instruct", 3.3),
    ("qwen3-vl:2b-instruct", 1.9),
)
"""What to pull: the first whose size (GiB) fits the card."""

SUCCESSORS: Final = {
    "qwen2-vl": "qwen2.5vl:7b",
    "qwen2-vl:7b": "qwen2.5vl:7b",
    "qwen2-vl:2b": "qwen2.5vl:3b",
}
"""Names that Ollama's library does not have, and what is meant."""

THINKING_FIXED: Final = (0, 31, 2)
"""Before it, servers ignored `think: false` together with a schema (ollama#15901)."""
LOGPROBS_SINCE: Final = (0, 12, 11)


@dataclass(frozen=True, slots=True)
class Model:
    """An installed model that can see; ``size`` in bytes, ``family`` as `/api/show` says."""

    name: str
    size: int
    family: str
    thinking: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model by the name under which the server has it, and what there is to say about the name."""

    name: str
    note: str | None = None


def parse_version(text: str) -> tuple[int, ...]:
    """Read `0.33.0-rc2` as (0, 33, 0); a version that is none counts as the newest (a build of one's own)."""
    parts = text.split("-", maxsplit=1)[0].split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        return (999,)
    return tuple(int(part) for part in parts)


def wanted(name: str) -> Wanted:
    """Translate a name that is none into its successor."""
    successor = SUCCESSORS.get(name)
    if successor is None:
        return Wanted(name if ":" in name else f"{name}:latest")
    return Wanted(
        successor,
        f"There is no model {name} in Ollama's library; {successor}, its successor, is used.",
    )


def runs_elsewhere(name: str) -> bool:
    """Whether a model, by its tag, runs in Ollama's cloud: pictures must not leave the house, and it ignores schemas."""
    tag = name.rpartition(":")[2]
    return tag == "cloud" or tag.endswith("-cloud")


def successors(models: Sequence[Model]) -> dict[str, str]:
    """The names that are none under which a model here can be asked: name → model."""
    here = {model.name for model in models}
    return {name: model for name, model in SUCCESSORS.items() if model in here}


def best(models: Sequence[Model], card_gib: float) -> Model | None:
    """The model to ask unless somebody chose one.

    Args:
        models: What is installed and can see.
        card_gib: The graphics card's memory.
    """
    return next(iter(ranked(models, card_gib)), None)


def ranked(models: Sequence[Model], card_gib: float) -> list[Model]:
    """Best first: what fits the card before what does not; then by `PREFERENCE`, unknown ones last, larger first."""

    def rank(model: Model) -> tuple[bool, int, int]:
        fits = model.size / GIB + ROOM <= card_gib
        known = [i for i, name in enumerate(PREFERENCE) if _is(model.name, name)]
        place = min(known, default=len(PREFERENCE))
        return not fits, place, -model.size if fits else model.size

    return sorted(models, key=rank)


def recommended(card_gib: float) -> str:
    """What to pull for a card."""
    fitting = [name for name, size in SIZES if size + ROOM <= card_gib]
    return fitting[0] if fitting else SIZES[-1][0]


def fault_of(model: Model, version: tuple[int, ...]) -> str | None:
    """What is known to be wrong with a model on a server of this version, None for nothing."""
    if not model.thinking:
        return None
    shown = ".".join(map(str, version))
    if version < THINKING_FIXED:
        return (
            f"Ollama {shown} lets {model.name} think although it is told not to, so its answers are slow or empty. "
            "Update Ollama to 0.31.2 or newer, or choose an instruct model."
        )
    if model.name.startswith("qwen3-vl:") and "instruct" not in model.name:
        return (
            f"{model.name} thinks although it is told not to (ollama#14798), so its answers are slow or empty. "
            "Choose its instruct variant."
        )
    return None


def _is(name: str, preferred: str) -> bool:
    """Whether a name is a preferred model, in whatever quantisation: `qwen2.5vl:7b-q8_0` is `qwen2.5vl:7b`."""
    if preferred.endswith("-instruct"):
        return name == preferred or name.startswith(f"{preferred}-")
    return name == preferred or (name.startswith(f"{preferred}-") and "thinking" not in name)
