"""Inside of another application: under any path, for as long as that one lives."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.applications import Starlette

import rota
from rota import Actor, Role, Rota, mount
from rota.settings import Settings


def outer() -> FastAPI:
    app = FastAPI()

    @app.get("/own")
    def own() -> str:
        return "untouched"

    return app


@pytest.mark.parametrize("root", ["", "/behind/a/proxy"])
def test_it_answers_below_its_path_and_its_addresses_say_so(site, root):
    site.world.add_job("backup")
    site.world.add_job("report")
    app = outer()
    mount(app, "/inside/", rota=Rota(site.world.url), run=False)
    headers = {"Authorization": f"Bearer {site.tokens[Role.ADMIN]}"}
    with TestClient(app, headers=headers, root_path=root) as client:
        assert client.get(f"{root}/own").json() == "untouched"
        assert client.get(f"{root}/inside/healthz").status_code == 200
        page = client.get(f"{root}/inside/api/v1/jobs?size=1")
        assert page.links["next"]["url"].startswith(f"{root}/inside/api/v1/jobs/?size=1&cursor=")
        assert client.get(page.links["next"]["url"]).json()["items"][0]["name"] == "report"
        made = client.post(f"{root}/inside/api/v1/jobs/backup/execute")
        assert client.get(made.headers["location"]).json()["id"] == made.json()["id"]


def test_it_schedules_from_the_first_request_to_the_last_and_again(migrated_url):
    app = Starlette()
    crons = rota.mount(app, database_url=migrated_url, runners=1)
    assert not crons.is_running
    for _ in range(2):
        with TestClient(app) as client:
            assert client.get("/rota/readyz").json() == {"status": "ok"}
            assert crons.is_running
            assert [seen.node.role for seen in crons.product.presence.schedulers()] == ["scheduler"]
        assert not crons.is_running
        assert crons.nodes.list() == []
        crons.stop()


def who(request):
    name = request.headers.get("x-user")
    return None if name is None else Actor(name, role=name)


async def who_later(request):
    return who(request)


@pytest.mark.parametrize("auth", [who, who_later])
def test_the_login_of_the_application_is_asked_who_somebody_is(site, auth):
    site.world.add_job("backup")
    app = outer()
    mount(app, "/inside", rota=Rota(Settings(database_url=site.world.url)), auth=auth, run=False)
    here = {"origin": "http://testserver"}
    with TestClient(app, headers=here) as client:
        address = "/inside/api/v1/jobs/backup"
        assert client.get(address).status_code == 401
        assert client.get(address, headers={"x-user": "viewer"}).status_code == 200
        refused = client.post(f"{address}/pause", headers={"x-user": "viewer"})
        assert (refused.status_code, refused.json()["code"]) == (403, "denied")
        paused = client.post(f"{address}/pause", headers={"x-user": "operator"})
        assert paused.json()["paused_by"] == "operator"
        strange = {"x-user": "operator", "origin": "http://elsewhere"}
        assert client.post(f"{address}/resume", headers=strange).status_code == 403
