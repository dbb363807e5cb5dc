"""The output of one execution as its page shows it: the end of it, a part before it, or what was looked for."""

from collections.abc import Sequence

from sqlalchemy import Connection, Select, func, select

from rota.domain.attempt import Line
from rota.store.schema import log_lines

_l = log_lines.c


def part(
    conn: Connection,
    execution_id: int,
    most: int,
    *,
    before: int | None = None,
    sources: Sequence[str] | None = None,
    words: str = "",
    longest: int = 0,
) -> list[Line]:
    """The last `most` lines, in order: those before a line, of some sources, with these words in them.

    longest  characters of each line that are read
    """
    text = func.substr(_l.text, 1, longest) if longest else _l.text
    found = _matching(execution_id, sources, words).with_only_columns(_l.seq, _l.at, _l.source, text)
    query = found.order_by(_l.seq.desc()).limit(most)
    if before is not None:
        query = query.where(_l.seq < before)
    return [Line(*row) for row in conn.execute(query)][::-1]


def counts(conn: Connection, execution_id: int) -> dict[str, int]:
    """How many lines there are of each source."""
    query = select(_l.source, func.count()).where(_l.execution_id == execution_id)
    return {source: n for source, n in conn.execute(query.group_by(_l.source))}


def first(conn: Connection, execution_id: int, sources: Sequence[str]) -> int | None:
    """The first line of some sources, None when there is none."""
    query = select(func.min(_l.seq)).where(_l.execution_id == execution_id, _l.source.in_(sources))
    return conn.execute(query).scalar()


def _matching(execution_id: int, sources: Sequence[str] | None, words: str) -> Select[tuple[int]]:
    query = select(_l.seq).where(_l.execution_id == execution_id)
    if sources is not None:
        query = query.where(_l.source.in_(sources))
    if words:
        query = query.where(func.lower(_l.text).contains(words.lower(), autoescape=True))
    return query
