"""The tests of threats have what those of the API have."""

from tests.api.conftest import admin, site

__all__ = ["admin", "site"]
