"""Where a list of jobs goes on: opaque words that stand in addresses."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from rota.domain.errors import Invalid
from rota.store.job_pages import COLUMNS, Mark, Order

INSTANTS = frozenset({"created_at", "updated_at", "next_run", "last_run"})
NUMBERS = frozenset({"id", "task_priority"})


def order_of(sort: str) -> Order:
    """The order that `name` or `-next_run` says. Raises Invalid."""
    field = sort.removeprefix("-")
    if field not in COLUMNS:
        fix = f"sort by one of {', '.join(COLUMNS)}; -{field[:40] or 'name'} would be downwards"
        raise Invalid(f'jobs cannot be sorted by "{field[:40]}"', fix=fix, field="sort")
    return Order(field, sort.startswith("-"))


def write(mark: Mark, order: Order) -> str:
    """The cursor for a mark."""
    value = mark.value.isoformat() if isinstance(mark.value, datetime) else mark.value
    packed = json.dumps([order.field, order.down, value, mark.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read(text: str, order: Order) -> Mark:
    """The mark of a cursor. Raises Invalid for one of another list, or of none."""
    try:
        padded = text + "=" * (-len(text) % 4)
        field, down, value, id_ = json.loads(base64.urlsafe_b64decode(padded.encode()))
        if [field, down] != [order.field, order.down] or type(id_) is not int or not 0 < id_ < 2**63:
            raise ValueError
        return Mark(_value(field, value), id_)
    except (ValueError, TypeError, binascii.Error, UnicodeError) as error:
        fix = "use next_cursor of the page before, with the same sort; or leave it out to begin"
        raise Invalid("that is no cursor of this list", fix=fix, field="cursor") from error


def _value(field: str, value: Any) -> str | int | datetime | None:
    if value is None and field in ("next_run", "last_run"):
        return None
    if field in INSTANTS:
        return datetime.fromisoformat(value).astimezone(UTC)
    if field in NUMBERS:
        if type(value) is not int or not -(2**63) < value < 2**63:
            raise ValueError
        return value
    if not isinstance(value, str) or "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError
    return value
