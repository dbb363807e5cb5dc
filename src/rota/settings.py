"""Every setting, read once: flag > environment `ROTA_…` > `rota.toml` > `[tool.rota]` in pyproject.toml > default."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rota.domain.errors import Invalid
from rota.domain.permission import Role
from rota.domain.queues import EXECUTORS, patterns_of, read_queues

PREFIX = "ROTA_"
LISTS = frozenset({
    "modules", "schedule_env", "allowed_hosts", "trusted_proxies",
    "job_roots", "job_tables", "job_commands", "job_hosts",
})  # fmt: skip


class Settings(BaseModel):
    """How rota is set up here. Times are seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database_url: str = Field(
        "sqlite:///var/rota.db", description="where rota keeps its jobs and their history"
    )
    modules: tuple[str, ...] = Field((), description="modules (or .py files) that declare tasks and jobs")
    app_name: str = Field(
        "", description="the application that the jobs belong to; default: its first module"
    )
    app: str | None = Field(
        None, description="module:callable, called once per runner; it makes `context.app`"
    )
    app_database_url: str | None = Field(None, description="the application's own database; `context.db`")
    queues: dict[str, str] = Field(
        default_factory=lambda: {"*": "local"},
        description="which queues run where: QUEUE=local or QUEUE=celery, comma list; * fits any queue",
    )
    broker_url: str | None = Field(None, description="Celery's broker: amqp://… or redis://…", repr=False)
    broker_queue_type: Literal["classic", "quorum"] = Field("classic", description="of new RabbitMQ queues")
    runners: int = Field(
        default_factory=lambda: max(2, os.cpu_count() or 2), ge=1, le=256, description="jobs run at a time"
    )
    kill_after: float = Field(
        10, ge=0, le=3600, description="seconds from SIGTERM to SIGKILL of a body that does not stop"
    )
    shutdown_grace: float = Field(30, ge=0, le=86_400, description="seconds a shutdown waits for what runs")
    schedule_env: tuple[str, ...] = Field(("*_SCHEDULE",), description="variables that schedules may read")
    environment: str = Field("", max_length=40, description="what pages call this place, as prod")
    node_name: str = Field("", description="how this node is called; default: the name of the machine")
    secret_key: str | None = Field(None, description="encrypts stored secrets", repr=False)
    host: str = Field("127.0.0.1", description="the address at which `rota serve` answers")
    port: int = Field(8321, ge=0, le=65_535, description="the port at which it answers; 0: any that is free")
    allowed_hosts: tuple[str, ...] = Field(
        ("localhost", "127.0.0.1", "[::1]"),
        description="names under which the server may be called; *.example.com, or * for any",
    )
    trusted_proxies: tuple[str, ...] = Field(
        (), description="addresses or networks of proxies whose `X-Forwarded-For` and `-Proto` are believed"
    )
    job_roots: tuple[str, ...] = Field(
        (), description="folders that ready-made tasks may read, write and clean, with all below them"
    )
    job_tables: tuple[str, ...] = Field(
        (), description="tables (or table.column) of the application that ready-made tasks may work on"
    )
    job_commands: tuple[str, ...] = Field(
        (), description="programs, by their whole path, that the task rota.command may start"
    )
    job_hosts: tuple[str, ...] = Field(
        (), description="hosts (or host:port) inside your network that jobs and webhooks may call"
    )
    job_statements: dict[str, str] = Field(
        default_factory=dict, description="[job_statements]: NAME = SQL, for the task rota.sql_statement"
    )
    pg_programs: str = Field("", description="the folder of pg_dump; default: the newest that is installed")
    heartbeat_url: str | None = Field(
        None, description="called every minute while nothing is planned late", repr=False
    )
    log_format: Literal["console", "json"] = Field("console", description="how rota's own log is written")
    otel: bool = Field(False, description="trace requests and executions; OTEL_… variables say where to")
    oidc_issuer: str = Field(
        "", description="the address of the provider for single sign-on; none: passwords only"
    )
    oidc_client_id: str = Field("", description="what rota is called there")
    oidc_client_secret: str | None = Field(None, description="what rota shows there", repr=False)
    oidc_scopes: str = Field("openid profile email", description="what rota asks the provider for")
    oidc_name_claim: str = Field("preferred_username", description="the claim that becomes a user's name")
    oidc_role_claim: str = Field(
        "", description="the claim that roles come from, as `groups` or `realm_access.roles`"
    )
    oidc_roles: dict[str, str] = Field(
        default_factory=dict, description="which of its values makes which role: VALUE=ROLE, comma list"
    )
    oidc_default_role: Literal["viewer", "operator", "admin", "none"] = Field(
        "viewer", description="the role of who has none of those; none: is not let in"
    )
    jobs: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="[jobs.NAME]: enabled, schedule, task_kwargs of discovered jobs"
    )

    @field_validator("queues", mode="before")
    @classmethod
    def _read_queues(cls, value: Any) -> Any:
        return read_queues(value) if isinstance(value, str) else value

    @field_validator("queues")
    @classmethod
    def _known_executors(cls, value: dict[str, str]) -> dict[str, str]:
        for queue, executor in value.items():
            if executor not in EXECUTORS:
                raise ValueError(f'queue "{queue}": there is no executor "{executor}"; use local or celery')
        return value

    @field_validator("oidc_roles", mode="before")
    @classmethod
    def _read_roles(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [part.rpartition("=") for part in value.split(",") if part.strip()]
        return {claim.strip(): role.strip() for claim, _, role in pairs}

    @field_validator("oidc_roles")
    @classmethod
    def _known_roles(cls, value: dict[str, str]) -> dict[str, str]:
        for claim, role in value.items():
            if role not in tuple(Role):
                raise ValueError(f'"{claim}": there is no role "{role}"; use one of {", ".join(Role)}')
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _private_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("a provider has to be asked by https://")
        return value

    @model_validator(mode="after")
    def _whole_provider(self) -> "Settings":
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("oidc_issuer is set and oidc_client_id is not; set both")
        return self

    @property
    def patience(self) -> float:
        """Seconds that an agent may take to end: what its parent waits before it kills it."""
        return self.shutdown_grace + self.kill_after + 15

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values in here that no log may show."""
        urls = (self.database_url, self.app_database_url, self.broker_url)
        words = (urlsplit(url or "").password for url in urls)
        own = (self.secret_key, self.oidc_client_secret, self.heartbeat_url)
        return tuple(secret for secret in (*own, *words) if secret)

    @property
    def local_queues(self) -> tuple[str, ...]:
        """The patterns of the queues that run on rota's own runners (see `domain.queues`)."""
        return patterns_of(self.queues, "local")

    @property
    def celery_queues(self) -> tuple[str, ...]:
        """The patterns of the queues that Celery runs."""
        return patterns_of(self.queues, "celery")

    @property
    def application(self) -> str:
        """The name of the application that declares the jobs of this node."""
        first = self.modules[0] if self.modules else "rota"
        return self.app_name or Path(first).stem.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and for each that is not a default where it came from."""

    settings: Settings
    sources: Mapping[str, str]


def load(flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path) -> Loaded:
    """Read the settings.

    flags   what the command line gave; None means not given
    folder  where rota.toml and pyproject.toml are looked for
    Raises Invalid, naming the setting and where it was read.
    """
    layers = (
        (_pyproject(folder), "pyproject.toml [tool.rota]"),
        (_toml(folder / "rota.toml"), "rota.toml"),
        (_environment(environ), "environment"),
        ({name: value for name, value in flags.items() if value is not None}, "command line"),
    )
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for found, source in layers:
        values |= found
        sources |= dict.fromkeys(found, source)
    try:
        return Loaded(Settings(**values), sources)
    except ValidationError as error:
        raise _told(error, sources) from error


def _told(error: ValidationError, sources: Mapping[str, str]) -> Invalid:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "oidc_client_id"
    where = sources.get(name, "the settings")
    if first["type"] == "extra_forbidden":
        known = ", ".join(Settings.model_fields)
        return Invalid(f'there is no setting "{name}" ({where})', fix=f"known ones: {known}", field=name)
    problem = first["msg"].removeprefix("Value error, ")
    return Invalid(f'setting "{name}" ({where}): {problem}', fix="mend it there", field=name)


def _pyproject(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = _toml(folder / "pyproject.toml").get("tool", {}).get("rota", {})
    return found


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{path} is not valid TOML: {error}", fix="mend the file") from error


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """The variables that name a setting; ROTA_RUNNER and the like, which rota sets itself, do not."""
    given = {
        name: environ[PREFIX + name.upper()]
        for name in Settings.model_fields
        if PREFIX + name.upper() in environ
    }
    given.pop("jobs", None)
    given.pop("job_statements", None)
    return {name: _split(value) if name in LISTS else value for name, value in given.items()}


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
