"""What service and worker tell each other about names: the service asks, the worker has the photos.

Three steps: a worker that finds doubts in a reading marks it `pending`; asked for `sheets` it cuts the questions out of the
photos; given the answers it makes the reading of them (`merge`). The worker's part is in `naming_work`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from pydantic import ConfigDict, TypeAdapter

from twat_vision.vlm import AI_TASK, Answer, Patches, Question, Report, Spent, Status

from .images import ImageCache
from .jobs import Job, Naming

_BASE64 = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
QUESTIONS = TypeAdapter(tuple[Question, ...], config=_BASE64)
ANSWERS = TypeAdapter(tuple[Answer, ...])

PENDING = "names_pending"
UNAVAILABLE = "names_unavailable"


def sheets_task(
    job: Job, images: ImageCache, results: Mapping[str, Any], patches: Patches, budget: int
) -> dict[str, Any]:
    """Make the task that cuts out what is to be asked of a model that sees in patches, on sheets of at most `budget` tokens."""
    return {
        "kind": "sheets",
        "request": job.request,
        "images": {sha: str(images.path(sha)) for sha in job.images},
        "results": dict(results),
        "patches": asdict(patches),
        "budget": budget,
    }


def merge_task(
    job: Job, results: Mapping[str, Any], answers: Sequence[Answer], report: Report
) -> dict[str, Any]:
    """Make the task that makes a reading of answers."""
    return {
        "kind": "merge",
        "request": job.request,
        "results": dict(results),
        "answers": ANSWERS.dump_python(tuple(answers), mode="json"),
        "report": report.to_json(),
    }


def wanted_names(results: Mapping[str, Any]) -> Naming | None:
    """How names are wanted, where the worker found something to ask a model about."""
    vlm = results["vlm"]
    if vlm is None or vlm["status"] != Status.PENDING:
        return None
    return Naming.ASKED if vlm["source"] == AI_TASK else Naming.PENDING


def spent(results: Mapping[str, Any]) -> Spent:
    """What asking for the names of a reading has cost so far, in vain or not."""
    vlm = results["vlm"] or {}
    return Spent(**{key.name: vlm.get(key.name, key.default) for key in fields(Spent)})


def waits(results: Mapping[str, Any]) -> bool:
    """Whether what was read is of little use without the names."""
    return any(code in results["warnings"] for code in (PENDING, UNAVAILABLE))


def with_report(
    results: Mapping[str, Any], report: Report, warning: str | None = None
) -> dict[str, Any]:
    """Results that say how asking for names goes."""
    kept = [code for code in results["warnings"] if code not in (PENDING, UNAVAILABLE)]
    return {
        **results,
        "vlm": report.to_json(),
        "warnings": kept if warning is None else [*kept, warning],
    }


def without_names(results: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Results that say why there are no names, with a warning where those are missed."""
    return with_report(results, report, UNAVAILABLE if waits(results) else None)
