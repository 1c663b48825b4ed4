"""Outages of services: which workers see one, and whether somebody was told of it and of its end."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE outages (
            outage_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            service text NOT NULL,
            reason text NOT NULL,
            began_at timestamptz NOT NULL DEFAULT now(),
            told_at timestamptz,                    -- the mail server has taken the mail
            ended_at timestamptz,                   -- and that of its end
            telling text,                           -- the worker that is about to send one of the two
            telling_until timestamptz
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX outages_open ON outages (service) WHERE ended_at IS NULL")
    op.execute(
        """
        CREATE TABLE outage_reports (
            service text NOT NULL,
            worker text NOT NULL,
            seen_at timestamptz NOT NULL,           -- when the worker last said so; long ago: the worker is gone
            PRIMARY KEY (service, worker)
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE outage_reports")
    op.execute("DROP TABLE outages")
