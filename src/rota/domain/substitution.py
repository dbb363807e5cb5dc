"""`${NAME}` and `${NAME:-default}` in a schedule's expression, replaced once from an environment."""

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from rota.domain.errors import InvalidSchedule
from rota.domain.kinds import check_size, quoted

ALLOWED = ("*_SCHEDULE",)
"""The names that may be read unless the setting `schedule_env` says otherwise."""

_PLACE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^{}$]*))?\}")


def substitute(expression: str, environment: Mapping[str, str], allowed: Sequence[str] = ALLOWED) -> str:
    """The expression with its variables replaced; what comes in is not read again.

    environment  where the values are; an empty value is as good as none where a default is given
    allowed  patterns such as `*_SCHEDULE` of the names that may be read
    Raises InvalidSchedule for a name that is not allowed or has neither value nor default.
    """
    if "$" not in expression:
        return expression
    check_size(expression)
    if "$" in (rest := _PLACE.sub("", expression)):
        part = rest[rest.index("$") :]
        raise InvalidSchedule(
            f"{quoted(part)} is not a variable", part=part, fix="write ${NAME} or ${NAME:-default}"
        )
    return _PLACE.sub(lambda found: _value(found[1], found[3], environment, allowed), expression)


def _value(name: str, default: str | None, environment: Mapping[str, str], allowed: Sequence[str]) -> str:
    if not any(fnmatchcase(name, pattern) for pattern in allowed):
        raise InvalidSchedule(
            f"the variable {name} may not be read in a schedule",
            part=name,
            fix=f"the setting schedule_env allows {' and '.join(allowed) or 'none'}",
        )
    value = environment.get(name)
    if default is not None:
        return value or default
    if value is None:
        raise InvalidSchedule(
            f"the variable {name} is not set", part=name, fix=f"set it, or write ${{{name}:-default}}"
        )
    return value
