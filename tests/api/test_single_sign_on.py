"""Single sign-on, against a provider that signs: who comes in, as what, and every way in which it must not work."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import ECKey

from rota.asgi import create
from rota.domain.permission import Role
from tests.api.site import HOST, ROOT
from tests.api.standin import ISSUER, SECRET, START, Way
from tests.world import World


@pytest.fixture
def way(world: World) -> Way:
    """Set up without roles from claims."""
    return Way(world)


def test_who_is_unknown_comes_in_as_a_viewer(way):
    with way.browser() as browser:
        answer = browser.get(way.back(browser, "/jobs?page=2"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/jobs?page=2")
        me = browser.get("/api/v1/me").json()
    assert (me["name"], me["role"]) == ("ada", "viewer")
    assert not way.rota.accounts.get("ada").has_password
    assert [entry.action for entry in way.rota.auditing.search(size=2)] == ["login", "user.create"]


def test_the_session_is_like_any_other(way):
    with way.browser() as browser:
        answer = browser.get(way.back(browser))
        made = answer.headers.get_list("set-cookie")
        assert any("rota=" in one and "HttpOnly" in one and "SameSite=lax" in one for one in made)
        assert any(one.startswith('rota-sign-on=""') for one in made)
        assert browser.delete("/api/v1/session").status_code == 403
        way.rota.accounts.disable("ada", ROOT)
        assert browser.get("/api/v1/me").status_code == 401


def test_who_comes_again_is_the_same_user_whatever_he_is_called_by_then(way):
    with way.browser() as browser:
        assert way.comes_in(browser) == 303
    way.standin.user["preferred_username"] = "countess"
    with way.browser() as browser:
        assert way.comes_in(browser) == 303
        assert browser.get("/api/v1/me").json()["name"] == "ada"
    assert way.rota.accounts.count() == 1


def test_an_account_with_a_password_is_not_taken_over_by_somebody_of_its_name(way):
    way.rota.accounts.create("ada", "admin", ROOT, password="four or five words")
    with way.browser() as browser:
        assert way.comes_in(browser) == 401
    assert "an account of its own" in way.reasons()[0]


def test_an_account_that_an_admin_made_without_a_password_becomes_that_users(way):
    way.rota.accounts.create("ada", "operator", ROOT)
    with way.browser() as browser:
        assert way.comes_in(browser) == 303
        assert browser.get("/api/v1/me").json()["role"] == "operator"
    way.standin.user["sub"] = "somebody else of that name"
    with way.browser() as browser:
        assert way.comes_in(browser) == 401


def test_who_is_disabled_stays_out(way):
    with way.browser() as browser:
        way.comes_in(browser)
    way.rota.accounts.disable("ada", ROOT)
    with way.browser() as browser:
        assert way.comes_in(browser) == 401
        assert "rota" not in browser.cookies
    assert way.reasons() == ["the account ada is disabled"]


def test_roles_come_from_the_claim_each_time(world):
    way = Way(world, oidc_role_claim="realm.groups", oidc_roles="ops=operator,chiefs=admin")
    way.rota.accounts.create("root", "admin", ROOT)
    for groups, role in (
        (["ops", "chiefs"], "admin"),
        (["ops"], "operator"),
        (["others"], "viewer"),
        ("ops", "operator"),
    ):
        way.standin.user["realm"] = {"groups": groups}
        with way.browser() as browser:
            assert way.comes_in(browser) == 303
            assert browser.get("/api/v1/me").json()["role"] == role


def test_the_last_admin_is_not_made_less_by_a_claim(world):
    way = Way(world, oidc_role_claim="groups", oidc_roles="chiefs=admin")
    way.standin.user["groups"] = ["chiefs"]
    with way.browser() as browser:
        way.comes_in(browser)
    way.standin.user["groups"] = []
    with way.browser() as browser:
        assert way.comes_in(browser) == 303
    assert way.rota.accounts.get("ada").role is Role.ADMIN


def test_who_has_no_role_may_be_kept_out(world):
    way = Way(world, oidc_role_claim="groups", oidc_roles="ops=operator", oidc_default_role="none")
    with way.browser() as browser:
        assert way.comes_in(browser) == 401
    assert way.rota.accounts.count() == 0


def bent(**changes):
    def bend(claims):
        claims.update(changes)

    return bend


@pytest.mark.parametrize(
    "bend",
    [
        pytest.param(bent(nonce="of another round"), id="wrong nonce"),
        pytest.param(lambda claims: claims.pop("nonce"), id="no nonce"),
        pytest.param(bent(aud="another client"), id="wrong audience"),
        pytest.param(bent(aud=["another client", "third"]), id="other audiences"),
        pytest.param(bent(azp="another client"), id="wrong party"),
        pytest.param(bent(iss="https://evil.example.com"), id="wrong issuer"),
        pytest.param(bent(exp=1_000_000_000), id="expired"),
        pytest.param(lambda claims: claims.pop("exp"), id="never expires"),
        pytest.param(bent(iat=9_000_000_000), id="from the future"),
        pytest.param(lambda claims: claims.pop("sub"), id="nobody"),
        pytest.param(bent(preferred_username="not a name!"), id="no name"),
        pytest.param(bent(preferred_username="system"), id="a name of ours"),
    ],
)
def test_a_word_that_is_not_for_this_round_lets_nobody_in(way, bend):
    way.standin.bend = bend
    with way.browser() as browser:
        assert way.comes_in(browser) == 401
        assert browser.get("/api/v1/me").status_code == 401
    assert len(way.reasons()) == 1
    assert way.rota.accounts.count() == 0


def test_a_wrong_signature_lets_nobody_in(way):
    way.standin.key = ECKey.generate_key("P-256", {"kid": "one"})
    with way.browser() as browser:
        assert way.comes_in(browser) == 401
    assert "cannot be trusted" in way.reasons()[0]


def test_a_new_key_of_the_provider_is_found(way):
    with way.browser() as browser:
        assert way.comes_in(browser) == 303
    way.standin.key = ECKey.generate_key("P-256", {"kid": "two"})
    way.standin.keys = [way.standin.key]
    way.world.clock.advance(61)
    with way.browser() as browser:
        assert way.comes_in(browser) == 303


def test_a_wrong_state_lets_nobody_in(way):
    with way.browser() as browser:
        address = way.back(browser)
        state = parse_qs(urlsplit(address).query)["state"][0]
        answer = browser.get(address.replace(state, "another" + state))
        assert answer.status_code == 401
        assert answer.json()["code"] == "sign_on_refused"
    assert way.standin.used == 0
    assert way.reasons() == ["the state is not the one that was sent along"]


def test_a_code_that_was_replayed_lets_nobody_in(way):
    with way.browser() as browser:
        address = way.back(browser)
        kept = dict(browser.cookies)
        assert browser.get(address).status_code == 303
    with way.browser() as thief:
        thief.cookies.update(kept)
        assert thief.get(address).status_code == 401
    assert "the provider does not take the code" in way.reasons()[0]


def test_another_browser_cannot_go_on_where_one_was_sent_away(way):
    with way.browser() as browser, way.browser() as other:
        address = way.back(browser)
        assert other.get(address).status_code == 401
        way.back(other)
        assert other.get(address).status_code == 401
    assert way.standin.used == 0


def test_who_comes_back_too_late_begins_anew(way):
    with way.browser() as browser:
        address = way.back(browser)
        way.world.clock.advance(601)
        assert browser.get(address).status_code == 401


def test_what_the_provider_refuses_is_told_in_the_audit_log_only(way):
    with way.browser() as browser:
        way.back(browser)
        answer = browser.get(f"{START}/callback", params={"error": "access_denied"})
    assert (answer.status_code, "access_denied" in answer.text) == (401, False)
    assert way.reasons() == ["the provider refused: access_denied"]


@pytest.mark.parametrize("path", ["//evil.example.com", "/\\evil", "https://evil.example.com", "/a\r\nb"])
def test_nobody_is_sent_to_another_site_afterwards(way, path):
    with way.browser() as browser:
        assert browser.get(START, params={"next": path}).status_code == 422


def test_a_provider_that_is_away_or_another_one_is_told_as_that(way):
    way.app.state.signing_on.provider.client = replace(
        way.app.state.signing_on.provider.client, issuer=f"{ISSUER}/other"
    )
    with way.browser() as browser:
        assert browser.get(START).status_code == 503


def test_without_a_provider_there_is_nothing_to_sign_in_at(world):
    with TestClient(create(world.rota), base_url=HOST, follow_redirects=False) as browser:
        for path in (START, f"{START}/callback"):
            assert browser.get(path).status_code == 404


def test_the_provider_sees_neither_nonce_nor_verifier_before_its_turn(way):
    with way.browser() as browser:
        away = browser.get(START)
    asked = parse_qs(urlsplit(away.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert "code_verifier" not in asked
    assert asked["redirect_uri"] == [f"{HOST}/api/v1/session/oidc/callback"]
    assert SECRET not in away.headers["location"] + str(away.headers)


def test_the_page_where_one_signs_in_leads_to_the_provider_and_back(way):
    with way.browser() as browser:
        page = browser.get("/admin/cron/-/login?next=/backup").text
        assert "/api/v1/session/oidc?next=%2Fadmin%2Fcron%2Fbackup" in page
        assert (
            browser.get(way.back(browser, "/admin/cron/backup")).headers["location"] == "/admin/cron/backup"
        )
