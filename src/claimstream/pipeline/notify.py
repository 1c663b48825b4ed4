"""The words of the notification of an automatic match."""

from claimstream.domain.records.decision import Decision, Match
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.notification import Notification
from claimstream.domain.records.work import Email


def compose_notification(
    email: Email, decision: Decision, match: Match, file: CandidateFile, *, to: str, subject: str
) -> Notification:
    """German, as the firm's people read it."""
    client, creditor = file.client, file.creditor
    lines = [
        "Eine Gläubigerantwort wurde automatisch zugeordnet. Bitte prüfen Sie sie bei Gelegenheit.",
        "",
        f"Mandant:       {client.first_name} {client.last_name} ({client.case_reference})",
        f"Gläubiger:     {creditor.name}",
        f"Betreff:       {subject}",
        f"Absicht:       {decision.intent}",
        f"Zuordnung:     {match.matched_by} ({match.confidence:.0%})",
        f"Konfidenz:     {decision.confidence:.0%}",
    ]
    if decision.new_amount is not None:
        old = "unbekannt" if decision.old_amount is None else f"{decision.old_amount:.2f} EUR"
        lines.append(f"Forderung:     {old} -> {decision.new_amount:.2f} EUR")
    if decision.settlement is not None:
        lines.append(f"Vergleich:     {decision.settlement.decision}")
    lines += ["", f"Bericht: claimstream report {email.email_id}", f"Vorgang: {email.correlation_id}", ""]
    return Notification(
        to=to,
        subject=f"Automatisch zugeordnet: {client.case_reference}, {creditor.name}",
        text="\n".join(lines),
        message_id=f"<{email.email_id}.notification@claimstream.invalid>",
    )
