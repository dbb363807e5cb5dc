"""The door of the dashboard: who may see what, where forms come from, what an answer says to browsers."""

import re

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from rota.domain.permission import Role, may
from rota.web.door import PageRoute
from rota.web.pages.entrance import own_path
from rota.web.site import PATH, ROUTERS
from rota.web.view import POLICY
from tests.api.site import HOST
from tests.web.visitor import PASSWORD, Visitor, text_of
from tests.world import ANA

ROUTES = [route for router in ROUTERS for route in router.routes]
PUBLIC = {"/-/static/{name}", "/-/login", "/-/first"}


def test_every_page_says_which_right_it_takes():
    assert {type(route) for route in ROUTES} == {PageRoute}
    assert {route.path for route in ROUTES if isinstance(route, PageRoute) and route.action is None} == PUBLIC
    with pytest.raises(TypeError, match="the page /odd does not say which right it takes"):
        PageRoute("/odd", lambda: None)
    assert issubclass(PageRoute, APIRoute)


@pytest.mark.parametrize("role", Role)
def test_each_page_is_refused_to_whoever_lacks_its_right(site, role):
    site.world.add_job("backup", daily="02:00")
    with Visitor.of(site, role) as visitor:
        for route in ROUTES:
            assert isinstance(route, PageRoute)
            if route.action is None or may(role, None, route.action):
                continue
            path = re.sub(
                r"\{job\}", "backup", re.sub(r"\{\w+\}", "1", route.path.replace("{job}", "backup"))
            )
            for method in route.methods or ():
                answer = visitor.get(path) if method == "GET" else visitor.post(path)
                assert answer.status_code == 403, (method, path, role)
                assert "may not" in text_of(answer)
                assert 'href="/admin/cron/-/timeline"' in answer.text


def test_the_dashboard_can_be_kept_to_a_role(site, world):
    world.rota.configuration.set("dashboard_role", "operator", ANA)
    with Visitor.of(site, Role.OPERATOR) as operator, Visitor.of(site, Role.VIEWER) as viewer:
        assert operator.get("/").status_code == 200
        refused = viewer.get("/")
        assert refused.status_code == 403
        assert "the dashboard is kept to the role operator" in text_of(refused)
        assert "/-/timeline" not in refused.text


def test_whoever_is_not_known_signs_in_and_comes_back(site, admin):
    site.world.add_job("backup")
    with TestClient(site.app, base_url=HOST, headers={"Origin": HOST}) as stranger:
        sent = stranger.get(f"{PATH}/backup?zone=UTC", follow_redirects=False)
        assert sent.headers["location"] == f"{PATH}/-/login?next=%2Fbackup%3Fzone%3DUTC"
        part = stranger.get(f"{PATH}/", headers={"HX-Request": "true"}, follow_redirects=False)
        assert (part.status_code, part.headers["hx-redirect"]) == (401, f"{PATH}/-/login")
        wrong = stranger.post(
            f"{PATH}/-/login", data={"name": "a_admin", "password": "no", "next": "/backup"}
        )
        assert wrong.status_code == 401
        assert 'value="a_admin"' in wrong.text
        assert 'name="next" value="/backup"' in wrong.text
        right = {"name": "a_admin", "password": PASSWORD, "next": "/backup?zone=UTC"}
        assert str(stranger.post(f"{PATH}/-/login", data=right).url).endswith("/backup?zone=UTC")


def test_a_form_of_another_site_or_without_its_word_does_nothing(site, admin):
    site.world.add_job("backup")
    token, admin.token = admin.token, ""
    assert admin.post("/backup/disable").status_code == 403
    admin.token = token
    admin.client.headers["Origin"] = "https://evil.example"
    assert admin.post("/backup/disable").status_code == 403
    assert site.rota.jobs.get("backup").is_enabled
    admin.client.headers["Origin"] = HOST
    assert admin.post("/backup/disable").status_code == 303
    json = admin.client.post(f"{PATH}/backup/enable", json={"csrf_token": token})
    assert json.status_code == 415


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nSet-Cookie: x", "x", ""]
)
def test_nobody_is_sent_to_another_site(path):
    assert own_path(path) == "/"


def test_every_page_tells_browsers_to_load_nothing_from_elsewhere(site, admin):
    site.world.add_job("backup")
    for path in ("/", "/backup", "/-/login", "/nosuchjob", "/-/help"):
        headers = admin.get(path).headers
        if "location" not in headers:
            assert headers["content-security-policy"] == POLICY
            assert headers["cache-control"] == "no-store"
            # Without any referrer browsers send our own forms with "Origin: null".
            assert headers["referrer-policy"] == "same-origin"


def test_pages_hold_no_script_and_no_style_of_their_own(site, admin):
    site.world.add_job("backup", daily="02:00")
    for path in ("/", "/backup", "/backup/schedule", "/-/new", "/backup/edit"):
        text = admin.get(path).text
        assert re.search(r"<script(?![^>]* src=)", text) is None
        assert re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on", text) is None


def test_what_went_wrong_is_a_page_that_says_what_to_do(site, admin):
    site.world.add_job("backup")
    answer = admin.get("/bakcup")
    assert answer.status_code == 404
    assert 'No job named "bakcup"' in text_of(answer)
    assert 'Did you mean "backup"?' in text_of(answer)
    assert "data-toast" not in answer.text
    assert admin.get("/-/nothing/here").status_code == 404
    assert admin.get("/?sort=nonsense").status_code == 422
    assert admin.get("/?after=nonsense").status_code == 422


def test_the_first_administrator_is_made_by_the_link_once(world):
    from rota.asgi import create

    link = world.rota.entrance.first_admin_link()
    with TestClient(create(world.rota), base_url=HOST, headers={"Origin": HOST}) as browser:
        assert "Who looks after it?" in browser.get(f"{PATH}/-/first?secret={link}").text
        wrong = browser.get(f"{PATH}/-/first?secret=wrong")
        assert wrong.status_code == 403
        assert "That link is wrong, used up or too old" in text_of(wrong)
        form = {"secret": link, "name": "root", "password": "short"}
        short = browser.post(f"{PATH}/-/first", data=form)
        assert short.status_code == 422
        assert 'value="root"' in short.text
        made = browser.post(f"{PATH}/-/first", data=form | {"password": PASSWORD})
        assert "Welcome, root" in made.text
        again = browser.post(f"{PATH}/-/first", data=form | {"password": PASSWORD, "name": "second"})
        assert "There is an administrator already" in text_of(again)
