"""What ended in each ten minutes, over all jobs."""

import sqlalchemy as sa
from alembic import op

from rota.store.schema.columns import Id, Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("at", Instant(), nullable=False),
        sa.Column("node_id", Id, autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("at", "node_id", "status", name=op.f("pk_activity")),
        sqlite_with_rowid=False,
    )
    # What was counted by the hour until now is shown in the first ten minutes of its hour.
    op.execute(
        "INSERT INTO activity (at, node_id, status, n) "
        "SELECT hour, node_id, status, sum(n) FROM rollups GROUP BY hour, node_id, status"
    )


def downgrade() -> None:
    op.drop_table("activity")
