"""Misread steps as pictures: before, after with what was read drawn over it, and what was true in words below."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from twat_vision.pipeline import decode_image, draw_overlay
from twat_vision.pipeline.types import AnalysisRequest, AnalysisResult

from .report import describe
from .run import StepReport

WIDTH = 1000
"""Pixels of each of the two photos."""
QUALITY = 85
LINE = 26
_ASCII = str.maketrans({"→": ">", "·": "-", "×": "x", "–": "-"})

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Gallery:
    """Writes a picture of every misread step of a sequence into a folder, which is made when the first one comes."""

    folder: Path
    sequence: str

    def path(self, report: StepReport) -> Path:
        """Where a step's picture is."""
        photos = f"{Path(report.step.before).stem}-{Path(report.step.after).stem}"
        return self.folder / f"{self.sequence}_{photos}.jpg"

    def add(self, report: StepReport, request: AnalysisRequest, result: AnalysisResult) -> None:
        """Draw a step if it was misread."""
        if not report.misread or request.before is None:
            return
        after = decode_image(request.after)
        overlay = decode_image(draw_overlay(after, request, result))
        photos = [_shrunk(decode_image(request.before)), _shrunk(overlay)]
        height = max(p.shape[0] for p in photos)
        canvas = np.full((height + 4 * LINE, 2 * WIDTH, 3), 24, np.uint8)
        for number, photo in enumerate(photos):
            canvas[: photo.shape[0], number * WIDTH : number * WIDTH + photo.shape[1]] = photo
        words, read = describe(report).rsplit("; read ", 1)
        asked = "; ".join(q.text for q in result.questions) or "nothing"
        lines = (f"{self.sequence} {words}", f"read {read}", f"asked {asked}")
        for number, line in enumerate(lines):
            place = (10, height + (number + 1) * LINE)
            text = line.translate(_ASCII)
            white = (235, 235, 235)
            cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.62, white, 1, cv2.LINE_AA)
        self.folder.mkdir(parents=True, exist_ok=True)
        _, data = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        self.path(report).write_bytes(data.tobytes())


def _shrunk(photo: Picture) -> Picture:
    height = round(photo.shape[0] * WIDTH / photo.shape[1])
    return np.asarray(cv2.resize(photo, (WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)
