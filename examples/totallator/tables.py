"""Its tables, and some rows to begin with."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Column, DateTime, Engine, Integer, MetaData, String, Table

metadata = MetaData()
journals = Table(
    "journals", metadata, Column("id", Integer, primary_key=True), Column("text", String), Column("amount", Integer),
    Column("category", String), Column("summary", String), Column("status", String), Column("created_at", DateTime),
)  # fmt: skip
sessions = Table(
    "sessions", metadata, Column("id", Integer, primary_key=True), Column("last_activity", DateTime)
)


def fill(engine: Engine) -> None:
    """Make the tables; fresh journals, a void one of years ago, two sessions; a file to take in, and a statement."""
    metadata.create_all(engine)
    now = datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251 (rows to begin with)
    years = now - timedelta(days=900)
    with engine.begin() as conn:
        conn.execute(journals.insert(), [
            {"text": "Coffee", "amount": 3, "status": "open", "created_at": now},
            {"text": "Rent may", "amount": 900, "status": "open", "created_at": now},
            {"text": "Test", "amount": 1, "status": "void", "created_at": years},
        ])  # fmt: skip
        conn.execute(sessions.insert(), [{"last_activity": now}, {"last_activity": now - timedelta(hours=9)}])
    for folder, name, text in (
        ("imports", "may.csv", f"id,text,amount,created_at\n101,Tram ticket,2,{now}\n102,Bread,many,{now}\n"),
        ("statements", "2026-05.txt", "900 rent\n3 coffee\n"),
    ):
        (Path("var") / folder).mkdir(parents=True, exist_ok=True)
        (Path("var") / folder / name).write_text(text)
