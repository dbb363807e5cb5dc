"""What one node did is found among millions of executions, also where it did little or nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    owned = sa.text("owner IS NOT NULL")
    op.create_index(
        "ix_executions_node", "executions", ["owner", "id"], sqlite_where=owned, postgresql_where=owned
    )


def downgrade() -> None:
    op.drop_index("ix_executions_node", table_name="executions")
