"""What ready-made tasks may know of the history, the audit log and the accounts, and what they may leave there."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rota.domain.actor import ROTA
from rota.domain.address import block
from rota.domain.alert import Cause, Kind
from rota.domain.clock import Clock
from rota.domain.errors import Invalid, unknown
from rota.services.auditing import Auditing
from rota.services.configuration import Configuration
from rota.services.rights import IDLE
from rota.store import audit, blocks, causes, chain, channels, reports, rollups, sessions, state, survey
from rota.store.database import Database

PAGE = 500
MOST_BLOCKS = 100_000
REPORTS_KEPT = timedelta(days=800)


class Surveying:
    """The verbs, by the names that `context.rota` calls them; instants are texts, since they cross a pipe."""

    def __init__(self, db: Database, clock: Clock, environ: Mapping[str, str]) -> None:
        self.db, self.clock, self.environ = db, clock, environ

    def verbs(self) -> dict[str, Callable[..., Any]]:
        """By the names that tasks call them."""
        return {
            name: getattr(self, name)
            for name in (
                "figures", "performance", "audit_page", "archive_audit", "security_events", "expiring",
                "close_sessions", "purge_tokens", "block_addresses", "notify", "channel_names", "keep_report",
            )
        }  # fmt: skip

    def figures(self, *, begins: str, ends: str) -> dict[str, Any]:
        """What happened between two instants, by the hour: for reports."""
        first, last = _instant(begins), _instant(ends)
        held = Configuration(self.db, self.clock, self.environ).held()
        with self.db.read() as conn:
            return {
                "jobs": survey.by_job(conn, first, last),
                "hours": survey.by_hour(conn, first, last),
                "audit": survey.audit_counts(conn, first, last),
                "security": survey.security(conn, first, last),
                "retention": {"days": held.retention_days, "failed_days": held.retention_failed_days},
                "seal": {"seq": chain.head(conn).seq, "hash": chain.head(conn).hash},
                "blocked": blocks.count(conn),
            }

    def performance(self, *, minutes: float) -> dict[str, Any]:
        """What ended lately, how long it took, and how late planning is."""
        now = self.clock.now()
        with self.db.read() as conn:
            ended = survey.by_job(conn, now - timedelta(minutes=minutes), now + timedelta(hours=1))
            due = state.next_due(conn)
            p95 = rollups.overall(conn, now - timedelta(hours=24), (0.5, 0.95))
            unserved = survey.unserved(conn)
        return {
            "ended": sum(one["n"] for one in ended),
            "unsuccessful": sum(
                one["n"] for one in ended if one["status"] in ("failed", "timed_out", "lost")
            ),
            "p50_ms": p95[0],
            "p95_ms": p95[1],
            "lag_seconds": max(0.0, (now - due).total_seconds()) if due else 0.0,
            "unserved": sum(unserved.values()),
        }

    def audit_page(self, *, after_id: int, begins: str, ends: str, size: int = PAGE) -> list[dict[str, Any]]:
        """Rows of the audit log between two instants, after an id; secrets are masked in them already."""
        with self.db.read() as conn:
            return survey.audited(conn, after_id, _instant(begins), _instant(ends), min(size, PAGE))

    def archive_audit(self, *, before: str) -> int:
        """Delete the audit rows from before an instant, behind a checkpoint. Returns how many."""
        return Auditing(self.db, self.clock).archive(_instant(before), ROTA)

    def security_events(self, *, begins: str, ends: str) -> list[dict[str, Any]]:
        """Refused log-ins, denied actions and new admins."""
        with self.db.read() as conn:
            return survey.security(conn, _instant(begins), _instant(ends))

    def expiring(self, *, days: float, password_days: float) -> dict[str, Any]:
        """Tokens that expire within so many days, and passwords older than so many."""
        now = self.clock.now()
        with self.db.read() as conn:
            return {
                "tokens": survey.expiring_tokens(conn, now, now + timedelta(days=days)),
                "passwords": survey.old_passwords(conn, now - timedelta(days=password_days)),
            }

    def close_sessions(self, *, hours: float, dry_run: bool = False) -> int:
        """End log-ins that were last seen so many hours ago. Returns how many."""
        now = self.clock.now()
        seen = now - min(timedelta(hours=hours), IDLE)
        with (self.db.read if dry_run else self.db.write)() as conn:
            if dry_run:
                return sessions.count_old(conn, seen)
            return sessions.forget(conn, seen - timedelta(days=3650), seen)

    def purge_tokens(self, *, days: float, dry_run: bool = False) -> dict[str, Any]:
        """Delete some tokens that ended so many days ago. Returns {"deleted", "more"}."""
        before = self.clock.now() - timedelta(days=days)
        with (self.db.read if dry_run else self.db.write)() as conn:
            n = survey.forget_tokens(conn, before, PAGE, dry_run=dry_run)
            if n and not dry_run:
                audit.record(conn, ROTA, "token.purge", "tokens", at=self.clock.now(), after={"deleted": n})
        return {"deleted": n, "more": not dry_run and n == PAGE}

    def block_addresses(
        self, *, source: str, networks: Sequence[str], reason: str = "", days: float | None = None
    ) -> dict[str, Any]:
        """Refuse log-ins from what a source names, and no longer from what it does not. Returns counts."""
        if len(networks) > MOST_BLOCKS:
            raise Invalid(f"a source may name at most {MOST_BLOCKS:,} networks", fix="use a shorter one")
        found = [one for one in map(block, networks) if one is not None]
        now = self.clock.now()
        until = now + timedelta(days=days) if days is not None else None
        with self.db.write() as conn:
            blocks.replace(conn, source, found, reason, now, until)
            told = {"source": source, "networks": len(found)}
            audit.record(conn, ROTA, "address.block", f"source:{source}", at=now, after=told)
        return {"blocked": len(found), "refused": len(networks) - len(found)}

    def channel_names(self) -> list[str]:
        """The channels that there are."""
        with self.db.read() as conn:
            return sorted(channels.ids(conn))

    def notify(
        self,
        *,
        key: str,
        title: str,
        text: str,
        to: Sequence[str],
        html: str | None = None,
        job: str = "rota",
    ) -> bool:
        """Send something to channels, once for a key. Returns whether it is new. Raises NotFound."""
        info = {"job": job, "title": title[:200], "text": text[:100_000], "html": html, "channels": list(to)}
        with self.db.write() as conn:
            known = channels.ids(conn)
            for name in to:
                if name not in known:
                    raise unknown("channel", name, known)
            cause = Cause(Kind.NOTICE, f"notice:{key}", self.clock.now(), info=info)
            is_new = not causes.is_known(conn, cause.key)
            causes.add(conn, [cause])
        return is_new

    def keep_report(self, *, kind: str, begins: str, ends: str, title: str, html: str, text: str) -> int:
        """Keep a report, in place of an earlier one of the same time. Returns its id."""
        now = self.clock.now()
        values = {"kind": kind, "begins_at": _instant(begins), "ends_at": _instant(ends), "title": title,
                  "html": html, "text": text, "created_at": now}  # fmt: skip
        with self.db.write() as conn:
            reports.forget(conn, now - REPORTS_KEPT)
            return reports.keep(conn, values)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
