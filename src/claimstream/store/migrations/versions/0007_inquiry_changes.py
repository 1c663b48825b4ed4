"""Inquiries tell which transaction has changed them, so that a worker may ask for what it does not know yet."""

from alembic import op

revision = "0007"
down_revision = "0006"

_KEYS = "inquiry_id, tenant_id, client_id, creditor_id, sent_at, reply_code, message_id, to_address, creditor_reference"


def upgrade() -> None:
    # A number of its own would not do: a transaction that took a lower one may commit later.
    op.execute("ALTER TABLE inquiries ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id()")
    op.execute("CREATE INDEX inquiries_changed_in ON inquiries (tenant_id, changed_in)")
    op.execute(
        """
        CREATE FUNCTION inquiry_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.changed_in := pg_current_xact_id();
            RETURN NEW;
        END
        $$
        """
    )
    old, new = (", ".join(f"{row}.{key}" for key in _KEYS.split(", ")) for row in ("OLD", "NEW"))
    op.execute(
        f"""
        CREATE TRIGGER inquiry_changed BEFORE UPDATE ON inquiries FOR EACH ROW
        WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION inquiry_changed()
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER inquiry_changed ON inquiries")
    op.execute("DROP FUNCTION inquiry_changed()")
    op.execute("ALTER TABLE inquiries DROP COLUMN changed_in")
