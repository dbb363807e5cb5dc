"""Migrations only add, so that old code goes on while new code comes: see "Changing the schema" in CONTRIBUTING.md."""

import importlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects import postgresql

from rota.store import migrations

FIRST = "0009"
"""The schema from which on old code may run on a newer one."""

REFUSED = {
    r"\bDROP (TABLE|COLUMN|CONSTRAINT)\b": "takes something away",
    r"\bRENAME\b": "renames",
    r"\bALTER COLUMN \S+ (TYPE|SET NOT NULL|DROP DEFAULT)\b": "makes a column narrower",
    r"\bADD COLUMN (?!.*\bDEFAULT\b).*\bNOT NULL\b": "adds a column that old code does not fill",
    r"\bADD CONSTRAINT\b": "adds a rule that old code does not know",
}


def refusals(sql: str) -> Iterator[str]:
    """What in these statements old code could not live with."""
    for statement in sql.split(";"):
        for pattern, words in REFUSED.items():
            if re.search(pattern, " ".join(statement.split())):
                yield f"{words}: {' '.join(statement.split())}"


def sql_of(name: str) -> str:
    """What a migration says to PostgreSQL."""
    module = importlib.import_module(f"rota.store.migrations.versions.{name}")
    if hasattr(module, "CONTRACTS"):
        return ""
    said = io.StringIO()
    context = MigrationContext.configure(
        dialect=postgresql.dialect(),
        opts={"as_sql": True, "output_buffer": said},
    )
    with Operations.context(context):
        module.upgrade()
    return said.getvalue()


FILES = sorted(
    file.stem
    for file in (Path(migrations.__file__).parent / "versions").glob("[0-9]*.py")
    if file.stem[:4] >= FIRST
)


@pytest.mark.parametrize("name", FILES)
def test_a_migration_only_adds(name):
    assert list(refusals(sql_of(name))) == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE jobs DROP COLUMN title",
        "DROP TABLE jobs",
        "ALTER TABLE jobs RENAME COLUMN title TO name",
        "ALTER TABLE jobs ALTER COLUMN title SET NOT NULL",
        "ALTER TABLE jobs ALTER COLUMN title TYPE INTEGER",
        "ALTER TABLE jobs ADD COLUMN colour TEXT NOT NULL",
        "ALTER TABLE jobs ADD CONSTRAINT few CHECK (id < 10)",
    ],
)
def test_what_old_code_could_not_live_with_is_refused(statement):
    assert list(refusals(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE colours (id BIGINT NOT NULL)",
        "ALTER TABLE jobs ADD COLUMN colour TEXT",
        "ALTER TABLE jobs ADD COLUMN colour TEXT DEFAULT 'red' NOT NULL",
        "CREATE INDEX ix_jobs_colour ON jobs (colour)",
    ],
)
def test_what_is_added_is_allowed(statement):
    assert list(refusals(statement)) == []
