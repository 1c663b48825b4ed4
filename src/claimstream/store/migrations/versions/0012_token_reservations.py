"""Money set aside for questions to the model that are under way; the ledger holds what questions did cost."""

from alembic import op

revision = "0012"
down_revision = "0011"

UP = (
    """
    CREATE TABLE token_reservations (
        email_id text NOT NULL REFERENCES emails,
        attempt integer NOT NULL,               -- of the claim: two workers that hold one email may both be billed
        operation text NOT NULL,
        tenant_id text NOT NULL REFERENCES tenants,
        cost_usd numeric(14, 6) NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (email_id, attempt, operation)
    )
    """,
    "CREATE INDEX token_reservations_tenant ON token_reservations (tenant_id)",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE token_reservations")
