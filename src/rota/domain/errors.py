"""Everything that can go wrong on purpose, as one tree.

RotaError
├── NotFound        nothing has that name or id
├── Conflict        it cannot be done in the present state
├── Invalid         the input itself is wrong
│   └── InvalidSchedule
├── Denied          the asker may not
└── Unavailable     the database, a broker or a node is out of reach

Each face maps the five kinds once: the command line to exit codes, the API to problem documents.
"""

from collections.abc import Iterable


class RotaError(Exception):
    """Base of all errors that rota raises on purpose.

    message  what happened, on what
    fix      what to do next, or None when the message says it
    field    the input field at fault, or None
    code     a stable word for programs
    """

    code = "error"

    def __init__(
        self, message: str, *, fix: str | None = None, field: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.field = field
        self.code = code or type(self).code

    def __str__(self) -> str:
        return f"{self.message}; {self.fix}" if self.fix else self.message


class NotFound(RotaError):
    """Nothing has that name or id."""

    code = "not_found"


class Conflict(RotaError):
    """The request is well formed, but the present state forbids it."""

    code = "conflict"


class Invalid(RotaError):
    """The input is wrong in itself."""

    code = "invalid"


class InvalidSchedule(Invalid):
    """A schedule that cannot be: `part` is the piece of the expression, or of another `field`, at fault."""

    code = "invalid_schedule"

    def __init__(
        self, message: str, *, part: str = "", fix: str | None = None, field: str = "schedule_expression"
    ) -> None:
        super().__init__(message, fix=fix, field=field)
        self.part = part


class Denied(RotaError):
    """The asker may not do that."""

    code = "denied"


class Unavailable(RotaError):
    """The database, a broker or a node is out of reach, or of another schema."""

    code = "unavailable"


class BrokerAway(Unavailable):
    """The broker is out of reach; what is for it waits in the database."""

    code = "broker_away"


def name_taken(what: str, name: str) -> Conflict:
    """The error for a name that something else has. what: with its article, "an alert" """
    told = f'there is {what} named "{name}" already'
    return Conflict(told, fix="choose another name", field="name", code="name_taken")


def unknown(kind: str, name: str, known: Iterable[str], field: str | None = None) -> NotFound:
    """The error for a name that does not exist: what was meant, then what there is.

    kind   the word for the thing: "job", "task", "module"
    known  the names that exist; at most twelve are listed
    field  the input that holds the name, when it is one of several
    """
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    meant = f'did you mean "{close[0]}"? ' if close else ""
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    listed = f"Known {kind}s: {', '.join(names[:12])}{more}" if names else f"There are no {kind}s yet"
    return NotFound(f'no {kind} named "{name}"', fix=f"{meant}{listed}", field=field)
