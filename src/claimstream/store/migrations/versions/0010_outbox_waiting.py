"""What waits in the outbox is found without a look at what was delivered, however much that is.

The indexes are made without keeping anybody from writing. The outbox is read twice for each, so that it takes a while
where it is large. When it is broken off, the next ``claimstream migrate`` begins it again.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

INDEXES = {
    "outbox_waiting": "(kind, outbox_id)",
    "outbox_waiting_client": "(tenant_id, client_id, kind, outbox_id)",
    "outbox_waiting_email": "(email_id, outbox_id)",
}
# Not "done_at IS NULL", which means the same. How many rows that is true of PostgreSQL believes to know: none, right
# after an outage, and so it takes any index for good enough, or all, and then it walks the primary key. Of this it
# has no statistics, and takes one row in 200.
WAITS = "coalesce(done_at, 'infinity') = 'infinity'"


def upgrade() -> None:
    # The try that an outage has ended; another one has begun since where ``tries`` is higher.
    op.execute("ALTER TABLE outbox ADD COLUMN IF NOT EXISTS put_off_try integer")
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # left invalid by an attempt that was broken off
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON outbox {columns} WHERE {WAITS}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    op.execute("ALTER TABLE outbox DROP COLUMN put_off_try")
