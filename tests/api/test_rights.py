"""Who may do what: every route, as the router knows it, for every role and for nobody, on what is somebody else's."""

from typing import Any

import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute

from rota.asgi import ROUTERS
from rota.domain.permission import LEAST, Action, Role, covers, may
from rota.http.guard import GuardedRoute
from tests.world import ANA

ROUTES = [route for router in ROUTERS for route in router.routes]
GUARDED = [route for route in ROUTES if isinstance(route, GuardedRoute)]
PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/users/first"),
    ("GET", "/api/v1/session/oidc"),
    ("GET", "/api/v1/session/oidc/callback"),
}
"""All that needs nobody to be known."""

BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/api/v1/jobs/"): {"name": "made", "task_name": "work"},
    ("POST", "/api/v1/jobs/check"): {"name": "made", "task_name": "work"},
    ("POST", "/api/v1/jobs/validate-schedule"): {"schedule_type": "daily", "schedule_expression": "09:30"},
    ("PUT", "/api/v1/jobs/{job}"): {"title": "put"},
    ("PATCH", "/api/v1/jobs/{job}"): {"title": "patched"},
    ("PATCH", "/api/v1/settings"): {"retention_days": 9},
    ("POST", "/api/v1/users"): {"name": "made", "role": "viewer"},
    ("PATCH", "/api/v1/users/{user}"): {"role": "viewer"},
    ("POST", "/api/v1/tokens"): {"name": "made"},
    ("POST", "/api/v1/alerts"): {"name": "made", "channels": ["ops"]},
    ("PUT", "/api/v1/alerts/{alert}"): {"name": "made", "channels": ["ops"]},
    ("POST", "/api/v1/alerts/mutes"): {"target": "job:backup", "until": "2100-01-01T00:00:00Z"},
    ("POST", "/api/v1/channels"): {"name": "made", "kind": "webhook", "url": "env:HOOK"},
    ("PATCH", "/api/v1/channels/{channel}"): {"url": "env:OTHER_HOOK"},
    ("PUT", "/api/v1/me/password"): {"current": "no such word", "new": "another word for it"},
}
FOREIGN_TOKEN = ("GET", "/api/v1/tokens/{token}"), ("DELETE", "/api/v1/tokens/{token}")
"""Reached by whoever has tokens, but what is somebody else's is not there for him."""


def each_route():
    return [(method, route) for route in GUARDED for method in sorted(route.methods or ())]


def test_every_route_says_which_action_it_is():
    assert {type(route) for route in ROUTES} <= {GuardedRoute, APIWebSocketRoute}
    assert {(method, route.path) for method, route in each_route() if route.action is None} == PUBLIC
    assert [route.path for route in ROUTES if isinstance(route, APIWebSocketRoute)] == ["/api/v1/ws"]


def test_a_route_that_does_not_say_it_cannot_be_declared():
    with pytest.raises(TypeError, match="the route /odd does not say which action it is"):
        GuardedRoute("/odd", lambda: None)
    assert issubclass(GuardedRoute, APIRoute)


@pytest.fixture
def paths(site):
    """The names in paths, each of a thing that is somebody else's."""
    world = site.world
    world.add_job("backup", overlap="queue_all", daily="02:00")
    made = world.executions.execute("backup", ANA)
    token = site.rota.tokens.create("of the admin", "a_admin", ANA).token
    return {
        "job": "backup",
        "execution": made,
        "task": "work",
        "user": "a_admin",
        "token": token.id,
        "version": 1,
        "alert": "made",
        "channel": "ops",
        "report": 1,
        "target": "all",
        "node": "node",
    }


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role.value if role else "nobody")
def test_every_route_for_every_role(site, paths, role):
    """The status tells only whether one is let in: what then follows is told by other tests."""
    wrong = []
    with site.client(role) as client:
        for method, route in each_route():
            if route.path in ("/api/v1/events", "/healthz", "/readyz"):
                continue
            answer = client.request(method, route.path.format(**paths), json=BODIES.get((method, route.path)))
            if not _fits(answer.status_code, method, route, role):
                wrong.append((method, route.path, answer.status_code, answer.text))
    assert wrong == []


def _fits(status: int, method: str, route: GuardedRoute, role: Role | None) -> bool:
    if route.action is None:
        return status in (403, 404, 422)
    if role is None:
        return status == 401
    if not may(role, None, route.action):
        return status == 403
    if (method, route.path) in FOREIGN_TOKEN and role is not Role.ADMIN:
        return status == 404
    if route.path == "/api/v1/me/password":
        return status in (401, 403, 409, 422)
    return status < 300 or status in (404, 409)


@pytest.mark.parametrize("scope", ["viewer", "execution", "job.execute"])
def test_a_token_reaches_what_its_scopes_cover_and_nothing_else(site, paths, scope):
    text = site.token(Role.ADMIN, scopes=(scope,))
    with site.client(None, {"Authorization": f"Bearer {text}"}) as client:
        for method, route in each_route():
            if route.action is None or route.path == "/api/v1/events":
                continue
            answer = client.request(method, route.path.format(**paths), json=BODIES.get((method, route.path)))
            let_in = answer.status_code != 403
            assert let_in is covers(scope, route.action), (method, route.path, answer.text)


def test_reading_is_for_everybody_who_is_known_and_changing_is_not():
    reading = {route.action for method, route in each_route() if method == "GET" and route.action}
    for_admins = {Action.USER_READ, Action.AUDIT_READ, Action.AUDIT_VERIFY, Action.AUDIT_EXPORT}
    assert {action for action in reading if LEAST[action] is not Role.VIEWER} == for_admins


def test_every_refusal_is_audited_with_who_and_from_where(site, paths):
    with site.client(Role.VIEWER) as client:
        client.delete("/api/v1/jobs/backup", headers={"X-Request-ID": "r-1"})
    (entry,) = [one for one in site.rota.auditing.search(size=20) if one.request_id == "r-1"]
    assert (entry.actor, entry.action, entry.target) == ("a_viewer", "denied", "/api/v1/jobs/backup")
    assert entry.address == "testclient"
