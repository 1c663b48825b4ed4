"""Routing by signals that leave no doubt, before anything costs a token (domain rules, Deterministic routing).

Every function takes the inquiries of one tenant: whose mailbox received the mail decides the tenant, and nothing here
could find another firm's client.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from claimstream.domain.reader.references import find_references
from claimstream.domain.reader.spelling import normalise
from claimstream.domain.records.decision import Thresholds
from claimstream.domain.records.extraction import Reference, ReferenceDirection
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.intent import MatchedBy, RoutingHit
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.mail_keys import MailKeys
from claimstream.domain.rules.forms import bare_address, bare_message_id
from claimstream.domain.rules.mentions import Wording

CONFIDENCE: dict[MatchedBy, float] = {
    MatchedBy.REPLY_CODE: 0.99,
    MatchedBy.IN_REPLY_TO: 0.98,
    MatchedBy.REPLY_CODE_IN_TEXT: 0.95,
    MatchedBy.REFERENCES: 0.94,
    MatchedBy.SOLE_SENDER: 0.85,
}

_PLUS_ADDRESS = re.compile(r"^[^@+]*\+([^@]+)@")
_CODE = re.compile(r"(?<![A-Za-z0-9])(?<![A-Za-z0-9]-)[A-Za-z0-9](?:-?[A-Za-z0-9]){5,19}(?!-?[A-Za-z0-9])")
_MOST_CODES = 20_000
"""The most words of one mail that are looked up as reply codes: a bound on what a hostile mail can ask of the
database."""

Files = Sequence[CandidateFile]


def find_route(
    mail: ParsedMail, inquiries: Files, *, now: datetime, thresholds: Thresholds, signs: "Signs | None" = None
) -> RoutingHit | None:
    """The inquiry that the first signal to hit points to; None when no signal points to exactly one.

    A signal that points to inquiries of different clients or creditors hits nobody, and whatever hits after it must be
    one of those. Of several letters to the same creditor about the same client the newest is taken.

    Args:
        signs: of this mail, where they have been read already.
    """
    signs = signs or Signs.of(mail)
    pool = inquiries
    for matched_by, signal in _SIGNALS:
        pointed = [f for f in signal(signs, inquiries) if f in pool]
        hit = newest_of_one(pointed)
        if hit is not None:
            return _hit(hit, matched_by)
        if pointed:
            pool = pointed
    if pool is not inquiries:
        return None
    hit = newest_of_one(_by_sender(mail, inquiries, now, thresholds))
    if hit is None or contradiction(signs, hit, inquiries) or names_another_case(signs.references, hit):
        return None
    return _hit(hit, MatchedBy.SOLE_SENDER)


def is_pointed_at(signs: "Signs", inquiries: Files) -> bool:
    """Whether a signal points to any of them: who sent the mail is then no longer asked."""
    return any(signal(signs, inquiries) for _, signal in _SIGNALS)


@dataclass(frozen=True)
class Signs:
    """What a mail holds that may point to an inquiry, read once for all inquiries."""

    mail: ParsedMail
    wording: Wording
    references: tuple[Reference, ...]
    """The labelled ones of the subject and of every source."""

    @classmethod
    def of(cls, mail: ParsedMail) -> "Signs":
        found = [r for source in mail.sources for r in find_references(source.text, source.source_id)]
        return cls(mail, Wording.of_mail(mail), (*subject_references(mail), *found))

    def keys(self) -> MailKeys:
        """The keys by which a ``LetterIndex`` finds the letters that the mail may be about."""
        mail = self.mail
        return MailKeys(
            sender=bare_address(mail.sender.address) if mail.sender else None,
            words=" ".join(self.wording.vocabulary),
            references=tuple({reference.normalised for reference in self.references}),
            message_ids=(*mail.in_reply_to, *mail.references),
            codes_in_addresses=tuple(self.codes_in_addresses()),
            possible_codes=tuple(self._possible_codes()),
        )

    def codes_in_addresses(self) -> set[str]:
        """What stands behind the plus of a receiving address, lower-cased."""
        mail = self.mail
        addresses = [a.address for a in (*mail.to, *mail.cc)] + list(mail.delivered_to)
        return {match.group(1).lower() for address in addresses if (match := _PLUS_ADDRESS.match(address.strip(" <>")))}

    def _possible_codes(self) -> set[str]:
        """Return what may be a letter's reply code, in capitals: wherever :meth:`Wording.has_code` would find one."""
        codes = {code.upper() for code in self.codes_in_addresses()}
        for match in _CODE.finditer(self.wording.text):
            if len(codes) >= _MOST_CODES:
                break
            if any(sign.isdigit() for sign in match.group()):
                codes.add(match.group().upper())
        return codes

    def name_case(self, file: CandidateFile) -> bool:
        """Whether the client's case reference stands there, with a label or unmistakably without one."""
        return matches_case(self.references, file) or self.wording.has_reference(file.client.case_reference)

    def name_creditor_reference(self, file: CandidateFile) -> bool:
        """Whether the creditor's file number stands there, as far as the inquiry knows it."""
        known = file.inquiry.creditor_reference
        return bool(known) and (matches_creditor(self.references, file) or self.wording.has_reference(known or ""))


def contradiction(signs: Signs, file: CandidateFile, inquiries: Files) -> str | None:
    """What in the mail points to another client or creditor than ``file``, in words; None when nothing does.

    A reply on top of the wrong letter, or one statement about several clients, looks like this. Whatever routed the
    mail, a person then says whose figure it is.
    """
    for matched_by, signal in _SIGNALS:
        others = [f for f in signal(signs, inquiries) if pair(f) != pair(file)]
        if others:
            return f"{matched_by.value} points to inquiry {others[0].inquiry.inquiry_id}"
    own = _normalised(file.client.case_reference)
    for other in inquiries:
        if other.client.client_id == file.client.client_id or not signs.name_case(other):
            continue
        if _normalised(other.client.case_reference) != own:
            return f"it names the case reference {other.client.case_reference}"
    return None


def pointed_apart(signs: Signs, inquiries: Files) -> tuple[MatchedBy, list[CandidateFile]] | None:
    """The first signal that points to inquiries of different clients or creditors, with these, the newest of each."""
    for matched_by, signal in _SIGNALS:
        newest = {pair(f): f for f in sorted(signal(signs, inquiries), key=lambda f: f.inquiry.sent_at)}
        if len(newest) > 1:
            return matched_by, list(newest.values())
    return None


def pair(file: CandidateFile) -> tuple[str, str]:
    """Which client's debt to which creditor: letters about the same one are no two candidates."""
    return file.inquiry.client_id, file.inquiry.creditor_id


def newest_of_one(files: Iterable[CandidateFile]) -> CandidateFile | None:
    """The newest letter, if all are about the same client and creditor."""
    found = list(files)
    if len({pair(f) for f in found}) != 1:
        return None
    return max(found, key=lambda f: (f.inquiry.sent_at, f.inquiry.inquiry_id))


def recent(files: Files, now: datetime, thresholds: Thresholds) -> list[CandidateFile]:
    """Those sent within the last ``inquiry_age_days``."""
    since = now - timedelta(days=thresholds.inquiry_age_days)
    return [f for f in files if f.inquiry.sent_at >= since]


def addresses_of(file: CandidateFile) -> frozenset[str]:
    """Every address, lower-cased, that an answer to this inquiry is expected from."""
    known = (file.creditor.email, file.creditor.representative_email, file.inquiry.to_address)
    return frozenset(bare_address(address) for address in known if address)


def subject_references(mail: ParsedMail) -> tuple[Reference, ...]:
    """Those of the subject, whose direction is unknown: it may be our own, sent back with *AW:* before it."""
    return tuple(
        reference.model_copy(update={"direction": ReferenceDirection.UNKNOWN})
        for reference in find_references(mail.subject, "subject")
    )


def matches_case(references: Iterable[Reference], file: CandidateFile) -> bool:
    """Whether one of them is exactly the firm's own file number."""
    case = file.client.case_reference
    return any(r.direction is not ReferenceDirection.THEIRS and r.normalised == _normalised(case) for r in references)


def matches_creditor(references: Iterable[Reference], file: CandidateFile) -> bool:
    """Whether one of them is exactly the creditor's file number, as far as the inquiry knows it."""
    known = file.inquiry.creditor_reference
    if not known:
        return False
    return any(r.direction is not ReferenceDirection.OURS and r.normalised == _normalised(known) for r in references)


@lru_cache(maxsize=16_384)
def _normalised(reference: str) -> str:
    return normalise(reference)


def names_another_case(references: Iterable[Reference], file: CandidateFile) -> bool:
    """Whether a reference labelled as the firm's (*Ihr Zeichen*) stands there and none is this client's."""
    found = list(references)
    return any(r.direction is ReferenceDirection.OURS for r in found) and not matches_case(found, file)


def _hit(file: CandidateFile, matched_by: MatchedBy) -> RoutingHit:
    return RoutingHit(
        inquiry_id=file.inquiry.inquiry_id,
        matched_by=matched_by,
        confidence=CONFIDENCE[matched_by],
        why=_WHY[matched_by],
    )


def _by_code_in_address(signs: Signs, inquiries: Files) -> list[CandidateFile]:
    codes = signs.codes_in_addresses()
    return [f for f in inquiries if f.inquiry.reply_code and f.inquiry.reply_code.lower() in codes]


def _by_message_id(signs: Signs, inquiries: Files) -> list[CandidateFile]:
    # What is answered says more than what stands further back in the thread.
    for ids in (signs.mail.in_reply_to, signs.mail.references):
        wanted = set(map(bare_message_id, ids))
        pointed = [f for f in inquiries if f.inquiry.message_id and bare_message_id(f.inquiry.message_id) in wanted]
        if pointed:
            return pointed
    return []


def _by_code_in_text(signs: Signs, inquiries: Files) -> list[CandidateFile]:
    return [f for f in inquiries if f.inquiry.reply_code and signs.wording.has_code(f.inquiry.reply_code)]


def _by_references(signs: Signs, inquiries: Files) -> list[CandidateFile]:
    return [f for f in inquiries if signs.name_creditor_reference(f) and signs.name_case(f)]


def _by_sender(mail: ParsedMail, inquiries: Files, now: datetime, thresholds: Thresholds) -> list[CandidateFile]:
    if mail.sender is None:
        return []
    sender = bare_address(mail.sender.address)
    return [f for f in recent(inquiries, now, thresholds) if f.inquiry.status == "open" and sender in addresses_of(f)]


_SIGNALS: tuple[tuple[MatchedBy, Callable[[Signs, Files], list[CandidateFile]]], ...] = (
    (MatchedBy.REPLY_CODE, _by_code_in_address),
    (MatchedBy.IN_REPLY_TO, _by_message_id),
    (MatchedBy.REPLY_CODE_IN_TEXT, _by_code_in_text),
    (MatchedBy.REFERENCES, _by_references),
)

_WHY: dict[MatchedBy, str] = {
    MatchedBy.REPLY_CODE: "the reply code stands in a receiving address",
    MatchedBy.IN_REPLY_TO: "it answers the letter by its message id",
    MatchedBy.REPLY_CODE_IN_TEXT: "the reply code stands in the text",
    MatchedBy.REFERENCES: "case reference and creditor reference are both exact",
    MatchedBy.SOLE_SENDER: "the sender has this one open inquiry",
}
