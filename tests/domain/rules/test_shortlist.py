"""Nothing that the rules say may depend on what a shortlist leaves out."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.domain.records import NOW, THRESHOLDS, evidence, mail, pdf, person

from claimstream.domain.reader.source import read_source
from claimstream.domain.reader.spelling import normalise
from claimstream.domain.records.decision import Match
from claimstream.domain.records.extraction import Consolidated, Reference, ReferenceDirection
from claimstream.domain.records.inquiry import CandidateFile, Client, Creditor, Inquiry, Letter
from claimstream.domain.records.intent import Intent, RoutingHit
from claimstream.domain.records.keys import ClientKeys, CreditorKeys, LetterKeys
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.world import World
from claimstream.domain.rules.consolidation import consolidate
from claimstream.domain.rules.deterministic_routing import (
    Signs,
    addresses_of,
    contradiction,
    find_route,
    is_pointed_at,
    matches_case,
    matches_creditor,
)
from claimstream.domain.rules.forms import bare_address
from claimstream.domain.rules.freemail import FREEMAIL_DOMAINS, domain_of, telling_domain
from claimstream.domain.rules.matching import match
from claimstream.domain.rules.shortlist import LetterIndex
from claimstream.evaluation.case import load_cases
from claimstream.local.sample_mail import SAMPLES
from claimstream.reading.mail import read_mail

UNSEEN = Path(__file__).parents[2] / "unseen" / "cases"

Files = Sequence[CandidateFile]


def letter_keys(inquiry: Inquiry) -> LetterKeys:
    return LetterKeys(*(getattr(inquiry, field) for field in LetterKeys._fields))


def client_keys(client: Client) -> ClientKeys:
    creditors = tuple(CreditorKeys(*(getattr(c, field) for field in CreditorKeys._fields)) for c in client.creditors)
    return ClientKeys(client.client_id, hash(client), client.case_reference, client.last_name, creditors)


def since(now: datetime) -> datetime:
    return now - timedelta(days=THRESHOLDS.inquiry_age_days)


def index_of(files: Iterable[CandidateFile], now: datetime) -> LetterIndex:
    """Of the recent ones."""
    index = LetterIndex()
    for file in files:
        if file.inquiry.sent_at >= since(now):
            index.add_letter(letter_keys(file.inquiry))
            index.add_client(client_keys(file.client))
    return index


@dataclass(frozen=True)
class Desk:
    """The files of one tenant as they are stored, and an index that may know more than is still so."""

    files: Files
    index: LetterIndex
    now: datetime = NOW

    def of(self, ids: Iterable[str]) -> list[CandidateFile]:
        """Also those too old for the index: where they are among the files, the mail names them by itself."""
        wanted = set(ids)
        return [f for f in self.files if f.inquiry.inquiry_id in wanted or f.inquiry.sent_at < since(self.now)]

    def for_routing(self, signs: Signs) -> list[CandidateFile]:
        ids = self.index.pointed_at(signs.keys())
        return self.of(ids if is_pointed_at(signs, self.of(ids)) else ids | self.index.of_sender(signs.keys()))

    def for_match(self, signs: Signs, consolidated: Consolidated, routing: RoutingHit | None) -> list[CandidateFile]:
        if routing is not None:
            keys = signs.keys()
            ids = self.index.pointed_at(keys) | self.index.referred_to(keys) | {routing.inquiry_id}
        else:
            ids = self.alike(signs, consolidated)
        for name in self.creditors(signs):
            ids |= set(self._bearer(name))
        return self.of(ids)

    def alike(self, signs: Signs, consolidated: Consolidated) -> set[str]:
        keys = signs.keys()
        read = (*keys.references, *(reference.normalised for reference in consolidated.references))
        return self.index.alike(keys.model_copy(update={"references": read}), freemail=FREEMAIL_DOMAINS)

    def creditors(self, signs: Signs) -> set[str]:
        return self.index.creditors_in(signs.keys(), signs.wording.vocabulary)

    def _bearer(self, name: str) -> Iterator[str]:
        for inquiry_id in self.index.bearers(name, since(self.now)):
            yield inquiry_id
            recent = [file for file in self.of([inquiry_id]) if file.inquiry.sent_at >= since(self.now)]
            if any(name == creditor.name for file in recent for creditor in file.client.creditors):
                return

    def check(self, received: ParsedMail, consolidated: Consolidated) -> tuple[int, RoutingHit | None]:
        """How many were held against the mail when it was matched, and the route."""
        signs = Signs.of(received)
        self._nothing_is_left_out(signs, consolidated)
        few = self.for_routing(signs)
        routing = self.route(received, self.files)
        assert self.route(received, few) == routing
        if is_pointed_at(signs, few):
            for file in few:
                assert contradiction(signs, file, few) == contradiction(signs, file, self.files)
        for routed in {routing, None}:
            near = self.for_match(signs, consolidated, routed)
            assert self.match(received, consolidated, near, routed) == self.match(
                received, consolidated, self.files, routed
            )
        return len(self.for_match(signs, consolidated, routing)), routing

    def _nothing_is_left_out(self, signs: Signs, consolidated: Consolidated) -> None:
        """Letter by letter, since few of them change what is decided."""
        pointed = self.index.pointed_at(signs.keys())
        alike = self.alike(signs, consolidated)
        assert pointed <= alike
        sender = bare_address(signs.mail.sender.address) if signs.mail.sender else ""
        domain = telling_domain(sender, FREEMAIL_DOMAINS)
        references = (*signs.references, *consolidated.references)
        for file in self.files:
            if file.inquiry.sent_at < since(self.now):
                continue
            one, addresses = file.inquiry.inquiry_id, addresses_of(file)
            if is_pointed_at(signs, [file]) or signs.name_case(file):
                assert one in pointed
            if sender in addresses:
                assert one in self.index.of_sender(signs.keys())
            if (
                sender in addresses
                or (domain is not None and domain in map(domain_of, addresses))
                or signs.wording.has_words_of(file.client.last_name)
                or signs.name_creditor_reference(file)
                or matches_case(references, file)
                or matches_creditor(references, file)
            ):
                assert one in alike
            named = {c.name for c in file.client.creditors if signs.wording.has_organisation(c.name)}
            assert named <= self.creditors(signs)

    def route(self, received: ParsedMail, files: Files) -> RoutingHit | None:
        return find_route(received, files, now=self.now, thresholds=THRESHOLDS)

    def match(self, received: ParsedMail, found: Consolidated, files: Files, routing: RoutingHit | None) -> Match:
        return match(
            received,
            found,
            files,
            routing=routing,
            now=self.now,
            thresholds=THRESHOLDS,
            freemail=FREEMAIL_DOMAINS,
        )


# --- small worlds, in which much is alike

FIRST = st.sampled_from(["Nele", "Uwe", "Petra", "Şirin", "Anna-Lena", ""])
LAST = st.sampled_from(["Brandt", "Falk", "von der Heide", "Öztürk-Brandt", "Klein", "Heide", "Bank", "", "-"])
CASES = ["8817/25", "8818/25", "17/2025", "18/2025", "26 K 004411", "4711", "04711", "", "--", "KN-17-25", "K7Q2X9M1"]
CODES = ["K7Q2X9M1", "K7Q2X9M2", "abc", "AB-12", "ab", "---", "26", "Heide"]
REFERENCES = ["26-K-004411", "26 K 004411", "FA 77/310", "8817/25", "4711", "ä-1234", "--"]
CREDITORS = [
    "Stadtwerke Aue GmbH",
    "Stadtwerke Aue",
    "Kern AG",
    "Alpha Inkasso",
    "AG",
    "Heide & Co. KG",
    "Volksbank Aue",
]
ADDRESSES = [
    "recht@stadtwerke-aue.example",
    " Recht@Stadtwerke-Aue.example",
    "post@alpha-inkasso.example",
    "a@alpha-inkasso.example",
    "kern@gmx.de",
    "kein-at",
    "",
]
MESSAGES = ["<1@kanzlei.example>", "2@kanzlei.example", "<>"]


def some(values: Sequence[str]) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


creditors = st.builds(
    Creditor,
    creditor_id=st.sampled_from(["cr-1", "cr-2", "cr-3"]),
    name=st.sampled_from(CREDITORS),
    email=some(ADDRESSES),
    representative_name=some(CREDITORS),
    representative_email=some(ADDRESSES),
)


def clients(client_id: str) -> st.SearchStrategy[Client]:
    return st.builds(
        Client,
        client_id=st.just(client_id),
        tenant_id=st.just("nord"),
        case_reference=st.sampled_from(CASES),
        first_name=FIRST,
        last_name=LAST,
        creditors=st.lists(creditors, min_size=1, max_size=3, unique_by=lambda c: c.creditor_id).map(tuple),
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[CandidateFile], list[CandidateFile]]:
    """The files as they are, and the same letters with clients as they were."""
    files, before = [], []
    debtors = [draw(clients(f"c-{n}")) for n in range(draw(st.integers(1, 5)))]
    for number in range(draw(st.integers(0, 9))):
        client = draw(st.sampled_from(debtors))
        creditor = draw(st.sampled_from(client.creditors))
        inquiry = Inquiry(
            inquiry_id=f"i-{number}",
            tenant_id="nord",
            client_id=client.client_id,
            creditor_id=creditor.creditor_id,
            letter=Letter.FIRST,
            sent_at=NOW - timedelta(days=draw(st.sampled_from([1, 1, 2, 30, 89, 91, 200]))),
            reply_code=draw(some(CODES)),
            message_id=draw(some(MESSAGES)),
            to_address=draw(some(ADDRESSES)),
            creditor_reference=draw(some(REFERENCES)),
            status=draw(st.sampled_from(["open", "open", "closed"])),
        )
        files.append(CandidateFile(inquiry=inquiry, client=client, creditor=creditor))
        if draw(st.booleans()):
            old = draw(clients(client.client_id))
            before.append(CandidateFile(inquiry=inquiry, client=old, creditor=old.creditors[0]))
    files.sort(key=lambda f: f.inquiry.inquiry_id)
    return sorted(files, key=lambda f: f.inquiry.sent_at, reverse=True), before


def written() -> st.SearchStrategy[str]:
    numbers = st.sampled_from([*CASES, *CODES, *REFERENCES])
    spelled = st.builds(
        lambda number, other, way: {
            "as": number,
            "low": number.lower(),
            "sep": number.replace("/", other),
            "one": re.sub(r"\W", "", number),
        }[way],
        numbers,
        st.sampled_from(["_", " ", "", " / ", "-"]),
        st.sampled_from(["as", "low", "sep", "one"]),
    )
    label = st.sampled_from(["", "", "Az.: ", "Ihr Zeichen: ", "Unser Zeichen: ", "Kd.-Nr. "])
    name = st.builds(
        lambda a, b, way: (f"Herrn {a} {b}", f"Schuldner: {b}, {a}", b)[way], FIRST, LAST, st.integers(0, 2)
    )
    filler = st.sampled_from(["Gesamtforderung 812,40 EUR", "im Auftrag der", "25", "2025", "wegen", "Aue", "GmbH"])
    return st.lists(
        st.one_of(st.builds(str.__add__, label, spelled), name, st.sampled_from(CREDITORS), filler), max_size=8
    ).flatmap(lambda parts: st.sampled_from([" ", "\n", ", "]).map(lambda joint: joint.join(parts)))


@st.composite
def mails(draw: st.DrawFn) -> ParsedMail:
    code = draw(some(CODES))
    to = "claims@kanzlei.example" if code is None else f"claims+{code}@kanzlei.example"
    return mail(
        draw(written()),
        *(pdf(draw(written())) for _ in range(draw(st.integers(0, 1)))),
        subject=draw(written()),
        sender=draw(st.sampled_from([*ADDRESSES, "fremd@anderswo.example"])),
        sender_name=draw(st.sampled_from(["", *CREDITORS])),
        to=[to],
        in_reply_to=draw(st.lists(st.sampled_from(MESSAGES), max_size=1)),
        references=draw(st.lists(st.sampled_from(MESSAGES), max_size=2)),
    )


def read(received: ParsedMail) -> Consolidated:
    found = [read_source(source) for source in received.sources if source.text.strip()]
    return consolidate(found, intent=Intent.CLAIM_STATEMENT, thresholds=THRESHOLDS)


@st.composite
def readings(draw: st.DrawFn, received: ParsedMail) -> Consolidated:
    """With what a model may have read out of a scan besides: it stands in no text of the mail."""
    found = read(received)
    more = [
        Reference(
            label="",
            direction=draw(st.sampled_from(ReferenceDirection)),
            value=value,
            normalised=normalise(value),
            evidence=evidence(value, "attachment-9"),
        )
        for value in draw(st.lists(st.sampled_from([*CASES, *REFERENCES]), max_size=2))
    ]
    people = [person(draw(FIRST), draw(LAST)) for _ in range(draw(st.integers(0, 1)))]
    return found.model_copy(update={"references": (*found.references, *more), "people": (*found.people, *people)})


WORLDS = 200 if settings.default is None or settings.default.max_examples <= 100 else 600


@pytest.mark.timeout(600)  # a quarter of a minute, but on a machine that does much else
@settings(max_examples=WORLDS, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_the_rules_say_the_same_of_a_shortlist_as_of_all(data: st.DataObject) -> None:
    files, before = data.draw(worlds())
    received = data.draw(mails())
    index = index_of([*before, *files], NOW)
    Desk(files, index).check(received, data.draw(readings(received)))


def of_world(world: World, mailbox: str) -> list[CandidateFile]:
    tenant = next(t.tenant_id for t in world.tenants if mailbox in {m.lower() for m in t.mailboxes})
    debtors = {client.client_id: client for client in world.clients if client.tenant_id == tenant}
    files = [
        CandidateFile(inquiry=inquiry, client=debtors[inquiry.client_id], creditor=creditor)
        for inquiry in world.inquiries
        if inquiry.tenant_id == tenant and inquiry.client_id in debtors
        if (creditor := debtors[inquiry.client_id].creditor(inquiry.creditor_id)) is not None
    ]
    files.sort(key=lambda f: f.inquiry.inquiry_id)
    return sorted(files, key=lambda f: f.inquiry.sent_at, reverse=True)


@pytest.mark.parametrize("folder", [SAMPLES, UNSEEN], ids=["samples", "unseen"])
def test_of_every_written_case_the_rules_say_the_same(folder: Path) -> None:
    cases = load_cases(folder)
    now = cases.world.now or NOW
    held = routed = everything = 0
    for case in cases.cases:
        files = of_world(cases.world, case.mailbox)
        received = read_mail(case.raw, our_markers=(case.mailbox,))
        number, routing = Desk(files, index_of(files, now), now).check(received, read(received))
        held, routed, everything = held + number, routed + (routing is not None), everything + len(files)
    assert 0 < routed < len(cases.cases)  # both ways of matching were seen
    assert held < everything / 4


def test_a_shortlist_of_a_large_firm_is_short() -> None:
    def one(number: int) -> CandidateFile:
        creditor = Creditor(
            creditor_id="cr", name=f"Firma {number % 50} Handel GmbH", email=f"x@f{number % 50}.example"
        )
        client = Client(
            client_id=f"c-{number}",
            tenant_id="nord",
            case_reference=f"{number}/2025",
            first_name="Nele",
            last_name=f"Brandt{number % 200}",
            creditors=(creditor,),
        )
        inquiry = Inquiry(
            inquiry_id=f"i-{number}",
            tenant_id="nord",
            client_id=client.client_id,
            creditor_id="cr",
            letter=Letter.FIRST,
            sent_at=NOW - timedelta(days=1),
            reply_code=f"CODE{number:06}",
        )
        return CandidateFile(inquiry=inquiry, client=client, creditor=creditor)

    files = [one(number) for number in range(2000)]
    desk = Desk(files, index_of(files, NOW))
    text = "Firma 7 Handel GmbH, Az. 1234/2025, Stand 01.02.2025"
    coded = mail(text, to=["claims+CODE001234@kanzlei.example"], sender="x@f7.example")
    number, routing = desk.check(coded, read(coded))
    assert routing is not None
    assert number <= 4  # itself, one of that creditor, and those whose number the 7 or the 2025 may be a part of
    # By its sender's domain it may be about each of 40; the year is a number of the first client, too.
    unnamed = mail("Firma 7 Handel GmbH, Stand 01.02.2025", sender="y@f7.example")
    assert desk.check(unnamed, read(unnamed)) == (41, None)
    foreign = mail("Firma 7 Handel GmbH, Frau Nele Brandt9", sender="y@elsewhere.example")
    assert desk.check(foreign, read(foreign)) == (12, None)  # ten of that name, one to that creditor, and the 7


def test_a_letter_entered_twice_is_one_and_a_changed_one_is_found_by_both() -> None:
    index = LetterIndex()
    letter = LetterKeys("i-1", "c-1", "cr", NOW, "K7Q2X9M1", None, None, None)
    for _ in range(2):
        index.add_letter(letter)
    assert len(index) == 1
    changed = letter._replace(reply_code="P3R8T5W2")
    assert index.has(letter)
    assert not index.has(changed)
    index.add_letter(changed)
    for code in ("K7Q2X9M1", "P3R8T5W2"):
        assert index.pointed_at(Signs.of(mail(code)).keys()) == {"i-1"}
    assert index.client_ids(0, 9) == ["c-1"]
