"""`python -m twat_vision`: the service (`serve`, `token`)."""

from collections.abc import Sequence
import sys

from twat_vision.service import cli as service


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return service.make_cli().run(argv, service.make_app)


if __name__ == "__main__":
    sys.exit(main())
