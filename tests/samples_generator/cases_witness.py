"""A letter that the rules settle, and whose write the model stops when it is asked as a witness."""

from tests.samples_generator.case import ANY, NOTIFY, REVIEW, Case, Draft, Truth, testifies
from tests.samples_generator.world import World


def cases(world: World) -> list[Case]:
    return [_cello(world)]


def _cello(world: World) -> Case:
    """Whether the cello counts nobody can tell: to write the figure is not wrong, to ask is better."""
    client = world.client(world.sued, "S-1741/26", "Rosalind", "Wintermantel")
    inquiry = client.owes("1500.00", "Musikschule Rittersporn", "buero@musikschule-rittersporn.example").letter()
    figure = "die Gesamtforderung gegen Rosalind Wintermantel beträgt 1.764,30 EUR (Stand 12.10.2026)"
    against = "Ihr Cello steht seit September bei uns in der Diele"
    text = f"""Guten Tag,

{figure}.
{against}, und meine Frau spielt jeden Abend darauf.

Freundliche Grüße
Musikschule Rittersporn
"""
    truth = Truth(
        inquiry,
        "reply_code",
        [*NOTIFY, *REVIEW],
        "claim_statement",
        ANY,
        writes=True,
        total="1764.30",
        tags=["body", "witness"],
    )
    expected = truth.as_json()
    del expected["current_amount_after"]  # either will do
    draft = Draft(
        inquiry.tenant,
        ("Musikschule Rittersporn", "buero@musikschule-rittersporn.example"),
        "Forderung Wintermantel",
        text,
        17,
        to=inquiry.reply_address,
    )
    script = testifies(figure, "no", (against, "the school may keep the cello in place of money"))
    return Case("witness-disagrees", draft.encode(), expected, (script,))
