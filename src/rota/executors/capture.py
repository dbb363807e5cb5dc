"""What one body printed and logged: the beginning, the end, and how much lay between. Memory stays constant."""

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rota.domain.attempt import Line

HEAD_BYTES = TAIL_BYTES = 512 * 1024
MOST_LINES = 10_000
LONGEST_LINE = 64 * 1024
_HEAD_STEP = 4 * 1024
_SEGMENT_BYTES = 32 * 1024
_TOGETHER = timedelta(seconds=1)


class Splitter:
    """Makes lines of bytes and log entries. UTF-8; what is not is replaced, control characters stay as they are."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.count = 0
        self._partial = bytearray()

    def raw(self, data: bytes, at: datetime) -> None:
        """Bytes that the body printed; a line that has no end yet waits for it."""
        first, newline, rest = data.partition(b"\n")
        self._partial += first
        if newline:
            *whole, last = rest.split(b"\n")
            for line in (bytes(self._partial), *whole):
                self._line(line, at)
            self._partial = bytearray(last)
        while len(self._partial) > LONGEST_LINE:
            self.add("out", at, self._partial[:LONGEST_LINE].decode(errors="replace"))
            del self._partial[:LONGEST_LINE]

    def _line(self, line: bytes, at: datetime) -> None:
        for start in range(0, len(line) or 1, LONGEST_LINE):
            self.add("out", at, line[start : start + LONGEST_LINE].decode(errors="replace"))

    def add(self, source: str, at: datetime, text: str) -> None:
        """A whole line."""
        self.count += 1
        self.lines.append(Line(self.count, at, source, text))

    def flush(self, at: datetime) -> None:
        """What has no newline at its end is a line too."""
        if self._partial:
            self._line(bytes(self._partial), at)
            self._partial = bytearray()


@dataclass(slots=True)
class Segment:
    """A piece of the tail: raw bytes when `source` is "out", else one log entry."""

    source: str
    at: datetime
    data: bytearray

    @property
    def lines(self) -> int:
        """How many lines it makes at most."""
        return self.data.count(b"\n") + 1

    def takes(self, data: bytes, at: datetime) -> bool:
        """Whether `data` may be added to it rather than be a segment of its own."""
        if len(self.data) + len(data) > _SEGMENT_BYTES:
            return False
        return at - self.at < _TOGETHER or len(self.data) < 64


class Capture:
    """The output of one execution.

    bytes    how much came in all
    dropped  how much of it is not kept
    """

    def __init__(self) -> None:
        self.bytes = 0
        self.dropped = 0
        self._head = Splitter()
        self._room = HEAD_BYTES
        self._tail: deque[Segment] = deque()
        self._tail_bytes = 0
        self._tail_lines = 0

    def raw(self, data: bytes, at: datetime) -> None:
        """Bytes that the body, or something it started, printed."""
        self.bytes += len(data)
        while data and self._room:
            # A little at a time: a piece may hold more lines than the beginning may have.
            taken, data = data[: min(self._room, _HEAD_STEP)], data[min(self._room, _HEAD_STEP) :]
            self._room -= len(taken)
            self._head.raw(taken, at)
            self._close_head_when_long()
        if data:
            self._keep("out", data, at)

    def log(self, level: str, text: str, at: datetime) -> None:
        """One log entry; each of its lines becomes a line."""
        data = text.encode(errors="replace")
        self.bytes += len(data)
        if len(data) > self._room:
            self._room = 0
            self._keep(level, data, at)
            return
        self._room -= len(data)
        for line in text.split("\n"):
            self._head.add(level, at, line)
        self._close_head_when_long()

    def take(self) -> list[Line]:
        """The lines of the beginning that were not handed out yet."""
        lines, self._head.lines = self._head.lines, []
        return lines

    def finish(self, at: datetime) -> list[Line]:
        """All lines that were not handed out yet; nothing comes after this."""
        if self.dropped or self._tail_lines > MOST_LINES:
            self._finish_with_a_gap(at)
        else:
            _split(self._tail, self._head)
            self._head.flush(at)
        # What a body printed last is read when it has ended already: no line is later than that.
        return [line if line.at <= at else replace(line, at=at) for line in self.take()]

    def _finish_with_a_gap(self, at: datetime) -> None:
        tail = Splitter()
        _split(self._tail, tail)
        tail.flush(at)
        kept = tail.lines[-MOST_LINES:]
        self.dropped += sum(len(line.text.encode()) + 1 for line in tail.lines[:-MOST_LINES])
        self._head.flush(at)
        self._head.add("out", kept[0].at if kept else at, f"… {self.dropped:,} bytes dropped …")
        for line in kept:
            self._head.add(line.source, line.at, line.text)

    def _close_head_when_long(self) -> None:
        if self._head.count >= MOST_LINES:
            self._room = 0

    def _keep(self, source: str, data: bytes, at: datetime) -> None:
        """Put it at the end of the tail, and let go of as much at its beginning as is too much."""
        if len(data) > TAIL_BYTES:
            self.dropped += len(data) - TAIL_BYTES
            data = data[-TAIL_BYTES:]
        if source != "out":
            self._append(source, data, at)
            return
        for start in range(0, len(data), _SEGMENT_BYTES):
            self._append(source, data[start : start + _SEGMENT_BYTES], at)

    def _append(self, source: str, data: bytes, at: datetime) -> None:
        last = self._tail[-1] if self._tail else None
        if last and source == "out" == last.source and last.takes(data, at):
            last.data += data
        else:
            self._tail.append(Segment(source, at, bytearray(data)))
            self._tail_lines += 1
        self._tail_lines += data.count(b"\n")
        self._tail_bytes += len(data)
        while self._tail_bytes > TAIL_BYTES or self._has_a_segment_too_many():
            self._shorten()

    def _has_a_segment_too_many(self) -> bool:
        """Whether enough lines are left without the first segment. Counts only when it may be so."""
        return self._tail_lines > MOST_LINES and self._tail_lines - self._tail[0].lines > MOST_LINES

    def _shorten(self) -> None:
        first, excess = self._tail[0], self._tail_bytes - TAIL_BYTES
        if first.source == "out" and len(first.data) > excess > 0:
            gone = bytes(first.data[:excess])
            del first.data[:excess]
            self._tail_lines -= gone.count(b"\n")
        else:
            gone = bytes(first.data)
            self._tail.popleft()
            self._tail_lines -= first.lines
        self._tail_bytes -= len(gone)
        self.dropped += len(gone)


def _split(tail: deque[Segment], into: Splitter) -> None:
    for segment in tail:
        if segment.source == "out":
            into.raw(bytes(segment.data), segment.at)
            continue
        for line in segment.data.decode(errors="replace").split("\n"):
            into.add(segment.source, segment.at, line)
