"""`context.log`: writes into the execution's own record."""

import traceback
from collections.abc import Callable, Mapping
from typing import Any


class Log:
    """Speaks as a standard logger does, and takes fields: `log.info("sent %d mails", 3, to="staff")`.

    write  is called with the level ("debug", "info", "warning", "error") and the text
    A message whose placeholders do not fit its arguments is written as it is: a log line never fails a job.
    """

    def __init__(self, write: Callable[[str, str], None]) -> None:
        self._write = write

    def debug(self, message: object, *args: object, **fields: object) -> None:
        """A line for whoever looks closely."""
        self._write("debug", _text(message, args, fields))

    def info(self, message: object, *args: object, **fields: object) -> None:
        """A line for the record."""
        self._write("info", _text(message, args, fields))

    def warning(self, message: object, *args: object, **fields: object) -> None:
        """Something is odd; the job goes on."""
        self._write("warning", _text(message, args, fields))

    def error(self, message: object, *args: object, **fields: object) -> None:
        """Something went wrong; the job goes on until it says otherwise."""
        self._write("error", _text(message, args, fields))

    def exception(self, message: object, *args: object, **fields: object) -> None:
        """As `error`, with the traceback of the exception that is being handled."""
        self.error(message, *args, **{**fields, "exc_info": True})


def _text(message: object, args: tuple[object, ...], fields: Mapping[str, Any]) -> str:
    text = str(message)
    if len(args) == 1 and isinstance(args[0], Mapping) and "%(" not in text:
        fields = {**args[0], **fields}
    elif args:
        text = _filled(text, args)
    trace = traceback.format_exc().rstrip() if fields.get("exc_info") else ""
    said = [f"{name}={value}" for name, value in fields.items() if name != "exc_info"]
    return "\n".join(filter(None, [" ".join([text, *said]), trace]))


def _filled(text: str, args: tuple[object, ...]) -> str:
    try:
        return text % (args[0] if len(args) == 1 and isinstance(args[0], Mapping) else args)
    except (TypeError, ValueError, KeyError):
        return f"{text} {args!r}"
