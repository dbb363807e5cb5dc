"""Results on the disk: the last run of each comparison, and the ratios that were recorded."""

import json
import time
from pathlib import Path
from typing import Any

from bench import machine
from bench.figure import Report

FOLDER = Path(__file__).parents[1] / ".bench"
"""Not in git: environments of the peers, and the results of this machine."""
RECORDED = Path(__file__).with_name("recorded.json")
"""In git: ratios alone, which hold for other machines too."""


def save(name: str, report: Report, before: float, seconds: float, scale: str) -> None:
    """Keep what a comparison found, with the machine and its load before and after."""
    (FOLDER / "results").mkdir(parents=True, exist_ok=True)
    kept = {
        "comparison": name,
        "at": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        "scale": scale,
        "seconds": round(seconds),
        "machine": machine.facts(),
        "load": [before, machine.load()],
        **report.as_json(),
    }
    _path(name).write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def load(name: str) -> dict[str, Any] | None:
    """What was kept of a comparison, None when it was never run here."""
    found: dict[str, Any] | None = json.loads(_path(name).read_text()) if _path(name).exists() else None
    return found


def _path(name: str) -> Path:
    return FOLDER / "results" / f"{name}.json"


def recorded() -> dict[str, dict[str, float]]:
    """The ratios that were recorded, by comparison."""
    found: dict[str, dict[str, float]] = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    return found


def record(name: str, report: Report) -> None:
    """Make these the recorded ratios of a comparison."""
    ratios = {one.what: round(one.value, 3) for one in report.ratios}
    RECORDED.write_text(
        json.dumps(recorded() | {name: ratios}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    )
