"""Ready-made tasks at work on rota itself: its history, its log-ins, its audit log, its databases."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from rota.domain.actor import Actor
from rota.domain.execution import Status
from rota.domain.permission import Role
from rota.store.schema import audit, executions, sessions, tokens
from tests.jobs.ward import Case, Ward
from tests.world import ANA

MALLORY = Actor("mallory", "api", address="9.9.9.9")
BAD_NUMBER = "-1 is less than the minimum"
TO = {"to": ["ops"]}
NOBODY = {"to": ["nobody"]}


def cases(ward: Ward) -> dict[str, Case]:
    """By the names of the tasks."""
    live_through(ward)
    return {**cleaning(ward), **watching(), **telling(), **reporting()}


def live_through(ward: Ward) -> None:
    """A year of rota's life, before the server starts."""
    world, days = ward.past, timedelta(days=1)

    def at(when: datetime) -> None:
        world.clock.wall = when

    at(ward.now - 400 * days)
    for number in range(5):
        world.rota.auditing.record(ANA, "job.pause", f"job:{number}")
    at(ward.now - 100 * days)
    world.add_job("ancient", overlap="allow")
    run(ward, "ancient", 3)
    user = world.rota.accounts.create("bo", Role.ADMIN, ANA)
    world.rota.sessions.begin(user)
    revoked = world.rota.tokens.create("revoked", user.id, ANA).token
    world.rota.tokens.revoke(revoked.id, ANA)
    world.rota.tokens.create("soon over", user.id, ANA, expires_at=ward.now + 3 * days)
    today = ward.now.replace(hour=0, minute=0, second=0, microsecond=0)
    for midnight in sorted({today.replace(day=1), today}):
        at(midnight - timedelta(hours=12))
        run(ward, "ancient", 1)
    at(ward.now - timedelta(minutes=5))
    for _ in range(60):
        world.rota.auditing.record(MALLORY, "login.refused", "user:bo")
    world.rota.auditing.seal()


def run(ward: Ward, job: str, times: int) -> None:
    """It ran so often, well."""
    for _ in range(times):
        ward.past.executions.execute(job, ANA)
    ward.past.run(Status.SUCCEEDED)


def cleaning(ward: Ward) -> dict[str, Case]:
    """What is old goes."""
    old = ward.now - timedelta(days=90)
    user = ward.past.rota.accounts.get("bo").id

    def archived(ward: Ward) -> tuple[int, int]:
        left = ward.count(audit, audit.c.at < ward.now - timedelta(days=365))
        return left, len(ward.place.files("audit-until-*.jsonl.gz"))

    return {
        "rota.database_cleanup": Case(
            {}, {"keep_days": -1}, BAD_NUMBER, "^0 executions deleted",
            lambda ward: ward.count(executions, executions.c.queued_at < old), 3, 0),
        "rota.cleanup_inactive_sessions": Case(
            {"hours": 2}, {"hours": -1}, BAD_NUMBER, "^0 inactive log-ins ended",
            lambda ward: ward.count(sessions, sessions.c.user_id == user), 1, 0),
        "rota.token_cleanup": Case(
            {}, {"days": -1}, BAD_NUMBER, "^0 tokens deleted", lambda ward: ward.count(tokens), 2, 1),
        "rota.audit_archive": Case(
            {"folder": "audit"}, {"folder": "/etc"}, "may not be used", "^0 rows archived",
            archived, (5, 0), (0, 1)),
    }  # fmt: skip


def watching() -> dict[str, Case]:
    """What is measured, kept and looked after."""

    def copies(ward: Ward) -> tuple[bool, bool, list[str]]:
        names = ward.place.files("backups/*")
        rota, application = (any(f"/{kind}-" in name for name in names) for kind in ("rota", "application"))
        return rota, application, [name for name in names if name.endswith(".partial")]

    return {
        "rota.system_health_check": Case(
            {"disk_free_percent": 0, "memory_free_percent": 0, "database_ms": 60_000}, {"unserved": -1}, BAD_NUMBER,
            "are well$"),
        "rota.performance_monitor": Case({}, {"minutes": -1}, BAD_NUMBER, "[0-9]+ ended"),
        "rota.database_maintenance": Case(
            {}, {"which": "postgres; DROP DATABASE rota"}, "is not one of", "^rota and application: [0-9,]+ bytes"),
        "rota.database_backup": Case(
            {"folder": "backups"}, {"folder": "backups/../../x"}, "may not be used", "^rota-.*application-",
            copies, (False, False, []), (True, True, [])),
    }  # fmt: skip


def telling() -> dict[str, Case]:
    """Messages: each is sent once."""

    def told(job: str, message: str, hostile: Mapping[str, object], refusal: str, **kwargs: object) -> Case:
        again = 2 if job == "notify" else 1
        return Case({**TO, **kwargs}, hostile, refusal, message, lambda ward: ward.notices(job), 0, 1, again)

    return {
        "rota.notify": told("notify", "^sent to ops", NOBODY, "no channel named", title="{0.__class__}", text="x"),
        "rota.expiry_notification": told("expiry_notification", "told before", NOBODY, "no channel named"),
        "rota.security_alert": told("security_alert", "told before", NOBODY, "no channel named"),
        "rota.behavioral_analysis": told(
            "behavioral_analysis", "[1-9] things remarkable", {"deviations": -1}, BAD_NUMBER),
    }  # fmt: skip


def reporting() -> dict[str, Case]:
    """Reports: each is kept once, and sent once."""

    def made(kind: str, job: str, message: str) -> Case:
        def look(ward: Ward) -> tuple[bool, bool]:
            return ward.kept(kind) > 0, ward.kept(kind) == ward.notices(job)

        return Case(TO, NOBODY, "no channel named", message, look, (False, True), (True, True))

    cases = {
        f"rota.{kind}_report": made(kind, f"{kind}_report", f"^report [0-9]+: {kind.capitalize()} report")
        for kind in ("daily", "weekly", "monthly")
    }
    return cases | {
        "rota.user_activity_digest": made("activity", "user_activity_digest", "^What [0-9]+ users did")
    }
