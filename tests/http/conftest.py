"""The same site that the tests of the API have."""

from tests.api.conftest import admin, site

__all__ = ["admin", "site"]
