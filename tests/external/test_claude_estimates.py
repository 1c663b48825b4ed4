"""The estimate of a question is never below its bill."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from tests.external.conftest import Entrance

from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import Shown, Source, SourceKind
from claimstream.external.claude import Claude, ClaudeOptions
from claimstream.external.claude_estimates import (
    IMAGE_TOKENS,
    PAGE_TOKENS,
    UNKNOWN_PAGES,
    highest_cost_usd,
    text_tokens,
)
from claimstream.external.claude_prices import Usage, cost_usd
from claimstream.local.claude.server import ClaudeServer

MODEL = "claude-sonnet-5-5"


class Purse:
    """Remembers what it was asked for, and how many requests had left by then."""

    def __init__(self, server: ClaudeServer) -> None:
        self._server = server
        self.reserved: list[tuple[Decimal, int]] = []
        self.given_back = 0

    async def reserve(self, highest_cost_usd: Decimal) -> None:
        self.reserved.append((highest_cost_usd, len(self._server.requests)))

    async def give_back(self) -> None:
        self.given_back += 1


@pytest.fixture
async def server() -> AsyncIterator[ClaudeServer]:
    async with ClaudeServer() as running:
        yield running


@pytest.fixture
async def claude(entrance: Entrance, server: ClaudeServer) -> AsyncIterator[Claude]:
    client = Claude(entrance.door, ClaudeOptions(api_key=server.api_key, base_url=server.base_url))
    yield client
    await client.close()


@pytest.fixture
def purse(server: ClaudeServer) -> Purse:
    return Purse(server)


@pytest.fixture
def guarded(claude: Claude, purse: Purse) -> Claude:
    return claude.guarded(lambda: None, purse)


def source(text: str) -> Source:
    return Source(
        source_id="body", kind=SourceKind.BODY, name="body", media_type="text/plain", size=1, sha256="0" * 64, text=text
    )


def test_a_token_is_at_least_a_byte() -> None:
    assert text_tokens("Zahlung", "über 5 €") == 7 + 11


def test_the_estimate_counts_every_attempt_and_the_dearest_input() -> None:
    once = cost_usd(MODEL, Usage(cache_creation_tokens=11_000, output_tokens=8_192))
    twice = cost_usd(MODEL, Usage(cache_creation_tokens=11_000, output_tokens=16_384))
    assert highest_cost_usd(MODEL, 10_000, [8_192, 16_384]) == once + twice


def test_a_long_prompt_counts_at_the_price_of_long_prompts() -> None:
    assert highest_cost_usd("claude-haiku-5-5", 100_000, [0]) == Decimal("0.063125")


@pytest.mark.parametrize("text", ["Saldo 5,00 EUR", "8WEX3 " * 5_000, "Öffnung\n" * 300])
async def test_no_question_costs_more_than_was_reserved_before_it_left(
    guarded: Claude, purse: Purse, text: str
) -> None:
    answer = await guarded.extract(source(text), intent=Intent.CLAIM_STATEMENT, letter=None)
    ((reserved, asked),) = purse.reserved
    assert asked == 0
    assert answer.cost_usd <= reserved
    assert purse.given_back == 0


async def test_a_question_asked_twice_is_reserved_once(guarded: Claude, purse: Purse, server: ClaudeServer) -> None:
    server.faults.truncate(times=1)
    answer = await guarded.classify("s", "a@b.example", "Guten Tag", letter=None)
    assert len(server.requests) == 2
    ((reserved, _),) = purse.reserved
    assert answer.cost_usd <= reserved


async def test_each_page_of_a_pdf_counts_as_picture_and_text(guarded: Claude, purse: Purse) -> None:
    for pages in (1, 2, None):
        await guarded.transcribe(Shown("application/pdf", b"%PDF-1.7"), pages=pages)
    one, two, unknown = (reserved for reserved, _ in purse.reserved)
    each = 2 * cost_usd(MODEL, Usage(cache_creation_tokens=PAGE_TOKENS))
    assert two - one == each
    assert unknown - one == (UNKNOWN_PAGES - 1) * each


async def test_each_page_of_a_fax_counts_as_a_picture(guarded: Claude, purse: Purse) -> None:
    for pages in (1, 3):
        await guarded.transcribe(*[Shown("image/png", b"\x89PNG")] * pages)
    one, three = (reserved for reserved, _ in purse.reserved)
    assert three - one == 2 * 2 * cost_usd(MODEL, Usage(cache_creation_tokens=IMAGE_TOKENS))


async def test_what_the_purse_raises_ends_the_question_unasked(claude: Claude, server: ClaudeServer) -> None:
    class Empty(Purse):
        async def reserve(self, highest_cost_usd: Decimal) -> None:
            raise LookupError

    with pytest.raises(LookupError):
        await claude.guarded(lambda: None, Empty(server)).classify("s", "a@b.example", "x", letter=None)
    assert not server.requests
