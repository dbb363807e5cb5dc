"""The output of an execution, line by line."""

import json
import sys
from datetime import UTC
from typing import TYPE_CHECKING, Any, TextIO

from rota.cli.colour import paint
from rota.cli.screen import Screen
from rota.cli.words import shown

if TYPE_CHECKING:
    from rota.app import Rota
    from rota.client.remote import Remote
    from rota.domain.attempt import Line

LEVELS = {"debug": "dim", "info": "", "warning": "yellow", "error": "red"}
BATCH = 1000


def line_json(line: "Line") -> dict[str, Any]:
    """One line for programs."""
    return {"seq": line.seq, "at": line.at.isoformat(), "source": line.source, "text": line.text}


class LinePrinter:
    """Prints the lines of one execution that it has not printed yet: no line twice, none left out.

    stream  stdout, or stderr where stdout is one JSON document
    """

    def __init__(self, screen: Screen, stream: TextIO | None = None) -> None:
        self.screen, self.stream = screen, stream or sys.stdout
        self._seq = 0

    def print_new(self, rota: "Rota | Remote", execution_id: int) -> None:
        """Print what has come since. Raises Unavailable; what was printed is not printed again then."""
        while batch := rota.executions.lines(execution_id, self._seq, BATCH):
            for line in batch:
                print(self._told(line), file=self.stream)
                self._seq = line.seq
            self.stream.flush()
            if len(batch) < BATCH:
                return

    def _told(self, line: "Line") -> str:
        if self.screen.format == "jsonl":
            return json.dumps(line_json(line), ensure_ascii=False)
        text = shown(line.text.rstrip("\r"), keep="\t")
        if self.screen.quiet:
            return text
        at = line.at.astimezone(UTC if self.screen.time == "utc" else None).strftime("%H:%M:%S")
        level = "" if line.source == "out" else f"{line.source:7} "
        if not self.screen.colour:
            return f"{at} {level}{text}"
        return f"{paint(at, 'dim')} {paint(level + text, LEVELS.get(line.source, ''))}"
