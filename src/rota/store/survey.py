"""What reports and watchful tasks ask of the history, the audit log and the accounts: always bounded."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from rota.store.schema import audit, jobs, nodes, rollups, tokens, users
from rota.store.vitals import waiting_by_queue

_r, _j, _a, _t, _u = rollups.c, jobs.c, audit.c, tokens.c, users.c
MOST = 500


def by_job(conn: Connection, begins: datetime, ends: datetime) -> list[dict[str, Any]]:
    """The jobs that ran between two hours: {"job", "status", "n", "ms"} for each outcome."""
    n, ms = func.sum(_r.n), func.sum(_r.total_ms)
    query = select(_j.name, _r.status, n, ms).join(jobs, _j.id == _r.job_id)
    query = query.where(_r.hour >= begins, _r.hour < ends).group_by(_j.name, _r.status).order_by(n.desc())
    rows = conn.execute(query.limit(MOST * 4))
    return [
        {"job": name, "status": status, "n": int(count), "ms": int(total)}
        for name, status, count, total in rows
    ]


def by_hour(conn: Connection, begins: datetime, ends: datetime) -> list[dict[str, Any]]:
    """What ended in each hour: {"at", "status", "n"}."""
    query = select(_r.hour, _r.status, func.sum(_r.n)).where(_r.hour >= begins, _r.hour < ends)
    rows = conn.execute(query.group_by(_r.hour, _r.status).order_by(_r.hour))
    return [{"at": at.isoformat(), "status": status, "n": int(n)} for at, status, n in rows]


def audit_counts(conn: Connection, begins: datetime, ends: datetime) -> dict[str, dict[str, int]]:
    """How often each action was done, and how much each actor did."""
    within = (_a.at >= begins, _a.at < ends)
    found = {}
    for word, column in (("actions", _a.action), ("actors", _a.actor)):
        n = func.count()
        query = select(column, n).where(*within).group_by(column).order_by(n.desc(), column).limit(50)
        found[word] = {name: int(count) for name, count in conn.execute(query)}
    return found


def audited(
    conn: Connection, after_id: int, begins: datetime, ends: datetime, size: int
) -> list[dict[str, Any]]:
    """Rows of the audit log between two instants, in the order of their ids."""
    columns = (_a.id, _a.at, _a.actor, _a.face, _a.action, _a.target, _a.before, _a.after, _a.reason, _a.token,
               _a.address, _a.request_id, _a.seq, _a.previous, _a.hash)  # fmt: skip
    query = (
        select(*columns).where(_a.id > after_id, _a.at >= begins, _a.at < ends).order_by(_a.id).limit(size)
    )
    return [dict(row._mapping) | {"at": row.at.isoformat()} for row in conn.execute(query)]


def security(conn: Connection, begins: datetime, ends: datetime) -> list[dict[str, Any]]:
    """Refused log-ins, denied actions and new admins, the oldest first."""
    made_admin = and_(
        _a.action.in_(("user.create", "user.set_role")), _a.after["role"].as_string() == "admin"
    )
    wanted = or_(_a.action.in_(("login.refused", "login.blocked", "denied")), made_admin)
    query = select(_a.id, _a.at, _a.actor, _a.action, _a.target, _a.address)
    rows = conn.execute(query.where(_a.at >= begins, _a.at < ends, wanted).order_by(_a.id).limit(MOST))
    return [dict(row._mapping) | {"at": row.at.isoformat()} for row in rows]


def expiring_tokens(conn: Connection, now: datetime, until: datetime) -> list[dict[str, Any]]:
    """Tokens that are good now and not any more then."""
    query = select(_t.id, _t.name, _u.name.label("user"), _t.expires_at).join(users, _u.id == _t.user_id)
    good = (_t.revoked_at.is_(None), _t.expires_at > now, _t.expires_at <= until, _u.disabled_at.is_(None))
    rows = conn.execute(query.where(*good).order_by(_t.expires_at).limit(MOST))
    return [dict(row._mapping) | {"expires_at": row.expires_at.isoformat()} for row in rows]


def old_passwords(conn: Connection, changed_before: datetime) -> list[dict[str, Any]]:
    """Users whose password was last changed before an instant."""
    old = (_u.password_hash.is_not(None), _u.password_changed_at < changed_before, _u.disabled_at.is_(None))
    query = select(_u.name, _u.password_changed_at).where(*old).order_by(_u.password_changed_at).limit(MOST)
    return [{"user": name, "changed_at": at.isoformat()} for name, at in conn.execute(query)]


def forget_tokens(conn: Connection, before: datetime, most: int, *, dry_run: bool) -> int:
    """Delete some tokens that expired or were revoked before an instant. Returns how many (that would be)."""
    over = or_(_t.expires_at < before, _t.revoked_at < before)
    old = select(_t.id).where(over).limit(most)
    if dry_run:
        return int(conn.execute(select(func.count()).select_from(tokens).where(over)).scalar_one())
    return conn.execute(tokens.delete().where(_t.id.in_(old))).rowcount


def unserved(conn: Connection) -> dict[str, int]:
    """How many executions wait in queues that no live node serves."""
    live = select(nodes.c.queues).where(nodes.c.status == "live", nodes.c.role == "agent")
    served = {queue for queues in conn.execute(live).scalars() for queue in queues}
    waiting = {} if "*" in served else waiting_by_queue(conn)
    return {queue: n for queue, n in waiting.items() if queue not in served}
