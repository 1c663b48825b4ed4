"""The firm's own letter, and the ways mail programs quote it."""

from collections.abc import Sequence

from tests.samples_generator.case import german
from tests.samples_generator.world import Inquiry

WEEKDAYS = ("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So.")


def our_letter(inquiry: Inquiry, *, all_debts: str = "48900.00") -> list[str]:
    """What the firm wrote, with figures that are not the creditor's words."""
    creditor = inquiry.creditor
    client = creditor.client
    return [
        "Sehr geehrte Damen und Herren,",
        "",
        f"wir vertreten {client.name}, unser Zeichen {client.case_reference}. Nach den uns vorliegenden",
        f"Unterlagen beläuft sich Ihre Forderung auf {german(creditor.amount)} EUR; die Gesamtforderung aller",
        f"Gläubiger beträgt insgesamt {german(all_debts)} EUR.",
        "",
        "Bitte teilen Sie uns binnen drei Wochen mit, welchen Betrag Sie heute fordern,",
        "aufgeschlüsselt nach Hauptforderung, Zinsen und Kosten. Antworten Sie dazu einfach",
        f"auf diese E-Mail ({inquiry.reply_address}).",
        "",
        "Mit freundlichen Grüßen",
        inquiry.tenant.name,
    ]


def gmail(inquiry: Inquiry, weekday: str = "Do.") -> str:
    month = {"06": "Juni", "09": "Sept.", "10": "Okt."}[inquiry.sent_at[5:7]]
    day = int(inquiry.sent_at[8:10])
    tenant = inquiry.tenant
    line = f"Am {weekday}, {day}. {month} 2026 um 11:00 Uhr schrieb {tenant.name} <{tenant.mailbox}>:"
    return "\n".join([line, "", *angle(our_letter(inquiry))])


def angle(lines: Sequence[str]) -> list[str]:
    return [f"> {line}".rstrip() for line in lines]


def outlook(inquiry: Inquiry, subject: str) -> str:
    tenant = inquiry.tenant
    day = f"{inquiry.sent_at[8:10]}.{inquiry.sent_at[5:7]}.2026"
    head = [
        "-----Ursprüngliche Nachricht-----",
        f"Von: {tenant.name} <{tenant.mailbox}>",
        f"Gesendet: Donnerstag, {day} 11:00",
        f"An: {inquiry.to_address}",
        f"Betreff: {subject}",
        "",
    ]
    return "\n".join([*head, *our_letter(inquiry)])


def outlook_block(inquiry: Inquiry, subject: str) -> str:
    """As newer Outlooks do it: a line and a block, no 'Original Message'."""
    return outlook(inquiry, subject).replace("-----Ursprüngliche Nachricht-----", "_" * 32, 1)
