"""What a broker was told, how far the clocks of nodes are off, and room to count in place."""

import sqlalchemy as sa
from alembic import op

from rota.store.schema.columns import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SUBMITTED = sa.text("status = 'submitted'")


def upgrade() -> None:
    op.add_column("executions", sa.Column("submitted_at", Instant(), nullable=True))
    op.add_column("executions", sa.Column("sends", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_index(
        "ix_executions_submitted",
        "executions",
        ["queue", "id"],
        sqlite_where=SUBMITTED,
        postgresql_where=SUBMITTED,
    )
    op.add_column("nodes", sa.Column("clock_offset_ms", sa.Float(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        # Counted up again and again: a row that finds room on its own page leaves the indexes alone.
        for table in ("rollups", "activity"):
            op.execute(f"ALTER TABLE {table} SET (fillfactor = 70)")


def downgrade() -> None:
    op.drop_index("ix_executions_submitted", "executions")
    op.drop_column("executions", "submitted_at")
    op.drop_column("executions", "sends")
    op.drop_column("nodes", "clock_offset_ms")
