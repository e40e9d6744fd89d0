"""`python -m twat_vision`: the service (`serve`, `token`) and its tools (`compare`, `evaluate`)."""

from collections.abc import Sequence
import sys

from twat_vision import cli as tools
from twat_vision.service import cli as service


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    cli = service.make_cli()
    tools.add_commands(cli.commands)
    return cli.run(argv, service.make_app)


if __name__ == "__main__":
    sys.exit(main())
