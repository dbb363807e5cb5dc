"""The versions of a job's definition, as they were saved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from rota.store.schema import job_versions

_v = job_versions.c
MOST = 1000


@dataclass(frozen=True, slots=True)
class Version:
    """One saved definition. spec: as JSON, secrets as they are stored."""

    version: int
    saved_at: datetime
    saved_by: str
    spec: dict[str, Any]


def listing(conn: Connection, job_id: int) -> list[Version]:
    """The newest MOST versions of a job, newest first."""
    query = _select().where(_v.job_id == job_id).order_by(_v.version.desc()).limit(MOST)
    return [Version(*row) for row in conn.execute(query)]


def find(conn: Connection, job_id: int, version: int) -> Version | None:
    """That version of a job, or None."""
    row = conn.execute(_select().where(_v.job_id == job_id, _v.version == version)).one_or_none()
    return None if row is None else Version(*row)


def _select() -> Any:
    return select(_v.version, _v.saved_at, _v.saved_by, _v.spec)
