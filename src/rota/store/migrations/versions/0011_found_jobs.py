"""Jobs are found by their words and tags in a narrow table; the few that are disabled, by an index of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NEWLINE = {"sqlite": "char(10)", "postgresql": "chr(10)"}
CHANGED = "UPDATE OF name, title, description, tags, deleted_at ON jobs"

SQLITE_TRIGGERS = (
    "CREATE TRIGGER job_words_made AFTER INSERT ON jobs BEGIN {insert} AND j.id = NEW.id; END",
    f"""
    CREATE TRIGGER job_words_changed AFTER {CHANGED}
    BEGIN DELETE FROM job_words WHERE job_id = NEW.id; {{insert}} AND j.id = NEW.id; END
    """,
)
POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION job_words_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM job_words WHERE job_id = NEW.id;
        {insert} AND j.id = NEW.id;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER job_words_made AFTER INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION job_words_kept()",
    f"CREATE TRIGGER job_words_changed AFTER {CHANGED} FOR EACH ROW EXECUTE FUNCTION job_words_kept()",
)


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    op.create_table(
        "job_words",
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_job_words_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_words")),
    )
    new = NEWLINE[dialect]
    insert = (
        "INSERT INTO job_words (job_id, words, tags) SELECT j.id,"
        f" lower(j.name || {new} || j.title || {new} || j.description), CAST(j.tags AS TEXT)"
        " FROM jobs j WHERE j.deleted_at IS NULL"
    )
    op.execute(insert)
    for statement in SQLITE_TRIGGERS if dialect == "sqlite" else POSTGRESQL_TRIGGERS:
        op.execute(statement.replace("{insert}", insert))
    held = sa.text("NOT is_enabled")
    op.create_index("ix_jobs_disabled", "jobs", ["name"], sqlite_where=held, postgresql_where=held)
    there, columns = sa.text("deleted_at IS NULL"), ["task_queue", "origin", "is_enabled"]
    op.create_index("ix_jobs_queue", "jobs", columns, sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    op.drop_index("ix_jobs_queue", table_name="jobs")
    op.drop_index("ix_jobs_disabled", table_name="jobs")
    for name in ("made", "changed"):
        on = " ON jobs" if op.get_context().dialect.name == "postgresql" else ""
        op.execute(f"DROP TRIGGER job_words_{name}{on}")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION job_words_kept()")
    op.drop_table("job_words")
