"""The command line: a face that translates. One file per noun; what is heavy is imported inside the commands."""

import gc
import sys

AT_START, LATER = 1_000_000, 100_000
"""Objects made between two looks for garbage, by a short command and by a process that goes on; Python's own default
is 700."""

WHILE_IT_GOES_ON = 5_000
"""The same in a process that goes on: so many at most are kept for nothing."""


def main() -> None:
    """The program `rota`: runs the command line that it was called with and exits with its code."""
    # What is loaded stays until the end: looking through it for garbage, again and again while it is loaded and
    # once more at the exit, takes a third of a short command's time.
    gc.set_threshold(AT_START)
    from rota.cli.program import run

    code = run(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


def settle() -> None:
    """In a process that goes on: look for garbage often, but not through what is loaded and stays."""
    gc.freeze()
    gc.set_threshold(WHILE_IT_GOES_ON)
