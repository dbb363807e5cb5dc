"""The doctor: everything that can be wrong around the jobs, each with what to do."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from rota.domain.clock import Clock
from rota.domain.errors import RotaError, Unavailable
from rota.domain.substitution import substitute
from rota.domain.words import span
from rota.executors.tree import containment
from rota.services import crew
from rota.services.finding import Finding
from rota.services.presence import Presence
from rota.services.timing import Variables
from rota.store import definitions, migrations, settings, submissions, vitals
from rota.store.database import SAFE_SQLITE, Database, sqlite_module

LITTLE_DISK = 0.05
LONG_OPEN = timedelta(minutes=5)


WAITS = "see that it runs; everything goes out once when it answers again"


class Diagnosis:
    """Looks at everything; what cannot be looked at because the database is away is left out."""

    def __init__(self, db: Database, clock: Clock, variables: Variables) -> None:
        self.db, self.clock, self.variables = db, clock, variables
        self.presence = Presence(db, clock)

    def examine(self) -> list[Finding]:
        """Everything, in the order in which to mend it."""
        found = [*self._reach()]
        if all(one.ok is not False for one in found):
            found += self._inside()
        return [*found, *self._machine()]

    def alarms(self) -> list[Finding]:
        """What is wrong with those who plan and run, the worst first; quick enough for every page."""
        found = [*self._nodes(), *self._imports(), *self._queues()]
        return [one for one in found if one.ok is False]

    def _reach(self) -> Iterator[Finding]:
        where = self.db.url.render_as_string(hide_password=True)
        began = self.clock.monotonic()
        try:
            with self.db.read():
                pass
        except Unavailable as problem:
            yield Finding("database", False, problem.message, problem.fix)
            return
        took = (self.clock.monotonic() - began) * 1000
        yield Finding("database", True, f"{where} answers in {took:.1f} ms ({vitals.version(self.db)})")
        try:
            migrations.require_current(self.db)
            yield Finding("schema", True, f"the schema is {migrations.HEAD}, as this version needs")
        except Unavailable as problem:
            yield Finding("schema", False, problem.message, problem.fix)

    def _inside(self) -> Iterator[Finding]:
        checks: tuple[Callable[[], Iterator[Finding]], ...] = (
            self._privileges,
            self._pooler,
            self._transactions,
            self._clock,
            self._nodes,
            self._imports,
            self._queues,
            self._broker,
            self._variables,
        )
        for check in checks:
            try:
                yield from check()
            except Unavailable as problem:
                yield Finding(check.__name__.strip("_"), False, problem.message, problem.fix)

    def _privileges(self) -> Iterator[Finding]:
        lacking = vitals.lacking(self.db)
        if lacking:
            fix = f"GRANT them to {self.db.url.username}, or connect as the owner of the tables"
            yield Finding("privileges", False, f"not allowed: {', '.join(lacking)}", fix)
        else:
            yield Finding("privileges", True, "all tables may be read and written")

    def _pooler(self) -> Iterator[Finding]:
        with self.db.read() as conn:
            if vitals.pooled(conn):
                text = "a pooler stands before PostgreSQL: nodes look for work twice a second, as nobody can call them"
                fix = "nothing need be done; connect nodes directly where jobs must start sooner"
                yield Finding("pooler", None, text, fix)

    def _transactions(self) -> Iterator[Finding]:
        with self.db.read() as conn:
            oldest = vitals.oldest_transaction(conn)
        if oldest is None or oldest.seconds < LONG_OPEN.total_seconds():
            return
        who = f"{oldest.user} ({oldest.program or 'unnamed program'}, process {oldest.pid})"
        text = f"a transaction of {who} has been open for {span(oldest.seconds)}"
        fix = "PostgreSQL cannot tidy up behind it, so planning and claiming get slower: end it, or set "
        yield Finding("transaction", None, text, f"{fix}idle_in_transaction_session_timeout")

    def _clock(self) -> Iterator[Finding]:
        before = self.clock.now()
        with self.db.read() as conn:
            theirs = vitals.clock(conn)
        if theirs is None:
            return
        offset = theirs - (before + (self.clock.now() - before) / 2)
        text = (
            f"this machine's clock and the database's differ by {abs(offset.total_seconds()) * 1000:.0f} ms"
        )
        fix = "set both by NTP; jobs start by this machine's clock"
        yield (
            Finding("clock", True, text)
            if abs(offset) < crew.FAR_CLOCK
            else Finding("clock", False, text, fix)
        )

    def _nodes(self) -> Iterator[Finding]:
        return crew.standing(self.presence.nodes())

    def _imports(self) -> Iterator[Finding]:
        with self.db.read() as conn:
            problems = definitions.problems(conn)
        for problem in problems:
            place = f" ({problem['file']}:{problem['line']})" if problem.get("file") else ""
            text, fix = f"{problem['message']}{place}", "mend it, then start the node again"
            yield Finding("import", False, text, fix)
        if not problems:
            yield Finding("import", True, "every module that live nodes load could be imported")

    def _queues(self) -> Iterator[Finding]:
        with self.db.read() as conn:
            waiting, used = vitals.waiting_by_queue(conn), vitals.queues_of_jobs(conn)
            is_held = settings.is_held(conn)
        if is_held:
            text, fix = "nothing starts anywhere: hold_all is set", "`rota config set hold_all false`"
            yield Finding("hold_all", False, text, fix)
        yield from crew.listening(self.presence.nodes(), used, waiting)

    def _broker(self) -> Iterator[Finding]:
        with self.db.read() as conn:
            away = submissions.told_away(conn)
            sent = submissions.queues(conn)
        for one in away:
            text = f"{one['problem']} (since {one['since']}); what is for it waits"
            yield Finding("broker", False, text, WAITS)
        if not away and (sent or any(one.is_celery for one in self.presence.nodes())):
            yield Finding("broker", True, "the broker answers every scheduler")

    def _variables(self) -> Iterator[Finding]:
        """Schedules that this environment would read otherwise than they were read when they were saved."""
        with self.db.read() as conn:
            used = vitals.variables_used(conn)
        for name, expression, resolved in used:
            try:
                here = substitute(expression, self.variables.values, self.variables.allowed)
            except RotaError as problem:
                here = f"unresolved: {problem.args[0]}"
            if here != resolved:
                text = f'job {name} runs by "{resolved}"; in this environment {expression} is "{here}"'
                yield Finding(
                    "environment", None, text, "set the variable alike everywhere, then save its schedule"
                )
        yield from self._unlike()

    def _unlike(self) -> Iterator[Finding]:
        """Variables for schedules that are set on some live nodes, and otherwise, or not, on others."""
        told = {one.node.id: one.node for one in self.presence.nodes() if one.is_alive}
        digests = {id_: node.info.get("variables", {}) for id_, node in told.items()}
        for name in sorted({name for known in digests.values() for name in known}):
            if len({known.get(name) for known in digests.values()}) > 1:
                having = ", ".join(
                    f"{told[id_].role} {told[id_].name}" for id_, d in digests.items() if name in d
                )
                text = f"the variable {name} is not the same on all nodes; it is set on {having}"
                yield Finding("environment", None, text, "set it alike on every node")

    def _machine(self) -> Iterator[Finding]:
        if self.db.is_sqlite:
            yield _sqlite()
        folder = (self.db.file.absolute().parent if self.db.file else Path.cwd()).resolve()
        if folder.exists():
            usage = shutil.disk_usage(folder)
            text = f"{usage.free / 2**30:.1f} GB ({usage.free / usage.total:.0%}) free at {folder}"
            little = usage.free / usage.total < LITTLE_DISK
            yield Finding(
                "disk",
                not little,
                text,
                "make room: nothing can be recorded on a full disk" if little else None,
            )
        told = containment()
        yield Finding("containment", True if told.startswith("complete") else None, f"ending jobs is {told}")


def _sqlite() -> Finding:
    found = sqlite_module()
    text = f"SQLite {found.sqlite_version} ({found.__name__})"
    if found.sqlite_version_info >= SAFE_SQLITE:
        return Finding("sqlite", True, text)
    needed = ".".join(map(str, SAFE_SQLITE))
    fix = f"install the package pysqlite3, or a Python with SQLite {needed} or newer"
    return Finding("sqlite", False, f"{text} can, rarely, corrupt a database when its log is reset", fix)
