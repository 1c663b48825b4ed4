"""Indexes for the outbox rows that wait, so that delivered rows cost nothing, however many there are.

They are made while workers go on writing. PostgreSQL reads the outbox twice for each, which takes a while where it is
large. After an interruption the next ``claimstream migrate`` starts them again.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

INDEXES = {
    "outbox_waiting": "(kind, outbox_id)",
    "outbox_waiting_client": "(tenant_id, client_id, kind, (outbox_id + 0))",  # an order that no other index has
    "outbox_waiting_email": "(email_id, outbox_id)",
}
# This means "done_at IS NULL", of which PostgreSQL keeps statistics that are wrong right after an outage: if they say
# that no row waits, any index looks good enough; if they say that all rows wait, it walks the primary key past every
# delivered row. For this form it keeps none, and always expects one row in 200.
WAITS = "coalesce(done_at, 'infinity') = 'infinity'"


def upgrade() -> None:
    # The number of the try that an outage ended. Where ``tries`` is higher, another try has begun since.
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
