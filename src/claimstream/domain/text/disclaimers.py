"""Lines that machines add below a mail: legal disclaimers, and the device that sent it."""

import re

from claimstream.domain.language import Rule
from claimstream.domain.text.text import folded

_REACH = r"[^.]{0,160}?"

DISCLAIMING = (
    Rule(
        "disclaimer_confidential",
        rf"{{mail_word}}{_REACH}{{confidential}}|{{confidential}}{_REACH}{{information_word}}",
        takes=("Diese E-Mail ist vertraulich.", "This message contains confidential information."),
        leaves=("Ihre Nachricht haben wir erhalten.",),
    ),
    Rule(
        "disclaimer_recipient",
        r"{wrong_recipient}",
        takes=("Wenn Sie nicht der richtige Adressat sind", "If you are not the intended recipient"),
        leaves=("Der Empfänger zahlt nicht.",),
    ),
    Rule(
        "disclaimer_error",
        r"{by_error}",
        takes=("diese E-Mail irrtümlich erhalten haben", "have received this message in error"),
        leaves=("irrtümlich gezahlt",),
    ),
    Rule(
        "disclaimer_use",
        r"{not_permitted} {gap}{passing_on}",
        takes=("die unbefugte Weitergabe dieser Mail", "unauthorized copying of this mail"),
        leaves=("die Weitergabe Ihrer Daten",),
    ),
    Rule(
        "disclaimer_sender",
        r"{tell_sender}",
        takes=("informieren Sie bitte sofort den Absender", "please notify the sender"),
        leaves=("Bitte informieren Sie uns.",),
    ),
    Rule(
        "disclaimer_destroy",
        r"{destroy_it}",
        takes=("und vernichten Sie diese Mail", "delete this message"),
        leaves=("Wir haben die Daten gelöscht.",),
    ),
    Rule(
        "disclaimer_nature",
        rf"{{nature}}{_REACH}{{printing}}",
        takes=("Denken Sie an die Umwelt, bevor Sie diese Mail drucken.", "Consider the environment before printing."),
        leaves=("Denken Sie an die Frist.",),
    ),
    Rule(
        "disclaimer_for_whom",
        r"{only_for} {gap}{only_for_whom}|{intended_for}",
        takes=("ausschließlich für den bezeichneten Adressaten bestimmt", "intended solely for the addressee"),
        leaves=("nur für die Zinsen",),
    ),
)
"""A paragraph that says two of these is a disclaimer."""
SENT_FROM = Rule(
    "sent_from_a_device",
    r"\A(?:{sent_by_device} (?:\w{1,12} ){0,3}?[^.]{0,40}?{device}|[^.]{0,60}?{device}[^.]{0,40}? {sent_by_device}|"
    r"get {device} for \w{2,12})[^.]{0,20}\.?\Z",
    takes=("Gesendet mit der Mail-App", "Von meinem iPhone gesendet", "Sent from my phone", "Get Outlook for iOS"),
    leaves=("Den Brief haben wir gesendet.", "Das Handy wurde zurückgesendet."),
    but=r"\b(?:haben|habe|hat|wir|ich|er|sie|zurueck\w{0,12})\b",
)
"""One line, as mail programs of phones add it."""
SAYS_SOMETHING = Rule(
    "disclaims_nothing",
    r"{says_something}|€|\d,\d{2}\b|\b[a-z]{2}\d{2} ?\d{4}\b",
    takes=("Unsere Forderung", "500,00", "DE12 3456", "Dem Vergleich stimmen wir zu."),
    leaves=("Diese E-Mail ist vertraulich.",),
)
"""What a creditor would want to say, however the paragraph goes on."""
_SHORTEST, _LONGEST = 40, 6_000
_LONGEST_LINE = 100
_AGREE = 2


def cut_disclaimers(text: str) -> tuple[str, str]:
    """Return the text without legal disclaimers and lines of devices, and those.

    A disclaimer is one paragraph that shows at least two of the phrases such texts are made of and nothing a creditor
    would want to say. Only that paragraph goes: what follows it may be the claim.
    """
    kept: list[str] = []
    cut: list[str] = []
    lines = text.split("\n")
    cut += [line for line in lines if _names_a_device(line)]
    text = "\n".join(line for line in lines if not _names_a_device(line)) if cut else text
    for piece in re.split(r"(\n[ \t]*(?:\n[ \t]*)+)", text):
        (cut if _is_disclaimer(piece) else kept).append(piece)
    return "".join(kept).strip("\n"), "\n\n".join(piece.strip() for piece in cut)


def _names_a_device(line: str) -> bool:
    return len(line) <= _LONGEST_LINE and SENT_FROM.find(folded(line)) is not None


def _is_disclaimer(paragraph: str) -> bool:
    if not _SHORTEST <= len(paragraph) <= _LONGEST:
        return False
    words = folded(paragraph)
    return not SAYS_SOMETHING.find(words) and sum(rule.find(words) is not None for rule in DISCLAIMING) >= _AGREE
