"""The names of the models that a folder of cases can be run with (``claimstream.evaluation.models``)."""

from enum import StrEnum


class ModelName(StrEnum):
    RIGHT = "right"
    """Reads rightly."""
    LIAR = "liar"
    UNDERREADS = "underreads"
    """True quotes, what qualifies them left out."""
    SILENT = "silent"
    """Finds nothing."""
