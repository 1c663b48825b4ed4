"""The findings of an audit, as a document and for a screen."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from claimstream.cli.audit.findings import Findings
from claimstream.cli.console import Trimmed, line, note, out
from claimstream.cli.report.words import moment
from claimstream.cli.tables import fitted
from claimstream.mailbox.audit import Audited, MailboxAudit, State

_LESS = ("tenant", *(state.replace("_", "\n") for state in (State.ARRIVING, State.IN_WORK, State.SET_ASIDE)))
"""Columns that a narrow screen does without. What they count stands in the list of reasons, too."""


def as_document(findings: Findings) -> str:
    """The findings as JSON."""
    window = findings.window
    document = {
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "complete": findings.status == 0,
        "gaps": findings.gaps,
        "mended": findings.mended,
        "archive": None if findings.archive is None else asdict(findings.archive),
        "mailboxes": [
            {
                "mailbox": audit.mailbox,
                "tenant_id": audit.tenant_id,
                "listed": audit.listed,
                "counts": {str(state): count for state, count in audit.counts.items()},
                "gaps": len(audit.gaps),
                "emails": [_email(email) for email in audit.emails],
            }
            for audit in findings.audits
        ],
        "failed": findings.failed,
        "left_alone": findings.left_alone,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _email(email: Audited) -> dict[str, str | None]:
    return {
        "gmail_id": email.gmail_id,
        "email_id": email.email_id,
        "state": str(email.state),
        "reason": email.reason,
        "gap": email.gap,
    }


def print_findings(findings: Findings) -> None:
    window = findings.window
    out.print(f"From {moment(window.since)} to {moment(window.until)}", style="dim")
    out.print(Trimmed(summary_table(findings.audits, width=out.width)))
    reasons = Counter((email.state, email.reason) for audit in findings.audits for email in audit.emails)
    if reasons:
        out.print()
        why = Table(header_style="bold", box=None, pad_edge=False)
        why.add_column("state", no_wrap=True)
        why.add_column("emails", justify="right")
        why.add_column("reason", overflow="fold")
        for (state, reason), count in sorted(
            reasons.items(), key=lambda item: (list(State).index(item[0][0]), -item[1])
        ):
            why.add_row(state.replace("_", " "), str(count), Text(reason))
        out.print(Trimmed(why))
    if findings.gaps:
        out.print()
        out.print("[bold red]Gaps[/]")
        for audit in findings.audits:
            for email in audit.gaps:
                ids = f"{audit.mailbox} {email.gmail_id}" + (f" (email {email.email_id})" if email.email_id else "")
                line(f"{ids}: {email.gap}")
    if findings.mended:
        note(f"{findings.mended} added or put to work again, and published.")
    if (archive := findings.archive) is not None:
        if archive.looked_at < archive.of:
            note(f"{archive.looked_at:,} archived mails of {archive.of:,} emails were looked at.")
        if archive.restored:
            note(f"{archive.restored} archived mails were fetched from Gmail again.")
    if findings.left_alone:
        names = ", ".join(findings.left_alone)
        note(f"Disabled by a person, and not looked at: {names}. --mailbox looks at one all the same.")
    if findings.status == 0:
        note("No gap: everything that Gmail has of this time is accounted for.")


def summary_table(audits: Sequence[MailboxAudit], *, width: int) -> Table:
    """One row per mailbox, for a screen of ``width`` columns: a narrow one does without states that no email is in."""
    counts = {state.replace("_", "\n"): [Text(str(audit.counts[state])) for audit in audits] for state in State}
    empty = [name for name, cells in counts.items() if all(cell.plain == "0" for cell in cells)]
    numbers = {
        "in\nGmail": [Text(str(audit.listed)) for audit in audits],
        **counts,
        "gaps": [Text(str(len(audit.gaps)), style="bold red" if audit.gaps else "green") for audit in audits],
    }
    return fitted(
        {
            "mailbox": [Text(audit.mailbox) for audit in audits],
            "tenant": [Text(audit.tenant_id) for audit in audits],
            **numbers,
        },
        width=width,
        elastic="mailbox",
        least=max((len(audit.mailbox) for audit in audits), default=0),
        less=(*empty, *(name for name in _LESS if name not in empty)),
        right=numbers,
    )
