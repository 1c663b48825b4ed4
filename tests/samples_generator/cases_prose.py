"""Letters in free prose, which nobody settles by rules: the scripted model reads them."""

from typing import Any

from tests.samples_generator.case import NOTIFY, REVIEW, Case, Draft, Truth, extracts, quoted, says
from tests.samples_generator.world import Inquiry, World

from claimstream.local.claude.script import ScriptedAnswer


def cases(world: World) -> list[Case]:
    return [
        _claim(world),
        _claim_in_english(world),
        _acceptance(world),
        _refusal(world),
        _counter_offer(world),
        _silence_by_principle(world),
        _who_are_you(world),
    ]


def _case(
    slug: str,
    inquiry: Inquiry,
    sender: tuple[str, str],
    subject: str,
    text: str,
    truth: Truth,
    phrase: str,
    *values: ScriptedAnswer,
) -> Case:
    draft = Draft(inquiry.tenant, sender, subject, text, 17, to=inquiry.reply_address)
    assert phrase in text
    assert truth.intent is not None
    return Case(slug, draft.encode(), truth.as_json(), (says(phrase, truth.intent, 0.88), *values))


def _decision(phrase: str, decision: str, amount: str | None = None) -> ScriptedAnswer:
    answer: dict[str, Any] = {"decision": decision, "conditions": [], "counter_offer_amount": amount, "quote": phrase}
    return extracts(phrase, settlement=answer)


def _claim(world: World) -> Case:
    client = world.client(world.nord, "9503/25", "Annika", "Vollbrecht")
    inquiry = client.owes("2200.00", "Keramikatelier Tonscherbe", "atelier@tonscherbe.example").letter()
    phrase = "Unterm Strich müsste sie uns noch 2.310,40 € bringen, dann wären wir quitt"
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="2310.40",
        needs_model=True,
        tags=["body", "prose"],
    )
    text = f"""Hallo zusammen,

die Frau Vollbrecht, ja, an die erinnern wir uns gut. Die Töpferscheibe war ja schon gebraucht,
den Brennofen hat sie nach der ersten Anzahlung nie wieder erwähnt.
{phrase}.

Herzlich
Ihre Tonscherben
"""
    values = extracts(
        phrase, total_claim=quoted("2310.40", "müsste sie uns noch 2.310,40 € bringen", "Unterm Strich", "total")
    )
    return _case(
        "prose-claim",
        inquiry,
        ("Atelier", "atelier@tonscherbe.example"),
        "Die Töpferscheibe",
        text,
        truth,
        phrase,
        values,
    )


def _claim_in_english(world: World) -> Case:
    client = world.client(world.sued, "S-1703/26", "Juliane", "Ahornfelder")
    inquiry = client.owes("4100.00", "Marlow & Finch Tutors", "bursar@marlow-finch.example").letter()
    phrase = "By our reckoning Juliane is in for EUR 4,275.50 all told"
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="4275.50",
        needs_model=True,
        tags=["body", "prose", "english"],
    )
    text = f"""Hello there,

we were sorry to hear about Juliane's troubles. She sat with us for two terms and a bit.
{phrase}, give or take nothing.

Cheers
The Bursar
"""
    values = extracts(phrase, total_claim=quoted("4275.50", "EUR 4,275.50 all told", "all told", "total"))
    return _case(
        "prose-claim-english",
        inquiry,
        ("The Bursar", "bursar@marlow-finch.example"),
        "Juliane",
        text,
        truth,
        phrase,
        values,
    )


def _acceptance(world: World) -> Case:
    client = world.client(world.nord, "9506/25", "Winfried", "Obermoser")
    inquiry = client.owes("1980.00", "Gasthof Krummer Hund", "wirt@krummer-hund.example").letter("second")
    phrase = "Damit können wir leben, machen Sie das so"
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "settlement_response",
        fields={"settlement_decision": "accepted"},
        needs_model=True,
        tags=["body", "prose", "settlement", "accepted"],
    )
    text = f"""Servus,

meine Frau und ich haben Ihren Brief am Küchentisch durchgerechnet. {phrase}.

Der Wirt vom Krummen Hund
"""
    values = _decision(phrase, "accepted")
    return _case(
        "prose-acceptance", inquiry, ("Wirt", "wirt@krummer-hund.example"), "Ihr Brief", text, truth, phrase, values
    )


def _refusal(world: World) -> Case:
    client = world.client(world.hafen, "H 107-26", "Meinhard", "Sassnitz")
    inquiry = client.owes("7250.00", "Segelmacherei Rahtuch", "loft@rahtuch.example").letter("second")
    phrase = "Bevor wir auf drei Viertel des Geldes verzichten, warten wir lieber noch zehn Jahre"
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "settlement_response",
        fields={"settlement_decision": "declined"},
        needs_model=True,
        tags=["body", "prose", "settlement", "declined"],
    )
    text = f"Moin,\n\nso nicht. {phrase}.\n\nRahtuch\n"
    values = _decision(phrase, "declined")
    return _case(
        "prose-refusal", inquiry, ("Rahtuch", "loft@rahtuch.example"), "Ihr Schreiben", text, truth, phrase, values
    )


def _counter_offer(world: World) -> Case:
    client = world.client(world.sued, "S-1706/26", "Cordula", "Nachtweih")
    inquiry = client.owes("4400.00", "Uhrmacherei Unruh", "uhr@uhrmacherei-unruh.example").letter("second")
    phrase = "bei 1.500 Euro glatt würden wir die Sache schließen"
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "settlement_response",
        fields={"settlement_decision": "counter_offer", "counter_offer_amount": "1500.00"},
        needs_model=True,
        tags=["body", "prose", "settlement", "counter-offer"],
    )
    text = f"Guten Abend,\n\nlegen Sie noch ein bisschen drauf: {phrase}.\n\nUhrmacherei Unruh\n"
    values = _decision(phrase, "counter_offer", "1500.00")
    return _case(
        "prose-counter-offer",
        inquiry,
        ("Unruh", "uhr@uhrmacherei-unruh.example"),
        "Nachtweih",
        text,
        truth,
        phrase,
        values,
    )


def _silence_by_principle(world: World) -> Case:
    client = world.client(world.nord, "9509/25", "Ludger", "Hammerstein")
    inquiry = client.owes("3890.00", "Autoteile Schraubstock", "lager@schraubstock.example").letter()
    phrase = "Mit Leuten wie Ihnen reden wir aus Prinzip nicht"
    truth = Truth(inquiry, "reply_code", REVIEW, "rejection", needs_model=True, tags=["body", "prose", "rejection"])
    text = f"Tach,\n\n{phrase}. Wir holen uns unser Geld schon selbst.\n\nSchraubstock\n"
    return _case(
        "prose-rejection", inquiry, ("Lager", "lager@schraubstock.example"), "Hammerstein", text, truth, phrase
    )


def _who_are_you(world: World) -> Case:
    client = world.client(world.hafen, "H 109-26", "Dörte", "Klabunde")
    inquiry = client.owes("655.00", "Imkerei Wabenfleiß", "honig@wabenfleiss.example").letter()
    phrase = "Wer sind Sie denn überhaupt, und steckt Frau Klabunde wirklich dahinter?"
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "clarification_request",
        needs_model=True,
        tags=["body", "prose", "clarification"],
    )
    text = f"Guten Tag,\n\n{phrase} Mein Mann meint, so etwas müsse man sich schriftlich zeigen lassen.\n\nI. Fleiß\n"
    return _case("prose-clarification", inquiry, ("I. Fleiß", "honig@wabenfleiss.example"), "?", text, truth, phrase)
