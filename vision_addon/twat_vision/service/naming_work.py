"""The worker's part in asking for names: finding doubts, cutting questions out of photos, merging answers."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from twat_vision.pipeline.types import AnalysisRequest, AnalysisResult
from twat_vision.vlm import Kind, Patches, Report, Status
from twat_vision.vlm.doubts import doubts
from twat_vision.vlm.merge import merge
from twat_vision.vlm.plan import plan

from .answers import ResultsAnswer
from .convert import to_request, to_result
from .schemas import AnalysisIn
from .sheets import ANSWERS, PENDING, QUESTIONS, with_report

_NAMED: Final = (
    "moves",
    "detected_pieces",
    "confidence",
    "summary",
    "warnings",
    "questions",
    "readings",
    "vlm",
)
"""Fields of a result that answers change."""


def marked(request: AnalysisRequest, result: AnalysisResult, source: str) -> dict[str, Any]:
    """Results in JSON form, with a mark where names have to be asked for, and of whom."""
    results = result.to_json()
    found = doubts(request, result)
    if not found:
        return results
    # Numbers are read beside the moves, which need not wait for them.
    waits = any(doubt.kind is not Kind.NUMBER for doubt in found)
    report = Report(Status.PENDING, source=source)
    return with_report(results, report, PENDING if waits else None)


def cut_sheets(task: Mapping[str, Any]) -> dict[str, Any]:
    """Do what `sheets.sheets_task` asks for; the questions are JSON text.

    Raises:
        PipelineError: A photo cannot be decoded.
        FileNotFoundError: A photo is gone.
    """
    body = AnalysisIn.model_validate_json(task["request"])
    images = {sha: Path(path).read_bytes() for sha, path in task["images"].items()}
    request = to_request(body, images)
    result = _result(task)
    found = plan(
        request, result, doubts(request, result), Patches(**task["patches"]), task["budget"]
    )
    return {"questions": QUESTIONS.dump_json(found).decode()}


def merge_names(task: Mapping[str, Any]) -> dict[str, Any]:
    """Do what `sheets.merge_task` asks for; returns the results in JSON form."""
    body = AnalysisIn.model_validate_json(task["request"])
    # The photos have been looked at; only whether there were any still counts.
    request = to_request(body, dict.fromkeys(body.shas(), b""))
    merged = merge(request, _result(task), ANSWERS.validate_python(task["answers"]), body.names)
    report = {**task["report"], "answers": [named.to_json() for named in merged.named]}
    written = replace(merged.result, vlm=report).to_json()
    # What names have no part in stays to the last digit.
    return {**task["results"], **{key: written[key] for key in _NAMED}}


def _result(task: Mapping[str, Any]) -> AnalysisResult:
    return to_result(ResultsAnswer.model_validate(task["results"]))
