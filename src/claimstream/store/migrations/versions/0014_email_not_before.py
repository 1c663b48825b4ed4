"""The time before which an email that waits alone gets no new message."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("ALTER TABLE emails ADD COLUMN not_before timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE emails DROP COLUMN not_before")
