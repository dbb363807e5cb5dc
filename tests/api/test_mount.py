"""Inside of another application: under any path, for as long as that one lives."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from rota.app import build
from rota.asgi import mount
from rota.domain.permission import Role
from rota.services.presence import Presence
from rota.settings import Settings


def outer() -> FastAPI:
    app = FastAPI()

    @app.get("/own")
    def own() -> str:
        return "untouched"

    return app


def test_it_answers_below_its_path_and_its_addresses_say_so(site):
    site.world.add_job("backup")
    site.world.add_job("report")
    app = outer()
    mount(app, site.rota, "/inside/", run=False)
    with TestClient(app, headers={"Authorization": f"Bearer {site.tokens[Role.ADMIN]}"}) as client:
        assert client.get("/own").json() == "untouched"
        assert client.get("/inside/healthz").status_code == 200
        page = client.get("/inside/api/v1/jobs?size=1")
        assert page.links["next"]["url"].startswith("/inside/api/v1/jobs/?size=1&cursor=")
        assert client.get(page.links["next"]["url"]).json()["items"][0]["name"] == "report"
        made = client.post("/inside/api/v1/jobs/backup/execute")
        assert client.get(made.headers["location"]).json()["id"] == made.json()["id"]


def test_it_schedules_and_runs_from_the_first_request_to_the_last(migrated_url):
    with build(Settings(database_url=migrated_url, runners=1), environ={}) as rota:
        app = outer()
        mount(app, rota)
        presence = Presence(rota.db, rota.clock)
        with TestClient(app) as client:
            assert client.get("/rota/readyz").json() == {"status": "ok"}
            assert [seen.node.role for seen in presence.schedulers()] == ["scheduler"]
        assert presence.schedulers() == []
