"""An agent of one runner, as a process that tests can kill or freeze.

Takes a folder: the body writes its pids there as "pids", the agent what it hears last as "heard". Seconds of silence
that its keeper allows come second.
"""

import os
import select
import sys
from datetime import UTC, datetime
from pathlib import Path

from rota.executors.events import Died, Hello
from rota.executors.local import LocalRunner
from tests.executors.workshop import BODIES, attempt


def main(folder: Path, silence: float) -> None:
    """Run one stubborn body, and beat, until the runner dies."""
    config = {"modules": BODIES, "ready_made": False, "app": None, "jobs": {}}
    marker = f"agent-{os.getpid()}:1"
    runner = LocalRunner.spawn(config, marker=marker, environ=os.environ, silence=silence)
    while not runner.dead:
        runner.beat()
        select.select(runner.filenos(), [], [], 0.05)
        for event in runner.pump(datetime.now(UTC)):
            if isinstance(event, Hello):
                runner.assign([attempt(1, "stubborn", path=str(folder / "pids"))])
            if isinstance(event, Died):
                (folder / "heard").write_text(event.text)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
