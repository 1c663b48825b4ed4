"""The report as a record: what it says of fields and attempts, and reports of earlier versions."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from claimstream.domain.records.extraction import (
    Amount,
    AmountFlaw,
    AmountRank,
    Consolidated,
    Evidence,
    Found,
    PersonName,
    Reference,
    ReferenceDirection,
)
from claimstream.domain.records.work import Waited
from claimstream.pipeline.report import VERSION, ProcessingReport, earlier_attempts, read_fields
from claimstream.pipeline.waits import merged

TEXT = "Nele Brandt, Az. 7/25: noch 812,40 EUR zu zahlen"


def evidence(quote: str) -> Evidence:
    return Evidence(source_id="body", quote=quote, start=TEXT.index(quote))


def amount(value: Decimal | None = Decimal("812.40"), *, flaw: AmountFlaw | None = None) -> Amount:
    return Amount(
        value=value, rank=AmountRank.CLAIM, label="", confidence=0.8, evidence=evidence("812,40 EUR"), flaw=flaw
    )


def test_every_value_says_where_its_words_begin_and_end() -> None:
    fields, missing = read_fields(
        Consolidated(
            total_claim=amount(),
            people=(
                Found(value=PersonName(first="Nele", last="Brandt"), confidence=0.9, evidence=evidence("Nele Brandt")),
            ),
            references=(
                Reference(
                    label="Az.",
                    direction=ReferenceDirection.UNKNOWN,
                    value="7/25",
                    normalised="7_25",
                    evidence=evidence("Az. 7/25"),
                ),
            ),
            injection=evidence("noch"),
        )
    )
    assert [(f.field, f.value, f.confidence) for f in fields] == [
        ("total_claim", "812.40", 0.8),
        ("person", "Nele Brandt", 0.9),
        ("reference", "Az. 7/25", None),
        ("injection", "noch", None),
    ]
    assert all(TEXT[f.start : f.end] == f.quote and f.source_id == "body" for f in fields)
    assert "iban" in missing
    assert not {"total_claim", "person", "reference"} & set(missing)


def test_a_value_of_which_it_is_unclear_what_it_says_is_none_and_why_is_noted() -> None:
    fields, _ = read_fields(Consolidated(total_claim=amount(None, flaw=AmountFlaw.AMBIGUOUS)))
    assert [(f.value, f.note) for f in fields] == [(None, "ambiguous")]


@pytest.mark.parametrize(
    ("done_by", "attempt", "told"),
    [
        ({}, 1, []),
        ({}, 4, [(1, 3, "fetch")]),
        ({"fetch": 1, "parse": 1}, 2, [(1, 1, "classify")]),
        ({"fetch": 2, "parse": 500, "classify": 500}, 501, [(1, 1, "fetch"), (2, 499, "parse"), (500, 500, "extract")]),
        ({"fetch": 3, "parse": 1}, 3, [(1, 2, "fetch")]),
    ],
    ids=["first", "never-began", "outage", "long-outage", "done-again"],
)
def test_where_earlier_attempts_stopped_follows_from_what_they_finished(
    done_by: dict[str, int], attempt: int, told: list[tuple[int, int, str]]
) -> None:
    assert [(e.first, e.last, e.stopped_in) for e in earlier_attempts(done_by, attempt)] == told


def test_attempts_of_earlier_runs_did_not_stop() -> None:
    done_by = {"fetch": 1, "parse": 2, "classify": 4}
    told = [(e.first, e.last, e.stopped_in) for e in earlier_attempts(done_by, 5, before=2)]
    assert told == [(3, 3, "classify"), (4, 4, "extract")]


def test_waits_are_told_once_for_each_service_and_kind_the_latest_last() -> None:
    def wait(kind: str, day: int) -> Waited:
        when = datetime(2026, 10, day, tzinfo=UTC)
        return Waited(service="gcs", kind=kind, count=1, first_at=when, last_at=when, seconds=2.0)

    one, other = merged([wait("outage", 1), wait("throttled", 2), wait("outage", 3)])
    assert (one.kind, one.count) == ("throttled", 1)
    assert (other.kind, other.count, other.seconds) == ("outage", 2, 4.0)
    assert (other.first_at.day, other.last_at.day) == (1, 3)


def test_a_report_of_version_1_is_read_and_stays_readable() -> None:
    text = (Path(__file__).parent / "report_version_1.json").read_text(encoding="utf-8")
    report = ProcessingReport.model_validate_json(text)
    total = next(field for field in report.fields if field.field == "total_claim")
    assert (total.start, total.end) == (185, 185 + len(total.quote))
    assert [f.value for f in report.fields if f.field == "person"] == ["Malte Grotjahn"]
    assert [(s.source_id, s.kind) for s in report.sources] == [("body", "body"), ("attachment-1", "scanned_pdf")]
    assert [stage.attempt for stage in report.stages] == [1] * 8
    assert (report.waits, report.earlier) == ((), ())
    assert len(report.model_calls) == 4
    assert ProcessingReport.model_validate_json(report.model_dump_json()) == report

    assert report.left_the_house, "its text was shown to the model"
    of_version_2 = report.model_dump(mode="json") | {"version": 2}
    del of_version_2["run"]
    assert ProcessingReport.model_validate(of_version_2) == report
    assert (report.version, report.run) == (VERSION, 1)
