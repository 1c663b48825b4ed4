"""The end of the rules: where a mail goes, and what may be written (domain rules, Route)."""

import re
from collections.abc import Iterable
from decimal import Decimal

from claimstream.domain.reader.amounts import find_amounts
from claimstream.domain.reader.dates import find_dates
from claimstream.domain.reader.injection import find_injection
from claimstream.domain.reader.organisations import name_score
from claimstream.domain.reader.people import find_people, names_agree
from claimstream.domain.records.decision import (
    Decision,
    GuardDecision,
    Match,
    ReviewReason,
    Route,
    SettlementUpdate,
    Thresholds,
)
from claimstream.domain.records.extraction import (
    Amount,
    AmountRank,
    Consolidated,
    Found,
    Method,
    PersonName,
    Settlement,
    SettlementDecision,
)
from claimstream.domain.records.inquiry import CandidateFile, Letter
from claimstream.domain.records.intent import AMOUNT_INTENTS, SET_ASIDE, Classification, Intent, MatchedBy
from claimstream.domain.records.mail import REST, ParsedMail, Source
from claimstream.domain.replies.settlement import Part, open_door, taken_back
from claimstream.domain.replies.wants import DISPUTED
from claimstream.domain.rules.classification import settle_intent
from claimstream.domain.rules.ended import claim_ended, letters
from claimstream.domain.rules.guards import amount_guard, settlement_guard, stored_amount
from claimstream.domain.rules.matching import people_conflict
from claimstream.domain.rules.mentions import Wording
from claimstream.domain.rules.own_letter import why_it_is_ours
from claimstream.domain.rules.ownership import SAME_NAME, another_person, is_one_of
from claimstream.domain.text import Text

_ANSWERED_BY_A_PERSON = {
    Intent.REJECTION: ReviewReason.REJECTION,
    Intent.CLARIFICATION_REQUEST: ReviewReason.CLARIFICATION_REQUEST,
    Intent.GENERAL_INQUIRY: ReviewReason.GENERAL_INQUIRY,
}

_SUBJECT_PREFIX = re.compile(r"\A\s*(?:(?:re|aw|wg|fwd?|antw)\s*:\s*)+", re.IGNORECASE)
_NEEDED = frozenset({"body", "mail"})
"""The ids of what no attachment stands in for."""
_SAME_PERSON = 0.5
_OLD_DAYS = 183
"""A total as of a day so long before its mail is not today's."""
_AHEAD_DAYS = 31
"""A total as of a day further ahead is what the claim will be."""
_LETTER_DAYS = 31
"""A plan dated longer than this before our letter went out is an earlier one."""


def decide(
    mail: ParsedMail,
    classification: Classification,
    consolidated: Consolidated,
    match: Match,
    file: CandidateFile | None,
    *,
    thresholds: Thresholds,
) -> Decision:
    """``file`` is the matched inquiry with its client as stored now; None without a match.

    Nothing is written unless every rule lets it pass. The reasons come in the order of their importance.
    """
    letter = file.inquiry.letter if file else match.letter
    intent = _intent(classification.intent, letter, consolidated)
    sure = classification.confidence >= thresholds.intent_minimum
    reasons: list[tuple[ReviewReason, str]] = []
    if _injection(mail, consolidated, classification):
        reasons.append((ReviewReason.INJECTION_SUSPECTED, "text in it instructs its reader as a machine"))
    if intent in SET_ASIDE and sure and not reasons:
        return Decision(
            route=Route.IGNORE,
            intent=intent,
            confidence=classification.confidence,
            old_amount=stored_amount(file.creditor) if file else None,
            why=classification.why,
        )
    if not sure:
        reasons.append(
            (ReviewReason.LOW_CONFIDENCE, f"unsure that it is {intent.value} ({classification.confidence:.2f})")
        )
    if intent in _ANSWERED_BY_A_PERSON:
        reasons.append((_ANSWERED_BY_A_PERSON[intent], f"{intent.value} is answered by a person"))
    if match.reason is not None or file is None:
        reasons.append((match.reason or ReviewReason.NO_MATCH, match.why or "no inquiry was matched"))
    if file is not None and (conflict := _about_another(mail, consolidated, match, file)):
        reasons.append((ReviewReason.CONFLICT, conflict))

    guards, extraction = _guards(mail, intent, letter, consolidated, file, thresholds)
    refused = [(guard.reason, guard.why) for guard in guards if guard.reason is not None]
    if ended := claim_ended(mail, intent, consolidated):
        # A figure below the stored one is what is left of the claim, and says more.
        lower = any(reason is ReviewReason.AMOUNT_LOWER for reason, _ in refused)
        refused.insert(1 if lower else 0, (ReviewReason.CLAIM_ENDED, ended))
    reasons += refused
    confidence = min(match.confidence if file else 0.0, classification.confidence, extraction)
    if not reasons and confidence < thresholds.update_and_notify:
        reasons.append((ReviewReason.LOW_CONFIDENCE, f"{confidence:.2f} is under {thresholds.update_and_notify:.2f}"))
    if reasons:
        route = Route.MANUAL_REVIEW
    else:
        route = Route.AUTO_UPDATE if confidence >= thresholds.auto_update else Route.UPDATE_AND_NOTIFY
    return Decision(
        route=route,
        intent=intent,
        confidence=confidence,
        reasons=tuple(dict.fromkeys(reason for reason, _ in reasons)),
        guards=guards,
        old_amount=stored_amount(file.creditor) if file else None,
        new_amount=_new_amount(intent, consolidated),
        settlement=_settlement(intent, consolidated),
        write=route is not Route.MANUAL_REVIEW,
        why="; ".join(why for _, why in reasons) or f"{classification.why}; {match.why}",
    )


def _intent(intent: Intent, letter: Letter | None, consolidated: Consolidated) -> Intent:
    intent = settle_intent(intent, letter)
    settlement = consolidated.settlement
    declined = settlement is not None and settlement.value.decision is SettlementDecision.DECLINED
    if intent is Intent.SETTLEMENT_RESPONSE and letter is Letter.FIRST and declined:
        return Intent.REJECTION
    return intent


def _injection(mail: ParsedMail, consolidated: Consolidated, classification: Classification) -> bool:
    """Set-aside mail was never extracted, and a model may have been talked into setting it aside."""
    hidden = [unread for unread in mail.unread if unread.reason == "struck"]
    if consolidated.injection is not None or any(find_injection(u.detail, u.source_id) for u in hidden):
        return True
    if classification.intent not in SET_ASIDE:
        return False
    if classification.method is Method.READER and classification.intent is not Intent.SPAM:
        return False  # settled by headers, which no text can talk into anything
    return any(find_injection(source.text, source.source_id) for source in mail.sources)


def _about_another(mail: ParsedMail, consolidated: Consolidated, match: Match, file: CandidateFile) -> str | None:
    """Whether what was read may be about another client or another creditor, in words."""
    return (
        _another_client(mail, consolidated, file)
        or _another_person(mail, consolidated, file)
        or _another_creditor(mail, consolidated, match, file)
    )


def _another_client(mail: ParsedMail, consolidated: Consolidated, file: CandidateFile) -> str | None:
    client = file.client
    conflict = people_conflict(_without_creditor(consolidated, consolidated.people, file), client)
    if conflict and not Wording.of_mail(mail).has_person(client.first_name, client.last_name):
        return conflict
    for source in mail.sources:
        if source.source_id not in consolidated.sources_used:
            continue
        # One of several attachments may be another client's.
        named = (*find_people(source.text, source.source_id), *_read_in(source, consolidated.people))
        conflict = people_conflict(_without_creditor(consolidated, named, file), client)
        if conflict and not Wording.of(source.text).has_person(client.first_name, client.last_name):
            return f"{conflict}, in {source.name}"
    return None


def _without_creditor(
    consolidated: Consolidated, people: Iterable[Found[PersonName]], file: CandidateFile
) -> Consolidated:
    """Return those of these people who are not the creditor: *Frau Dr. Holst* of the practice Dr. Holst."""
    others = tuple(person for person in people if not is_one_of(person.value, _creditor_names(file)))
    return consolidated.model_copy(update={"people": others})


def _creditor_names(file: CandidateFile) -> tuple[str | None, str | None]:
    return file.creditor.name, file.creditor.representative_name


def _another_person(mail: ParsedMail, consolidated: Consolidated, file: CandidateFile) -> str | None:
    total = consolidated.total_claim
    source = next((s for s in mail.sources if total and s.source_id == total.evidence.source_id), None)
    return another_person(source, total.evidence, consolidated, file) if total and source else None


def _read_in(source: Source, people: Iterable[Found[PersonName]]) -> list[Found[PersonName]]:
    return [person for person in people if person.evidence.source_id == source.source_id]


def _another_creditor(mail: ParsedMail, consolidated: Consolidated, match: Match, file: CandidateFile) -> str | None:
    """An agency writes for many: the creditor it names must not be another one.

    Whoever merely signs from a known address is taken for the creditor's; where the sender's address is all there is,
    a creditor named beside the writer must be ours.
    """
    creditor = file.creditor
    if consolidated.creditor is None:
        return None
    named = consolidated.creditor.value
    if any(name_score(named, own) >= SAME_NAME for own in (creditor.name, creditor.representative_name) if own):
        return None
    others = [c for c in file.client.creditors if c.creditor_id != creditor.creditor_id]
    another = any(name_score(named, c.name) >= SAME_NAME for c in others)
    if not another and match.matched_by is MatchedBy.SOLE_SENDER and consolidated.representative is not None:
        another = not Wording.of_mail(mail).has_organisation(creditor.name)
    return f"it names the creditor {named}, not {creditor.name}" if another else None


def _own_letter(
    mail: ParsedMail, consolidated: Consolidated, found: Amount | Found[Settlement] | None, file: CandidateFile | None
) -> str | None:
    return why_it_is_ours(mail, found.evidence, consolidated.references, file) if found else None


def _disputed(mail: ParsedMail, consolidated: Consolidated) -> str | None:
    """A total in a sentence that repeats our figure or denies it, whatever the mail as a whole was taken for."""
    total = consolidated.total_claim
    source = next((s for s in mail.sources if total and s.source_id == total.evidence.source_id), None)
    if total is None or source is None:
        return None
    position = total.evidence.start
    said = next((s for s in Text(source.text).sentences if s.start <= position < s.end), None)
    found = said and DISPUTED.find(said.folded)
    return f"perhaps not what the creditor claims: {found.group()}" if found else None


def _remarked(mail: ParsedMail, consolidated: Consolidated) -> str | None:
    """A sentence of the letter, beside the total, that may make it another one."""
    total = consolidated.total_claim
    judged = letters(mail, total.evidence) if total else letters(mail)
    found = next((remark for remark in consolidated.remarks if remark.evidence.source_id in judged), None)
    return (
        f"the letter says more of it ({found.rule}): {' '.join(found.evidence.quote.split())[:160]}" if found else None
    )


def _of_another_day(mail: ParsedMail, consolidated: Consolidated) -> str | None:
    """A total as of a day long before the mail, or well after it: an old statement, or a forecast."""
    total, as_of = consolidated.total_claim, consolidated.as_of
    if total is None or as_of is None or mail.date is None or as_of.evidence.source_id != total.evidence.source_id:
        return None
    days = (as_of.value - mail.date.date()).days
    if -_OLD_DAYS <= days <= _AHEAD_DAYS:
        return None
    return f"the total is as of {as_of.value}, the mail was sent on {mail.date.date()}"


def _only_transcribed(
    mail: ParsedMail, found: Amount | Found[Settlement] | None, file: CandidateFile | None = None
) -> str | None:
    """A value that stands in nothing but a model's transcript of a picture, with no amount elsewhere that agrees."""
    source = next((s for s in mail.sources if found and s.source_id == found.evidence.source_id), None)
    if source is None or not source.needs_vision:
        return None
    if isinstance(found, Amount):
        texts = [mail.subject, *(other.text for other in mail.sources)]
        known = {token.value for text in texts for token in find_amounts(text)}
        if found.value in known or (file is not None and found.value == stored_amount(file.creditor)):
            return None
    return f"only a model has read {source.name}"


def _guards(
    mail: ParsedMail,
    intent: Intent,
    letter: Letter | None,
    consolidated: Consolidated,
    file: CandidateFile | None,
    thresholds: Thresholds,
) -> tuple[tuple[GuardDecision, ...], float]:
    """What stands before the write that the intent calls for, and how sure the extraction is of it."""
    if intent in AMOUNT_INTENTS:
        stored = stored_amount(file.creditor) if file else None
        guard = amount_guard(consolidated, stored=stored, thresholds=thresholds)
        if missing := (
            _own_letter(mail, consolidated, consolidated.total_claim, file)
            or _read_in_part(mail, consolidated)
            or _better_figure_unread(mail, consolidated)
        ):
            guard = _refused(guard, ReviewReason.AMOUNT_MISSING, missing)
        for doubt in (
            _disputed(mail, consolidated),
            _remarked(mail, consolidated),
            _of_another_day(mail, consolidated),
            _only_transcribed(mail, consolidated.total_claim, file),
        ):
            if doubt:
                guard = _refused(guard, ReviewReason.LOW_CONFIDENCE, doubt)
        return (guard,), guard.confidence
    if intent is Intent.SETTLEMENT_RESPONSE:
        debt = stored_amount(file.creditor) if file else None
        guard = settlement_guard(consolidated.settlement, debt=debt, thresholds=thresholds)
        for doubt in (
            _own_letter(mail, consolidated, consolidated.settlement, file),
            _read_in_part(mail, consolidated),
            _open_door(mail, consolidated),
            _taken_back(mail, consolidated),
            _another_plan(mail, consolidated, file),
            _only_transcribed(mail, consolidated.settlement),
        ):
            if doubt:
                guard = _refused(guard, ReviewReason.SETTLEMENT_UNCLEAR, doubt)
        if letter is Letter.FIRST:
            why = "it answers a plan, but the letter it belongs to carried none"
            guard = _refused(guard, ReviewReason.SETTLEMENT_UNCLEAR, why)
        return (guard,), guard.confidence
    return (), 1.0


def _open_door(mail: ParsedMail, consolidated: Consolidated) -> str | None:
    """A refusal, whoever read it, beside a sentence that leaves a door open: a figure, a later decision."""
    settlement = consolidated.settlement
    if settlement is None or settlement.value.decision is not SettlementDecision.DECLINED:
        return None
    source = next((s for s in mail.sources if s.source_id == settlement.evidence.source_id), None)
    door = open_door(Text(source.text)) if source else None
    return f"declined, but the last word may not be spoken: {_shortened(door)}" if door else None


def _taken_back(mail: ParsedMail, consolidated: Consolidated) -> str | None:
    """An answer in one part of the mail, and words in another part, or in the subject, that may take it back."""
    settlement = consolidated.settlement
    if settlement is None or settlement.value.decision is SettlementDecision.UNCLEAR:
        return None
    decision = settlement.value.decision
    texts = [(str(Part.SUBJECT), _SUBJECT_PREFIX.sub("", mail.subject), Part.SUBJECT)]
    texts += [
        (source.name, source.text, Part.BODY if source is mail.body else Part.ATTACHMENT)
        for source in mail.sources
        if source.source_id != settlement.evidence.source_id
    ]
    for name, text, part in texts:
        if doubtful := taken_back(Text(text), decision, part):
            return f"{name} may take the answer back: {_shortened(doubtful)}"
    return None


def _shortened(sentence: str) -> str:
    return " ".join(sentence.split())[:120]


def _another_plan(mail: ParsedMail, consolidated: Consolidated, file: CandidateFile | None) -> str | None:
    """An answer whose own sentence names another person than the client, or a plan older than our letter."""
    settlement = consolidated.settlement
    if file is None or settlement is None:
        return None
    quote, client = settlement.evidence.quote, file.client
    named = [found.value for found in find_people(quote, settlement.evidence.source_id)]
    people = [person for person in named if not is_one_of(person, _creditor_names(file))]
    known = Wording.of(quote).has_person(client.first_name, client.last_name)
    if people and not known and all(names_agree(p, client.first_name, client.last_name) < _SAME_PERSON for p in people):
        return f"the answer is about {people[0].full}"
    sent = file.inquiry.sent_at.date()
    for token in find_dates(quote):
        if token.value is not None and (sent - token.value).days > _LETTER_DAYS:
            return f"the answer is to a paper of {token.value}, our letter was sent on {sent}"
    return None


def _refused(guard: GuardDecision, reason: ReviewReason, why: str) -> GuardDecision:
    """The guard's decision, refused for one reason more than it knows of."""
    return guard.model_copy(update={"passed": False, "reason": reason, "why": why}) if guard.passed else guard


def _read_in_part(mail: ParsedMail, consolidated: Consolidated) -> str | None:
    """The body, or a text that goes on beyond a limit, may say something else where it was not read."""
    part = next((entry for entry in mail.unread if entry.is_rest), None)
    if part is not None:
        return f"{part.name}: {part.detail}"
    unread = {*(entry.source_id for entry in mail.unread), *consolidated.sources_unread}
    part_id = next((i for i in sorted(unread) if i in _NEEDED or i.endswith(REST)), None)
    return f"{part_id.removesuffix(REST)} was not read to its end" if part_id else None


def _better_figure_unread(mail: ParsedMail, consolidated: Consolidated) -> str | None:
    """A total of the body stands; anything less must wait while an attachment that may hold the total is unread."""
    total = consolidated.total_claim
    if total is None or (total.rank <= AmountRank.TOTAL and not total.computed):
        return None
    if total.evidence.source_id != "body":
        return None
    unread = set(consolidated.sources_unread)
    names = [source.name for source in mail.sources if source.source_id in unread and source.may_be_a_letter]
    names += [entry.name for entry in mail.unread if _is_document(entry.media_type, entry.reason)]
    return f"{names[0]} may hold the total and could not be read" if names else None


def _is_document(media_type: str, reason: str) -> bool:
    return reason not in {"empty", "struck"} and media_type.startswith(
        ("application/pdf", "application/vnd", "application/msword", "application/zip", "application/x-", "image/tiff")
    )


def _new_amount(intent: Intent, consolidated: Consolidated) -> Decimal | None:
    total = consolidated.total_claim
    return total.value if intent in AMOUNT_INTENTS and total is not None else None


def _settlement(intent: Intent, consolidated: Consolidated) -> SettlementUpdate | None:
    if intent is not Intent.SETTLEMENT_RESPONSE or consolidated.settlement is None:
        return None
    answer = consolidated.settlement.value
    return SettlementUpdate(
        decision=answer.decision,
        conditions=answer.conditions,
        counter_offer_amount=answer.counter_offer_amount,
    )
