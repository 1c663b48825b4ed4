"""What an email waited for, so that its report can say it whichever worker writes it."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE waits (
            email_id text NOT NULL REFERENCES emails,
            service text NOT NULL,
            kind text NOT NULL,                     -- outage, breaker_open, throttled, unauthorised
            count integer NOT NULL,
            first_at timestamptz NOT NULL,
            last_at timestamptz NOT NULL,
            seconds double precision NOT NULL,      -- without the wait that lasts
            since timestamptz,                      -- the email waits; null: somebody works on it, or did
            PRIMARY KEY (email_id, service, kind)
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE waits")
