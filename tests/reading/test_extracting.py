from tests.domain.records import pdf, source

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.mail import SourceKind
from claimstream.reading.extracting import extract
from claimstream.reading.limits import Allowance, Limits


def test_sources_are_read_one_by_one_and_scans_kept() -> None:
    sources = [source("Gesamtforderung 812,40 EUR"), source("", source_id="attachment-1", kind=SourceKind.IMAGE)]
    kept, found, unread = extract(sources, Allowance.of(Limits()))
    assert (kept, found, unread) == (sources, [read_source(sources[0])], [])


def test_values_over_the_limit_of_the_mail_end_its_text() -> None:
    sources = [source("Forderung 812,40 EUR"), pdf("Forderung 1,00 EUR\n" * 10), pdf("Summe 5,00 EUR", number=2)]
    allowance = Allowance.of(Limits(max_mail_values=6))
    kept, found, unread = extract(sources, allowance)
    assert [one.text.count("EUR") for one in kept] == [1, 5, 0]
    assert [len(one.totals) for one in found] == [1, 5, 0]
    assert [(u.source_id, u.is_rest) for u in unread] == [("attachment-1/rest", True), ("attachment-2/rest", True)]
    assert allowance.values == 0
