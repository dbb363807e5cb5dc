"""What every test has. Fixtures live in modules of their own; name them here."""

import zoneinfo

import pytest

# The rules that the engine goes by; those of the operating system may be of another year.
zoneinfo.reset_tzpath(to=())

# They assert for the tests that use them.
pytest.register_assert_rewrite("tests.engine.invariants", "tests.engine.twins")

pytest_plugins = [
    "tests.servers.fixtures",
    "tests.servers.leftovers",
    "tests.servers.migrated",
    "tests.world",
]
