"""Cookies: signing in and out, and changes that another site wanted."""

import pytest
from fastapi.testclient import TestClient

from rota.domain.permission import Role
from tests.world import ANA

PASSWORD = "vier worte sind genug"
OWN = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def browser(site):
    """Somebody with a cookie, and no token."""
    site.rota.accounts.set_password("a_admin", PASSWORD, ANA)
    with site.client(None) as client:
        yield client


def sign_in(browser: TestClient, **headers: str):
    return browser.post("/api/v1/session", json={"name": "a_admin", "password": PASSWORD}, headers=headers)


def change(browser: TestClient, **headers: str):
    return browser.patch("/api/v1/settings", json={"retention_days": 9}, headers=headers)


def test_a_session_is_a_cookie_that_no_script_can_read(browser):
    answer = sign_in(browser)
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("rota=")
    for word in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert browser.get("/api/v1/me").json()["name"] == "a_admin"


def test_over_tls_the_cookie_belongs_to_this_host_alone(site, browser):
    with TestClient(site.app, base_url="https://localhost") as secure:
        answer = sign_in(secure)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-rota=")
        assert "Secure" in cookie
        assert secure.get("/api/v1/me").status_code == 200
        assert "max-age" in answer.headers["strict-transport-security"]


def test_a_change_needs_the_word_of_its_session(browser):
    told = sign_in(browser).json()
    assert browser.get("/api/v1/me").json()["csrf_token"] == told["csrf_token"]
    assert (change(browser).status_code, change(browser).json()["code"]) == (403, "csrf")
    assert change(browser, **{"X-CSRF-Token": "a" * 43}).status_code == 403
    assert change(browser, **{"X-CSRF-Token": told["csrf_token"]}).status_code == 200


def test_the_word_of_another_session_or_of_one_that_has_ended_is_worth_nothing(browser):
    old = sign_in(browser).json()["csrf_token"]
    new = sign_in(browser).json()["csrf_token"]
    assert old != new
    assert change(browser, **{"X-CSRF-Token": old}).status_code == 403
    assert change(browser, **{"X-CSRF-Token": new}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost:81"},
    ],
)
def test_a_change_that_another_site_wanted_is_refused_whatever_it_shows(browser, headers):
    word = sign_in(browser).json()["csrf_token"]
    answer = change(browser, **{"X-CSRF-Token": word}, **headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert sign_in(browser, **headers).status_code == 403
    assert change(browser, **{"X-CSRF-Token": word}, **OWN).status_code == 200


def test_a_token_in_the_header_is_proof_enough(site):
    with site.client() as client:
        assert change(client, Origin="http://evil.example").status_code == 200


def test_a_bad_token_is_not_mended_by_a_good_cookie(browser):
    sign_in(browser)
    assert browser.get("/api/v1/me", headers={"Authorization": "Bearer rota_1_x"}).status_code == 401


def test_a_cookie_from_before_does_not_become_a_session(browser):
    browser.cookies.set("rota", "chosen-by-somebody-else")
    sign_in(browser)
    with TestClient(
        browser.app, base_url="http://localhost", cookies={"rota": "chosen-by-somebody-else"}
    ) as other:
        assert other.get("/api/v1/me").status_code == 401


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(browser):
    word = sign_in(browser).json()["csrf_token"]
    copy = {"Cookie": f"rota={browser.cookies['rota']}"}
    assert browser.delete("/api/v1/session", headers={"X-CSRF-Token": word}).status_code == 204
    assert browser.get("/api/v1/me", headers=copy).status_code == 401


def test_a_disabled_user_is_out_at_the_next_request(site, browser):
    site.rota.accounts.create("other", Role.ADMIN, ANA, password=PASSWORD)
    sign_in(browser)
    site.rota.accounts.disable("a_admin", ANA)
    assert browser.get("/api/v1/me").status_code == 401


def test_wrong_names_and_wrong_passwords_look_the_same(browser):
    unknown = browser.post("/api/v1/session", json={"name": "nobody", "password": "x" * 12})
    wrong = browser.post("/api/v1/session", json={"name": "a_admin", "password": "x" * 12})
    drop = {"request_id"}
    told = [{k: v for k, v in one.json().items() if k not in drop} for one in (unknown, wrong)]
    assert told[0] == told[1]
    assert (unknown.status_code, told[0]["code"]) == (401, "bad_credentials")


def test_who_tries_too_often_is_told_when_to_come_back(browser):
    for _ in range(8):
        answer = browser.post("/api/v1/session", json={"name": "a_admin", "password": "x" * 12})
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert int(answer.headers["retry-after"]) >= 1


def test_the_first_admin_is_made_by_a_word_that_works_once(world):
    from rota.asgi import create

    secret = world.rota.entrance.first_admin_link()
    with TestClient(create(world.rota), base_url="http://localhost") as client:
        first = {"secret": secret, "name": "root", "password": PASSWORD}
        assert client.post("/api/v1/users/first", json=first).status_code == 201
        assert client.get("/api/v1/me").json()["role"] == "admin"
        again = client.post("/api/v1/users/first", json={**first, "name": "second"})
        assert (again.status_code, again.json()["code"]) == (403, "bad_link")
