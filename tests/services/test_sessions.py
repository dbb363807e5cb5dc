"""Sessions are begun anew at each log-in, run out, and end when they are ended; their secrets are kept as hashes."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from rota.domain.actor import Actor
from rota.domain.errors import Denied, NotFound
from rota.services.rights import IDLE, LONGEST
from rota.services.sessions import Sessions
from rota.store.schema import one_time_links, sessions
from tests.services.conftest import MACHINE

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def wait(staff, span: timedelta) -> None:
    staff.world.clock.advance(span / SECOND)


def test_a_session_is_who_logged_in(staff):
    secret = staff.log_in("olga", "192.0.2.1")
    found = staff.sessions.lookup(secret, address="192.0.2.7", request_id="r-9")
    assert found is not None
    assert (found.name, found.role, found.face) == ("olga", "operator", "web")
    assert (found.address, found.request_id, found.token_id) == ("192.0.2.7", "r-9", None)


def test_session_fixation_each_login_has_a_new_secret_of_128_random_bits_or_more(staff):
    secrets = {staff.log_in("olga") for _ in range(5)}
    assert len(secrets) == 5
    assert min(map(len, secrets)) * 4 >= 128


@pytest.mark.parametrize("secret", ["", "x", "0" * 48, "é", "\0", "\udcff", "a" * 10**5])
def test_what_is_no_secret_is_nobody(staff, secret):
    staff.log_in("olga")
    assert staff.sessions.lookup(secret) is None


def test_no_secret_is_in_the_database(staff):
    secret = staff.log_in("olga")
    ticket = staff.sessions.ticket(staff.sessions.lookup(secret))
    with staff.world.db.read() as conn:
        kept = str(conn.execute(select(sessions)).all()) + str(conn.execute(select(one_time_links)).all())
    assert secret not in kept
    assert ticket not in kept


def test_a_session_ends_when_it_was_not_used_for_twelve_hours(staff):
    used, idle = staff.log_in("olga"), staff.log_in("vic")
    wait(staff, IDLE - HOUR)
    assert staff.sessions.lookup(used)
    wait(staff, HOUR)
    assert staff.sessions.lookup(used)
    assert staff.sessions.lookup(idle) is None


def test_a_session_ends_after_thirty_days_although_it_is_used(staff):
    secret = staff.log_in("olga")
    for _ in range(LONGEST // HOUR - 1):
        wait(staff, HOUR)
        assert staff.sessions.lookup(secret)
    wait(staff, HOUR)
    assert staff.sessions.lookup(secret) is None


def test_a_look_writes_at_most_once_a_minute(staff):
    secret = staff.log_in("olga")
    commits: list[object] = []
    event.listen(staff.world.db._writer, "commit", commits.append)
    for _ in range(120):
        wait(staff, SECOND)
        assert staff.sessions.lookup(secret)
    writes = len(commits) - (0 if staff.world.db.is_sqlite else 120)
    assert writes == 2


def test_logging_out_ends_it(staff):
    secret = staff.log_in("olga")
    assert staff.sessions.end(secret, staff.sessions.lookup(secret)) is True
    assert staff.sessions.lookup(secret) is None
    assert staff.sessions.end(secret, MACHINE) is False
    assert staff.told("logout") == [("olga", "logout", "user:olga")]


def test_one_ends_one_s_own_sessions(staff):
    olga, other = staff.actor("olga"), staff.log_in("olga")
    assert len(staff.sessions.of(olga.user_id)) == 2
    staff.sessions.end_one(staff.sessions.lookup(other).session_id, olga)
    assert staff.sessions.lookup(other) is None
    assert staff.sessions.end_all("olga", olga) == 1
    assert staff.rights.renew(olga) is None


def test_only_an_admin_ends_the_sessions_of_others(staff):
    olga, vic, ada = (staff.actor(name) for name in ("olga", "vic", "ada"))
    with pytest.raises(Denied):
        staff.sessions.end_one(olga.session_id, vic)
    with pytest.raises(Denied):
        staff.sessions.end_all("ada", olga)
    assert staff.sessions.end_all("olga", ada) == 1
    assert staff.told("denied") == [
        ("vic", "denied", f"session:{olga.session_id}"),
        ("olga", "denied", "user:ada"),
    ]


def test_a_session_that_is_not_there_is_not_found(staff):
    with pytest.raises(NotFound):
        staff.sessions.end_one(77, MACHINE)


def test_sessions_that_ran_out_are_deleted_at_the_next_login(staff):
    staff.log_in("olga")
    wait(staff, IDLE)
    staff.log_in("vic")
    with staff.world.db.read() as conn:
        assert len(conn.execute(select(sessions.c.id)).all()) == 1


def test_a_disabled_user_begins_no_session(staff):
    user = staff.accounts.get("olga")
    staff.accounts.disable("olga", MACHINE)
    with pytest.raises(Denied):
        staff.sessions.begin(user)


class TestCsrf:
    def test_csrf_each_session_has_its_own_token_on_every_node(self, staff):
        one, other = staff.log_in("olga"), staff.log_in("olga")
        node = Sessions(staff.world.db, staff.world.clock)
        assert node.csrf_fits(one, staff.sessions.csrf(one))
        assert not node.csrf_fits(other, staff.sessions.csrf(one))

    @pytest.mark.parametrize("token", [None, "", "0" * 64, "é" * 64])
    def test_csrf_a_missing_or_foreign_token_does_not_fit(self, staff, token):
        assert not staff.sessions.csrf_fits(staff.log_in("olga"), token)

    def test_csrf_the_token_tells_nothing_of_the_session(self, staff):
        secret = staff.log_in("olga")
        assert secret not in staff.sessions.csrf(secret)


class TestTickets:
    def test_a_ticket_lets_in_once(self, staff):
        olga = staff.actor("olga")
        ticket = staff.sessions.ticket(olga)
        admitted = staff.sessions.admit(ticket, address="192.0.2.1")
        assert (admitted.name, admitted.session_id, admitted.address) == (
            "olga",
            olga.session_id,
            "192.0.2.1",
        )
        assert staff.sessions.admit(ticket) is None

    def test_a_ticket_is_good_for_thirty_seconds(self, staff):
        ticket = staff.sessions.ticket(staff.actor("olga"))
        wait(staff, timedelta(seconds=30))
        assert staff.sessions.admit(ticket) is None

    def test_a_ticket_is_of_who_may_still_come_in(self, staff):
        ticket = staff.sessions.ticket(staff.actor("olga"))
        staff.accounts.disable("olga", MACHINE)
        assert staff.sessions.admit(ticket) is None

    def test_a_ticket_keeps_the_scopes_of_a_token(self, staff):
        made = staff.tokens.create("ci", "olga", MACHINE, scopes=["event", "viewer"])
        admitted = staff.sessions.admit(staff.sessions.ticket(staff.tokens.lookup(made.text)))
        assert (admitted.scopes, admitted.token_id) == (("event", "viewer"), made.token.id)

    def test_a_ticket_of_the_host_s_own_login_keeps_its_role(self, staff):
        guest = Actor("guest", "web", staff.accounts.get("vic").role)
        assert staff.sessions.admit(staff.sessions.ticket(guest)) == guest
