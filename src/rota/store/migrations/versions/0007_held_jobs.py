"""The few jobs that are paused, have a problem or have vanished are found among a hundred thousand."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = {"ix_jobs_paused": "paused_at", "ix_jobs_problem": "problem", "ix_jobs_vanished": "vanished_at"}


def upgrade() -> None:
    for name, column in COLUMNS.items():
        held = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "jobs", ["name"], sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_index(name, table_name="jobs")
