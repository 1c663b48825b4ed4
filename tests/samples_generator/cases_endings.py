"""Claims that their own mail takes back: a figure stands there, and nothing is written."""

from tests.samples_generator.case import REVIEW, Case, Draft, Truth, says
from tests.samples_generator.world import World


def cases(world: World) -> list[Case]:
    return [_sold(world)]


def _sold(world: World) -> Case:
    client = world.client(world.nord, "9511/25", "Alheit", "Poggensee")
    inquiry = client.owes("1120.00", "Segelmacherei Schotstek", "kontor@schotstek.example").letter()
    phrase = "Die Forderung haben wir zum 30.09.2026 an die Brückner Finanz GmbH verkauft"
    text = f"""Guten Tag,

die Gesamtforderung gegen Frau Alheit Poggensee betrug zuletzt 1.184,60 EUR.

Gesamtforderung: 1.184,60 EUR

{phrase}; bitte wenden Sie sich dorthin.

Segelmacherei Schotstek
"""
    draft = Draft(
        world.nord,
        ("Segelmacherei Schotstek", "kontor@schotstek.example"),
        "Poggensee",
        text,
        9,
        to=inquiry.reply_address,
    )
    truth = Truth(
        inquiry, "reply_code", REVIEW, "claim_statement", "claim_ended", total="1184.60", tags=["body", "sold"]
    )
    return Case("claim-sold", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))
