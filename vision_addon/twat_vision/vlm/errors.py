"""What can go wrong between the service and a model."""

from enum import StrEnum

from .spent import Spent


class Code(StrEnum):
    """Stable names of failures."""

    UNREACHABLE = "unreachable"
    LOAD_TIMEOUT = "load_timeout"
    ANSWER_TIMEOUT = "answer_timeout"
    BUSY = "busy"
    MODEL_MISSING = "model_missing"
    NO_MODEL = "no_model"
    REFUSED = "refused"
    SERVER_ERROR = "server_error"
    IMAGE_LOST = "image_lost"
    BAD_ANSWER = "bad_answer"
    PULL_FAILED = "pull_failed"


class VlmError(Exception):
    """A model did not answer.

    ``code`` is stable, the text for people; ``model`` is one that could be downloaded, ``spent`` what asking cost in vain.
    """

    def __init__(self, code: Code, message: str, model: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.model = model
        self.spent = Spent()
