"""The few executions that did not succeed, or were not begun by the clock, are found among millions."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATUSES = "status IN ('failed', 'timed_out', 'lost', 'cancelled', 'skipped', 'missed')"
WHERE = {"status": STATUSES, "trigger": "trigger <> 'scheduler'"}


def upgrade() -> None:
    for column, where in WHERE.items():
        rare = sa.text(where)
        op.create_index(
            f"ix_executions_{column}", "executions", [column, "id"], sqlite_where=rare, postgresql_where=rare
        )


def downgrade() -> None:
    for column in WHERE:
        op.drop_index(f"ix_executions_{column}", table_name="executions")
