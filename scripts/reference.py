"""Write docs/reference/settings.md anew from the settings in the code: `python scripts/reference.py`."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from rota.domain.job import Overlap
from rota.domain.permission import Role
from rota.services.configuration import Kept
from rota.settings import LISTS, PREFIX, Settings
from rota.store.settings import HOLD_ALL

PAGE = Path(__file__).parents[1] / "docs/reference/settings.md"
NO_VARIABLE = {"jobs": "only in files", HOLD_ALL: "none, it holds everywhere"}
WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    tuple: "list",
    dict: "table",
    Overlap: ", ".join(Overlap),
    Role: ", ".join(Role),
}

HEAD = """\
<!-- Written by scripts/reference.py from src/rota/settings.py and services/configuration.py: change it there. -->
# Settings

Each setting is looked for in five places; the first that has it counts:

1. a flag of the command (`rota serve --help` names those it takes)
2. the environment: the name in capitals after `ROTA_`
3. `rota.toml` in the current folder: the name as a key
4. `pyproject.toml` in the current folder: the name as a key under `[tool.rota]`
5. the default

A list is written with commas in the environment, and as an array in a file. Times are seconds.

| name | environment | what it takes | default | meaning |
| --- | --- | --- | --- | --- |
"""

FOOT = """
An unknown name in a file is refused, with the names that there are. The agent gets its settings through a
pipe from the process that starts it, so no address or key shows in a list of processes. Jobs do not see
`ROTA_DATABASE_URL` and `ROTA_SECRET_KEY` in their environment.

```toml
# rota.toml
database_url = "sqlite:///var/rota.db"
modules = ["jobs"]
queues = { reports = "local", "*" = "local" }

[jobs.tick]
enabled = true
schedule = "*/5 * * * *"
```

## Kept in the database

These hold for all nodes. `rota config set NAME VALUE` writes one, `rota config set NAME --default` takes it back, and
`rota config show` tells all settings with their source. A variable of the environment wins, and locks the setting. The
defaults for new jobs are for those that are made with `rota jobs create`; a job in code says what it wants itself.

| name | environment | what it takes | default | meaning |
| --- | --- | --- | --- | --- |
"""


def settings_page() -> str:
    """The whole page."""
    return HEAD + table(Settings.model_fields) + FOOT + table(Kept.model_fields)


def table(fields: Mapping[str, FieldInfo]) -> str:
    """A row for each setting."""
    return "".join(f"| {' | '.join(row(name, field))} |\n" for name, field in fields.items())


def row(name: str, field: FieldInfo) -> tuple[str, ...]:
    """The cells of one setting."""
    variable = NO_VARIABLE.get(name, f"`{PREFIX}{name.upper()}`")
    return f"`{name}`", variable, takes(name, field), default(name, field), field.description or ""


def takes(name: str, field: FieldInfo) -> str:
    """The kind of value, with its bounds."""
    annotation: Any = field.annotation
    if get_origin(annotation) is UnionType:
        (annotation,) = (one for one in get_args(annotation) if one is not NoneType)
    if get_origin(annotation) is Literal:
        return ", ".join(get_args(annotation))
    word = "list" if name in LISTS else WORDS[get_origin(annotation) or annotation]
    bounds = {type(one).__name__: one for one in field.metadata}
    if "Ge" in bounds and "Le" in bounds:
        return f"{word}, {bounds['Ge'].ge} to {bounds['Le'].le}"
    return word


def default(name: str, field: FieldInfo) -> str:
    """The default, as it would be written in a file."""
    if name == "runners":
        return "the number of processors, at least 2"
    value = field.get_default(call_default_factory=True, validated_data={})
    match value:
        case bool():
            return f"`{str(value).lower()}`"
        case None | "" | ():
            return ""
        case dict():
            told = ",".join(f"{key}={one}" for key, one in value.items())
            return f"`{told}`" if told else ""
        case tuple():
            return f"`{','.join(value)}`"
    return f"`{value}`"


def main() -> int:
    """Write the page. Returns 0."""
    PAGE.write_text(settings_page())
    print(f"wrote {PAGE.name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
