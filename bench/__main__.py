"""The measurements: `python -m bench` runs all of them, `python -m bench herd lag` those."""

import argparse
import importlib
import sys
import time
from typing import Any, Protocol

from bench import comparing, machine, page, results, tables
from bench.figure import Report, Scale

COMPARISONS = {
    "next_fire": "one next fire, and reading an expression",
    "throughput": "no-ops a second, beside other schedulers and the floor",
    "through_celery": "no-ops a second through Celery, beside plain Celery",
    "herd": "everything at midnight",
    "schedulers": "all due at once, by one scheduler and by five",
    "lag": "200 schedules, each every second",
    "idle": "what it costs to wait",
    "startup": "how long a shell waits",
    "growth": "the same questions to a small and to a large database",
    "clients": "200 clients of the API at once",
    "pages": "every page of the dashboard",
    "weight": "memory and bytes of an execution",
}


class Comparison(Protocol):
    """What a module of this list has."""

    TITLE: str

    def measure(self, scale: Scale) -> Report:
        """Everything of it."""


def main(words: list[str]) -> int:
    """Run what was asked for; returns an exit code, 2 when a name is not known."""
    asked = _parser().parse_args(words)
    if unknown := [name for name in asked.names if name not in COMPARISONS]:
        print(
            f"no comparison named {', '.join(unknown)}; there are: {', '.join(COMPARISONS)}", file=sys.stderr
        )
        return 2
    names = asked.names or list(COMPARISONS)
    if asked.markdown or asked.write:
        found = [(_module(name).TITLE, kept) for name in names if (kept := _kept(name)) is not None]
        if asked.write:
            page.write(found)
        else:
            print("\n".join(page.told(found)))
        return 0
    scale = Scale.QUICK if asked.quick else Scale.LARGE if asked.large else Scale.USUAL
    told: list[str] = []
    compared = 0
    for name in names:
        report = _run(name, scale)
        before = results.recorded().get(name, {})
        told += comparing.changes(name, before, report.ratios)
        compared += len(before)
        if asked.record:
            results.record(name, report)
    if asked.compare:
        print("\n" + comparing.verdict(told, compared))
    return 1 if asked.compare and told else 0


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<16}{what}" for name, what in COMPARISONS.items())
    parser = argparse.ArgumentParser("bench", epilog=f"comparisons:\n{listed}", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="COMPARISON", help="which to run; all unless given")
    parser.add_argument("--quick", action="store_true", help="a smoke run: its figures mean nothing")
    parser.add_argument("--large", action="store_true", help="the largest sizes too, which take their time")
    parser.add_argument(
        "--compare", action="store_true", help="say what got worse since the ratios were recorded"
    )
    parser.add_argument("--record", action="store_true", help="record these ratios in bench/recorded.json")
    parser.add_argument(
        "--markdown", action="store_true", help="print the last results as pages; run nothing"
    )
    parser.add_argument("--write", action="store_true", help="put them into docs/why; run nothing")
    return parser


def _module(name: str) -> Comparison:
    found: Comparison = importlib.import_module(f"bench.{name}")
    return found


def _run(name: str, scale: Scale) -> Report:
    module = _module(name)
    load, began = machine.load(), time.monotonic()
    print(f"\n== {name}: {module.TITLE} (load {load})", flush=True)
    report = module.measure(scale)
    seconds = time.monotonic() - began
    results.save(name, report, load, seconds, scale.value)
    for line in tables.terminal(report):
        print(line)
    print(f"   {seconds:.0f} s, load {machine.load()}", flush=True)
    return report


def _kept(name: str) -> dict[str, Any] | None:
    if (kept := results.load(name)) is None:
        print(f"{name} was never run here: make bench ARGS={name}", file=sys.stderr)
    return kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
