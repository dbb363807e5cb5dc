"""What a body is told about its run, and what it can say while it runs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from rota.domain.errors import Denied
from rota.sdk.application import Application
from rota.sdk.log import Log

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Link(Protocol):
    """The way from a body to whoever keeps its record."""

    def log(self, level: str, text: str) -> None:
        """One entry of the log; `level` is debug, info, warning or error."""

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        """How far the body has come."""

    def beat(self) -> None:
        """The body is alive and getting on."""

    def call(self, method: str, **args: Any) -> Any:
        """Ask the services of rota; waits for the answer. Only for ready-made tasks."""


class JobContext:
    """Given to a body whose signature has a parameter of this type, under any name.

    execution_id     names this attempt
    job_name         the job it belongs to
    attempt          1 for the first
    idempotency_key  the same for all attempts of one slot or one manual run
    scheduled_for    the slot's nominal time in UTC; None for a manual run
    params           the arguments of this run, by name
    log              see `Log`
    """

    def __init__(
        self,
        link: Link,
        *,
        execution_id: int,
        job_name: str,
        attempt: int = 1,
        idempotency_key: str = "",
        scheduled_for: datetime | None = None,
        params: Mapping[str, Any] | None = None,
        application: Application | None = None,
        stopping: Callable[[], bool] = lambda: False,
        ready_made: bool = False,
    ) -> None:
        self.execution_id = execution_id
        self.job_name = job_name
        self.attempt = attempt
        self.idempotency_key = idempotency_key or f"{job_name}-{execution_id}"
        self.scheduled_for = scheduled_for
        self.params: dict[str, Any] = dict(params or {})
        self.log = Log(link.log)
        self._link = link
        self._application = application or Application()
        self._stopping = stopping
        self._ready_made = ready_made

    @property
    def stopped(self) -> bool:
        """Whether the body was asked to stop; for loops in threads, where `Stopped` is not raised."""
        return self._stopping()

    @property
    def db(self) -> "Engine":
        """A SQLAlchemy engine on the application's database (ROTA_APP_DATABASE_URL). Raises Unavailable."""
        return self._application.database

    @property
    def app(self) -> Any:
        """What the application's factory (ROTA_APP) returned, once per runner. Raises Unavailable."""
        return self._application.instance

    @property
    def rota(self) -> "Services":
        """The services of rota, for ready-made tasks. Raises Denied in any other."""
        if not self._ready_made:
            raise Denied(
                "context.rota is only for the ready-made tasks", fix="use context.db for your own database"
            )
        return Services(self._link)

    def progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        """Say how far the job has come: `done` of `total`, in any unit. Call it as often as you like."""
        self._link.progress(done, total, message)

    def heartbeat(self) -> None:
        """Say that the job is getting on, for the alert "stuck"."""
        self._link.beat()

    @classmethod
    def for_test(
        cls, *, app: Any = None, db: "Engine | None" = None, stopped: bool = False, **params: Any
    ) -> "RecordingContext":
        """A context for calling a job by hand: what it says is kept in `.lines`, `.progressed` and `.beats`.

        app, db  what the body shall find under these names
        params   the arguments, shown as `context.params`
        """
        return RecordingContext(app=app, db=db, stopped=stopped, params=params)


class Services:
    """Each method is a question to rota, one of the verbs of `services/tending.py`: `context.rota.health()`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda **args: self._link.call(method, **args)


class RecordingContext(JobContext):
    """A context without a runner: it keeps what the body says.

    lines       (level, text) of each log entry
    progressed  (done, total, message) of each call
    beats       how many heartbeats there were
    """

    def __init__(self, *, app: Any, db: "Engine | None", stopped: bool, params: Mapping[str, Any]) -> None:
        self.lines: list[tuple[str, str]] = []
        self.progressed: list[tuple[float, float | None, str | None]] = []
        self.beats = 0
        super().__init__(
            Kept(self),
            execution_id=1,
            job_name="test",
            params=params,
            application=_lending(app, db),
            stopping=lambda: stopped,
        )


class Kept:
    """The link of a RecordingContext: what is said ends up there."""

    def __init__(self, context: RecordingContext) -> None:
        self._context = context

    def log(self, level: str, text: str) -> None:
        """Keep it."""
        self._context.lines.append((level, text))

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Keep it."""
        self._context.progressed.append((done, total, message))

    def beat(self) -> None:
        """Count it."""
        self._context.beats += 1

    def call(self, method: str, **args: Any) -> Any:
        """There are no services here."""
        raise Denied(f"context.rota.{method}: a test context has no services")


def _lending(app: Any, db: "Engine | None") -> Application:
    application = Application()
    lent = {"instance": app, "database": db}
    vars(application).update({name: value for name, value in lent.items() if value is not None})
    return application
