"""What tokens cost, in USD per million, and when a model ends.

From https://platform.claude.com/docs/en/about-claude/pricing as of 2026-10-24. Cache writes are those of five minutes.
"""

from dataclasses import dataclass
from decimal import Decimal

from anthropic.resources.messages import DEPRECATED_MODELS

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Usage:
    """Tokens of one or more answers. ``input_tokens`` are those neither read from nor written to the cache."""

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_creation_tokens: int = 0
    output_tokens: int = 0

    @property
    def prompt_tokens(self) -> int:
        """Everything that went in."""
        return self.input_tokens + self.cache_read_tokens + self.cache_creation_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_creation_tokens + other.cache_creation_tokens,
            self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True)
class Price:
    """USD per million tokens."""

    input: Decimal
    cache_write: Decimal
    cache_read: Decimal
    output: Decimal

    def cost(self, usage: Usage) -> Decimal:
        return (
            usage.input_tokens * self.input
            + usage.cache_creation_tokens * self.cache_write
            + usage.cache_read_tokens * self.cache_read
            + usage.output_tokens * self.output
        ) / _MILLION


def _price(*usd: str) -> Price:
    return Price(*map(Decimal, usd))


_PRICES = {
    "claude-sonnet-5-5": _price("2", "2.50", "0.10", "10"),
    "claude-sonnet-5": _price("2", "2.50", "0.20", "10"),
    "claude-sonnet-4-6": _price("3", "3.75", "0.30", "15"),
    "claude-sonnet-4-5": _price("3", "3.75", "0.30", "15"),
    "claude-haiku-5-5": _price("0.10", "0.125", "0.01", "0.50"),
    "claude-haiku-4-5": _price("1", "1.25", "0.10", "5"),
    "claude-opus-5-5": _price("4", "5", "0.20", "20"),
    "claude-opus-5": _price("5", "6.25", "0.50", "25"),
}
_LONG_PROMPT_TOKENS = 100_000
_LONG_PROMPT_PRICES = {"claude-haiku-5-5": _price("0.50", "0.625", "0.05", "2.50")}
"""For every token of a request whose prompt is longer than that."""
_DEAREST = _price("10", "12.50", "1", "50")
"""The highest on the list: an unknown model counts as this, so that a budget ends too early rather than too late."""


def cost_usd(model: str, usage: Usage) -> Decimal:
    """What one request cost. A dated model id (``claude-haiku-4-5-20251001``) costs what its name does."""
    name = next((known for known in sorted(_PRICES, key=len, reverse=True) if _is_dated(model, known)), model)
    if name in _LONG_PROMPT_PRICES and usage.prompt_tokens > _LONG_PROMPT_TOKENS:
        return _LONG_PROMPT_PRICES[name].cost(usage)
    return _PRICES.get(name, _DEAREST).cost(usage)


def price_known(model: str) -> bool:
    return any(_is_dated(model, known) for known in _PRICES)


def deprecation_warning(model: str) -> str | None:
    """What to do about a model that ends, with its date; None for one that does not (as far as the SDK knows)."""
    date = DEPRECATED_MODELS.get(model)
    if date is None:
        return None
    return (
        f"The model {model} ends on {date}: from then on every call to it fails. "
        "Name its successor in EXTRACTION_MODEL or CLASSIFICATION_MODEL."
    )


def _is_dated(model: str, known: str) -> bool:
    rest = model.removeprefix(known)
    return model.startswith(known) and (not rest or (rest.startswith("-") and rest[1:].isdigit() and len(rest) == 9))
