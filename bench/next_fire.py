"""One next fire: this engine beside cronsim, croniter and APScheduler, on the same expressions and instants.

Each library steps from its last fire to the next; rounds are interleaved: a busy machine harms all alike.
"""

import importlib
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from time import perf_counter
from zoneinfo import ZoneInfo

from rota.domain.cron import read_cron
from rota.domain.schedule import Schedule, _fires

START = datetime(2026, 3, 1, 12, 7, tzinfo=UTC)
STEPS = 300
ROUNDS = 7
EXPRESSIONS = (
    ("* * * * *", "UTC"),
    ("*/15 9-17 * * MON-FRI", "Europe/Paris"),
    ("30 2 * * *", "America/New_York"),
    ("0 3 1 * *", "Europe/Paris"),
    ("0 9 * * 1", "Asia/Kolkata"),
    ("5,35 */2 * * *", "UTC"),
    ("0 0 L * *", "Europe/Berlin"),
    ("0 12 1,15 * 5", "UTC"),
)


def main() -> None:
    """Print microseconds per step, medians over all rounds, and each library's ratio to this engine."""
    steppers = {name: stepper for name in STEPPERS if (stepper := _available(name))}
    print(f"{'expression':24}{'zone':18}" + "".join(f"{name:>12}" for name in steppers) + "   (µs a step)")
    ratios: dict[str, list[float]] = {name: [] for name in steppers}
    for expression, zone in EXPRESSIONS:
        medians = _race(steppers, expression, zone)
        for name, micros in medians.items():
            ratios[name].append(micros / medians["rota"])
        cells = "".join(f"{medians[name]:12.2f}" if name in medians else f"{'-':>12}" for name in steppers)
        print(f"{expression:24}{zone:18}{cells}")
    for name, found in ratios.items():
        if name != "rota" and found:
            print(f"{name} takes {statistics.median(found):.1f} times as long (least {min(found):.1f})")
    _first_steps()


def _race(
    steppers: dict[str, Callable[[str, str], Iterator[datetime]]], expression: str, zone: str
) -> dict[str, float]:
    """Median microseconds a step by library; one that cannot read the expression is left out."""
    rounds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, stepper in steppers.items():
            try:
                steps = stepper(expression, zone)
                next(steps)
            except Exception:  # each library has its own error for what it cannot read
                continue
            begin = perf_counter()
            done = sum(1 for _ in islice(steps, STEPS))
            rounds.setdefault(name, []).append((perf_counter() - begin) / done * 1e6)
    return {name: statistics.median(found) for name, found in rounds.items()}


def _first_steps() -> None:
    """Reading an expression for the first time and stepping once; the zone is known already."""
    for expression, zone in EXPRESSIONS:
        read, first = [], []
        for _ in range(2000):
            begin = perf_counter()
            read_cron(expression)
            read.append(perf_counter() - begin)
            _fires.cache_clear()
            begin = perf_counter()
            Schedule("cron", expression, zone).next_after(START)
            first.append(perf_counter() - begin)
        print(
            f"{expression:24}{zone:18} read {statistics.median(read) * 1e6:6.2f} µs,"
            f" new schedule and its first step {statistics.median(first) * 1e6:6.2f} µs"
        )


def _available(name: str) -> Callable[[str, str], Iterator[datetime]] | None:
    try:
        if name != "rota":
            importlib.import_module(name)
    except ImportError:
        return None
    return STEPPERS[name]


def _rota(expression: str, zone: str) -> Iterator[datetime]:
    schedule, at = Schedule("cron", expression, zone), START
    while (following := schedule.next_after(at)) is not None:
        yield (at := following)


def _cronsim(expression: str, zone: str) -> Iterator[datetime]:
    from cronsim import CronSim

    return CronSim(expression, START.astimezone(ZoneInfo(zone)))


def _croniter(expression: str, zone: str) -> Iterator[datetime]:
    from croniter import croniter

    steps = croniter(expression, START.astimezone(ZoneInfo(zone)))
    while True:
        yield steps.get_next(datetime)


def _apscheduler(expression: str, zone: str) -> Iterator[datetime]:
    from apscheduler.triggers.cron import CronTrigger

    trigger, at = CronTrigger.from_crontab(expression, timezone=zone), START
    while True:
        at = trigger.get_next_fire_time(None, at + timedelta(microseconds=1))
        yield at


STEPPERS: dict[str, Callable[[str, str], Iterator[datetime]]] = {
    "rota": _rota,
    "cronsim": _cronsim,
    "croniter": _croniter,
    "apscheduler": _apscheduler,
}


if __name__ == "__main__":
    main()
