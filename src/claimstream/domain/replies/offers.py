"""The amount of a counter offer: the one sum that the creditor itself would take.

Offers are worded in any number of ways; what makes their sum another one is a small class of meanings. So a sentence
that offers is taken at its word unless it says one of these: a rate, a part, a rough figure, further costs, another
condition than payment, a decision to come, an offer of the past or of somebody else.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from claimstream.domain.language import Rule
from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.replies.answer_rules import (
    AGREES,
    ASKS,
    BY_OTHERS,
    OFFERED_SHARE,
    OFFERS,
    REASONS,
    REFUSES,
    REFUSES_BY_DENIAL,
    WORDS_OF_OFFER,
)
from claimstream.domain.replies.answers import QUOTES, is_closed, is_left
from claimstream.domain.replies.insertions import bare
from claimstream.domain.replies.plan import PLAN

NOT_THE_OFFER = Rule(
    "not_the_offer",
    r"(?:{theirs}|{noun_of_claim})(?:(?!#money|#share|mithin|gegen|\b(?:wir|ich|we)\b|"
    r"\beinmal(?:ig)?\b|\b(?:durch|mit|bei) (?:\w{1,20} ){0,3}\w{0,20}(?:zahlung|betrag|summe)).){0,60}?\Z",
    takes=("statt der angebotenen", "unsere Forderung in Höhe von", "von Ihrem Vorschlag über"),
    leaves=(
        "gegen Zahlung von",
        "Vergleichssumme:",
        "Ihrem Vorschlag stellen wir entgegen:",
        "die Forderung mit einmalig",
    ),
)
"""Before an amount: it is the debtor's offer, or the claim."""

IS_THE_OFFER = Rule(
    "is_the_offer",
    r"{equals}:? ?\Z",
    takes=("40 % der Hauptforderung, das sind", "mithin"),
    leaves=("40 % der Hauptforderung von",),
)
"""Right before an amount: the sum of a quota."""

NO_PRICE = Rule(
    "no_price",
    r"(?:{no_price}(?: (?:von|ueber|in hoehe von|of))?|{moved_by}(?: die| the)?) ?\Z",
    takes=("ein Nachlass von", "um", "die Verfahrenskosten von"),
    leaves=("ein Betrag von", "ein Vergleich über"),
    but=r"\b\w{0,30}(?:vergleich|zahlung|betrag|summe|angebot|vorschlag)\w{0,2} ueber ?\Z",
)
"""Right before an amount: it is what is let go, what was earned, what something costs, or a step up."""

NO_PRICE_BEHIND = Rule(
    "no_price_behind",
    r"\A ?(?:\w{1,12} )??{behind_no_price}",
    takes=(" Nachlass", " Euro Schulden"),
    leaves=(" zahlt",),
)

COUNTERS_PLAN = Rule(
    "counters_plan",
    r"{counter_noun} (?:zu|auf|to) (?:ihre\w?|de[mnrs]|das|your|the) (?:\w{1,30} ){0,2}?" + PLAN,
    takes=("unser Gegenvorschlag zu Ihrem Vergleich lautet", "our counter-offer to your proposal"),
    leaves=("zu Ihrem Vergleich", "Ihr Gegenvorschlag"),
)
"""The debtor's plan is named, but the sum behind it is the writer's."""

MONTHLY = Rule(
    "monthly",
    "{monthly}",
    takes=("monatlich", "pro Monat", "72 Monate lang", "a month"),
    leaves=("einmalig",),
)

OTHERS_OFFER = Rule(
    "offer_of_others",
    r"\b(?:sie|er|(?:der|die) schuldner\w*|ihre? mandant\w*|(?:der|die) mandant\w*) (?:bieten|bietet|boten|schlagen|"
    r"schlaegt|hat|haben|hatten?)\b(?! (?:uns|mich) (?:beauftragt|ermaechtigt|gebeten))|\b(?:bieten|bietet) sie\b|"
    r"\byou (?:offer|propose)\w*\b|"
    r"\b(?:haben|hatten?|wurden?)\b.{0,80}\b(?:genannt|gemacht|unterbreitet|angeboten|geschlossen|zugestimmt)\b|"
    r"\b(?:hat|haben|hatten?|wurden?|sind|ist)\b.{0,80}(?:{paid}|{taken_in})|"
    r"(?:{paid}|{taken_in}) (?:hat|haben|hatten?|wurden?|sind|ist)\b|"
    r"{wants_offer}.{0,40}?(?:{counter_noun}|{plan_head})|"
    r"\b(?:auf|the) #money (?:zu )?verzicht\w*|\bverzicht\w* auf (?:die |den )?#money|#money (?:zu )?(?:erlassen|"
    r"nachzulassen|nachlassen)|"
    r"\b(?:waive|erlassen|erlass von) (?:the |ihnen )?#money|\bkein\w{0,2} (?:\w{1,20} )?(?:gegen|"
    r"alternativ|vergleich)|#money.{0,200}{denial}|\b(?:nicht|keinen) bereit\b",
    takes=("Sie bieten uns #money an.", "Wir könnten auf #money verzichten.", "up: wir erlassen #money"),
    leaves=("Wir bieten #money an.", "Sie hat uns beauftragt, Ihnen #money vorzuschlagen."),
)
"""An amount that is not asked for."""

DEADLINE = Rule(
    "deadline",
    r",? ?\bprovided (?:that )?(?:the )?payment is (?:received|made) by #date|"
    r",? ?\b(?:zahlbar |faellig |eingehend |spaetestens ){0,3}(?:bis(?: spaetestens)?(?: zum| zur| an|"
    r" einschliesslich)?|zum|am|by|until|before) "
    r"(?:the )?#date(?: (?:bei uns )?(?:eingehend|faellig|zahlbar))?|"
    r"\b(?:innerhalb|binnen|within)\b(?: \w{1,12}){0,3}? {time_unit}(?: (?:ab|nach) (?:annahme|zugang|"
    r"zustimmung|abschluss))?",
    takes=("bis zum #date", "innerhalb von vier Wochen", "within 30 days"),
    leaves=("bis zu #money",),
)

IF_PAID = Rule(
    "if_paid",
    r"\b(?:wenn|falls|sofern|sobald|soweit|vorausgesetzt|if|once|nur (?:bei|gegen|nach))\b[^.;:]{0,160}?{pays_sum}",
    takes=("sofern der Betrag bis Ende Januar eingeht", "wenn Ihr Mandant #money zahlt"),
    leaves=("sofern alle zustimmen",),
)
"""No condition beside the sum itself."""

IN_PLACE_OF = Rule(
    "in_place_of_rates_or_share",
    r"\b(?:statt|anstelle|anstatt|instead of) (?:\w{1,20} ){0,4}?"
    r"(?:#share|raten(?:plan|zahlung)\w{0,3}\b|"
    r"\w{0,30}(?:raten?|instalments?)\b(?: (?:von|zu|in hoehe von|of)(?: je)? #money)?)",
    takes=("anstelle der angebotenen 48 Raten zu je #money", "statt der gebotenen #share"),
    leaves=("48 Raten zu je #money",),
)

REST_LATER = Rule(
    "rest_later",
    r"\b(?:der|den|the) (?:rest|restbetrag|restliche \w{1,20}|remainder|balance)\b",
    takes=("#money sofort, den Rest im Juni",),
    leaves=("auf die Restforderung",),
    but="{ends_claim}",
)

SHARE_ALONE = Rule(
    "share_alone",
    r"#share(?![^,;#]{0,60}{denial})(?!(?:(?!#money|#share).){0,60}?(?:{equals}[: ]{0,2}|\( ?)#money)",
    takes=("#share der Forderung", "#share, mindestens #money"),
    leaves=("#share der Hauptforderung, mithin #money", "eine Quote von #share (#money)", "#share reichen nicht"),
)
"""A share that the amount beside it is not the sum of."""

UNSETTLED_SUM = Rule(
    "unsettled_sum",
    r"{offer_unsure}|{sum_added}|{other_terms}|{condition}|{doubt}|{delay}|{rough}(?: \w{1,20}){0,2} #money|"
    r"#money {rough}|\b(?:eine\w?|in|per|als|durch|mit) (?:\w{1,20} )?raten(?:zahlung|plan)\w{0,2}\b",
    takes=("etwa #money", "#money zuzüglich Kosten", "sofern alle zustimmen", "ab #money", "plus costs"),
    leaves=("eine Einmalzahlung von #money", "a lump sum of #money", "Ihre Ratenzahlung"),
)

PAST = Rule(
    "past",
    r"\b(?:hat|haben|hatten?|haetten?|wurden?|has|have|had|was|were)\b",
    takes=("Sie hat einmalig #money gezahlt.",),
    leaves=("Sie zahlt einmalig #money.",),
)

ENDS_CLAIM = Rule(
    "ends_claim",
    "{ends_claim}|{counter_noun}",
    takes=("dann ist die Sache erledigt", "sind wir quitt"),
    leaves=("zahlt #money",),
)

ONE_PAYMENT = Rule(
    "one_payment",
    r"{single_payment}(?: \w{1,20}){0,3} #money|#money(?: \w{1,20}){0,2} {single_payment}|"
    r"#money.{0,40}?{pays_sum}.{0,120}?{rest_let_go}|{pays_sum}.{0,40}?#money.{0,120}?{rest_let_go}",
    takes=("zahlt einmalig #money", "zahlt sie #money, verzichten wir auf den Rest", "#money as a lump sum"),
    leaves=("zahlt #money", "auf den Rest von #money verzichten wir"),
)


def offered(low: str, amounts: Sequence[AmountToken]) -> set[Decimal] | None:
    """Return the amounts that a marked sentence asks for; None where they may mean something else.

    ``amounts`` are those behind its ``#money`` marks, in order.
    """
    low = COUNTERS_PLAN.without(low)
    marks = list(re.finditer("#money", low))
    if len(marks) != len(amounts):
        return None
    found: list[Decimal] = []
    for mark, amount in zip(marks, amounts, strict=True):
        before = low[max(0, mark.start() - 120) : mark.start()]
        if NO_PRICE.find(before) or NO_PRICE_BEHIND.find(low[mark.end() : mark.end() + 60]):
            return None
        if IS_THE_OFFER.find(before) or not NOT_THE_OFFER.find(before):
            if amount.value is None:
                return None
            found.append(amount.value)
    # Twice the same sum is two payments.
    return None if len(found) > 1 else set(found)


def offers_plainly(low: str) -> bool:
    """Return whether a marked sentence is the writer's own offer: not a past one, a rough one, or one of several parts.

    One that only announces its sum may say why it is made.
    """
    if QUOTES.search(low) or ASKS.find(low) or OTHERS_OFFER.find(low):
        return False
    rest = REASONS.compiled.sub(_without_reason, low)
    rest = DEADLINE.without(IF_PAID.without(IN_PLACE_OF.without(OFFERED_SHARE.without(bare(rest)))))
    if any(rule.find(rest) for rule in (MONTHLY, UNSETTLED_SUM, REST_LATER, SHARE_ALONE)):
        return False
    return "#money" not in low or not is_left(WORDS_OF_OFFER, rest, OFFERS, REFUSES_BY_DENIAL, REFUSES, AGREES)


def _without_reason(reason: re.Match[str]) -> str:
    """Return what must stay of a reason: all of it where it may say more of the offer."""
    return " " if is_closed(reason.group(), reason=True) else reason.group()


def names_a_price(low: str) -> bool:
    """Return whether a marked sentence names the payment that would end the matter, without a word of offering."""
    return (
        low.count("#money") > 0
        and PAST.find(low) is None
        and BY_OTHERS.find(low) is None
        and ENDS_CLAIM.find(low) is not None
        and ONE_PAYMENT.find(low) is not None
        and offers_plainly(low)
    )
