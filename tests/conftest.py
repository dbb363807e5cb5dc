"""What every test has. Fixtures live in modules of their own; name them here."""

pytest_plugins = [
    "tests.servers.fixtures",
    "tests.servers.leftovers",
    "tests.world",
]
