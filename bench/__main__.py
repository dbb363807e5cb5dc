"""Run every measurement of this folder, or those named: `python -m bench next_fire`."""

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator

import bench


def measurements() -> Iterator[tuple[str, Callable[[], object]]]:
    """Each module of this folder that has a main(), by name."""
    for module in sorted(pkgutil.iter_modules(bench.__path__), key=lambda found: found.name):
        if module.name == "__main__":
            continue
        main = getattr(importlib.import_module(f"bench.{module.name}"), "main", None)
        if main is not None:
            yield module.name, main


def run(wanted: list[str]) -> int:
    """Run the measurements named, or all; returns an exit code, 2 when one of them is not known."""
    known = dict(measurements())
    if unknown := [name for name in wanted if name not in known]:
        print(f"no measurement named {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    for name in wanted or known:
        print(f"\n== {name}", flush=True)
        known[name]()
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
