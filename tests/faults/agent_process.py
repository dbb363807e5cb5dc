"""An agent in haste. Its failpoint is armed once: the agent that is started after it runs freely."""

import os
from pathlib import Path

FAILPOINT = "FAULTS_AGENT_FAILPOINT"
SPENT = "FAULTS_AGENT_FAILPOINT_SPENT"
"""A file that exists when the failpoint was given to an agent."""


def main() -> None:
    """Be the agent."""
    os.environ.pop("ROTA_FAILPOINT", None)
    if (armed := os.environ.pop(FAILPOINT, "")) and not Path(os.environ[SPENT]).exists():
        Path(os.environ[SPENT]).touch()
        os.environ["ROTA_FAILPOINT"] = armed
    from rota.process import agent
    from tests.faults import haste

    haste.make()
    agent()


if __name__ == "__main__":
    main()
