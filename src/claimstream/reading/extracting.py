"""Extraction by the rules, of as many values as a mail may hold."""

from collections.abc import Sequence

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.extraction import SourceExtraction
from claimstream.domain.records.mail import REST, Address, Source, Unread, unread_of
from claimstream.reading.limits import Allowance


def extract(
    sources: Sequence[Source], allowance: Allowance, sender: Address | None = None
) -> tuple[list[Source], list[SourceExtraction], list[Unread]]:
    """Return the sources, what was read in those that have text, and what was not read.

    A source with more values than the mail may have is cut before them.

    Args:
        allowance: shrinks by the values read.
        sender: who wrote the body.
    """
    kept: list[Source] = []
    found: list[SourceExtraction] = []
    unread: list[Unread] = []
    for source in sources:
        if not source.text.strip():
            kept.append(source)
            continue
        writer = f"{sender.name} {sender.address}" if sender and source.source_id == "body" else ""
        text, extraction = source, read_source(source, writer)
        ends = _ends_of_values(extraction)
        if len(ends) > allowance.values:
            detail = f"Holds {len(ends)} values, more than are read; read up to the first {allowance.values}."
            unread.append(unread_of(source, "too_large", detail, end=REST))
            end = ends[allowance.values - 1] if allowance.values else 0
            text = source.model_copy(update={"text": source.text[:end]})
            extraction = read_source(text, writer)
            ends = _ends_of_values(extraction)
        allowance.values = max(0, allowance.values - len(ends))
        kept.append(text)
        found.append(extraction)
    return kept, found, unread


def _ends_of_values(extraction: SourceExtraction) -> list[int]:
    """Return where the quotes of the values end, in order."""
    quotes = [
        *(total.evidence for total in extraction.totals),
        *(reference.evidence for reference in extraction.references),
        *(person.evidence for person in extraction.people),
    ]
    return sorted(quote.start + len(quote.quote) for quote in quotes)
