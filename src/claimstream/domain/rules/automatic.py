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
from claimstream.domain.replies.answer_rules import AGREES, REFUSES
from claimstream.domain.replies.doubt import DOUBT
from claimstream.domain.replies.endings import find_endings
from claimstream.domain.replies.kinds import SALUTATION, is_harmless, kind_of
from claimstream.domain.replies.plan import PLAN
from claimstream.domain.replies.remarks import ABOUT_THE_CLAIM, MONEY
from claimstream.domain.replies.wants import AWAY, MACHINE, RECEIVED, Said
from claimstream.domain.text import Sentence, Text, folded

_SUBJECT_TAG = re.compile(r"^(?:\s*\[[^\]]{1,30}\]|\s*\*{2,}[^*]{1,30}\*{2,})*\s*")
AUTOMATIC_SUBJECT = Rule(
    "automatic_subject",
    r"\A(?:{automatic_subject}|{absent_subject})",
    takes=("Abwesenheitsnotiz: Ihr Schreiben", "Automatische Antwort: Anfrage", "Out of Office", "Gelesen: Forderung"),
    leaves=("Ihre Abwesenheit im Termin", "Forderung"),
)
ABSENT_SUBJECT = Rule(
    "absent_subject",
    r"\A{absent_subject}",
    takes=("Abwesend bis 3. Mai", "Out of office: Re: claim"),
    leaves=("Gelesen: Forderung", "Eingangsbestätigung"),
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
    takes=("Jetzt Demo buchen!", "Not on page one of Google?", "Unser Webinar im Mai"),
    leaves=("Die Forderung beträgt 500,00 EUR.",),
)
UNSUBSCRIBING = Rule(
    "unsubscribing",
    r"{unsubscribing}",
    takes=("Newsletter abbestellen",),
    leaves=("Die Forderung beträgt 500,00 EUR.",),
)
"""What stands below a letter of a firm that also sends newsletters, too."""
ABOUT_A_CASE = Rule(
    "about_a_case",
    r"{case_word}|\baktenzeichen\W{1,3}\S{0,12}\d",
    takes=("Ihre Mandantin hat gezahlt.", "Aktenzeichen: 12/26"),
    leaves=("Nie mehr Aktenzeichen abtippen!",),
)
OF_OUR_PLAN = Rule(
    "of_our_plan",
    rf"{{your_own}} {PLAN}",
    takes=("Ihren Vorschlag prüfen wir.", "We have read your proposal."),
    leaves=("Unsere Angebote der Woche", "Ihre Vorteile"),
)
NO_CASE = Rule(
    "no_case",
    r"{more_clients}|{field_compound}",
    takes=("Mehr Mandanten für Ihre Kanzlei", "Trends im Forderungsmanagement"),
    leaves=("Ihre Mandanten haben gezahlt.",),
)
"""What is promised to a law firm, or told of its field, and no case of it."""
ABOUT_THE_FIELD = Rule(
    "about_the_field",
    r"{field_word}|{field_compound}",
    takes=("Verbraucherinsolvenz aktuell",),
    leaves=("Frohe Weihnachten",),
)
PROMISE = Rule(
    "promise_of_an_answer",
    r"{promise}|{you_get}{gap}{message_noun}|{message_noun}{gap}{you_get}|{processing}{gap}{takes_long}|{takes_long}{gap}{processing}",
    takes=(
        "Wir kommen unaufgefordert auf Sie zurück.",
        "Unsere Antwort geht Ihnen in den nächsten Tagen zu.",
        "Sie erhalten in den nächsten Wochen Nachricht von uns.",
        "Die Bearbeitung wird einige Wochen dauern.",
        "You will hear from us shortly.",
    ),
    leaves=("Wir stimmen zu.", "Bitte senden Sie uns die Vollmacht.", "Die Bearbeitung ist abgeschlossen."),
)
CAME_IN = Rule(
    "letter_came_in",
    r"{letter}{gap}{came_in}|{came_in}{gap}{letter}",
    takes=("Ihre Mail ist angekommen.", "Den Eingang Ihres Schreibens bestätigen wir."),
    leaves=("Der Betrag ist eingegangen.", "Ihr Schreiben ist hinfällig."),
)
PAYMENT_CAME_IN = Rule(
    "payment_came_in",
    r"{came_in} (?:[^\s,;:]{1,30} ){1,3}?(?:{settling_noun}|{sum_word})",
    takes=("Wir bestätigen den Eingang Ihrer Zahlung.", "Wir bestätigen den Erhalt des Betrages."),
    leaves=("Wir bestätigen den Eingang Ihres Schreibens.",),
)
_NAMES = re.compile(r"(?:[A-ZÄÖÜ][\w.&-]{0,30},?\s{1,3}){1,7}[A-ZÄÖÜ][\w.&-]{0,30}(?<!\.)")
"""A line of names, as in a signature without a closing."""
_SELLS = 2
"""Words of selling from which on the mail of a list sells, whoever sent it."""
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
    subject = _subject(mail)
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
    if AUTOMATIC_SUBJECT.find(subject) and not (_is_away(mail) and _answers_meanwhile(mail)):
        return _rule(Intent.AUTO_REPLY, 0.95, f"the subject: {mail.subject}")
    return None


def in_absence(mail: ParsedMail, *, figures: bool) -> bool:
    """Return whether a mail says of itself that a machine wrote it or that its author is away, in its first words.

    Args:
        figures: it holds a labelled amount, so a machine's subject is no proof.
    """
    sentences = Text(mail.body.text).sentences if mail.sources else ()
    first = next((s for s in sentences if not SALUTATION.find(s.folded)), None)
    away = first is not None and AWAY.find(first.folded) is not None
    subject = _subject(mail)
    return away or ABSENT_SUBJECT.find(subject) is not None or not (figures or AUTOMATIC_SUBJECT.find(subject) is None)


def _subject(mail: ParsedMail) -> str:
    return folded(_SUBJECT_TAG.sub("", mail.subject))


def _is_away(mail: ParsedMail) -> bool:
    return ABSENT_SUBJECT.find(_subject(mail)) is not None or Said([mail.body.text]).find(AWAY) is not None


def _answers_meanwhile(mail: ParsedMail) -> bool:
    """Return whether whoever is away answers all the same: a plan, a figure, yes or no, an end."""
    said = Said(source.text for source in mail.sources)
    return any(said.find(rule) for rule in (OF_OUR_PLAN, AGREES, REFUSES)) or any(
        _says_more(Text(source.text)) for source in mail.sources
    )


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
    says_more = _says_more(Text(text))
    if found := said.find(AWAY):
        return _rule(Intent.AUTO_REPLY, 0.65 if _answers_meanwhile(mail) else 0.85, f"the words: {found}")
    if found := said.find(RECEIVED):
        sender = mail.sender.address if mail.sender else ""
        machine = said.find(MACHINE) or _NOREPLY.match(sender) or mail.header("X-Auto-Response-Suppress")
        sure = not says_more and (machine or _only_acknowledges(text))
        return _rule(Intent.AUTO_REPLY, 0.80 if sure else 0.65, f"the words: {found}")
    return None


def acknowledgement(mail: ParsedMail) -> Classification | None:
    """``auto_reply`` for a text that says nothing but that a letter came in and will be answered, whoever wrote it."""
    if len(mail.sources) != 1 or mail.unread:
        return None
    text = Text(mail.body.text)
    came_in = next((found for sentence in text.sentences if (found := CAME_IN.find(sentence.folded))), None)
    if came_in is None or _says_more(text) or not _only_acknowledges(mail.body.text):
        return None
    return _rule(Intent.AUTO_REPLY, 0.80, f"the words: {came_in.group()}")


def _says_more(text: Text) -> bool:
    """Return True when an acknowledgement or absence note also speaks of the claim, or of its end."""
    return find_endings(text, "body") != () or any(
        PAYMENT_CAME_IN.find(sentence.folded)
        or MONEY.find(sentence.folded)
        or (ABOUT_THE_CLAIM.find(sentence.folded) and not CAME_IN.find(sentence.folded))
        for sentence in text.sentences
    )


def _only_acknowledges(text: str) -> bool:
    """Return True when a text says, down to its closing, no more than that a letter came in and will be answered."""
    told = False
    for sentence in Text(text).sentences:
        kind = kind_of(sentence)
        if kind is not None and kind.name == "closing":
            break
        words = sentence.folded
        if RECEIVED.find(words) or CAME_IN.find(words) or PROMISE.find(words):
            told = True
        elif not is_harmless(sentence, DOUBT) and not (told and _is_names(sentence)):
            return False
    return True


def _is_names(sentence: Sentence) -> bool:
    return _NAMES.fullmatch(sentence.written.strip()) is not None and DOUBT.find(sentence.folded) is None


def unasked(mail: ParsedMail, *, routed: bool = False) -> Classification | None:
    """Spam, only when two signs agree and nothing in the text is about a debt.

    Args:
        routed: its sender has an inquiry of ours. Then only a mailing list's mail that sells is spam, not a letter with
            a line about a newsletter below.
    """
    whole = folded("\n".join([mail.subject, *(source.text for source in mail.sources)]))
    text = NO_CASE.without(whole)
    if ABOUT_A_CASE.find(text) or mail.in_reply_to:
        return None
    selling = {found.group() for found in SELLING.finditer(text)}
    listed = mail.header("List-Unsubscribe") is not None
    if routed and (not listed or len(selling) < _SELLS or ABOUT_THE_CLAIM.find(text) or OF_OUR_PLAN.find(text)):
        return None
    selling |= {found.group() for found in UNSUBSCRIBING.finditer(text)}
    if ABOUT_THE_FIELD.find(whole) and len(selling) < _SURE_SIGNS:
        return None
    flag, status = (folded(mail.header(name) or "") for name in ("X-Spam-Flag", "X-Spam-Status"))
    flagged = flag == "yes" or status.startswith("yes")
    signs = len(selling) + 2 * flagged + listed
    if signs < 2:
        return None
    why = ", ".join([*sorted(selling)[:3], *["X-Spam-Flag"] * flagged, *["List-Unsubscribe"] * listed])
    return _rule(Intent.SPAM, 0.90 if signs > 2 else 0.80, f"nothing about a debt, but {why}")


def _rule(intent: Intent, confidence: float, why: str) -> Classification:
    return Classification(intent=intent, confidence=confidence, method=Method.READER, why=why)
