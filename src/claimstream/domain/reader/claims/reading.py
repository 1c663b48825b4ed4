"""From a text and its amounts to claims, step by step: each step takes the claims as the one before left them."""

from collections.abc import Collection, Sequence

from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.reader.claims.balance import balanced
from claimstream.domain.reader.claims.claim import Claim
from claimstream.domain.reader.claims.dated import without_earlier
from claimstream.domain.reader.claims.doubts import with_doubts
from claimstream.domain.reader.claims.lists import with_labels_above
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.claims.sentences import claims_of_sentences
from claimstream.domain.reader.claims.sums import with_fees_owed, without_fees, without_items
from claimstream.domain.reader.claims.tables import with_headings


def read_claims(text: str, tokens: Sequence[AmountToken], names: Collection[str] = frozenset()) -> tuple[Claim, ...]:
    """What each of the amounts of ``text`` stands for, in their order.

    ``names`` are the words (folded) of the people and companies of the letter: they say nothing about a figure.
    """
    page = Page(text, tokens)
    claims = claims_of_sentences(page)
    claims = with_headings(page, claims)
    claims = with_labels_above(page, claims)
    claims = with_fees_owed(page, claims)
    claims = balanced(page, claims)
    claims = without_earlier(page, claims)
    claims = without_items(page, claims)
    claims = without_fees(page, claims)
    return with_doubts(page, claims, names)
