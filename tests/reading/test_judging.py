"""The rules answer in a reading process as they do when they are called."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.domain.records import NOW, THRESHOLDS, file, mail, pdf

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.decision import Decision, Match
from claimstream.domain.records.extraction import Consolidated, SourceExtraction
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail_keys import MailKeys
from claimstream.domain.records.questions import (
    Classified,
    Classify,
    Consolidate,
    Decide,
    FindKeys,
    FindMatch,
    KeepEvidenced,
    Question,
)
from claimstream.domain.rules.classification import classify
from claimstream.domain.rules.consolidation import consolidate
from claimstream.domain.rules.deterministic_routing import Signs, find_route
from claimstream.domain.rules.evidence import keep_evidenced
from claimstream.domain.rules.freemail import FREEMAIL_DOMAINS
from claimstream.domain.rules.matching import match
from claimstream.domain.rules.routing import decide
from claimstream.reading import MailReader, RulesFailedError

RECEIVED = mail(
    "Ihr Zeichen 8801/25, Nele Brandt", pdf("Stadtwerke Aue GmbH\nGesamtforderung 812,40 EUR"), subject="K7Q2X9M4"
)
FILES = tuple(
    file(n, reply_code="K7Q2X9M4" if n == 1 else f"X{n:04}Q7", case="8801/25" if n == 1 else f"{n}/24")
    for n in range(1, 2_500)
)
"""More than go over as one line."""


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def reader() -> AsyncIterator[MailReader]:
    reader = MailReader(workers=1)
    yield reader
    await reader.close()


async def test_the_answers_are_those_of_the_rules(reader: MailReader) -> None:
    found = tuple(read_source(source) for source in RECEIVED.sources)
    route = find_route(RECEIVED, FILES, now=NOW, thresholds=THRESHOLDS)
    assert route is not None
    assert route.inquiry_id == FILES[0].inquiry.inquiry_id

    classified = await reader.judge(
        Classify(files=FILES, mail=RECEIVED, extractions=found, now=NOW, thresholds=THRESHOLDS), Classified
    )
    by_rules = classify(RECEIVED, found, letter=FILES[0].inquiry.letter).model_copy(update={"routing": route})
    assert classified == Classified(classification=by_rules, pointed=True)

    question = Consolidate(extractions=found, intent=Intent.CLAIM_STATEMENT, unread=("a",), thresholds=THRESHOLDS)
    consolidated = await reader.judge(question, Consolidated)
    assert consolidated == consolidate(found, intent=Intent.CLAIM_STATEMENT, unread=("a",), thresholds=THRESHOLDS)

    for routing in (route, None):
        matched = await reader.judge(
            FindMatch(
                files=FILES,
                mail=RECEIVED,
                consolidated=consolidated,
                routing=routing,
                now=NOW,
                thresholds=THRESHOLDS,
                freemail=FREEMAIL_DOMAINS,
            ),
            Match,
        )
        assert matched == match(
            RECEIVED,
            consolidated,
            FILES,
            routing=routing,
            now=NOW,
            thresholds=THRESHOLDS,
            freemail=FREEMAIL_DOMAINS,
        )
        decision = await reader.judge(
            Decide(
                mail=RECEIVED,
                classification=by_rules,
                consolidated=consolidated,
                match=matched,
                file=FILES[0],
                thresholds=THRESHOLDS,
            ),
            Decision,
        )
        assert decision == decide(RECEIVED, by_rules, consolidated, matched, FILES[0], thresholds=THRESHOLDS)


async def test_keys_and_evidence_are_those_of_the_rules(reader: MailReader) -> None:
    keys = await reader.judge(FindKeys(mail=RECEIVED), MailKeys)
    expected = Signs.of(RECEIVED).keys()
    assert set(keys.vocabulary) == set(expected.vocabulary)
    assert keys.references == expected.references == ("8801-25",)
    source = RECEIVED.sources[1]
    answer = read_source(source).model_copy(update={"currency": None})
    kept = await reader.judge(KeepEvidenced(extraction=answer, source=source), SourceExtraction)
    assert kept == keep_evidenced(answer, source)


class Unheard(Question[Match]):
    """A question that the reading process does not know."""


async def test_rules_that_fail_say_where_and_end_nothing(reader: MailReader) -> None:
    await reader.judge(FindKeys(mail=RECEIVED), MailKeys)
    before = reader.process_ids
    with pytest.raises(RulesFailedError, match=r"The rules failed: KeyError in answer, line \d+\."):
        await reader.judge(Unheard(), Match)
    assert reader.process_ids == before


async def test_rules_that_take_too_long_are_ended() -> None:
    hasty = MailReader(workers=1, timeout_seconds=0.001)
    try:
        with pytest.raises(RulesFailedError, match=r"Reading was ended after 0\.001 seconds"):
            await hasty.judge(FindKeys(mail=mail("8801/25 " * 40_000)), MailKeys)
    finally:
        await hasty.close()


def test_parts_of_keys_are_the_keys() -> None:
    words = [f"w{number}" for number in range(12_000)]
    keys = MailKeys(sender="a@b.example", words=" ".join(words), references=("1-25",), message_ids=("<1@b>",))
    first, *others = keys.parts()
    assert [word for part in (first, *others) for word in part.vocabulary] == words
    assert max(len(part.vocabulary) for part in (first, *others)) <= 5_000
    assert first.model_copy(update={"words": keys.words}) == keys
    assert all(part == MailKeys(words=part.words) for part in others)
