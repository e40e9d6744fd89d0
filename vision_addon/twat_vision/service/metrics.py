"""Numbers for Prometheus, in a registry of each application's own."""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from twat_vision.vlm import Spent

from .jobs import JobStatus

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """All metrics of the service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._jobs = Gauge(
            "twat_jobs", "Jobs that are kept, by status", ["status"], registry=self._registry
        )
        self._depth = Gauge(
            "twat_queue_depth", "Jobs waiting or being processed", registry=self._registry
        )
        self._cache_bytes = Gauge(
            "twat_image_cache_bytes", "Disk space taken by images", registry=self._registry
        )
        self._cache_images = Gauge(
            "twat_image_cache_images", "Images in the cache", registry=self._registry
        )
        self._finished = Counter(
            "twat_jobs_finished", "Jobs that ended, by status", ["status"], registry=self._registry
        )
        self._worker_deaths = Counter(
            "twat_worker_deaths", "Worker processes that died in a job", registry=self._registry
        )
        self._stages = Histogram(
            "twat_stage_seconds",
            "Duration of the stages of an analysis",
            ["stage"],
            buckets=_BUCKETS,
            registry=self._registry,
        )

        self._unnamed = Gauge(
            "twat_names_pending", "Analyses whose names are still wanted", registry=self._registry
        )
        self._calls = Counter(
            "twat_vlm_calls", "Questions put to the model", registry=self._registry
        )
        self._image_tokens = Counter(
            "twat_vlm_image_tokens", "Tokens of the pictures it was shown", registry=self._registry
        )
        self._answers = Histogram(
            "twat_vlm_seconds",
            "Duration of asking for the names of one analysis",
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._failures = Counter(
            "twat_vlm_failures", "Failures of the model, by code", ["code"], registry=self._registry
        )

    def named(self, spent: Spent) -> None:
        """Count what asking for names has cost, in vain or not."""
        self._calls.inc(spent.calls)
        self._image_tokens.inc(spent.image_tokens)
        if spent.calls:
            self._answers.observe(spent.seconds)

    def naming_failed(self, code: str) -> None:
        """Count a failure of the model."""
        self._failures.labels(code).inc()

    def finished(self, status: JobStatus, timings_ms: Mapping[str, float] | None = None) -> None:
        """Count a job that ended, and how long its stages took."""
        self._finished.labels(status.value).inc()
        for stage, milliseconds in (timings_ms or {}).items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def worker_died(self) -> None:
        """Count a worker that died."""
        self._worker_deaths.inc()

    def render(
        self, jobs: Mapping[JobStatus, int], unnamed: int, cache_bytes: int, cache_images: int
    ) -> bytes:
        """Return everything in Prometheus' text format.

        Args:
            jobs: How many jobs there are of every status.
            unnamed: How many of them still want names.
            cache_bytes: Disk space taken by images.
            cache_images: How many images there are.
        """
        for status, count in jobs.items():
            self._jobs.labels(status.value).set(count)
        self._depth.set(jobs[JobStatus.QUEUED] + jobs[JobStatus.PROCESSING])
        self._unnamed.set(unnamed)
        self._cache_bytes.set(cache_bytes)
        self._cache_images.set(cache_images)
        return generate_latest(self._registry)
