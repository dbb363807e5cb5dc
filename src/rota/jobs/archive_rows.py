"""Move old rows of the application into compressed JSONL, read back before anything is deleted."""

import gzip
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rota.domain.words import plural
from rota.jobs import files
from rota.jobs.allowed import Most, Span, allowed, database, nothing_configured, now
from rota.jobs.tables import among, as_stored, key_of, table_of
from rota.sdk import JobContext, JobResult, task

if TYPE_CHECKING:
    from sqlalchemy import Row, Table


@task("rota.archive_rows", title="Archive old rows", timeout=3600)
def archive_rows(
    context: JobContext,
    *,
    table: str = "",
    column: str = "created_at",
    days: Span = 365,
    folder: str = "",
    batch: Most = 5000,
    most: Most = 100_000,
    dry_run: bool = False,
) -> JobResult:
    """Write the rows of `table` older than `days` days into files of `folder`, `batch` rows each, then delete them.

    table   named in the setting job_tables; folder: below a root of the setting job_roots
    A batch is deleted only after its file was read back and holds every row. A run that was interrupted may
    leave rows that are in a file already; the next one writes them again, so nothing is ever lost.
    """
    from sqlalchemy import func, select

    engine = database(context)
    if engine is None or not (table and folder and allowed("job_roots")):
        return nothing_configured(
            "set the arguments table and folder, the setting job_roots, and ROTA_APP_DATABASE_URL"
        )
    found = table_of(engine, table, column)
    old = found.c[column] < as_stored(found.c[column], now() - timedelta(days=days))
    key, done = key_of(found), 0
    with engine.connect() as conn:
        total = min(conn.execute(select(func.count()).select_from(found).where(old)).scalar_one(), most)
    while not dry_run and done < total:
        with engine.connect() as conn:
            rows = conn.execute(select(found).where(old).order_by(*key).limit(min(batch, total - done))).all()
        if not rows:
            break
        keys = [tuple(getattr(row, one.name) for one in key) for row in rows]
        with files.folder(folder, make=True) as place:
            _keep(place, f"{table}-{_word(keys[0])}-{_word(keys[-1])}.jsonl.gz", found, rows)
        context.progress(done, total, "written")
        with engine.begin() as conn:
            conn.execute(found.delete().where(among(key, keys), old))
        done += len(rows)
        context.progress(done, total, f"{plural(done, 'row')} archived")
    n = total if dry_run else done
    told = f"{plural(n, 'row')} of {table} {'would be archived' if dry_run else 'archived'}"
    return JobResult(message=told, items_processed=n)


def _word(key: Sequence[Any]) -> str:
    return "_".join("".join(ch for ch in str(part) if ch.isalnum() or ch in "-.")[:40] for part in key)


def _keep(place: int, name: str, table: "Table", rows: "Sequence[Row[Any]]") -> None:
    """Write the file and read it back. Raises OSError when it does not hold what was written."""
    lines = [json.dumps(dict(row._mapping), default=str, ensure_ascii=False) for row in rows]
    data = ("\n".join(lines) + "\n").encode()
    files.write(place, name, gzip.compress(data, mtime=0))
    if gzip.decompress(files.read(place, name, 1 << 33) or b"") != data:
        raise OSError(f"{name} could not be read back; nothing of it was deleted")
