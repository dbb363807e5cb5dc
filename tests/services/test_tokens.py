"""A token acts for its owner, within its scopes, until it expires or is revoked; its secret is shown once."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from rota.domain.errors import Conflict, Denied, Invalid, NotFound
from rota.domain.permission import Action
from rota.store.schema import audit, tokens
from rota.store.settings import all_of
from tests.clock import NOON
from tests.services.conftest import MACHINE

DAY = timedelta(days=1)


def make(staff, user="olga", **given):
    return staff.tokens.create("ci", user, MACHINE, **given)


def test_a_token_acts_for_its_owner(staff):
    made = make(staff)
    found = staff.tokens.lookup(made.text, address="192.0.2.1", request_id="r-1")
    assert (found.name, found.role, found.face, found.scopes) == ("olga", "operator", "api", None)
    assert (found.token_id, found.address, found.request_id) == (made.token.id, "192.0.2.1", "r-1")


def test_a_token_says_what_it_is_and_has_128_random_bits_or_more(staff):
    made = make(staff)
    word, number, secret = made.text.split("_")
    assert (word, number) == ("rota", str(made.token.id))
    assert len(secret) * 4 >= 128


@pytest.mark.parametrize(
    "text", ["", "rota", "rota_", "rota_1", "rota_1_", "rota_x_y", "rota_٣_y", f"rota_{'9' * 30}_y", "x\0"]
)
def test_what_is_no_token_is_nobody(staff, text):
    make(staff)
    assert staff.tokens.lookup(text) is None


def test_a_wrong_secret_or_another_token_s_is_nobody(staff):
    one, other = make(staff), make(staff, "ada")
    assert staff.tokens.lookup(one.text[:-1]) is None
    assert staff.tokens.lookup(f"rota_{other.token.id}_{one.text.split('_')[2]}") is None


def test_leaked_token_its_secret_is_in_no_table(staff):
    secret = make(staff).text.split("_")[2]
    with staff.world.db.read() as conn:
        kept = [conn.execute(select(table)).all() for table in (tokens, audit)]
        assert secret not in str(kept) + str(all_of(conn))
    assert secret not in staff.tokens.search()[0].model_dump_json()


def test_an_expired_token_is_nobody(staff):
    made = make(staff, expires_at=NOON + DAY)
    assert staff.tokens.lookup(made.text)
    staff.world.clock.advance(86_400)
    assert staff.tokens.lookup(made.text) is None
    assert staff.tokens.get(made.token.id).status == "expired"


def test_a_revoked_token_is_nobody_at_once(staff):
    made = make(staff)
    holder = staff.tokens.lookup(made.text)
    assert staff.tokens.revoke(made.token.id, MACHINE).status == "revoked"
    assert staff.tokens.lookup(made.text) is None
    with pytest.raises(Denied, match="the token was revoked"):
        staff.world.holds.pause("any", holder)


def test_a_demoted_owner_s_token_does_no_more_than_its_owner(staff):
    made = make(staff, scopes=["job.execute", "viewer"])
    holder = staff.tokens.lookup(made.text)
    staff.rights.require(holder, Action.JOB_EXECUTE)
    staff.accounts.set_role("olga", "viewer", MACHINE)
    for asker in (holder, staff.tokens.lookup(made.text)):
        with pytest.raises(Denied, match="needs the role operator"):
            staff.rights.require(asker, Action.JOB_EXECUTE)


def test_scopes_restrict(staff):
    holder = staff.tokens.lookup(make(staff, scopes=["job.execute"]).text)
    staff.rights.require(holder, Action.JOB_EXECUTE)
    with pytest.raises(Denied, match=r"scopes job\.execute"):
        staff.rights.require(holder, Action.JOB_READ)


@pytest.mark.parametrize("scope", ["job", "admin", "job.create", "user.read", "nonsense", ""])
def test_scopes_beyond_the_owner_s_role_are_refused(staff, scope):
    with pytest.raises(Invalid) as refused:
        make(staff, scopes=[scope])
    assert refused.value.field == "scopes"


def test_one_makes_and_revokes_tokens_of_one_s_own(staff):
    vic = staff.actor("vic")
    made = staff.tokens.create("mine", "vic", vic)
    assert staff.tokens.revoke(made.token.id, vic).status == "revoked"


def test_only_an_admin_makes_and_revokes_those_of_others(staff):
    vic, ada = staff.actor("vic"), staff.actor("ada")
    with pytest.raises(Denied):
        staff.tokens.create("mine", "ada", vic)
    made = staff.tokens.create("ci", "olga", ada)
    with pytest.raises(Denied):
        staff.tokens.revoke(made.token.id, vic)
    staff.tokens.revoke(made.token.id, ada)
    assert [row[2] for row in staff.told("denied")] == ["user:ada", f"token:{made.token.id}"]


def test_a_token_makes_none_that_may_do_more(staff):
    holder = staff.tokens.lookup(make(staff, "ada", scopes=["token", "viewer"]).text)
    with pytest.raises(Invalid, match="may do more"):
        staff.tokens.create("more", "ada", holder, scopes=["admin"])
    assert staff.tokens.create("same", "ada", holder).token.scopes == ("token", "viewer")


def test_a_token_makes_none_that_outlives_it(staff):
    """Whoever stole one that ends tomorrow has not got in for good."""
    short = staff.tokens.lookup(make(staff, expires_at=NOON + DAY).text)
    assert staff.tokens.create("more", "olga", short).token.expires_at == NOON + DAY
    assert (
        staff.tokens.create("less", "olga", short, expires_at=NOON + DAY / 2).token.expires_at
        == NOON + DAY / 2
    )
    with pytest.raises(Invalid, match="outlives it") as refused:
        staff.tokens.create("longer", "olga", short, expires_at=NOON + 2 * DAY)
    assert refused.value.field == "expires_at"


def test_last_used_is_written_at_most_once_a_minute(staff):
    made = make(staff)
    commits: list[object] = []
    event.listen(staff.world.db._writer, "commit", commits.append)
    for _ in range(120):
        assert staff.tokens.lookup(made.text)
        staff.world.clock.advance(1)
    assert len(commits) - (0 if staff.world.db.is_sqlite else 120) == 2
    assert staff.tokens.get(made.token.id).last_used_at == NOON + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("given", "kind", "field"),
    [
        ({"name": ""}, Invalid, "name"),
        ({"name": "a\nb"}, Invalid, "name"),
        ({"name": "x" * 101}, Invalid, "name"),
        ({"expires_at": NOON}, Invalid, "expires_at"),
        ({"user": "nobody"}, NotFound, None),
    ],
)
def test_bad_input_names_its_field(staff, given, kind, field):
    with pytest.raises(kind) as refused:
        staff.tokens.create(**{"name": "ci", "user": "olga", "by": MACHINE} | given)
    assert refused.value.field == field


def test_a_disabled_user_gets_no_token(staff):
    staff.accounts.disable("olga", MACHINE)
    with pytest.raises(Conflict):
        make(staff)


def test_tokens_are_listed_newest_first_of_one_or_all(staff):
    made = [make(staff, name).token.id for name in ("olga", "ada", "olga")]
    assert [token.id for token in staff.tokens.search()] == made[::-1]
    assert [token.id for token in staff.tokens.search(user="olga")] == [made[2], made[0]]
    assert [token.id for token in staff.tokens.search(page=2, size=2)] == [made[0]]
    with pytest.raises(NotFound):
        staff.tokens.get(99)
