"""Users, tokens and the audit log from the command line; versions of a job, and one of them restored."""

import io
import json
import sys

import pytest

from rota.app import Rota
from tests.world import World


@pytest.fixture
def typed(monkeypatch):
    """Let a text come on stdin."""

    def put(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return put


@pytest.fixture
def product(site: World) -> Rota:
    """The product on the same database."""
    return site.rota


def test_the_first_admin_comes_from_the_command_line(shell, typed, product):
    typed(" spaces and all \n")
    done = shell("rota users create ada --role admin --password-stdin")
    assert (done.code, done.out) == (0, "✓ ada (id 1) is made, as admin.\n")
    assert product.entrance.authenticate("ada", " spaces and all ").role == "admin"


def test_a_password_is_not_asked_for_without_a_terminal(shell, typed, site):
    typed("")
    for line in (
        "rota users create ada --role admin",
        "rota users create ada --role admin --no-password --password-stdin",
    ):
        done = shell(line)
        assert (done.code, done.out) == (2, "")


def test_users_are_listed_disabled_and_given_other_passwords_and_roles(shell, typed, product):
    for name, role in (("ada", "admin"), ("olga", "operator")):
        assert shell(f"rota users create {name} --role {role} --no-password").code == 0
    typed("another pass phrase\r\n")
    assert shell("rota users set-password olga --password-stdin").code == 0
    assert product.entrance.authenticate("olga", "another pass phrase")
    assert shell("rota users set-role olga --role viewer").out == "✓ olga (id 2) is now viewer.\n"
    assert shell("rota users disable olga").out == "✓ olga (id 2) is disabled.\n"
    listed = shell("rota users list --json").json
    assert [(one["name"], one["role"], one["is_enabled"]) for one in listed] == [
        ("ada", "admin", True),
        ("olga", "viewer", False),
    ]
    assert "password_hash" not in listed[0]
    assert shell("rota users enable olga").code == 0
    assert shell("rota users list -q").out == "ada\nolga\n"


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("rota users create 'a b' --role admin --no-password", 1, "cannot be the name of a user"),
        ("rota users create ada --role root --no-password", 2, "'root' is not one of"),
        ("rota users create system --role admin --no-password", 1, "what rota calls itself"),
        ("rota users disable nobody", 6, 'no user named "nobody"'),
        ("rota users disable ada", 1, "last admin"),
        ("rota tokens create ci --user nobody", 6, 'no user named "nobody"'),
        ("rota tokens create ci --user ada --scope jobb", 1, 'did you mean "job"?'),
        ("rota tokens revoke 9", 6, "no token 9"),
        ("rota jobs restore 1 9", 6, "has no version 9"),
        ("rota audit verify --head 7", 2, "that is no head"),
    ],
)
def test_what_goes_wrong_is_told(shell, site, line, code, words):
    shell("rota users create ada --role admin --no-password")
    done = shell(line)
    assert (done.code, done.out) == (code, "")
    assert words in done.err


def test_a_token_is_printed_once_alone_on_stdout(shell, product):
    shell("rota users create bot --role operator --no-password")
    done = shell("rota tokens create ci --user bot --scope job.execute --expires 90d")
    actor = product.tokens.lookup(done.out.strip())
    assert (actor.name, actor.scopes) == ("bot", ("job.execute",))
    assert "not shown again" in done.err
    assert shell("rota tokens create other --user bot -q").out.startswith("rota_2_")
    as_json = shell("rota tokens create third --user bot --json").json
    assert product.tokens.lookup(as_json["token"])
    listed = shell("rota tokens list --user bot")
    assert listed.out.count("active") == 3
    assert done.out.strip() not in listed.out


def test_a_revoked_token_is_good_for_nothing(shell, product):
    shell("rota users create bot --role operator --no-password")
    text = shell("rota tokens create ci --user bot").out.strip()
    assert shell("rota tokens revoke 1").code == 0
    assert product.tokens.lookup(text) is None
    assert shell("rota tokens list --json").json[0]["status"] == "revoked"


def test_a_password_and_a_token_are_in_no_audit_row(shell, typed, site):
    typed("canary-pass-phrase\n")
    shell("rota users create ada --role admin --password-stdin")
    secret = shell("rota tokens create ci --user ada").out.strip().split("_")[2]
    log = shell("rota audit export").out
    assert "user.create" in log
    assert "token.create" in log
    assert "canary" not in log
    assert secret not in log


def test_verify_says_that_the_log_is_whole_and_what_its_head_is(shell, site):
    shell("rota jobs pause 1")
    done = shell("rota audit verify --json")
    assert (done.code, done.json["whole"], done.json["unsealed"], done.json["rows"]) == (0, True, 0, 4)
    assert shell(f"rota audit verify --head {done.json['head']}").code == 0
    forged = f"4:{'f' * 64}"
    broken = shell(f"rota audit verify --head {forged}")
    assert broken.code == 1
    assert "✗ The audit log is not whole" in broken.out
    assert "does not have the hash that was noted" in broken.out


def test_the_log_is_exported_as_lines_and_as_a_table(shell, site):
    lines = [json.loads(line) for line in shell("rota audit export --action job").out.splitlines()]
    assert [one["action"] for one in lines] == ["job.create"] * 3
    table = shell("rota audit export -o csv --job database_cleanup").out.split("\r\n")
    assert (len(table), table[0].split(",")[:4]) == (3, ["id", "at", "actor", "face"])


def test_old_rows_move_to_a_file_and_never_over_another(shell, site, tmp_path):
    file = tmp_path / "old.jsonl"
    done = shell(f"rota audit archive --before 0s --to {file}")
    assert (done.code, "moved to" in done.out) == (0, True)
    kept = [json.loads(line)["action"] for line in file.read_text().splitlines()]
    assert kept == ["job.create"] * 3
    assert shell("rota audit verify").code == 0
    assert shell(f"rota audit archive --before 0s --to {file}").code == 1
    assert len(file.read_text().splitlines()) == 3


def test_an_earlier_version_of_a_job_is_listed_and_restored(shell, site):
    shell("rota jobs update 1 --schedule 20")
    versions = shell("rota jobs versions 1 --json").json
    assert [(one["version"], one["schedule_expression"]) for one in versions] == [(2, "20"), (1, "15")]
    assert "schedule_expression: '15' → '20'" in shell("rota jobs versions 1").out
    done = shell("rota jobs restore 1 1")
    assert (done.code, "is as in version 1, now version 3" in done.out) == (0, True)
    assert shell("rota jobs show 1 --json").json["schedule_expression"] == "15"
