"""Errors that several handlers answer with."""

from twat_service import ApiError


def images_missing(missing: list[str]) -> ApiError:
    """Make the error that asks for photos to be uploaded."""
    return ApiError(
        409, "images_missing", "Upload the missing photos and ask again.", {"missing": missing}
    )


def disk_full() -> ApiError:
    """Make the error for a disk without room."""
    return ApiError(507, "disk_full", "The vision service's disk is full.")


def busy(code: str, message: str, seconds: int) -> ApiError:
    """Make the error that asks to come back later."""
    return ApiError(503, code, message, headers={"Retry-After": str(seconds)})
