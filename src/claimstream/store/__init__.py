"""PostgreSQL, the source of truth: one file per record, queries by hand, migrations by alembic."""
