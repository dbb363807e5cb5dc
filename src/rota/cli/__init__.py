"""The command line: a face that translates. One file per noun; what is heavy is imported inside the commands."""

import sys


def main() -> None:
    """The program `rota`: runs the command line that it was called with and exits with its code."""
    from rota.cli.program import run

    sys.exit(run(sys.argv[1:]))
