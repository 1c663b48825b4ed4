"""How sure a value is, by what it was read from and how (domain rules, Consolidate)."""

from claimstream.domain.records.mail import Source, SourceKind

SOURCE_CONFIDENCE: dict[SourceKind, float] = {
    SourceKind.TEXT_PDF: 0.95,
    SourceKind.DOCX: 0.90,
    SourceKind.XLSX: 0.85,
    SourceKind.BODY: 0.80,
    SourceKind.SCANNED_PDF: 0.75,
    SourceKind.IMAGE: 0.70,
    SourceKind.OTHER: 0.60,
}

REPAIRED = 0.60
"""Ceiling for a figure whose digits were corrected after a scan."""

COMPUTED_FACTOR = 0.85
"""principal + interest + costs taken as the total."""

DOUBT_FACTOR = 0.75
"""What stands there may not be what is owed today. Brings the surest source (0.95) under the amount guard's 0.75."""

UNPROVEN = 0.60
"""Ceiling of what only a model says: its words stand there, and no rule says that they mean it. It is shown to a person
and never written."""

SCANNED = frozenset({SourceKind.SCANNED_PDF, SourceKind.IMAGE})
"""Kinds whose text came from character recognition."""

_MOST_PROMISING = tuple(SOURCE_CONFIDENCE)


def promise(source: Source) -> int:
    """Return the place of a source where not all can be shown to the model: the body, then by what a figure is worth
    there. It is a key to sort by."""
    return -1 if source.kind is SourceKind.BODY else _MOST_PROMISING.index(source.kind)
