"""The highest cost of a question, known before it is asked.

The service bills what went in and what came out. The output is bounded by ``max_tokens``. The input is estimated from
above:

- Text: a token is at least one byte of UTF-8. It is about four in English and three in German, so this errs upwards.
- Images: 4,784 tokens, the most that one takes, of any size
  (https://platform.claude.com/docs/en/build-with-claude/vision, as of 2026-10-24).
- PDF: each page counts as an image and as its text, which is 1,500 to 3,000 tokens
  (https://platform.claude.com/docs/en/build-with-claude/pdf-support, as of 2026-10-24).
"""

from collections.abc import Sequence
from decimal import Decimal

from claimstream.external.claude_prices import Usage, cost_usd

IMAGE_TOKENS = 4_784
PAGE_TOKENS = IMAGE_TOKENS + 3_000
UNKNOWN_PAGES = 100
"""Assumed of a PDF whose pages nobody has counted."""
_FRAME_TOKENS = 1_000
"""The tokens that the service adds of its own: roles, the instructions for an answer by a schema."""


def text_tokens(*texts: str) -> int:
    """Return the most tokens that the texts can have."""
    return sum(len(text.encode()) for text in texts)


def highest_cost_usd(model: str, input_tokens: int, max_tokens: Sequence[int]) -> Decimal:
    """The most that a question costs which is asked once for each of ``max_tokens``.

    Every input token counts as one written to the cache, which is the dearest kind.
    """
    usages = (Usage(cache_creation_tokens=input_tokens + _FRAME_TOKENS, output_tokens=most) for most in max_tokens)
    return sum((cost_usd(model, usage) for usage in usages), Decimal(0))
