"""Letting a peer's program measure itself, in its environment and a scratch folder."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.environments import python_of
from bench.figure import GaveUp

GRACE = 90
"""Seconds that a program may need beyond its limit: to start, to fill what it has, to end."""


def run(name: str, kind: str, *, limit: float, **given: object) -> dict[str, Any]:
    """What the program of a peer printed.

    kind   the measurement, one of its functions
    limit  seconds after which it shall give up
    given  what goes into its environment, see bench/peers/line.py
    Raises GaveUp with its last words when it failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        words = {"database": "", "broker": "", "count": 0, "seconds": 0} | given
        words |= {"limit": limit, "kind": kind, "scratch": folder}
        environ = os.environ | {f"BENCH_{word.upper()}": str(value) for word, value in words.items()}
        command: list[str | Path] = [python_of(name), "-m", "bench.peers", name, kind]
        root = Path(__file__).parents[1]
        with subprocess.Popen(
            command, cwd=root, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            try:
                out, err = process.communicate(timeout=limit + GRACE)
            finally:
                process.terminate()
        log = Path(folder, "log")
        if process.returncode != 0:
            wrote = err.decode(errors="replace") + (log.read_text(errors="replace") if log.exists() else "")
            print(wrote[-2000:], file=sys.stderr)
            raise GaveUp(f"failed: {wrote.strip().rpartition(chr(10))[2][:200]}")
    found: dict[str, Any] = json.loads(out.decode().splitlines()[-1])
    return found
