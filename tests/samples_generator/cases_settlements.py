"""Answers to second letters: accepted, declined, conditional, counter offers, undecided."""

from tests.samples_generator import documents, mime
from tests.samples_generator.case import NOTIFY, REVIEW, UPDATE, Case, Draft, Truth, says
from tests.samples_generator.world import Inquiry, World

PDF = "application/pdf"


def cases(world: World) -> list[Case]:
    return [
        _accepted_after_counsel(world),
        _accepted_in_pdf(world),
        _declined(world),
        _conditional(world),
        _conditional_in_english(world),
        _counter_offer(world),
        _counter_offer_without_amount(world),
        _counter_offer_beyond_the_debt(world),
        _undecided(world),
    ]


def _case(
    slug: str,
    inquiry: Inquiry,
    sender: tuple[str, str],
    subject: str,
    text: str,
    truth: Truth,
    phrase: str,
) -> Case:
    """A settlement response in the body of a mail to the reply address."""
    draft = Draft(inquiry.tenant, sender, subject, text.format(phrase=phrase), 15, to=inquiry.reply_address)
    return Case(slug, draft.encode(), truth.as_json(), (says(phrase, "settlement_response"),))


def _accepted_after_counsel(world: World) -> Case:
    client = world.client(world.nord, "9403/25", "Ansgar", "Middendorf")
    inquiry = client.owes("2350.00", "Stahlbau Hammerschlag", "werk@stahlbau-hammerschlag.example").letter("second")
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "settlement_response",
        fields={"settlement_decision": "accepted", "counter_offer_amount": None, "total_claim": None},
        tags=["body", "settlement", "accepted", "word-boundary"],
    )
    return _case(
        "settlement-accepted",
        inquiry,
        ("Stahlbau Hammerschlag", "werk@stahlbau-hammerschlag.example"),
        "Schuldenbereinigungsplan Middendorf",
        """Sehr geehrte Damen und Herren,

wir haben uns in der Geschäftsleitung beraten: {phrase}.

Stahlbau Hammerschlag
""",
        truth,
        "Ihrem Schuldenbereinigungsplan vom 01.10.2026 stimmen wir zu",
    )


def _accepted_in_pdf(world: World) -> Case:
    client = world.client(world.sued, "S-1603/26", "Leopoldine", "Marquardt")
    inquiry = client.owes("3200.00", "Möbelspedition Rollgut", "disposition@rollgut.example").letter("second")
    file = documents.letter(
        "Möbelspedition Rollgut",
        [
            "Frau Leopoldine Marquardt",
            "Sehr geehrte Damen und Herren,",
            "wir nehmen Ihren Vergleichsvorschlag an. Unsere Gesamtforderung von 3.340,00 EUR ist mit Erfüllung "
            "des Plans erledigt.",
        ],
        closing=["Möbelspedition Rollgut"],
    )
    phrase = "unsere unterschriebene Antwort auf den Vergleichsvorschlag liegt als PDF bei"
    draft = Draft(
        world.sued,
        ("Möbelspedition Rollgut", "disposition@rollgut.example"),
        "Annahme Ihres Vergleichsvorschlags Marquardt",
        f"Guten Tag,\n\n{phrase}.\n\nMöbelspedition Rollgut\n",
        16,
        to=inquiry.reply_address,
        files=[mime.attachment("Annahme.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        UPDATE,
        "settlement_response",
        fields={"settlement_decision": "accepted"},
        tags=["pdf", "settlement", "accepted", "amount-may-not-change"],
    )
    return Case("settlement-accepted-pdf", draft.encode(), truth.as_json(), (says(phrase, "settlement_response"),))


def _declined(world: World) -> Case:
    client = world.client(world.hafen, "H 103-26", "Hinrich", "Wulff")
    inquiry = client.owes("1730.00", "Fischhandel Makrelenhof", "kontor@makrelenhof.example").letter("second")
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "settlement_response",
        fields={"settlement_decision": "declined"},
        tags=["body", "settlement", "declined"],
    )
    return _case(
        "settlement-declined",
        inquiry,
        ("Fischhandel Makrelenhof", "kontor@makrelenhof.example"),
        "Ihr Vergleichsvorschlag Wulff",
        "Sehr geehrte Damen und Herren,\n\n{phrase}.\n\nFischhandel Makrelenhof\n",
        truth,
        "den Vergleichsvorschlag für Herrn Hinrich Wulff lehnen wir ab",
    )


def _conditional(world: World) -> Case:
    client = world.client(world.nord, "9406/25", "Theodora", "Lindequist")
    inquiry = client.owes("2900.00", "Treppenlift Aufwind GmbH", "service@treppenlift-aufwind.example").letter("second")
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "settlement_response",
        "settlement_conditional",
        fields={"settlement_decision": "accepted"},
        tags=["body", "settlement", "conditional"],
    )
    return _case(
        "settlement-conditional",
        inquiry,
        ("Treppenlift Aufwind", "service@treppenlift-aufwind.example"),
        "Schuldenbereinigungsplan Lindequist",
        """Sehr geehrte Damen und Herren,

{phrase}, sofern die erste Rate bis zum 15.11.2026 bei uns eingeht.

Treppenlift Aufwind GmbH
""",
        truth,
        "dem Schuldenbereinigungsplan Ihrer Mandantin stimmen wir zu",
    )


def _conditional_in_english(world: World) -> Case:
    client = world.client(world.sued, "S-1606/26", "Desmond", "Achterberg")
    inquiry = client.owes("5100.00", "Harborline Freight BV", "credit@harborline-freight.example").letter("second")
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "settlement_response",
        "settlement_conditional",
        fields={"settlement_decision": "accepted"},
        tags=["body", "settlement", "conditional", "english"],
    )
    return _case(
        "settlement-conditional-english",
        inquiry,
        ("Harborline Freight", "credit@harborline-freight.example"),
        "RE: Settlement plan Achterberg",
        """Dear Sirs,

{phrase}, but only if all other creditors agree as well.

Harborline Freight BV
""",
        truth,
        "we accept your settlement proposal for Mr Achterberg",
    )


def _counter_offer(world: World) -> Case:
    client = world.client(world.nord, "9409/25", "Alma", "Freudenreich")
    inquiry = client.owes("3600.00", "Autovermietung Rückenwind", "flotte@rueckenwind.example").letter("second")
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "settlement_response",
        fields={"settlement_decision": "counter_offer", "counter_offer_amount": "1200.00"},
        tags=["body", "settlement", "counter-offer"],
    )
    return _case(
        "counter-offer",
        inquiry,
        ("Autovermietung Rückenwind", "flotte@rueckenwind.example"),
        "Gegenvorschlag zu Ihrem Vergleich Freudenreich",
        """Sehr geehrte Damen und Herren,

{phrase}: Wir verzichten auf die
weitere Beitreibung gegen eine Einmalzahlung von 1.200,00 EUR.

Autovermietung Rückenwind
""",
        truth,
        "zu Ihrem Vergleichsvorschlag machen wir folgenden Gegenvorschlag",
    )


def _counter_offer_without_amount(world: World) -> Case:
    client = world.client(world.sued, "S-1609/26", "Eberhard", "Stollberg")
    inquiry = client.owes("2700.00", "Natursteinwerk Quarzader", "bruch@quarzader.example").letter("second")
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "settlement_response",
        "counter_offer",
        fields={"settlement_decision": "counter_offer", "counter_offer_amount": None},
        tags=["body", "settlement", "counter-offer"],
    )
    return _case(
        "counter-offer-without-amount",
        inquiry,
        ("Natursteinwerk Quarzader", "bruch@quarzader.example"),
        "Ihr Vergleichsvorschlag Stollberg",
        """Sehr geehrte Damen und Herren,

{phrase}: eine deutlich
höhere Quote und eine kürzere Laufzeit.

Natursteinwerk Quarzader
""",
        truth,
        "statt Ihres Vergleichsvorschlags unterbreiten wir einen Gegenvorschlag",
    )


def _counter_offer_beyond_the_debt(world: World) -> Case:
    client = world.client(world.hafen, "H 105-26", "Jördis", "Petersdorff")
    inquiry = client.owes("900.00", "Yachtcharter Seemeile", "buchung@yachtcharter-seemeile.example").letter("second")
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "settlement_response",
        "counter_offer",
        fields={"settlement_decision": "counter_offer", "counter_offer_amount": "2400.00"},
        tags=["body", "settlement", "counter-offer"],
    )
    return _case(
        "counter-offer-beyond-the-debt",
        inquiry,
        ("Yachtcharter Seemeile", "buchung@yachtcharter-seemeile.example"),
        "Gegenvorschlag Petersdorff",
        "Sehr geehrte Damen und Herren,\n\n{phrase}.\n\nYachtcharter Seemeile\n",
        truth,
        "unser Gegenvorschlag zu Ihrem Vergleich lautet: Zahlung von 2.400,00 EUR",
    )


def _undecided(world: World) -> Case:
    client = world.client(world.nord, "9412/25", "Notburga", "Wiesenthal")
    inquiry = client.owes("6400.00", "Genossenschaftsbank Talaue", "marktfolge@gb-talaue.example").letter("second")
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "settlement_response",
        "settlement_unclear",
        fields={"settlement_decision": "unclear"},
        tags=["body", "settlement", "unclear"],
    )
    return _case(
        "settlement-undecided",
        inquiry,
        ("GB Talaue Marktfolge", "marktfolge@gb-talaue.example"),
        "Ihr Schuldenbereinigungsplan Wiesenthal",
        """Sehr geehrte Damen und Herren,

{phrase}.
Der Kreditausschuss tagt erst im November; wir kommen dann auf Sie zu.

Genossenschaftsbank Talaue
""",
        truth,
        "über den Schuldenbereinigungsplan können wir derzeit noch nicht entscheiden",
    )
