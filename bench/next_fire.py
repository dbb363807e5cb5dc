"""One next fire: this engine beside cronsim, croniter and APScheduler, on the same expressions and instants.

Each library steps from its last fire to the next; rounds are interleaved, and what counts is CPU. Ratios go by the
least of all rounds: a busy machine, which takes the caches away, can only add to it.
"""

import importlib
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from time import thread_time
from zoneinfo import ZoneInfo

from bench.figure import Figure, Ratio, Report, Scale
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


TITLE = "One next fire"
READ = "rota: reading, and the first step"
WANTED = 20
"""Microseconds that reading an expression for the first time and stepping once may take."""


def measure(scale: Scale) -> Report:
    """The median over all rounds for each expression and library."""
    report = Report()
    steppers = {name: stepper for name in STEPPERS if (stepper := _available(name))}
    ratios: dict[str, list[float]] = {}
    for expression, zone in EXPRESSIONS:
        least = _race(report, steppers, expression, zone, scale)
        for name, micros in least.items():
            ratios.setdefault(name, []).append(micros / least["rota"])
        report.figures.append(
            Figure(READ, f"{expression} {zone}", "µs", _first_steps(expression, zone, scale))
        )
    for name in filter("rota".__ne__, ratios):
        wanted = 8 if name == "cronsim" else None
        report.ratios.append(
            Ratio(f"a step: rota beside {name}, median", statistics.median(ratios[name]), wanted)
        )
        report.ratios.append(Ratio(f"a step: rota beside {name}, least", min(ratios[name])))
    slowest = max(min(one.values) for one in report.figures if one.who == READ)
    report.ratios.append(Ratio(f"{READ}: slowest within {WANTED} µs", WANTED / slowest, 1.0))
    return report


def _race(
    report: Report,
    steppers: dict[str, Callable[[str, str], Iterator[datetime]]],
    expression: str,
    zone: str,
    scale: Scale,
) -> dict[str, float]:
    """The least microseconds a step by library; one that cannot read the expression is left out."""
    found: dict[str, list[float]] = {}
    for _ in range(scale.pick(2, ROUNDS)):
        for name, stepper in steppers.items():
            try:
                steps = stepper(expression, zone)
                next(steps)
            except Exception:  # each library has its own error for what it cannot read
                continue
            begin = thread_time()
            done = sum(1 for _ in islice(steps, scale.pick(20, STEPS)))
            found.setdefault(name, []).append((thread_time() - begin) / done * 1e6)
    report.figures += [
        Figure(name, f"{expression} {zone}", "µs", tuple(values)) for name, values in found.items()
    ]
    return {name: min(values) for name, values in found.items()}


def _first_steps(expression: str, zone: str, scale: Scale) -> tuple[float, ...]:
    """Microseconds of reading an expression that was not read before and stepping once; the zone is known already."""
    found, many = [], scale.pick(10, 500)
    for _ in range(ROUNDS):
        spent = 0.0
        for _ in range(many):
            _fires.cache_clear()
            begin = thread_time()
            Schedule("cron", expression, zone).next_after(START)
            spent += thread_time() - begin
        found.append(spent / many * 1e6)
    return tuple(found)


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
