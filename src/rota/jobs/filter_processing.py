"""Go through new rows and sort them by rules."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rota.domain.words import plural
from rota.jobs.allowed import Most, database, nothing_configured
from rota.jobs.tables import BATCH, among, key_of, table_of
from rota.sdk import JobContext, JobResult, task

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table


class FilterRule(BaseModel):
    """If `column` is as `op` says of `value`, then set the columns of `then`. Text is compared whatever its case."""

    model_config = ConfigDict(extra="forbid")

    column: str
    op: Literal["equals", "contains", "begins_with", "ends_with", "less", "greater", "is_null"] = "equals"
    value: str | float | bool | None = None
    then: dict[str, str | float | bool | None] = Field(min_length=1)


@task("rota.filter_processing", title="Process filters")
def filter_processing(
    context: JobContext,
    *,
    table: str = "",
    rules: list[FilterRule] | None = None,
    only_null: str = "",
    most: Most = 100_000,
    dry_run: bool = False,
) -> JobResult:
    """Apply `rules` to the rows of `table`, the first that fits counts; `most` rows a run.

    table      named in the setting job_tables
    only_null  only rows where this column is null: name one that the rules set, and each row is sorted once
    Safe to run twice, and to interrupt.
    """
    from sqlalchemy import select

    engine = database(context)
    if engine is None or not table or not rules:
        return nothing_configured("set the arguments table and rules, and ROTA_APP_DATABASE_URL")
    named = {rule.column for rule in rules} | {name for rule in rules for name in rule.then}
    found = table_of(engine, table, *sorted(named | ({only_null} if only_null else set())))
    key, changed = key_of(found), 0
    fresh: list[ColumnElement[bool]] = [found.c[only_null].is_(None)] if only_null else []
    taken: list[ColumnElement[bool]] = []
    for number, rule in enumerate(rules, 1):
        fits = [_fits(found, rule), *fresh, *taken]
        with engine.connect() as conn:
            ids = [tuple(row) for row in conn.execute(select(*key).where(*fits).limit(most - changed))]
        for start in range(0, 0 if dry_run else len(ids), BATCH):
            with engine.begin() as conn:
                batch = ids[start : start + BATCH]
                conn.execute(found.update().where(among(key, batch), *fresh).values(dict(rule.then)))
            context.progress(changed + start + len(batch), message=f"rule {number}")
        changed += len(ids)
        taken.append(~_fits(found, rule))
    return JobResult(
        message=f"{plural(changed, 'row')} {'would be sorted' if dry_run else 'sorted'}",
        items_processed=changed,
    )


def _fits(table: "Table", rule: FilterRule) -> "ColumnElement[bool]":
    from sqlalchemy import and_, func

    column: Any = table.c[rule.column]
    text = str(rule.value).lower()
    forms: dict[str, Callable[[], Any]] = {
        "equals": lambda: func.lower(column) == text if isinstance(rule.value, str) else column == rule.value,
        "contains": lambda: func.lower(column).contains(text, autoescape=True),
        "begins_with": lambda: func.lower(column).startswith(text, autoescape=True),
        "ends_with": lambda: func.lower(column).endswith(text, autoescape=True),
        "less": lambda: column < rule.value,
        "greater": lambda: column > rule.value,
    }
    if rule.op == "is_null":
        return column.is_(None)  # type: ignore[no-any-return]
    return and_(column.is_not(None), forms[rule.op]())
