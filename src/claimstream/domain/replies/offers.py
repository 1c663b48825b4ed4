"""The amount of a counter offer: the one sum that the creditor itself would take."""

import re
from collections.abc import Sequence
from decimal import Decimal

from claimstream.domain.language import Rule
from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.replies.answer_rules import AGREES, ASKS, OFFERS, REFUSES, REFUSES_BY_DENIAL, WORDS_OF_OFFER
from claimstream.domain.replies.answers import QUOTES, is_left
from claimstream.domain.replies.insertions import bare

NOT_THE_OFFER = Rule(
    "not_the_offer",
    r"(?:{theirs}|{noun_of_claim})(?:(?!#money|#share|mithin|gegen).){0,60}?\Z",
    takes=("statt der angebotenen", "unsere Forderung in Höhe von", "von Ihrem Vorschlag über"),
    leaves=("gegen Zahlung von", "Vergleichssumme:"),
)
"""Before an amount: it is the debtor's offer, or the claim."""

IS_THE_OFFER = Rule(
    "is_the_offer",
    r"{equals}:? ?\Z",
    takes=("40 % der Hauptforderung, das sind", "mithin"),
    leaves=("40 % der Hauptforderung von",),
)
"""Right before an amount: the sum of a quota."""

MONTHLY = Rule(
    "monthly",
    r"\A.{0,25}?{monthly}|{monthly}.{0,30}?\Z",
    takes=("monatlich", "pro Monat", "a month"),
    leaves=("einmalig",),
)

OTHERS_OFFER = Rule(
    "offer_of_others",
    r"\b(?:sie|er|(?:der|die) schuldner\w*|ihre? mandant\w*|(?:der|die) mandant\w*) (?:bieten|bietet|boten|schlagen|"
    r"schlaegt)\b|\b(?:bieten|bietet) sie\b|"
    r"\byou (?:offer|propose)\w*\b|\bhaben\b.{0,80}\b(?:genannt|gemacht|unterbreitet|angeboten)\b|"
    r"\b(?:auf|the) #money (?:zu )?verzicht\w*|\bverzicht\w* auf (?:die |den )?#money|#money (?:zu )?(?:erlassen|"
    r"nachzulassen)|"
    r"\b(?:waive|erlassen|erlass von) (?:the |ihnen )?#money|\bbis zu #money|\bkein\w{0,2} (?:\w{1,20} )?(?:gegen|"
    r"alternativ)|#money.{0,200}{denial}|\b(?:nicht|keinen) bereit\b",
    takes=("Sie bieten uns #money an.", "Wir könnten auf #money verzichten.", "up: wir erlassen #money"),
    leaves=("Wir bieten #money an.",),
)
"""An amount that is not asked for."""

DEADLINE = Rule(
    "deadline",
    r",? ?\bprovided (?:that )?(?:the )?payment is (?:received|made) by #date|"
    r",? ?\b(?:zahlbar |faellig |eingehend |spaetestens ){0,3}(?:bis(?: spaetestens)?(?: zum| zur| an|"
    r" einschliesslich)?|zum|am|by|until|before) "
    r"(?:the )?#date(?: (?:bei uns )?(?:eingehend|faellig|zahlbar))?|"
    r"\b(?:innerhalb|binnen)(?: von)? (?:\d{1,2}|{small_number}) {time_unit}(?: (?:ab|nach) (?:annahme|zugang|"
    r"zustimmung|abschluss))?|"
    r"\bwithin (?:\d{1,2}|{small_number}) {time_unit}",
    takes=("bis zum #date", "innerhalb von vier Wochen", "within 30 days"),
    leaves=("bis zu #money",),
)


def offered(low: str, amounts: Sequence[AmountToken]) -> set[Decimal] | None:
    """Return the amounts that a marked sentence asks for; None where they may mean something else.

    ``amounts`` are those behind its ``#money`` marks, in order.
    """
    marks = list(re.finditer("#money", low))
    if len(marks) != len(amounts) or MONTHLY.find(low):
        return None
    found = set()
    for mark, amount in zip(marks, amounts, strict=True):
        before = low[max(0, mark.start() - 120) : mark.start()]
        if IS_THE_OFFER.find(before) or not NOT_THE_OFFER.find(before):
            if amount.value is None:
                return None
            found.add(amount.value)
    return found


def offers_plainly(low: str) -> bool:
    """Whether a marked sentence is the writer's own offer: not a past one, a rough one, or one of several parts."""
    if QUOTES.search(low) or ASKS.find(low) or OTHERS_OFFER.find(low) or MONTHLY.find(low):
        return False
    return not is_left(WORDS_OF_OFFER, DEADLINE.without(bare(low)), OFFERS, REFUSES_BY_DENIAL, REFUSES, AGREES)
