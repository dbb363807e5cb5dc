"""A secret argument, looked for wherever it could be."""

from fastapi.testclient import TestClient
from sqlalchemy import MetaData, select

from rota.app import build
from rota.asgi import create
from rota.domain.permission import Role
from rota.settings import Settings
from tests.api.site import HOST, ROOT, TASKS
from tests.world import APP, published

CANARY = "canary-of-a-password"
SCHEMA = {
    "type": "object",
    "properties": {"key": {"type": "string", "writeOnly": True}, "days": {"type": "integer"}},
    "additionalProperties": False,
}


def everything(db) -> str:
    """Every row of every table."""
    metadata = MetaData()
    with db.read() as conn:
        metadata.reflect(conn)
        return "\n".join(
            str(tuple(row)) for table in metadata.sorted_tables for row in conn.execute(select(table))
        )


def test_a_secret_argument_is_in_no_table_no_answer_and_no_export(world):
    settings = Settings(database_url=world.url, secret_key="k" * 43 + "=")
    told = published(TASKS)
    told["tasks"][0]["schema"] = SCHEMA
    with build(settings, clock=world.clock) as rota:
        world.definitions.publish(APP, told)
        rota.accounts.create("root", Role.ADMIN, ROOT)
        token = rota.tokens.create("t", "root", ROOT).text
        with TestClient(create(rota), base_url=HOST, headers={"Authorization": f"Bearer {token}"}) as client:
            spec = {"name": "sync", "task_name": "work", "task_kwargs": {"key": CANARY, "days": 1}}
            answers = [client.post("/api/v1/jobs/", json=spec)]
            answers.append(
                client.patch("/api/v1/jobs/sync", json={"task_kwargs": {"key": CANARY, "days": 2}})
            )
            answers.append(
                client.post("/api/v1/jobs/sync/execute", json={"override_kwargs": {"key": CANARY}})
            )
            assert [one.status_code for one in answers] == [201, 200, 202]
            paths = (
                "jobs/",
                "jobs/sync",
                "jobs/sync/versions",
                "jobs/sync/explain",
                "executions",
                "audit",
                "audit/export",
            )
            answers += [client.get(f"/api/v1/{path}") for path in paths]
    assert {one.status_code for one in answers} <= {200, 201, 202}
    assert not [one.url for one in answers if CANARY in one.text]
    assert CANARY not in everything(world.db)
