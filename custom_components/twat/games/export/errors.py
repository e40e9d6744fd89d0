"""What is wrong with a file that somebody wants to import."""

from ..errors import GameError


class ImportFault(GameError):
    """A file that cannot be imported; nothing has been changed."""

    def __init__(self, path: str, reason: str) -> None:
        """Name the place in the file, dotted, and what is wrong there."""
        super().__init__("invalid_import", path=path or "file", reason=reason)
        self.path = path
        self.reason = reason
