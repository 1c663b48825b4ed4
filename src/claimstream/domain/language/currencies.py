"""Currencies and the ways in which letters write them, out of ``currencies.txt``."""

import re
from collections.abc import Mapping
from pathlib import Path

from claimstream.domain.language.vocabulary import entries
from claimstream.domain.reader.spelling import fold

UNKNOWN = "XXX"
"""The code of ISO 4217 for none of its currencies."""
_OTHER_SIGNS = "¢¤֏؋฿៛\u20a0-\u20ab\u20ad-\u20cf﷼﹩＄￠￡￥￦"
"""The signs of other currencies, all of Unicode's block of them but the euro: ``₺``, ``₹``, the wide dollar."""


def _listed() -> dict[str, str]:
    """The code by every code, sign and name of the file, names in lower case."""
    found: dict[str, str] = {}
    for line in (Path(__file__).parent / "currencies.txt").read_text(encoding="utf-8").splitlines():
        code, _, written = line.partition(":")
        if code.strip() and not code.startswith("#"):
            for name in [code.strip(), *(name.strip() for name in written.split(",") if name.strip())]:
                found[name.lower() if _is_name(name) else name] = code.strip()
    return found


def _is_name(written: str) -> bool:
    return written[:1].isalpha() and len(written) > 3 and not written.isupper()


_CODES: Mapping[str, str] = _listed()


def _pattern(names: list[str]) -> str:
    longest_first = sorted(names, key=len, reverse=True)
    return "|".join("[ \u00a0]".join(map(re.escape, name.split())) for name in longest_first)


CURRENCY = (
    rf"(?:[{_OTHER_SIGNS}]|{_pattern([each for each in _CODES if not _is_name(each)])}|"
    rf"(?i:{_pattern([each for each in _CODES if _is_name(each)])}))"
)
"""Any code, sign or name, as a part of a regular expression."""


def currency_code(written: str) -> str:
    """Return the code of a currency as it is written; ``XXX`` for a sign of one that is not listed."""
    written = written.replace("\u00a0", " ")
    return _CODES.get(written) or _CODES.get(written.lower(), UNKNOWN)


_WORDS = {fold(word) for word in entries("no_currency")}
OTHER_CODES = _pattern(
    [
        fold(written)
        for written, code in _CODES.items()
        if code not in {"EUR", UNKNOWN} and len(written) > 2 and written[0].isalpha() and fold(written) not in _WORDS
    ]
)
"""The codes and names of all currencies but the euro, as a part of a pattern for folded text."""
