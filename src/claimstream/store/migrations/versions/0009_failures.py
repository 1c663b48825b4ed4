"""What failed for an email while it worked for others, so that a mail that alone fails is told from an outage."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE failures (
            email_id text NOT NULL REFERENCES emails,
            service text NOT NULL,
            operation text NOT NULL,
            count integer NOT NULL,                 -- those since whose predecessor another email has succeeded
            others integer NOT NULL,                -- how many other emails have succeeded in between, in all
            first_at timestamptz NOT NULL,
            last_at timestamptz NOT NULL,
            PRIMARY KEY (email_id, service, operation)
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE failures")
