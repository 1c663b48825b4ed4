"""How often delivery failed by a defect of ours, apart from outages: what fails again and again goes to a person."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("ALTER TABLE outbox ADD COLUMN defects integer NOT NULL DEFAULT 0")


def downgrade() -> None:
    op.execute("ALTER TABLE outbox DROP COLUMN defects")
