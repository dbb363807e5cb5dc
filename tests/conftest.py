"""What every test has. Fixtures live in modules of their own; name them here."""

import signal
import zoneinfo

import pytest

# The rules that the engine goes by; those of the operating system may be of another year.
zoneinfo.reset_tzpath(to=())

# They assert for the tests that use them.
pytest.register_assert_rewrite("tests.engine.invariants", "tests.engine.twins", "tests.servers.restored")

# A shell that starts the tests in its background has them ignore Ctrl-C, and so would all that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# So it is with nohup and the end of a terminal.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

pytest_plugins = [
    "tests.servers.fixtures",
    "tests.servers.brokers",
    "tests.servers.leftovers",
    "tests.servers.migrated",
    "tests.world",
]
