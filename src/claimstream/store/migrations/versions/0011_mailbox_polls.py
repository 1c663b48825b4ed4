"""Mailboxes: each poll is handed out once, and the name that Gmail's pushes give to a mailbox is known."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE mailboxes
            ADD COLUMN poll_at timestamptz,  -- a worker polls it, or a poll failed: not again before; null: once quiet
            ADD COLUMN alias text UNIQUE     -- how Gmail itself names it, where that is another address
        """
    )


def downgrade() -> None:
    op.execute("ALTER TABLE mailboxes DROP COLUMN poll_at, DROP COLUMN alias")
