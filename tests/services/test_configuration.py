"""Settings kept in the database: what holds, where it comes from, what locks it."""

import pytest

from rota.domain.errors import Conflict, Invalid
from rota.services.configuration import Configuration, Kept
from tests.world import ANA


def values(world, environ=None):
    found = Configuration(world.db, world.clock, environ or {}).values()
    return {one.name: (one.value, one.source) for one in found}


def test_at_first_all_are_as_they_come(world):
    assert values(world) == {name: (value, "default") for name, value in Kept()}


def test_what_is_set_holds_for_every_process_and_is_audited(world):
    Configuration(world.db, world.clock, {}).set("default_timeout", "300", ANA)
    assert values(world)["default_timeout"] == (300, "database")
    assert world.audited()[-1] == ("ana", "config.set", "setting:default_timeout")
    Configuration(world.db, world.clock, {}).set("default_timeout", None, ANA)
    assert values(world)["default_timeout"] == (120, "default")


def test_the_environment_wins_and_locks(world):
    environ = {"ROTA_RETENTION_DAYS": "7"}
    Configuration(world.db, world.clock, {}).set("retention_days", "60", ANA)
    assert values(world, environ)["retention_days"] == (7, "environment")
    with pytest.raises(
        Conflict, match="locked by the environment; change or unset the variable ROTA_RETENTION_DAYS"
    ):
        Configuration(world.db, world.clock, environ).set("retention_days", "60", ANA)


def test_what_cannot_be_is_refused(world):
    with pytest.raises(Invalid, match="default_retries 'many'"):
        Configuration(world.db, world.clock, {}).set("default_retries", "many", ANA)


def test_new_jobs_begin_with_the_defaults(world):
    Configuration(world.db, world.clock, {}).set("default_retries", "3", ANA)
    assert Configuration(world.db, world.clock, {}).job_defaults("app.clean")["max_retries"] == 3
