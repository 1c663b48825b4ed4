"""The rule which texts may be a reply code.

A code in a mail's text is taken for proof that the mail answers that letter, so no code may be something that a mail
holds anyway.
"""

import re
from functools import lru_cache

from claimstream.domain.reader.dates import MONTH

_SHAPE = re.compile(r"[A-Z0-9](?:-?[A-Z0-9]){5,19}", re.IGNORECASE | re.ASCII)
_DATE_AFTER_WORD = re.compile(r"[A-Z]+-?(?:19|20)\d\d(?:-?\d\d){0,2}|(?:19|20)\d\d-?[A-Z]+", re.IGNORECASE | re.ASCII)
"""``RE2026``, ``AZ-20261012``, ``2026AB``: file and invoice numbers."""
_MONTH_WITH_NUMBERS = re.compile(rf"(?:\d{{1,2}}-?)?(?:{MONTH})-?\d{{2,4}}", re.IGNORECASE)
"""``MAI2026``, ``12-OKT-26``."""
_LABELLED_NUMBER = re.compile(
    r"(?:EUR|EURO|USD|CHF|GBP|NR|NO|AZ|KD|KDNR|KUNDE|RG|RE|PLZ|KW|TEL|FAX|ISO|DIN|SEITE|ANLAGE|COVID|SEPA)(?:-?\d)+|"
    r"(?:BGB|HGB|ZPO|INSO|SGB|RVG|STGB|GKG|ABGB|HR[AB]|[GPV]R|FN)-?\d+|"
    r"\d+-?(?:EUR|EURO|USD|CHF|GBP|TAGEN?|WOCHEN?|MONATEN?|PROZENT|MWST|UST|BGB|HGB|ZPO|INSO)",
    re.IGNORECASE | re.ASCII,
)
"""``EUR1200``, ``AZ-47110``, ``HRB12345``, ``BGB-433``, ``14TAGE``."""
_OF_A_LETTERHEAD = re.compile(
    r"DE\d{9}|ATU\d{8}|CHE-?\d{9}|[A-Z]{4}(?:DE|AT|CH|LI|LU|NL|BE|FR)[A-Z0-9]{5}|"
    r"(?:GENO|[A-Z]{2}LA|COLS|DUIS|SSK[A-Z])DE[A-Z0-9]{2}|(?:AT|BE|DK|EE|FI|LT|LU|NO)\d{13,18}|NL\d\d[A-Z]{4}\d{10}",
    re.IGNORECASE | re.ASCII,
)
"""Tax numbers, BICs and short IBANs: ``DE123456789``, ``GENODEF1S02``, ``COLSDE33``, ``NL91ABNA0417164300``.
They stand in all mail of a creditor."""


@lru_cache(maxsize=16_384)
def fault_of_code(code: str) -> str | None:
    """Say why this is no reply code; None when it is one."""
    if _SHAPE.fullmatch(code) is None:
        return "expected 6 to 20 letters (A-Z or a-z) and digits, with single hyphens at most between them"
    if code.replace("-", "").isdecimal() or not any(sign.isdigit() for sign in code):
        return "expected letters and digits together: a word or a number may stand in any mail"
    for pattern in (_DATE_AFTER_WORD, _MONTH_WITH_NUMBERS, _LABELLED_NUMBER):
        if pattern.fullmatch(code):
            return "reads as a date, an amount or a file number, which may stand in any mail"
    if _OF_A_LETTERHEAD.fullmatch(code):
        return "reads as a tax number, a BIC or an IBAN, which stands in all mail of a firm"
    return None


def same_code(code: str) -> str:
    """A form that all writings of a code share: people mistake neither case nor hyphens for another code."""
    return code.replace("-", "").upper()
