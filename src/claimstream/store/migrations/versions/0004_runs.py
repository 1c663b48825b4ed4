"""Replay: a settled email is worked on again, and what came of it before is kept."""

from alembic import op

revision = "0004"
down_revision = "0003"

_STATUSES = "'open', 'claimed', 'approved', 'corrected', 'rejected', 'spam', 'escalated'"

UP = (
    """
    ALTER TABLE emails
        ADD COLUMN run integer NOT NULL DEFAULT 1,
        ADD COLUMN attempts_before integer NOT NULL DEFAULT 0,  -- attempts of the earlier runs
        ADD COLUMN replayed_at timestamptz                      -- this run was asked for; null in the first one
    """,
    """
    CREATE TABLE runs (                         -- the earlier ones; the newest is in emails and its other tables
        email_id text NOT NULL REFERENCES emails,
        run integer NOT NULL,
        settled_at timestamptz NOT NULL,
        replayed_at timestamptz NOT NULL DEFAULT now(),
        replayed_by text NOT NULL,
        why text NOT NULL,
        from_stage text NOT NULL,
        replay_id text NOT NULL,                -- one command, which may ask twice without doing it twice
        result jsonb NOT NULL,                  -- the rows as they were: email, report, review, extractions, ...
        PRIMARY KEY (email_id, run)
    )
    """,
    # A run that is not the first may have effects too, if no earlier one had.
    "ALTER TABLE outbox ADD COLUMN run integer NOT NULL DEFAULT 1",
    "ALTER TABLE outbox DROP CONSTRAINT outbox_email_id_kind_key, ADD UNIQUE (email_id, kind, run)",
    # The review item of an earlier run stays, and a new one may stand beside it.
    "ALTER TABLE review_items DROP CONSTRAINT review_items_email_id_key",
    "CREATE UNIQUE INDEX review_items_email ON review_items (email_id) WHERE status <> 'superseded'",
    f"""
    ALTER TABLE review_items
        DROP CONSTRAINT review_items_status_check,
        ADD CHECK (status IN ({_STATUSES}, 'superseded'))
    """,
)

DOWN = (
    "DELETE FROM review_items WHERE status = 'superseded'",
    f"""
    ALTER TABLE review_items
        DROP CONSTRAINT review_items_status_check,
        ADD CHECK (status IN ({_STATUSES}))
    """,
    "DROP INDEX review_items_email",
    "ALTER TABLE review_items ADD UNIQUE (email_id)",
    "ALTER TABLE outbox DROP CONSTRAINT outbox_email_id_kind_run_key",
    # Of several runs' effects the newest that happened is the one to remember.
    """
    DELETE FROM outbox USING outbox AS newer
    WHERE newer.email_id = outbox.email_id AND newer.kind = outbox.kind AND newer.run > outbox.run
    """,
    "ALTER TABLE outbox DROP COLUMN run, ADD UNIQUE (email_id, kind)",
    "DROP TABLE runs",
    "ALTER TABLE emails DROP COLUMN run, DROP COLUMN attempts_before, DROP COLUMN replayed_at",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
