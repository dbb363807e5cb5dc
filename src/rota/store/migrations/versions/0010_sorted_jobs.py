"""A hundred thousand jobs are listed in any order without reading them all."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

HERE, GONE = sa.text("deleted_at IS NULL"), sa.text("deleted_at IS NOT NULL")
INDEXES = {
    "type": (["job_type", "id"], HERE),
    "title": (["title", "id"], HERE),
    "priority": (["task_priority", "id"], HERE),
    "created": (["created_at", "id"], HERE),
    "updated": (["updated_at", "id"], HERE),
    "deleted": (["id"], GONE),
}


def upgrade() -> None:
    for name, (columns, where) in INDEXES.items():
        op.create_index(f"ix_jobs_{name}", "jobs", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(f"ix_jobs_{name}", table_name="jobs")
