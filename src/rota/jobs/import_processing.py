"""Take in the files of a watched folder: CSV and JSON into a table, bad rows set aside."""

import csv
import io
import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rota.domain.words import plural
from rota.jobs import files
from rota.jobs.allowed import Most, allowed, database, nothing_configured
from rota.jobs.tables import BATCH, table_of
from rota.sdk import JobContext, JobResult, task

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

MOST_BYTES = 200_000_000
DONE, REJECTED = ".done", ".rejected.jsonl"


@task("rota.import_processing", title="Import files", timeout=600)
def import_processing(
    context: JobContext,
    *,
    folder: str = "",
    table: str = "",
    key: str = "id",
    patterns: list[str] | None = None,
    most_files: Most = 100,
    dry_run: bool = False,
) -> JobResult:
    """Insert the rows of each file of `folder` into `table`; then the file is called NAME.done.

    folder  below a root of the setting job_roots; table: named in the setting job_tables
    key     the column that a row is known by: one that is there already is left as it is, so that a file may be
            taken in twice, and an import that was interrupted goes on
    Rows that do not fit are written to NAME.rejected.jsonl, each with its line and what is wrong with it.
    """
    engine = database(context)
    if engine is None or not (folder and table and allowed("job_roots")):
        return nothing_configured(
            "set the arguments folder and table, the setting job_roots, and ROTA_APP_DATABASE_URL"
        )
    target = table_of(engine, table, key)
    done = failed = taken = 0
    with files.folder(folder) as place:
        wanted = patterns or ["*.csv", "*.json", "*.jsonl"]
        names = [
            one.name
            for one in files.walk(place, wanted)
            if "/" not in one.path and not one.name.endswith(REJECTED)
        ]
        for name in names[:most_files]:
            good, bad = _take(context, engine, target, key, place, name, dry_run)
            if not dry_run:
                if bad:
                    lines = "".join(json.dumps(one, default=str) + "\n" for one in bad)
                    files.write(place, f"{name}{REJECTED}", lines.encode())
                os.rename(name, f"{name}{DONE}", src_dir_fd=place, dst_dir_fd=place)
            done, failed, taken = done + good, failed + len(bad), taken + 1
    verb = "would be imported" if dry_run else "imported"
    told = f"{plural(done, 'row')} of {plural(taken, 'file')} {verb}, {failed} set aside"
    return JobResult(message=told, items_processed=done, items_failed=failed)


def _take(
    context: JobContext, engine: "Engine", target: "Table", key: str, place: int, name: str, dry_run: bool
) -> tuple[int, list[dict[str, Any]]]:
    """Insert the rows of a file. Returns how many there were, and those that do not fit."""
    from sqlalchemy.exc import DBAPIError

    good, bad, batch = 0, list[dict[str, Any]](), list[dict[str, Any]]()

    def flush() -> None:
        try:
            _insert(engine, target, key, batch)
        except DBAPIError:
            for row in batch:  # One of them does not fit: each on its own.
                try:
                    _insert(engine, target, key, [row])
                except DBAPIError as error:
                    bad.append({"row": row, "problem": str(error.orig).splitlines()[0]})
        batch.clear()

    for number, row in _rows(name, files.read(place, name, MOST_BYTES) or b""):
        problem = _problem(row, target, key) if isinstance(row, dict) else str(row)
        if problem:
            bad.append({"line": number, "row": row, "problem": problem})
            continue
        good += 1
        batch.append({column: _value(target, column, row.get(column)) for column in row})
        if len(batch) >= BATCH and not dry_run:
            flush()
            context.progress(good, message=f"{plural(good, 'row')} of {name}")
    if batch and not dry_run:
        flush()
        context.progress(good, message=f"{plural(good, 'row')} of {name}")
    return good - sum("line" not in one for one in bad), bad


def _insert(engine: "Engine", target: "Table", key: str, rows: list[dict[str, Any]]) -> None:
    from sqlalchemy import select

    if not rows:
        return
    with engine.begin() as conn:
        known = set(
            conn.execute(select(target.c[key]).where(target.c[key].in_([row[key] for row in rows]))).scalars()
        )
        news = {row[key]: row for row in rows if row[key] not in known}
        for row in news.values():
            conn.execute(target.insert().values(row))


def _rows(name: str, data: bytes) -> Iterator[tuple[int, Any]]:
    """The rows with their numbers; a text in place of one says what is wrong with it."""
    text = data.decode("utf-8-sig", "replace")
    if name.endswith(".csv"):
        for number, found in enumerate(csv.DictReader(io.StringIO(text)), 2):
            wrong = None in found or None in found.values()
            yield (
                number,
                "it has not as many fields as the head"
                if wrong
                else {k: v if v != "" else None for k, v in found.items()},
            )
        return
    if name.endswith(".json"):
        try:
            whole = json.loads(text)
        except ValueError as error:
            yield 1, f"not JSON: {error}"
            return
        yield from enumerate(whole if isinstance(whole, list) else [whole], 1)
        return
    for number, line in enumerate(text.splitlines(), 1):
        try:
            yield number, json.loads(line)
        except ValueError as error:
            yield number, f"not JSON: {error}"


def _problem(row: dict[str, Any], target: "Table", key: str) -> str:
    unknown = sorted(set(row) - set(target.c.keys()))
    if unknown:
        return f"there is no column {unknown[0]}"
    if row.get(key) is None:
        return f"{key} is missing"
    for column, value in row.items():
        try:
            _value(target, column, value)
        except (TypeError, ValueError):
            return f"{column} is not of its type: {value!r}"
    return ""


def _value(target: "Table", column: str, value: Any) -> Any:
    """The value in the type of its column. Raises ValueError."""
    kind = target.c[column].type.python_type
    if value is None or isinstance(value, kind):
        return value
    if kind in (datetime, date):
        return kind.fromisoformat(str(value))
    if kind is bool:
        word = str(value).lower()
        if word not in ("true", "1", "false", "0"):
            raise ValueError(word)
        return word in ("true", "1")
    return kind(value)
