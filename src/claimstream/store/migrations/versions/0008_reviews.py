"""A person decides: who has an item in hand, what was decided, and the update that carries it out."""

from alembic import op

revision = "0008"
down_revision = "0007"

UP = (
    # First what is read first (store/backlog.py), so that nobody waits for us while we wait for them.
    # Unique: a decision whose answer was lost on its way is not taken twice.
    "ALTER TABLE calibration_samples ADD COLUMN decision_id text UNIQUE",
    "ALTER TABLE outbox ADD COLUMN decision_id text UNIQUE REFERENCES calibration_samples (decision_id)",
    # A decision writes beside what its run has left, which may have come back to the person.
    "ALTER TABLE outbox DROP CONSTRAINT outbox_email_id_kind_run_key",
    "CREATE UNIQUE INDEX outbox_email_id_kind_run ON outbox (email_id, kind, run) WHERE decision_id IS NULL",
    "CREATE INDEX outbox_email_id ON outbox (email_id)",
    """
    ALTER TABLE review_items
        ADD COLUMN claimed_at timestamptz,
        ADD COLUMN resolved_by text,
        ADD COLUMN note text NOT NULL DEFAULT ''
    """,
    "DROP INDEX review_items_open",
    """
    CREATE INDEX review_items_waiting ON review_items (tenant_id, created_at)
        WHERE status IN ('open', 'claimed', 'escalated')
    """,
)

DOWN = (
    "DROP INDEX outbox_email_id, outbox_email_id_kind_run",
    # What a person has decided and nobody has written would be lost: it must be delivered first.
    """
    DO $$ BEGIN
        IF EXISTS (SELECT FROM outbox WHERE decision_id IS NOT NULL AND done_at IS NULL) THEN
            RAISE 'decisions of persons wait in the outbox: let a worker deliver them first';
        END IF;
    END $$
    """,
    "DELETE FROM outbox WHERE decision_id IS NOT NULL",
    "ALTER TABLE outbox DROP COLUMN decision_id, ADD UNIQUE (email_id, kind, run)",
    "ALTER TABLE calibration_samples DROP COLUMN decision_id",
    "DROP INDEX review_items_waiting",
    "CREATE INDEX review_items_open ON review_items (tenant_id, created_at) WHERE status IN ('open', 'claimed')",
    "ALTER TABLE review_items DROP COLUMN claimed_at, DROP COLUMN resolved_by, DROP COLUMN note",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
