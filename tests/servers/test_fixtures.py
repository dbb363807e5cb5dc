"""Green in CI means that every service was real."""

import pytest

from tests.servers import fixtures


def test_want_of_a_service_skips_a_test_on_a_laptop(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL"):
        fixtures.missing("no PostgreSQL")


def test_want_of_a_service_fails_a_test_in_ci(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no PostgreSQL"):
        fixtures.missing("no PostgreSQL")
