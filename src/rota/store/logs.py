"""The output of executions, line by line."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from rota.domain.attempt import Line
from rota.store.schema import log_lines

_l = log_lines.c


def add(conn: Connection, lines: Sequence[tuple[int, Line]]) -> None:
    """Store output lines: (execution, line). PostgreSQL has no NUL in text, so it is shown as a symbol."""
    if lines:
        rows = [
            {
                "execution_id": id_,
                "seq": x.seq,
                "at": x.at,
                "source": x.source,
                "text": x.text.replace("\0", "␀"),
            }
            for id_, x in lines
        ]
        conn.execute(insert(log_lines), rows)


def read(conn: Connection, execution_id: int, after: int = 0, most: int = 1000) -> list[Line]:
    """At most `most` lines whose place is after `after`, in order."""
    query = select(_l.seq, _l.at, _l.source, _l.text).where(_l.execution_id == execution_id, _l.seq > after)
    return [Line(*row) for row in conn.execute(query.order_by(_l.seq).limit(most))]
