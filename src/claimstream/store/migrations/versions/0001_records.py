"""The records of docs/domain.md, section 3."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE tenants (
        tenant_id text PRIMARY KEY,
        name text NOT NULL,
        notification_address text
    )
    """,
    """
    CREATE TABLE mailboxes (
        address text PRIMARY KEY CHECK (address = lower(address)),
        tenant_id text NOT NULL REFERENCES tenants,
        history_id bigint,                      -- the cursor; null until the watch is started
        watch_expires_at timestamptz,
        last_synced_at timestamptz,
        sync_lease_until timestamptz,           -- the mailbox's lock: one worker lists history at a time
        sync_holder text,
        sync_asked bigint,                      -- who came meanwhile expects history up to here; null: nobody came
        disabled_reason text
    )
    """,
    """
    CREATE TABLE inquiries (
        inquiry_id text PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES tenants,
        client_id text NOT NULL,
        creditor_id text NOT NULL,
        letter text NOT NULL CHECK (letter IN ('first', 'second')),
        sent_at timestamptz NOT NULL,
        reply_code text,
        message_id text,
        to_address text,
        creditor_reference text,
        status text NOT NULL DEFAULT 'open',
        dead_address text                       -- a hard bounce said that nobody is there
    )
    """,
    "CREATE UNIQUE INDEX inquiries_reply_code ON inquiries (tenant_id, upper(reply_code))",
    "CREATE INDEX inquiries_message_id ON inquiries (tenant_id, message_id)",
    "CREATE INDEX inquiries_sent_at ON inquiries (tenant_id, sent_at)",
    """
    CREATE TABLE emails (
        email_id text PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES tenants,
        mailbox text NOT NULL REFERENCES mailboxes,
        gmail_id text NOT NULL,
        correlation_id text NOT NULL UNIQUE,
        status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'in_work', 'settled')),
        outcome text CHECK (outcome IN ('updated', 'review', 'set_aside')),
        attempt integer NOT NULL DEFAULT 0,     -- the fencing token
        claimed_by text,
        claimed_until timestamptz,
        crashes integer NOT NULL DEFAULT 0,
        trace_context jsonb NOT NULL DEFAULT '{}',  -- of the root span `send emails`
        trace_id text,
        created_at timestamptz NOT NULL DEFAULT now(),
        published_at timestamptz,
        received_at timestamptz,                -- Gmail's internalDate
        settled_at timestamptz,
        message_id text,
        subject text,
        headers jsonb,
        intent text,
        route text,
        review_reason text,
        inquiry_id text,
        matched_by text,
        confidence double precision,
        old_amount numeric(14, 2),
        new_amount numeric(14, 2),
        UNIQUE (mailbox, gmail_id)
    )
    """,
    "CREATE INDEX emails_unpublished ON emails (mailbox, created_at) WHERE published_at IS NULL",
    "CREATE INDEX emails_unsettled ON emails (created_at) WHERE status <> 'settled'",
    "CREATE INDEX emails_created_at ON emails (tenant_id, created_at)",
    """
    CREATE TABLE checkpoints (
        email_id text NOT NULL REFERENCES emails,
        stage text NOT NULL,                    -- or stage/part, such as extract/attachment-1
        attempt integer NOT NULL,
        result jsonb NOT NULL,
        seconds double precision NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (email_id, stage)
    )
    """,
    """
    CREATE TABLE extractions (
        email_id text NOT NULL REFERENCES emails,
        position integer NOT NULL,
        source_id text NOT NULL,
        method text NOT NULL,
        result jsonb NOT NULL,
        PRIMARY KEY (email_id, position)
    )
    """,
    """
    CREATE TABLE match_candidates (
        email_id text NOT NULL REFERENCES emails,
        inquiry_id text NOT NULL,
        score double precision NOT NULL,
        signals jsonb NOT NULL,
        excluded boolean NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (email_id, inquiry_id)
    )
    """,
    """
    CREATE TABLE processing_reports (
        email_id text PRIMARY KEY REFERENCES emails,
        version integer NOT NULL,
        report jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE review_items (
        review_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email_id text NOT NULL UNIQUE REFERENCES emails,
        tenant_id text NOT NULL REFERENCES tenants,
        reason text NOT NULL,
        reasons text[] NOT NULL,
        detail text NOT NULL DEFAULT '',
        proposal jsonb,                         -- what would have been written
        status text NOT NULL DEFAULT 'open'
            CHECK (status IN ('open', 'claimed', 'approved', 'corrected', 'rejected', 'spam', 'escalated')),
        claimed_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        resolved_at timestamptz
    )
    """,
    "CREATE INDEX review_items_open ON review_items (tenant_id, created_at) WHERE status IN ('open', 'claimed')",
    """
    CREATE TABLE outbox (
        outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email_id text NOT NULL REFERENCES emails,
        tenant_id text NOT NULL REFERENCES tenants,
        client_id text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('client_update', 'notification')),
        payload jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        tries integer NOT NULL DEFAULT 0,
        taken_until timestamptz,
        done_at timestamptz,
        result text,                            -- applied, already_applied, refused, missing, sent, skipped
        last_error text,
        UNIQUE (email_id, kind)
    )
    """,
    "CREATE INDEX outbox_pending ON outbox (client_id, outbox_id) WHERE done_at IS NULL",
    """
    CREATE TABLE token_ledger (
        day date NOT NULL,
        tenant_id text NOT NULL REFERENCES tenants,
        model text NOT NULL,
        operation text NOT NULL,
        calls integer NOT NULL,
        input_tokens bigint NOT NULL,
        cache_read_tokens bigint NOT NULL,
        cache_creation_tokens bigint NOT NULL,
        output_tokens bigint NOT NULL,
        cost_usd numeric(14, 6) NOT NULL,
        PRIMARY KEY (day, tenant_id, model, operation)
    )
    """,
    """
    CREATE TABLE calibration_samples (
        sample_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email_id text NOT NULL REFERENCES emails,
        tenant_id text NOT NULL REFERENCES tenants,
        predicted jsonb NOT NULL,
        decided jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE notification_rejects (
        reject_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        subscription text NOT NULL,
        pubsub_id text NOT NULL UNIQUE,
        reason text NOT NULL,
        data text NOT NULL,                     -- the first 2,000 characters
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
)

NAMES = (
    "notification_rejects",
    "calibration_samples",
    "token_ledger",
    "outbox",
    "review_items",
    "processing_reports",
    "match_candidates",
    "extractions",
    "checkpoints",
    "emails",
    "inquiries",
    "mailboxes",
    "tenants",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    for name in NAMES:
        op.execute(f"DROP TABLE {name}")
