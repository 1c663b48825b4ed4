"""Real servers as processes that end with their parent: PostgreSQL, MongoDB, GCS; and SMTP."""
