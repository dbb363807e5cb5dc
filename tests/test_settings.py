"""Settings: flag > environment > rota.toml > [tool.rota] > default, and errors that say where."""

import pytest

from rota.domain.errors import Invalid
from rota.settings import load


@pytest.fixture
def read(tmp_path):
    def _read(toml: str = "", pyproject: str = "", environ=None, **flags):
        for name, text in (("rota.toml", toml), ("pyproject.toml", pyproject)):
            if text:
                (tmp_path / name).write_text(text)
        return load(flags, environ or {}, tmp_path)

    return _read


def test_without_any_setting_there_is_an_embedded_database(read):
    loaded = read()
    assert loaded.settings.database_url == "sqlite:///var/rota.db"
    assert (loaded.settings.kill_after, loaded.settings.shutdown_grace) == (10, 30)
    assert loaded.sources == {}


def test_each_layer_hides_those_below_it_and_the_source_is_known(read):
    layers = {
        "pyproject": "[tool.rota]\nrunners = 1\nnode_name = 'p'\nkill_after = 1\nshutdown_grace = 1\n",
        "toml": "runners = 2\nnode_name = 't'\nkill_after = 2\n",
        "environ": {"ROTA_RUNNERS": "3", "ROTA_NODE_NAME": "e"},
    }
    loaded = read(**layers, runners=4)
    found = loaded.settings
    assert (found.runners, found.node_name, found.kill_after, found.shutdown_grace) == (4, "e", 2, 1)
    assert loaded.sources == {
        "runners": "command line",
        "node_name": "environment",
        "kill_after": "rota.toml",
        "shutdown_grace": "pyproject.toml [tool.rota]",
    }


def test_a_flag_that_was_not_given_hides_nothing(read):
    assert read(environ={"ROTA_RUNNERS": "3"}, runners=None).settings.runners == 3


def test_lists_and_queues_are_written_with_commas(read):
    environ = {
        "ROTA_MODULES": "shop.jobs, blog.jobs,",
        "ROTA_QUEUES": "mail=local, *=local",
        "ROTA_SCHEDULE_ENV": "*_SCHEDULE,*_CRON",
    }
    found = read(environ=environ).settings
    assert found.modules == ("shop.jobs", "blog.jobs")
    assert found.queues == {"mail": "local", "*": "local"}
    assert found.schedule_env == ("*_SCHEDULE", "*_CRON")


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"ROTA_RUNNERS": "many"}, r'setting "runners" \(environment\): .*integer'),
        ({"ROTA_RUNNERS": "0"}, "greater than or equal to 1"),
        ({"ROTA_KILL_AFTER": "-1"}, "greater than or equal to 0"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_its_name_and_place(read, environ, words):
    with pytest.raises(Invalid, match=words):
        read(environ=environ)


def test_an_unknown_setting_of_a_file_is_told_with_the_known_ones(read):
    with pytest.raises(Invalid, match=r'there is no setting "runer" \(rota.toml\); known ones: database_url'):
        read(toml="runer = 2")


def test_an_unknown_variable_is_left_alone_for_rota_sets_some_itself(read):
    assert read(environ={"ROTA_RUNNER": "12:3"}).settings == read().settings


def test_a_file_that_is_not_toml_is_told_with_its_path(read):
    with pytest.raises(Invalid, match=r"rota.toml is not valid TOML"):
        read(toml="runners = = 2")


def test_the_tables_of_jobs_are_read_from_the_file(read):
    found = read(toml="[jobs.backup]\nenabled = false\nschedule = '5 * * * *'\n").settings
    assert found.jobs == {"backup": {"enabled": False, "schedule": "5 * * * *"}}


def test_a_secret_is_not_shown_where_settings_are_printed(read):
    assert "hunter2" not in repr(read(environ={"ROTA_SECRET_KEY": "hunter2"}).settings)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "rota"),
        ({"modules": ["shop.jobs.nightly"]}, "shop"),
        ({"modules": ["folder/thatfile.py"]}, "thatfile"),
        ({"modules": ["shop"], "app_name": "mine"}, "mine"),
    ],
)
def test_the_application_is_named_by_its_first_module_unless_it_is_given(read, given, name):
    assert read(**given).settings.application == name


def test_a_provider_is_set_up_by_the_environment(read):
    environ = {
        "ROTA_OIDC_ISSUER": "https://login.example.com",
        "ROTA_OIDC_CLIENT_ID": "rota",
        "ROTA_OIDC_CLIENT_SECRET": "hunter2",
        "ROTA_OIDC_ROLES": "cn=ops=operator, chiefs=admin",
    }
    found = read(environ=environ).settings
    assert found.oidc_roles == {"cn=ops": "operator", "chiefs": "admin"}
    assert (found.oidc_default_role, "hunter2" in repr(found)) == ("viewer", False)
    assert found.secrets == ("hunter2",)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"ROTA_OIDC_ISSUER": "http://login.example.com", "ROTA_OIDC_CLIENT_ID": "rota"}, "by https://"),
        ({"ROTA_OIDC_ISSUER": "https://login.example.com"}, "oidc_client_id is not"),
        ({"ROTA_OIDC_ROLES": "ops=chief"}, 'no role "chief"'),
        ({"ROTA_OIDC_DEFAULT_ROLE": "chief"}, "oidc_default_role"),
        ({"ROTA_LOG_FORMAT": "xml"}, "log_format"),
    ],
)
def test_a_provider_that_cannot_be_is_refused(read, environ, words):
    with pytest.raises(Invalid, match=words):
        read(environ=environ)
