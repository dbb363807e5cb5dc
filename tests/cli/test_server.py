"""Asking a server: where it is, who asks, what it cannot be asked, and what goes wrong on the way."""

import socket

import pytest

from rota.client.profile import find
from rota.domain.errors import Denied, Invalid, NotFound
from rota.domain.permission import Role
from tests.api.site import ROOT


def profiles(folder, text: str, mode: int = 0o600) -> dict[str, str]:
    """Write the file of profiles. Returns the environment that leads to it."""
    (folder / "rota").mkdir(parents=True)
    file = folder / "rota" / "profiles.toml"
    file.write_text(text)
    file.chmod(mode)
    return {"XDG_CONFIG_HOME": str(folder)}


def test_a_server_is_named_by_its_address_or_by_a_profile(tmp_path):
    environ = profiles(
        tmp_path, '[prod]\nserver = "https://rota.example.com/jobs/"\ntoken = "rota_3_secret"\n'
    )
    assert find(None, environ) is None
    for given in ("prod", "https://rota.example.com/jobs"):
        server = find(given, environ)
        assert server is not None
        assert (server.url, server.token) == ("https://rota.example.com/jobs", "rota_3_secret")
        assert "secret" not in repr(server)
    assert find("prod", environ | {"ROTA_TOKEN": "rota_4_other"}).token == "rota_4_other"  # type: ignore[union-attr]
    assert find(None, environ | {"ROTA_SERVER": "prod"}).profile == "prod"  # type: ignore[union-attr]
    assert find("http://elsewhere:8321", environ).token is None  # type: ignore[union-attr]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_of_tokens_that_others_may_read_is_refused(tmp_path, mode):
    environ = profiles(
        tmp_path, '[prod]\nserver = "https://rota.example.com"\ntoken = "rota_3_secret"\n', mode
    )
    with pytest.raises(Denied, match="others may read it") as refused:
        find("prod", environ)
    assert "chmod 600" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_file_without_tokens_may_be_read_by_all(tmp_path):
    environ = profiles(tmp_path, '[prod]\nserver = "https://rota.example.com"\n', 0o644)
    assert find("prod", environ).token is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "address",
    ["ftp://rota.example.com", "https://", "https://ann:word@rota.example.com", "https://r/?token=rota_3_x"],
)
def test_what_is_no_address_is_refused(tmp_path, address):
    with pytest.raises(Invalid):
        find(address, {"XDG_CONFIG_HOME": str(tmp_path)})


def test_an_unknown_profile_names_those_that_there_are(tmp_path):
    with pytest.raises(NotFound, match='did you mean "production"'):
        find("prodution", profiles(tmp_path, '[production]\nserver = "https://rota.example.com"\n'))


def test_the_mode_is_told_where_it_is_asked_for(sides):
    assert "Asking the database sqlite:///" in sides.here("rota jobs list -v").err
    told = sides.through("rota jobs list --verbose").err
    assert f"Asking the server {sides.server}, with a token." in told
    assert sides.token not in told
    assert "Asking" not in sides.through("rota jobs list").err


def test_an_option_wins_over_the_environment(sides):
    assert sides.through(f"rota jobs list -q --database-url {sides.near.url} -v").err.startswith(
        "Asking the database"
    )
    assert sides.here(f"rota jobs list -v --server {sides.server}").code == 4
    both_given = sides.here(f"rota jobs list --server {sides.server} --database-url {sides.near.url}")
    assert (both_given.code, "exclude each other" in both_given.err) == (2, True)


@pytest.mark.parametrize(
    "line",
    [
        "rota serve", "rota db upgrade", "rota db current", "rota db check", "rota doctor",
        "rota audit archive --before 1d --to old.jsonl",
    ],
)  # fmt: skip
def test_what_no_server_can_be_asked_for_says_so(shell, line):
    done = shell(f"{line} --server http://127.0.0.1:9")
    assert (done.code, done.out) == (2, "")
    assert "works on this machine, not through a server" in done.err.replace("\n│ ", " ").replace(
        "  ", " "
    ) or ("not through a server" in " ".join(done.err.replace("│", " ").split()))


def test_a_server_that_is_not_there_is_told_of(shell):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        done = shell(f"rota jobs list --server {address} --json")
    assert (done.code, done.out) == (7, "")
    assert f"the server at {address} cannot be reached" in done.err


def test_who_has_no_token_or_a_wrong_one_is_told_what_to_do(sides):
    none = sides.through("rota jobs list", token="")
    assert (none.code, "wants a token" in none.err, "ROTA_TOKEN" in none.err) == (4, True, True)
    wrong = sides.through("rota jobs list", token="rota_1_wrong")
    assert (wrong.code, "does not accept the token" in wrong.err) == (4, True)
    assert "rota_1_wrong" not in wrong.err


def test_who_may_not_is_told_so(sides):
    sides.far.rota.accounts.create("vera", Role.VIEWER, ROOT)
    token = sides.far.rota.tokens.create("hers", "vera", ROOT).text
    assert sides.through("rota jobs list -q", token).code == 0
    done = sides.through("rota jobs pause backup", token)
    assert (done.code, "vera (viewer) may not job.pause" in done.err) == (4, True)


def test_what_is_done_through_a_server_is_done_by_the_tokens_user(sides):
    sides.far.rota.accounts.create("olga", Role.OPERATOR, ROOT)
    token = sides.far.rota.tokens.create("hers", "olga", ROOT)
    sides.through("rota jobs pause backup", token.text)
    entry = sides.far.rota.auditing.search(size=1)[0]
    assert (entry.actor, entry.face, entry.action, entry.token) == (
        "olga",
        "api",
        "job.pause",
        token.token.id,
    )


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("https://rota.example.com", True),
        ("http://localhost:8321", True),
        ("http://127.0.0.1:8321", True),
        ("http://rota.example.com", False),
    ],
)
def test_who_would_show_a_token_to_everybody_is_warned(address, private):
    server = find(address, {"XDG_CONFIG_HOME": "/nowhere"})
    assert server is not None
    assert server.is_private is private
