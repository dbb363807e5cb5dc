"""Logging in: the same answer whatever is wrong, slower with each wrong attempt, and never closed for good."""

import threading

import argon2
import pytest
from sqlalchemy import select

from rota.domain.account import FREE_ATTEMPTS, FREE_OF_ADDRESS, LONGEST_WAIT, Throttled
from rota.domain.errors import Denied
from rota.services.accounts import Accounts
from rota.services.entrance import Entrance
from rota.services.passwords import Passwords
from rota.store.schema import login_failures, users
from tests.services.conftest import MACHINE, PASSWORD

HOME, OFFICE, STRANGER = "192.0.2.1", "192.0.2.2", "198.51.100.9"


def fail(people, name, address=STRANGER, times=1) -> list[Denied]:
    """Try a wrong password. Returns what was said."""
    said = []
    for _ in range(times):
        with pytest.raises(Denied) as refused:
            people.entrance.authenticate(name, "wrong", address=address)
        said.append(refused.value)
    return said


def test_enumeration_nobody_learns_which_names_exist(staff):
    """Unknown, disabled, without a password, wrong password: the same words, the same code."""
    staff.add("bot", "viewer", None)
    staff.add("gone", "viewer")
    staff.accounts.disable("gone", MACHINE)
    with pytest.raises(Denied) as disabled:
        staff.entrance.authenticate("gone", PASSWORD)
    said = {str(fail(staff, name, None)[0]) for name in ("vic", "nobody", "bot", "")} | {str(disabled.value)}
    assert said == {"the name or the password is wrong; try again"}
    assert disabled.value.code == "bad_credentials"


def test_timing_an_unknown_name_takes_the_work_of_a_known_one(staff, monkeypatch):
    """Counted, not timed: what argon2 is asked to compute, with which memory and passes."""
    work: list[argon2.Parameters] = []
    verify = argon2.PasswordHasher.verify

    def counted(hasher: argon2.PasswordHasher, kept: str, given: bytes) -> bool:
        work.append(argon2.extract_parameters(kept))
        return verify(hasher, kept, given)

    staff.add("bot", "viewer", None)
    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    for name in ("vic", "nobody", "bot"):
        fail(staff, name, None)
    with pytest.raises(Denied):
        staff.entrance.authenticate("vic", "x" * 10_000)
    assert len(work) == 4
    assert work == work[:1] * 4


def test_enumeration_unknown_names_are_slowed_down_just_the_same(staff):
    known = [type(one) for one in fail(staff, "vic", HOME, FREE_ATTEMPTS + 1)]
    unknown = [type(one) for one in fail(staff, "nobody", OFFICE, FREE_ATTEMPTS + 1)]
    assert known == unknown == [Denied] * FREE_ATTEMPTS + [Throttled]


def test_throttling_doubles_the_wait(staff):
    waits: list[int] = []
    for _ in range(FREE_ATTEMPTS + 13):
        fail(staff, "vic", None)
        (said,) = fail(staff, "vic", None) if len(waits) >= FREE_ATTEMPTS - 1 else [None]
        waits.append(said.seconds if isinstance(said, Throttled) else 0)
        staff.world.clock.advance(waits[-1])
    assert waits[FREE_ATTEMPTS - 1 : FREE_ATTEMPTS + 4] == [1, 2, 4, 8, 16]
    assert waits[-1] == LONGEST_WAIT


def test_throttling_looks_at_no_password_meanwhile_and_does_not_lengthen_the_wait(staff):
    fail(staff, "vic", None, FREE_ATTEMPTS)
    for _ in range(50):
        with pytest.raises(Throttled):
            staff.entrance.authenticate("vic", PASSWORD)
    staff.world.clock.advance(1)
    assert staff.entrance.authenticate("vic", PASSWORD).name == "vic"


def test_throttling_begins_anew_after_a_right_password(staff):
    fail(staff, "vic", HOME, FREE_ATTEMPTS - 1)
    staff.log_in("vic", HOME)
    assert Throttled not in [type(one) for one in fail(staff, "vic", OFFICE, FREE_ATTEMPTS)]


def test_throttling_by_strangers_locks_nobody_out_of_where_they_are_logged_in(staff):
    staff.log_in("vic", HOME)
    fail(staff, "vic", STRANGER, FREE_ATTEMPTS + 1)
    assert isinstance(fail(staff, "vic", OFFICE)[0], Throttled)
    assert staff.entrance.authenticate("vic", PASSWORD, address=HOME).name == "vic"


def test_throttling_counts_an_address_whatever_names_it_tries(staff):
    said = []
    for n in range(FREE_OF_ADDRESS + 1):
        said += fail(staff, f"name{n}", STRANGER)
    assert [type(one) for one in said] == [Denied] * FREE_OF_ADDRESS + [Throttled]
    assert staff.entrance.authenticate("vic", PASSWORD, address=HOME)


def test_throttling_of_an_address_is_not_reset_by_an_account_of_its_own(staff):
    for n in range(FREE_OF_ADDRESS):
        fail(staff, f"name{n}", STRANGER)
        if n < FREE_OF_ADDRESS - 1:
            staff.log_in("vic", STRANGER)
    with pytest.raises(Throttled):
        staff.entrance.authenticate("vic", PASSWORD, address=STRANGER)


def test_throttling_counts_a_crowd_one_by_one(staff):
    """Attempts at once, on two nodes, get no further than attempts in a row."""
    from tests.world import World

    other = World(staff.world.url, staff.world.clock)
    entrances = [staff.entrance, Entrance(Accounts(other.db, other.clock, staff.accounts.passwords))]
    barrier, said = threading.Barrier(16), []

    def attempt(n: int) -> None:
        barrier.wait()
        for _ in range(3):
            try:
                entrances[n % 2].authenticate("vic", "wrong", address=f"203.0.113.{n}")
            except Denied as refused:
                said.append(type(refused))

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert (said.count(Denied), len(said)) == (FREE_ATTEMPTS, 48)


def test_what_is_typed_as_a_name_is_kept_nowhere(staff):
    fail(staff, "my-password-typed-too-early", STRANGER)
    with staff.world.db.read() as conn:
        kept = str(conn.execute(select(login_failures)).all())
    kept += str(staff.auditing.search(size=100))
    assert "typed-too-early" not in kept


def test_failures_are_forgotten_after_a_day(staff):
    fail(staff, "vic", STRANGER, 3)
    staff.world.clock.advance(86_401)
    fail(staff, "olga", HOME)
    with staff.world.db.read() as conn:
        assert len(conn.execute(select(login_failures)).all()) == 2


def test_a_login_and_a_refused_one_are_in_the_audit_log_with_the_address(staff):
    fail(staff, "vic", STRANGER)
    staff.entrance.authenticate("vic", PASSWORD, address=HOME, request_id="r-1")
    entered, refused = staff.auditing.search(size=2)
    assert (entered.actor, entered.action, entered.address, entered.request_id) == (
        "vic",
        "login",
        HOME,
        "r-1",
    )
    assert (refused.actor, refused.action, refused.target) == ("anonymous", "login.refused", "user:vic")
    assert refused.address == STRANGER


def test_a_password_hashed_by_older_parameters_is_hashed_anew(staff):
    newer = Entrance(Accounts(staff.world.db, staff.world.clock, Passwords(memory=128, passes=2)))
    newer.authenticate("vic", PASSWORD)
    with staff.world.db.read() as conn:
        kept = conn.execute(select(users.c.password_hash).where(users.c.name == "vic")).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=128,t=2,p=1$")
    assert newer.authenticate("vic", PASSWORD).last_login_at == staff.world.clock.now()


@pytest.mark.parametrize("password", ["x" * 10**6, "\udcff" * 20, ""])
def test_what_cannot_be_a_password_is_a_wrong_one(staff, password):
    with pytest.raises(Denied) as refused:
        staff.entrance.authenticate("vic", password)
    assert refused.value.code == "bad_credentials"
