"""What runs in the journeys through the dashboard."""

import time
from pathlib import Path

from rota import task

PATIENCE = 120


@task("greetings.send", title="Greet somebody")
def send(*, name: str = "world", fail: bool = False, wait_for: str = "") -> str:
    """Greets whoever is named.

    fail      nobody is at home
    wait_for  a file; it greets, and goes on when that is there
    """
    print(f"hello {name}")
    for _ in range(PATIENCE * 10):
        if not wait_for or Path(wait_for).exists():
            break
        time.sleep(0.1)
    print(f"goodbye {name}")
    if fail:
        raise ValueError(f"{name} is not at home")
    return f"greeted {name}"
