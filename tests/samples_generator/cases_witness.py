"""A letter whose figure the rules and the model read alike, and of which the model, asked as a witness, doubts it."""

from tests.samples_generator.case import NOTIFY, Case, Draft, Truth, extracts, quoted, says, testifies
from tests.samples_generator.world import World


def cases(world: World) -> list[Case]:
    return [_pledge(world)]


def _pledge(world: World) -> Case:
    """Whether the cello counts nobody can tell: writing the figure would not be wrong, asking is better."""
    client = world.client(world.sued, "S-1741/26", "Rosalind", "Wintermantel")
    inquiry = client.owes("1500.00", "Larkspur School of Music", "bursar@larkspur-music.example").letter()
    phrase = "By our reckoning Rosalind is in for EUR 1,764.30 all told"
    against = "my wife would sooner keep it than see a penny of that"
    text = f"""Hello there,

of course we remember Rosalind, she sat with us for two winters.
{phrase}.
Her cello has been standing in our hall since September, and {against}.

Kind regards
The Bursar
"""
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="1764.30",
        needs_model=True,
        tags=["body", "prose", "witness"],
    )
    draft = Draft(
        inquiry.tenant,
        ("The Bursar", "bursar@larkspur-music.example"),
        "Two winters of lessons",
        text,
        17,
        to=inquiry.reply_address,
    )
    script = (
        says(phrase, "claim_statement", 0.88),
        extracts(phrase, total_claim=quoted("1764.30", "is in for EUR 1,764.30 all told", "all told", "total")),
        testifies(phrase, "no", (against, "the school may keep the cello in place of the money")),
    )
    return Case("witness-disagrees", draft.encode(), truth.as_json(), script)
