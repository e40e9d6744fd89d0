"""Failures of services in the words of the config flow's translations."""

from .clients.errors import (
    Busy,
    NotAService,
    Rejected,
    ServiceError,
    TimedOut,
    WrongService,
    WrongVersion,
)


def error_key(error: ServiceError) -> str:
    """The translation key of an error."""
    match error:
        case WrongService():
            return "wrong_service"
        case WrongVersion():
            return "wrong_version"
        case NotAService():
            return "not_a_service"
        case TimedOut():
            return "timeout"
        case Busy(code="pairing_locked"):
            return "pairing_locked"
        case Rejected(code="pairing_code_wrong" | "pairing_code_expired" as code):
            return code
        case Rejected():
            return "rejected"
        case _:
            return "cannot_connect"


def error_words(error: ServiceError) -> dict[str, str]:
    """What the translated text of an error may mention."""
    words = {"message": error.message}
    match error:
        case WrongService(found=found):
            words["found"] = found
        case WrongVersion(api_version=version):
            words["api_version"] = str(version)
        case Busy(retry_after=seconds):
            words["seconds"] = f"{seconds:.0f}"
        case Rejected(details=details):
            words["tries_left"] = str(details.get("tries_left", ""))
        case _:
            pass
    return words
