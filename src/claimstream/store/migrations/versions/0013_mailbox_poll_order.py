"""The order in which mailboxes are polled: the next one is found without sorting all that are due."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute(
        """
        CREATE INDEX mailboxes_poll_order ON mailboxes (coalesce(poll_at, last_synced_at) NULLS FIRST)
            WHERE disabled_reason IS NULL AND history_id IS NOT NULL
        """
    )


def downgrade() -> None:
    op.execute("DROP INDEX mailboxes_poll_order")
