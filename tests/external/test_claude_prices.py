from decimal import Decimal

import pytest

from claimstream.external.claude_prices import Usage, cost_usd, price_known

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        (Usage(input_tokens=MILLION), "2"),
        (Usage(cache_creation_tokens=MILLION), "2.50"),
        (Usage(cache_read_tokens=MILLION), "0.10"),
        (Usage(output_tokens=MILLION), "10"),
        (Usage(input_tokens=1000, output_tokens=10), "0.0021"),
    ],
)
def test_each_kind_of_token_has_its_price(usage: Usage, usd: str) -> None:
    assert cost_usd("claude-sonnet-5-5", usage) == Decimal(usd)


def test_a_dated_model_costs_what_its_name_does() -> None:
    assert cost_usd("claude-haiku-4-5-20251001", Usage(input_tokens=MILLION)) == Decimal(1)
    assert price_known("claude-haiku-4-5-20251001")


def test_a_long_prompt_of_the_small_model_costs_more_for_all_its_tokens() -> None:
    short = Usage(input_tokens=50_000, cache_read_tokens=50_000, output_tokens=1000)
    long = Usage(input_tokens=50_001, cache_read_tokens=50_000, output_tokens=1000)
    assert cost_usd("claude-haiku-5-5", short) == Decimal("0.006")
    assert cost_usd("claude-haiku-5-5", long) == Decimal("0.0300005")


def test_an_unknown_model_counts_as_the_dearest() -> None:
    assert not price_known("claude-sonnet-5-55")
    assert cost_usd("claude-nobody-knows", Usage(output_tokens=MILLION)) == Decimal(50)


def test_usage_adds_up() -> None:
    assert Usage(1, 2, 3, 4) + Usage(10, 20, 30, 40) == Usage(11, 22, 33, 44)
    assert Usage(1, 2, 3, 4).prompt_tokens == 6
