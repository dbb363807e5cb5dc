"""When a time zone's clock is set forward or back, as tables of whole seconds.

A table covers about two years, is worked out when first asked for, and never changes afterwards.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from rota.domain.errors import InvalidSchedule
from rota.domain.kinds import quoted

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHUNK_BITS = 26
"""A table covers 2**26 seconds, about two years."""
DAY = 86400
MARGIN = 2 * DAY
"""More than the largest change of an offset (24 hours, a lost day): what a table needs of its neighbours."""
PROBE = 3 * DAY
"""Shorter than any offset ever stood since 1900 (4 days), so that probing so often misses no change."""
FIRST_SECOND = -62135596800 + MARGIN
LAST_SECOND = 253402300799 - MARGIN
FAR = 1 << 60


class Spans(NamedTuple):
    """Stretches of constant offset, ascending; all numbers are seconds, instants since 1970 in UTC.

    starts, ends  each stretch as an instant and the instant after it
    offsets  local time minus UTC
    fresh    the first local second that no earlier stretch has shown
    reach    the first local second that neither this nor an earlier stretch has shown
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    offsets: tuple[int, ...]
    fresh: tuple[int, ...]
    reach: tuple[int, ...]


class Zone(dict[int, Spans]):
    """The clock of one time zone: `zone[second >> CHUNK_BITS]` is the table around that second."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.info = _rules(name)

    def __missing__(self, chunk: int) -> Spans:
        spans = self[chunk] = _steady() if self.name == "UTC" else self._table(chunk)
        return spans

    def position(self, instant: int) -> int:
        """The last local second that the clock has shown or skipped by `instant`."""
        spans = self[instant >> CHUNK_BITS]
        at = bisect_right(spans.starts, instant) - 1
        return max(instant + spans.offsets[at], spans.fresh[at] - 1)

    def instant(self, local: int) -> int:
        """When the clock first shows the local second, or, where that is skipped, first shows a later one."""
        spans = self[local >> CHUNK_BITS]
        at = bisect_right(spans.reach, local)
        return max(spans.starts[at], local - spans.offsets[at])

    def offset(self, instant: int) -> int:
        """Local time minus UTC at an instant, in seconds."""
        spans = self[instant >> CHUNK_BITS]
        return spans.offsets[bisect_right(spans.starts, instant) - 1]

    def stretches(self, after: int, until: int) -> Iterator[tuple[int, int, int, int]]:
        """Each (start, end, offset, fresh) that touches the instants after `after` up to `until`."""
        instant = after + 1
        while instant <= until:
            spans = self[instant >> CHUNK_BITS]
            at = bisect_right(spans.starts, instant) - 1
            # A stretch entered on the way begins where it is entered: tables overlap, and no gap is there.
            start, offset = max(spans.starts[at], instant), spans.offsets[at]
            fresh = spans.fresh[at] if start == spans.starts[at] else max(spans.fresh[at], start + offset)
            yield start, spans.ends[at], offset, fresh
            instant = spans.ends[at]

    def _table(self, chunk: int) -> Spans:
        begin = (chunk << CHUNK_BITS) - MARGIN
        end = (chunk + 1 << CHUNK_BITS) + MARGIN
        starts, offsets = [begin], [self._probe(begin)]
        for probe in range(begin + PROBE, end + PROBE, PROBE):
            offset = self._probe(probe)
            if offset != offsets[-1]:
                starts.append(self._change(probe - PROBE, probe, offset))
                offsets.append(offset)
        return _spans(starts, [*starts[1:], max(end, starts[-1] + 1)], offsets)

    def _change(self, before: int, after: int, offset: int) -> int:
        """The first instant of `offset`, which stands at `after` and not yet at `before`."""
        while after - before > 1:
            middle = (before + after) // 2
            if self._probe(middle) == offset:
                after = middle
            else:
                before = middle
        return after

    def _probe(self, instant: int) -> int:
        within = min(max(instant, FIRST_SECOND), LAST_SECOND)
        told = (EPOCH + timedelta(seconds=within)).astimezone(self.info).utcoffset()
        return 0 if told is None else told // timedelta(seconds=1)


@lru_cache(maxsize=1024)
def zone_named(name: str) -> Zone:
    """The clock of a zone by its IANA name. Raises InvalidSchedule with the nearest name."""
    if name in _packaged_names() or name in _names():
        try:
            return Zone(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise InvalidSchedule(
        f"no time zone named {quoted(name)}", part=name[:40], fix=_nearest(name), field="timezone"
    )


@lru_cache(maxsize=1)
def _packaged_names() -> frozenset[str]:
    """Part of _names, read in a fiftieth of the time."""
    from importlib.resources import files

    return frozenset(files("tzdata").joinpath("zones").read_text().split())


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime"})


def _rules(name: str) -> ZoneInfo:
    """The rules of the package tzdata, whose version is known and the same on every machine of an installation.

    The operating system's own are only taken for a name that the package does not have.
    """
    from importlib.resources import files

    try:
        with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return ZoneInfo(name)


def _nearest(name: str) -> str:
    """What was probably meant: the same letters, the same city, or much alike."""
    wanted = name[:40].strip().replace(" ", "_").casefold()
    known = sorted(_names())
    alike = [zone for zone in known if wanted in (zone.casefold(), zone.casefold().rpartition("/")[2])]
    if not alike and wanted:
        alike = get_close_matches(name[:40], [zone for zone in known if zone[0] == name[0].upper()], n=1)
    return f'did you mean "{alike[0]}"?' if alike else 'write a name such as "Europe/Paris" or "UTC"'


def _steady() -> Spans:
    return Spans((-FAR,), (FAR,), (0,), (-FAR,), (FAR,))


def _spans(starts: list[int], ends: list[int], offsets: list[int]) -> Spans:
    fresh: list[int] = []
    reach: list[int] = []
    reached = starts[0] + offsets[0]
    for end, offset in zip(ends, offsets, strict=True):
        fresh.append(reached)
        reached = max(reached, end + offset)
        reach.append(reached)
    return Spans(tuple(starts), tuple(ends), tuple(offsets), tuple(fresh), tuple(reach))
