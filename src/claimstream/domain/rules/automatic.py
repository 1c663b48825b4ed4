"""Mail written by machines, and mail nobody asked for: told by headers first, by words only with care.

A ``noreply`` sender, ``X-Auto-Response-Suppress`` or ``Precedence: bulk`` alone prove nothing: collection agencies send
real claims that way (domain rules, Classify).
"""

import re
from collections.abc import Collection

from claimstream.domain.language import Rule
from claimstream.domain.records.extraction import Method
from claimstream.domain.records.intent import Classification, Intent
from claimstream.domain.records.mail import ParsedMail, mailbox_of
from claimstream.domain.replies.doubt import DOUBT
from claimstream.domain.replies.kinds import is_harmless, kind_of
from claimstream.domain.replies.wants import AWAY, MACHINE, RECEIVED, Said
from claimstream.domain.text import Text, folded

_SUBJECT_TAG = re.compile(r"^(?:\s*\[[^\]]{1,30}\]|\s*\*{2,}[^*]{1,30}\*{2,})*\s*")
AUTOMATIC_SUBJECT = Rule(
    "automatic_subject",
    r"\A{automatic_subject}",
    takes=("Abwesenheitsnotiz: Ihr Schreiben", "Automatische Antwort: Anfrage", "Out of Office", "Gelesen: Forderung"),
    leaves=("Ihre Abwesenheit im Termin", "Forderung"),
)
BOUNCE_SUBJECT = Rule(
    "bounce_subject",
    r"{bounce_subject}",
    takes=("Undeliverable: Anfrage", "Unzustellbare Nachricht", "Mail delivery failed: returning message to sender"),
    leaves=("Re: Anfrage",),
)
_BOUNCE_SENDER = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|mdaemon)(?:\+[^@]*)?@", re.IGNORECASE)
_GENERATED = "auto-generated"
_NOREPLY = re.compile(r"^(?:no-?reply|do-?not-?reply|keine-?antwort)\b", re.IGNORECASE)
_VACATION_HEADERS = (
    "X-Autoreply",
    "X-Auto-Reply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-AutoReply-From",
    "X-Mail-Autoreply",
    "X-Vacation",
)
SELLING = Rule(
    "selling",
    r"{selling}",
    takes=("Jetzt Demo buchen!", "Not on page one of Google?", "Unser Newsletter: abmelden"),
    leaves=("Die Forderung beträgt 500,00 EUR.",),
)
ABOUT_A_CASE = Rule(
    "about_a_case",
    r"{case_word}|\baktenzeichen\W{1,3}\S{0,12}\d",
    takes=("Ihre Mandantin hat gezahlt.", "Aktenzeichen: 12/26"),
    leaves=("Nie mehr Aktenzeichen abtippen!",),
)
ABOUT_THE_FIELD = Rule(
    "about_the_field",
    r"{field_word}",
    takes=("Verbraucherinsolvenz aktuell",),
    leaves=("Frohe Weihnachten",),
)
PROMISE = Rule(
    "promise_of_an_answer",
    r"{promise}",
    takes=("Wir kommen unaufgefordert auf Sie zurück.", "Unsere Antwort geht Ihnen in den nächsten Tagen zu."),
    leaves=("Wir stimmen zu.", "Bitte senden Sie uns die Vollmacht."),
)
_SURE_SIGNS = 3
"""Signs of selling from which on words of the field in general say nothing: a seminar has both."""


_OUR_ID = re.compile(r"@claimstream\.invalid>?\s*\Z", re.IGNORECASE)
"""The end of the Message-ID of every mail that we send: notifications and alerts."""


def sent_by_us(mail: ParsedMail, addresses: Collection[str]) -> Classification | None:
    """``auto_reply`` for a mail of our own that came back.

    Args:
        addresses: the sender of our notifications, and our mailboxes.
    """
    if mail.message_id and _OUR_ID.search(mail.message_id):
        return _rule(Intent.AUTO_REPLY, 0.99, f"we sent it ourselves: {mail.message_id}")
    sender = mailbox_of(mail.sender.address) if mail.sender else ""
    if sender in {mailbox_of(address) for address in addresses}:
        return _rule(Intent.AUTO_REPLY, 0.99, f"we sent it ourselves, as {sender}")
    return None


def is_generated(mail: ParsedMail) -> bool:
    """Return True where the headers say that a machine wrote a mail of its own accord (RFC 3834, section 5.1).

    That is no reply to ours: an agency's system sends its statements so, and its acknowledgements.
    """
    return _submitted(mail) == _GENERATED


def _submitted(mail: ParsedMail) -> str:
    return re.split(r"[;(\s]", (mail.header("Auto-Submitted") or "").strip().lower())[0]


def automatic(mail: ParsedMail, *, figures: bool, answers: bool = False) -> Classification | None:
    """``bounce`` or ``auto_reply``, else None.

    Args:
        figures: it holds a labelled amount, so a subject is no proof.
        answers: it answers the settlement plan.
    """
    report = mail.delivery_report
    if report is not None:
        intent = Intent.BOUNCE if report.action in {"failed", "delayed"} else Intent.AUTO_REPLY
        return _rule(intent, 0.99, f"a delivery report: {report.action} {report.status}".rstrip())
    content_type = folded(mail.header("Content-Type") or "")
    if "multipart/report" in content_type and "delivery-status" in content_type:
        return _rule(Intent.BOUNCE, 0.95, "Content-Type: multipart/report, delivery-status")
    subject = folded(_SUBJECT_TAG.sub("", mail.subject))
    nobody = (mail.header("Return-Path") or "").strip() == "<>"
    sender = mail.sender.address if mail.sender else ""
    if (nobody or _BOUNCE_SENDER.match(sender)) and BOUNCE_SUBJECT.find(subject):
        return _rule(Intent.BOUNCE, 0.95, f"a mail system writes: {mail.subject}")
    submitted = _submitted(mail)
    generated = submitted == _GENERATED and (figures or answers or _may_state_something(mail))
    if submitted and submitted != "no" and not generated:
        return _rule(Intent.AUTO_REPLY, 0.99, f"Auto-Submitted: {submitted}")
    for name in _VACATION_HEADERS:
        value = mail.header(name)
        if value is not None and folded(value) not in {"no", "false", "0"}:
            return _rule(Intent.AUTO_REPLY, 0.97, f"the header {name}")
    if any(folded(mail.header(name) or "") == "auto_reply" for name in ("Precedence", "X-Precedence")):
        return _rule(Intent.AUTO_REPLY, 0.97, "Precedence: auto_reply")
    if "multipart/report" in content_type and "disposition-notification" in content_type:
        return _rule(Intent.AUTO_REPLY, 0.97, "a read receipt")
    if figures:
        return None
    if AUTOMATIC_SUBJECT.find(subject):
        return _rule(Intent.AUTO_REPLY, 0.95, f"the subject: {mail.subject}")
    return None


def _may_state_something(mail: ParsedMail) -> bool:
    """Return True when a machine's mail without a figure may be more than an acknowledgement.

    It holds a text that is not read yet, or speaks of a debt and not of a mail that has come in.
    """
    if any(source.needs_vision for source in mail.sources) or any(entry.is_rest for entry in mail.unread):
        return True
    said = Said(source.text for source in mail.sources)
    acknowledges = any(said.find(rule) for rule in (AWAY, RECEIVED, MACHINE))
    listed = mail.header("List-Unsubscribe") is not None or mail.header("List-Id") is not None
    return said.find(ABOUT_A_CASE) is not None and not (acknowledges or listed)


def automatic_by_words(mail: ParsedMail) -> Classification | None:
    """An absence note or acknowledgement without any header that says so: a short text and nothing attached."""
    text = mail.body.text if mail.sources else ""
    if len(mail.sources) > 1 or mail.unread or len(text) > 1500:
        return None
    said = Said([text])
    if found := said.find(AWAY):
        return _rule(Intent.AUTO_REPLY, 0.85, f"the words: {found}")
    if found := said.find(RECEIVED):
        sender = mail.sender.address if mail.sender else ""
        machine = said.find(MACHINE) or _NOREPLY.match(sender) or mail.header("X-Auto-Response-Suppress")
        sure = machine or _only_acknowledges(text)
        return _rule(Intent.AUTO_REPLY, 0.80 if sure else 0.65, f"the words: {found}")
    return None


def _only_acknowledges(text: str) -> bool:
    """Return True when a text says, down to its closing, no more than that a letter came in and will be answered."""
    for sentence in Text(text).sentences:
        kind = kind_of(sentence)
        if kind is not None and kind.name == "closing":
            break
        told = RECEIVED.find(sentence.folded) or PROMISE.find(sentence.folded)
        if not told and not is_harmless(sentence, DOUBT):
            return False
    return True


def unasked(mail: ParsedMail) -> Classification | None:
    """Spam, only when two signs agree and nothing in the text is about a debt."""
    text = folded("\n".join([mail.subject, *(source.text for source in mail.sources)]))
    if ABOUT_A_CASE.find(text) or mail.in_reply_to:
        return None
    selling = {found.group() for found in SELLING.finditer(text)}
    if ABOUT_THE_FIELD.find(text) and len(selling) < _SURE_SIGNS:
        return None
    flag, status = (folded(mail.header(name) or "") for name in ("X-Spam-Flag", "X-Spam-Status"))
    flagged = flag == "yes" or status.startswith("yes")
    listed = mail.header("List-Unsubscribe") is not None
    signs = len(selling) + 2 * flagged + listed
    if signs < 2:
        return None
    why = ", ".join([*sorted(selling)[:3], *["X-Spam-Flag"] * flagged, *["List-Unsubscribe"] * listed])
    return _rule(Intent.SPAM, 0.90 if signs > 2 else 0.80, f"nothing about a debt, but {why}")


def _rule(intent: Intent, confidence: float, why: str) -> Classification:
    return Classification(intent=intent, confidence=confidence, method=Method.READER, why=why)
