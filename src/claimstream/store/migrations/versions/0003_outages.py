"""Outages that somebody is told of: by one of the workers that meet one, and of its end even by a new one."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE outages (
            outage_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            service text NOT NULL,
            began_at timestamptz NOT NULL DEFAULT now(),
            began_by text NOT NULL,                 -- the worker that tells of it
            ended_at timestamptz,
            ended_by text
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX outages_open ON outages (service) WHERE ended_at IS NULL")


def downgrade() -> None:
    op.execute("DROP TABLE outages")
