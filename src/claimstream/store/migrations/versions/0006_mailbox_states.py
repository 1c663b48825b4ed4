"""Mailboxes: disabled by ourselves and tried again, watches renewed by one worker, recoveries that survive a crash."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE mailboxes
            ADD COLUMN retry_at timestamptz,           -- disabled by ourselves: tried again then; null: by a person
            ADD COLUMN watch_lease_until timestamptz,  -- one worker at a time asks Gmail for the watch
            ADD COLUMN recovery_cursor bigint          -- taken before the listing began that takes lost history's place
        """
    )


def downgrade() -> None:
    op.execute("ALTER TABLE mailboxes DROP COLUMN retry_at, DROP COLUMN watch_lease_until, DROP COLUMN recovery_cursor")
