"""Users are made, changed and disabled; there is always an admin, and never a default account."""

import threading
from dataclasses import asdict

import pytest
from sqlalchemy import select

from rota.domain.errors import Conflict, Denied, Invalid, NotFound
from rota.services.passwords import LANES, MEMORY_KIB, PASSES, Passwords
from rota.store.schema import users
from tests.services.conftest import MACHINE, PASSWORD


def test_default_account_there_is_none(people):
    """A fresh installation has no usable login."""
    assert people.accounts.search() == []
    for name in ("admin", "root", "rota"):
        with pytest.raises(Denied):
            people.entrance.authenticate(name, name)


def test_a_user_has_a_role_and_never_shows_a_password(people):
    made = people.accounts.create("Ana", "operator", MACHINE, password=PASSWORD)
    assert (made.name, made.role, made.created_by, made.has_password) == ("Ana", "operator", "root", True)
    assert people.accounts.get("ana") == people.accounts.get(made.id) == made
    assert "argon2" not in made.model_dump_json()
    assert people.told("user.create") == [("root", "user.create", "user:Ana")]


def test_passwords_are_kept_as_argon2id_of_today_s_parameters(people, world):
    with world.db.read() as conn:
        assert conn.execute(select(users.c.password_hash)).all() == []
    kept = Passwords().hash("é" * 40)
    assert kept.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$")
    assert (MEMORY_KIB, PASSES) >= (19_456, 2)


def test_passwords_count_to_the_last_byte(people):
    """No cut at 72 bytes, none at NUL, nothing trimmed."""
    for given in ("a long one, and on; " * 4, "with\0a null", " spaces around ", "🔑 pass phrase"):
        people.add("ana" + str(len(given)), "viewer", given)
        for wrong in (given[:-1], given + " ", given.strip()[:-1], given[:5]):
            with pytest.raises(Denied):
                people.entrance.authenticate("ana" + str(len(given)), wrong)
            people.world.clock.advance(3600)
        assert people.entrance.authenticate("ana" + str(len(given)), given)


@pytest.mark.parametrize(
    ("name", "role", "password", "field"),
    [
        ("a b", "viewer", PASSWORD, "name"),
        ("ana", "root", PASSWORD, "role"),
        ("ana", "viewer", "short", "password"),
        ("ana", "viewer", "x" * 1_000_000, "password"),
        ("ana", "viewer", "iloveyou", "password"),
    ],
)
def test_bad_input_names_its_field_and_makes_nobody(people, name, role, password, field):
    with pytest.raises(Invalid) as refused:
        people.accounts.create(name, role, MACHINE, password=password)
    assert refused.value.field == field
    assert people.accounts.count() == 0


def test_a_name_is_taken_in_whatever_case(staff):
    with pytest.raises(Conflict) as refused:
        staff.accounts.create("VIC", "admin", MACHINE)
    assert (refused.value.code, refused.value.field) == ("name_taken", "name")


def test_who_is_not_there_is_not_found_and_the_others_are_named(staff):
    with pytest.raises(NotFound, match='no user named "olg"; did you mean "olga"'):
        staff.accounts.get("olg")


@pytest.mark.parametrize("verb", ["disable", "set_role"])
def test_the_last_admin_stays(staff, verb):
    with pytest.raises(Conflict) as refused:
        getattr(staff.accounts, verb)("ada", *(("viewer",) if verb == "set_role" else ()), MACHINE)
    assert refused.value.code == "last_admin"
    staff.add("ben", "admin")
    staff.accounts.set_role("ada", "viewer", MACHINE)
    with pytest.raises(Conflict):
        staff.accounts.disable("ben", MACHINE)


def test_two_admins_who_demote_each_other_at_once_leave_one(staff):
    staff.add("ben", "admin")
    barrier, ended = threading.Barrier(2), []

    def demote(by: str, other: str) -> None:
        actor = staff.actor(by)
        barrier.wait()
        try:
            staff.accounts.set_role(other, "viewer", actor)
            ended.append("done")
        except (Conflict, Denied):
            ended.append("refused")

    threads = [threading.Thread(target=demote, args=pair) for pair in (("ada", "ben"), ("ben", "ada"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["done", "refused"]
    assert [user.role for user in staff.accounts.search()].count("admin") == 1


def test_disabling_ends_sessions_and_the_use_of_tokens_at_once(staff):
    secret = staff.log_in("olga")
    token = staff.tokens.create("ci", "olga", MACHINE)
    staff.accounts.disable("olga", MACHINE)
    assert staff.sessions.lookup(secret) is None
    assert staff.tokens.lookup(token.text) is None
    with pytest.raises(Denied):
        staff.entrance.authenticate("olga", PASSWORD)
    staff.accounts.enable("olga", MACHINE)
    assert staff.sessions.lookup(secret) is None
    assert staff.tokens.lookup(token.text) is not None


def test_another_password_ends_every_session(staff):
    secret = staff.log_in("olga")
    staff.accounts.set_password("olga", "another pass phrase", MACHINE)
    assert staff.sessions.lookup(secret) is None
    with pytest.raises(Denied):
        staff.entrance.authenticate("olga", PASSWORD)
    assert staff.entrance.authenticate("olga", "another pass phrase").name == "olga"


def test_one_changes_one_s_own_password_knowing_the_present_one(staff):
    vic = staff.actor("vic")
    with pytest.raises(Denied) as refused:
        staff.accounts.change_password("wrong", "another pass phrase", vic)
    assert refused.value.field == "current"
    staff.accounts.change_password(PASSWORD, "another pass phrase", vic)
    assert staff.rights.renew(vic) is None
    assert staff.entrance.authenticate("vic", "another pass phrase")
    with pytest.raises(Conflict):
        staff.accounts.change_password("a", "b", MACHINE)


def test_no_password_is_in_the_audit_log(staff):
    staff.accounts.set_password("vic", "canary-7f3a-canary", MACHINE)
    kept = "".join(str(asdict(entry)) for entry in staff.auditing.search(size=100))
    assert "canary" not in kept
    assert "argon2" not in kept


class TestFirstAdmin:
    def test_the_link_makes_one_admin_and_is_used_up(self, people):
        link = people.entrance.first_admin_link()
        other = people.entrance.first_admin_link()
        made = people.entrance.redeem(link, "ada", PASSWORD)
        assert (made.role, people.entrance.first_admin_link()) == ("admin", None)
        for used in (link, other, "", "no link"):
            with pytest.raises(Denied) as refused:
                people.entrance.redeem(used, "eve", PASSWORD)
            assert refused.value.code == "bad_link"

    def test_the_link_expires(self, people):
        link = people.entrance.first_admin_link()
        people.world.clock.advance(3600)
        with pytest.raises(Denied):
            people.entrance.redeem(link, "ada", PASSWORD)

    def test_a_bad_password_does_not_use_it_up(self, people):
        link = people.entrance.first_admin_link()
        with pytest.raises(Invalid):
            people.entrance.redeem(link, "ada", "short")
        assert people.entrance.redeem(link, "ada", PASSWORD)

    def test_there_is_none_while_there_is_a_user(self, people):
        link = people.entrance.first_admin_link()
        people.add("vic", "viewer")
        assert people.entrance.first_admin_link() is None
        with pytest.raises(Denied):
            people.entrance.redeem(link, "ada", PASSWORD)

    def test_of_a_crowd_with_links_one_becomes_admin(self, people):
        links = [people.entrance.first_admin_link() for _ in range(6)]
        barrier, ended = threading.Barrier(6), []

        def redeem(link: str, name: str) -> None:
            barrier.wait()
            try:
                ended.append(people.entrance.redeem(link, name, PASSWORD).name)
            except Denied:
                ended.append(None)

        threads = [threading.Thread(target=redeem, args=(link, f"ada{n}")) for n, link in enumerate(links)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert people.accounts.count() == 1
        assert ended.count(None) == 5
