"""Who a user is at the provider of the single sign-on."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("subject", sa.Text(), nullable=True))
    op.create_index("ux_users_subject", "users", ["subject"], unique=True)


def downgrade() -> None:
    op.drop_index("ux_users_subject", "users")
    op.drop_column("users", "subject")
