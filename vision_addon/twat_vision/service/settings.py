"""What the person who runs the service decides."""

from dataclasses import dataclass, field
from pathlib import Path

from twat_vision.vlm import Budgets
from twat_vision.vlm.breaker import FIRST_SECONDS

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one service.

    Attributes:
        data_dir: Where queue, images and overlays are kept.
        workers: How many analyses run at once, each in a process of its own.
        queue_size: How many jobs may be unfinished before new ones are refused.
        cache_bytes: How much disk space images may take.
        job_seconds: How long one analysis may take before it is ended.
        ollama_url: Where an Ollama server is; None for none.
        model: Which of its models is asked; None for the best that is installed.
        card_gib: Memory of its graphics card.
        budgets: How long to wait for it.
        keep_alive: How long it keeps a model in memory after a question: an evening.
        retry_seconds: How long it is left alone after a failure; doubled with each further one.
    """

    data_dir: Path
    workers: int = 1
    queue_size: int = 32
    cache_bytes: int = 2 * GIB
    job_seconds: float = 120.0
    ollama_url: str | None = None
    model: str | None = None
    card_gib: float = 16.0
    budgets: Budgets = field(default_factory=Budgets)
    keep_alive: str = "4h"
    retry_seconds: float = FIRST_SECONDS

    @property
    def database(self) -> Path:
        """The file of jobs and events."""
        return self.data_dir / "queue.db"

    @property
    def images(self) -> Path:
        """The folder of the image cache."""
        return self.data_dir / "images"

    @property
    def overlays(self) -> Path:
        """The folder of annotated photos."""
        return self.data_dir / "overlays"

    def overlay(self, job_id: str) -> Path:
        """The annotated photo of a job."""
        return self.overlays / f"{job_id}.jpg"
