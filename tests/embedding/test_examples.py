"""The examples of embedding, each as a real process: a job fires by itself, and the API answers where there is one."""

import pytest

from rota import Rota
from tests.embedding.hosting import GUNICORN, UVICORN, serving, until

COUNTED = {"status": "succeeded"}


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/rota.db"


@pytest.fixture
def crons(url):
    made = Rota(url)
    yield made
    made.stop()


def fired(crons):
    """Wait until the job has run by itself. Returns the execution."""

    def found():
        ran = crons.executions.list(status="succeeded", size=100)
        return next(
            (one for one in ran if (one.job_name, one.trigger) == ("count_orders", "scheduler")), None
        )

    return until(found, "the job of the shop ran")


def counted(client):
    return {"status": client.post("/orders/count", params={"shelf": "b"}).json()["status"]}


def test_fastapi(url, crons):
    with serving(*UVICORN, "examples.fastapi_app:app", url=url) as client:
        ana = {"x-forwarded-user": "ana"}
        assert client.get("/admin/cron/api/v1/jobs").status_code == 401
        assert client.get("/admin/cron/api/v1/me", headers=ana).json()["name"] == "ana"
        assert fired(crons).message == "12 orders"
        assert counted(client) == COUNTED
        jobs = client.get("/admin/cron/api/v1/jobs?tag=shop", headers=ana).json()["items"]
        assert [job["name"] for job in jobs] == ["count_orders"]


def test_django(url, crons):
    with serving(*UVICORN, "examples.django_app:application", url=url, SHOP_WORD="open") as client:
        assert client.post("/sign-in", data={"word": "guess", "user": "ana"}).status_code == 403
        assert client.get("/admin/cron/api/v1/me").status_code == 401
        assert client.post("/sign-in", data={"word": "open", "user": "ana"}).status_code == 204
        assert client.get("/admin/cron/api/v1/me").json()["name"] == "ana"
        assert fired(crons).message == "12 orders"
        assert counted(client) == COUNTED


def test_flask_in_two_workers(url, crons):
    with serving(*GUNICORN, "--workers", "2", "examples.flask_app:create_app()", url=url) as client:
        assert client.get("/").status_code == 404
        assert fired(crons).message == "12 orders"
        assert counted(client) == COUNTED
    assert crons.nodes.list() == []
