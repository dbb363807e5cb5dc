"""A scheduling process in haste, as `rota serve` is one. Its argument is JSON: the settings."""

import json
import signal
import sys
import threading


def main() -> None:
    """Serve until SIGTERM; the second one hurries."""
    told: list[int] = []
    enough = threading.Event()

    def hear(number: int, frame: object) -> None:
        told.append(number)
        enough.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, hear)
    serve(told, enough)


def serve(told: list[int], enough: threading.Event) -> None:
    """Serve until `enough`. What takes long to load is loaded when signals are heard already."""
    from rota.app import build
    from rota.settings import Settings
    from tests.faults import haste

    haste.make()
    with build(Settings(**json.loads(sys.argv[1]))) as rota:
        rota.upgrade()
        host = rota.host()
        host.reaper.silence = haste.LEASE
        assert host.agent is not None
        host.agent.command = (sys.executable, "-P", "-m", "tests.faults.agent_process")
        host.start()
        enough.wait()
        ending = threading.Thread(target=host.stop)
        ending.start()
        while ending.is_alive():
            ending.join(0.05)
            if len(told) > 1:
                host.agent.hurry()


if __name__ == "__main__":
    main()
