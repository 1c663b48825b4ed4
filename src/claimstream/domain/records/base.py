"""What every record of the domain is: frozen, strict about its keys, and JSON at the edges."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen value. Stage results are records, so that a checkpoint is ``model_dump_json`` and back."""

    model_config = ConfigDict(frozen=True, extra="forbid")
