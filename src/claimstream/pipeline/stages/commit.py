"""Commit: one transaction for results, match, report, review item, outbox and status."""

from claimstream.domain.records.decision import ClientUpdate, Decision, Match, Route
from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.notification import Notification
from claimstream.domain.records.work import Email, Outcome, Result, Review
from claimstream.pipeline.fetched import Fetched
from claimstream.pipeline.notify import compose_notification
from claimstream.pipeline.services import Rules, Services
from claimstream.pipeline.stages.extract import Extracted

_OUTCOMES = {
    Route.AUTO_UPDATE: Outcome.UPDATED,
    Route.UPDATE_AND_NOTIFY: Outcome.UPDATED,
    Route.MANUAL_REVIEW: Outcome.REVIEW,
    Route.IGNORE: Outcome.SET_ASIDE,
}


async def prepare(
    email: Email,
    services: Services,
    rules: Rules,
    *,
    fetched: Fetched,
    mail: ParsedMail,
    extracted: Extracted,
    consolidated: Consolidated,
    match: Match,
    decision: Decision,
    file: CandidateFile | None,
) -> Result:
    """What is to be written, without the report."""
    outcome = _OUTCOMES[decision.route]
    update = _update(email, fetched, consolidated, match, decision)
    review = None
    if outcome is Outcome.REVIEW:
        review = Review(reason=decision.reasons[0], reasons=decision.reasons, detail=decision.why, proposal=update)
    report = mail.delivery_report
    return Result(
        outcome=outcome,
        decision=decision,
        match=match,
        mail=mail,
        received_at=fetched.received_at,
        extractions=extracted.extractions,
        review=review,
        update=update if decision.write else None,
        notification=await _notification(email, services, rules, mail, decision, match, file),
        dead_address=report.recipients[0]
        if decision.intent is Intent.BOUNCE and report and report.hard and report.recipients
        else None,
    )


def _update(
    email: Email, fetched: Fetched, consolidated: Consolidated, match: Match, decision: Decision
) -> ClientUpdate | None:
    if match.client_id is None or match.creditor_id is None or decision.intent is None:
        return None
    amount = consolidated.total_claim if decision.new_amount is not None else None
    return ClientUpdate(
        tenant_id=email.tenant_id,
        client_id=match.client_id,
        creditor_id=match.creditor_id,
        email_id=email.email_id,
        amount=decision.new_amount,
        amount_confidence=amount.confidence if amount else 0.0,
        amount_source=amount.evidence.source_id if amount else None,
        response_status=decision.intent,
        received_at=fetched.received_at,
        summary=consolidated.summary,
        references=tuple(r.value for r in consolidated.references),
        confidence=decision.confidence,
        settlement=decision.settlement,
    )


async def _notification(
    email: Email,
    services: Services,
    rules: Rules,
    mail: ParsedMail,
    decision: Decision,
    match: Match,
    file: CandidateFile | None,
) -> Notification | None:
    if decision.route is not Route.UPDATE_AND_NOTIFY or file is None or services.mailer is None:
        return None
    to = await services.tenants.notification_address(email.tenant_id) or rules.notification_email
    if to is None:
        return None
    return compose_notification(email, decision, match, file, to=to, subject=mail.subject)
