"""The annotated photo that players look at."""

import cv2

from .decode import Image
from .types import AnalysisRequest, AnalysisResult


def draw_overlay(after_bgr: Image, request: AnalysisRequest, result: AnalysisResult) -> bytes:
    """Draw what was found on the after photo; returns a JPEG file."""
    _, data = cv2.imencode(".jpg", after_bgr)
    return data.tobytes()
