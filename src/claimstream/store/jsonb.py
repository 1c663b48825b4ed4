"""Values as PostgreSQL takes them: NUL is legal in a mail and in JSON, but neither in ``jsonb`` nor in ``text``."""

import json
from typing import Any

from pydantic import BaseModel


def to_json(record: BaseModel) -> str:
    """JSON text of a record."""
    return without_nul(record.model_dump_json())


def json_of(value: Any) -> str:
    """JSON text of plain data."""
    return without_nul(json.dumps(value))


def without_nul(text: str) -> str:
    """JSON text as it can be stored."""
    return text.replace("\\u0000", "\\ufffd")


def plain(text: str | None) -> str | None:
    """Text out of a mail."""
    return None if text is None else text.replace("\x00", "\ufffd")
