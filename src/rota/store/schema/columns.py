"""What the tables are made of: column types, naming, and indexes over a part of a table."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, TIMESTAMP, BigInteger, Dialect, Index, Integer, MetaData
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """Microseconds since the Unix epoch."""
    return (instant - EPOCH) // MICROSECOND


class Instant(TypeDecorator[datetime]):
    """A UTC instant: timestamptz on PostgreSQL, microseconds since the epoch on SQLite."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of the database at hand."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """From the domain to the database. A naive time is a bug, never a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value} where an instant is needed")
        return value if dialect.name == "postgresql" else to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database to the domain, always in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return EPOCH + timedelta(microseconds=value)


class Document(TypeDecorator[Any]):
    """A JSON value: jsonb on PostgreSQL, text on SQLite. None is NULL."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of the database at hand; only there is its dialect loaded, which takes its time."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON(none_as_null=True))
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB(none_as_null=True))


Json = Document()
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def partial(name: str, where: str, *columns: Any, unique: bool = False) -> None:
    """An index over the rows that match `where`, on both databases; `info` holds it, the migrations make it.

    A word of a dialect's own would load that dialect, PostgreSQL's too where only SQLite is used: as long as all
    the rest of a short command.
    """
    Index(name, *columns, unique=unique, info={"where": where})
