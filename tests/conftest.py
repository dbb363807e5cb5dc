"""What every test has. Fixtures live in modules of their own; name them here."""

pytest_plugins = [
    "tests.services.fixtures",
    "tests.services.leftovers",
]
