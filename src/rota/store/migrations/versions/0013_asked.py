"""The few running executions that somebody asked to stop are found without passing by all that ran."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WHERE = "status = 'running' AND cancel_requested_by IS NOT NULL"


def upgrade() -> None:
    asked = sa.text(WHERE)
    op.create_index(
        "ix_executions_asked", "executions", ["owner"], sqlite_where=asked, postgresql_where=asked
    )


def downgrade() -> None:
    op.drop_index("ix_executions_asked", table_name="executions")
