"""A real terminal with the program `rota` in it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

SECONDS = 60


class Terminal:
    """Runs one command line in a terminal of so many columns. Everything it shows is in `shown`."""

    def __init__(self, words: list[str], folder: Path, *, columns: int = 80, **environ: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rota", *words], cwd=folder, env={**kept, "TERM": "xterm", **environ},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=_own_terminal,
        )  # fmt: skip
        os.close(theirs)
        self.shown = ""

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)

    def type(self, keys: str) -> None:
        """Press keys; "\\x03" is Ctrl-C."""
        os.write(self._ours, keys.encode())

    def until(self, text: str) -> str:
        """Wait until the terminal shows `text`. Returns all that it shows."""
        deadline = time.monotonic() + SECONDS
        while text not in self.shown:
            assert time.monotonic() < deadline, f"never showed {text!r}:\n{self.shown}"
            assert self._read() or text in self.shown, f"ended without showing {text!r}:\n{self.shown}"
        return self.shown

    def hang_up(self) -> int:
        """Close the terminal. Returns the exit code of the program."""
        os.close(self._ours)
        self._ours = os.open(os.devnull, os.O_RDONLY)
        return self._process.wait(SECONDS)

    def ended(self) -> int:
        """Wait for its end. Returns the exit code."""
        while self._read():
            pass
        return self._process.wait(SECONDS)

    def _read(self) -> bool:
        """Read what there is within a second. Returns whether there may be more."""
        if not select.select([self._ours], [], [], 1.0)[0]:
            return self._process.poll() is None
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            return False
        self.shown += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


def _own_terminal() -> None:
    """Make the terminal the controlling one, so that Ctrl-C is a signal."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
