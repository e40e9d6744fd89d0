"""`python -m twat_vision`: the service (`serve`, `token`) and its tools (`compare`, `evaluate`, `markers`)."""

from collections.abc import Sequence
import sys

from twat_vision.service import cli as service


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    cli = service.make_cli()
    if list(words[:1]) not in (["serve"], ["token"]):
        # The tools load OpenCV, which the service's own process leaves to its workers.
        from twat_vision import cli as tools

        tools.add_commands(cli.commands)
    return cli.run(words, service.make_app)


if __name__ == "__main__":
    sys.exit(main())
