"""rota's own log: a line each on standard error, for people or as JSON; never a secret, never a control character."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from rota.domain.secret import MASK, without
from rota.domain.words import shown

BARE = re.compile(r"\brota_(\d+)_[0-9A-Za-z]{16,}")
"""A token, as programs show it."""

PASSWORD = re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@]*:)[^\s/@]+@")
"""The password of an address, as of a database."""

BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")

SECRET_NAMES = frozenset(
    {"password", "secret", "token", "authorization", "cookie", "csrf_token", "secret_key", "client_secret"}
)
"""Fields whose value is never written, whatever it is."""


def configure(form: str = "console", *, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Say how rota logs, for this process.

    form     "console" for people, "json" for programs
    secrets  values that must not appear, wherever they stand
    stream   where to; default: standard error
    """
    out = stream or sys.stderr
    structlog.configure(
        processors=[*_BEFORE, *_after(form, secrets, out)],
        logger_factory=structlog.PrintLoggerFactory(out),
    )


def begin(form: str, secrets: Iterable[str]) -> None:
    """Set up the log of a process that is rota's alone: as `configure`, and the warnings of libraries too."""
    kept = tuple(secrets)
    configure(form, secrets=kept)
    hear_libraries(form, secrets=kept)


def hear_libraries(
    form: str = "console", *, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Write the warnings of the libraries that rota uses as its own lines. For a process that is rota's alone.

    Does nothing where somebody has set up the standard library's log already.
    """
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_after(form, secrets, out),
            ],
            foreign_pre_chain=_BEFORE,
        )
    )
    logging.basicConfig(handlers=[handler])


_BEFORE: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


def _after(form: str, secrets: Iterable[str], out: TextIO) -> tuple[Processor, ...]:
    if form == "json":
        return _Clean(tuple(secrets)), structlog.processors.JSONRenderer()
    return _Clean(tuple(secrets)), structlog.dev.ConsoleRenderer(colors=out.isatty())


class _Clean:
    """Takes secrets out and writes control characters out, in everything that a line says.

    secrets  values to be masked wherever they stand
    """

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self.secrets = secrets

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        """The line as it may be written."""
        return {self._text(name): self._value(name, value) for name, value in event.items()}

    def _value(self, name: str, value: Any) -> Any:
        if name.lower() in SECRET_NAMES and value:
            return MASK
        if isinstance(value, str):
            # A traceback is told on several lines; nothing else may begin one.
            return self._text(value, keep="\n" if name in ("exception", "stack") else "")
        if isinstance(value, Mapping):
            return {self._text(str(key)): self._value(str(key), one) for key, one in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(name, one) for one in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self._text(str(value))

    def _text(self, text: str, keep: str = "") -> str:
        text = BARE.sub(rf"rota_\1_{MASK}", text)
        text = BEARER.sub(rf"\1 {MASK}", PASSWORD.sub(rf"\1{MASK}@", text))
        return shown(without(text, self.secrets), keep)
