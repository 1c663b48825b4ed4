"""IBAN (ISO 13616: country lengths, mod 97) and BIC (ISO 9362).

Own code: the libraries for this are LGPL or pull LGPL in, and the rule is thirty lines.
"""

import re
from dataclasses import dataclass

# SWIFT IBAN registry, release 99.
_LENGTHS = (
    "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BI:27 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 "
    "DE:22 DJ:27  DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FK:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 "
    "GT:28 HN:28 HR:21 HU:28  IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 "
    "LU:20 LV:21 LY:25 MC:27 MD:24 ME:22  MK:19 MN:20 MR:27 MT:31 MU:30 NI:28 NL:18 NO:15 OM:23 PK:24 "
    "PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 RU:33 SA:24  SC:31 SD:18 SE:24 SI:19 SK:24 SM:27 SO:23 ST:25 "
    "SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20 YE:30 "
)
IBAN_LENGTHS: dict[str, int] = {entry[:2]: int(entry[3:]) for entry in _LENGTHS.split()}
"""Characters of an IBAN by country code."""

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[ \u00a0\u202f]?\d{2}(?:[ \u00a0\u202f-]?[A-Z0-9]){11,30}")
_BIC_LABEL = re.compile(
    r"\b(?:BIC|SWIFT)(?:[-/ ]?(?:BIC|SWIFT|Code|No\.?|Nr\.?)){0,2}\s{0,3}[:.]?\s{0,3}", re.IGNORECASE
)
_BIC = re.compile(r"[A-Z]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9])")
_SPACES = re.compile(r"[\s\u00a0\u202f-]+")


@dataclass(frozen=True, slots=True)
class CodeToken:
    """An IBAN or BIC in a text: compact upper-case ``value``, and where it stands."""

    value: str
    start: int
    end: int
    quote: str


def is_valid_iban(text: str) -> bool:
    """Whether ``text`` is one IBAN with the length of its country and a right checksum; blanks do not matter."""
    compact = _SPACES.sub("", text).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+", compact) or IBAN_LENGTHS.get(compact[:2]) != len(compact):
        return False
    # 01 and 00 leave the same remainder as 98 and 97: only 02 to 98 are ever issued.
    if not 2 <= int(compact[2:4]) <= 98:
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def find_ibans(text: str) -> tuple[CodeToken, ...]:
    """Every valid IBAN of ``text``, compact, in order of appearance. An invalid one is not returned."""
    found = []
    for match in _IBAN.finditer(text):
        country = match.group()[:2]
        length = IBAN_LENGTHS.get(country)
        if length is None:
            continue
        # The run may have swallowed what follows ("... 89 BIC"): the country says where the IBAN ends.
        taken, end = 0, match.start()
        for offset, char in enumerate(match.group()):
            if char.isalnum():
                taken += 1
                end = match.start() + offset + 1
            if taken == length:
                break
        quote = text[match.start() : end]
        if taken == length and not text[end : end + 1].isalnum() and is_valid_iban(quote):
            found.append(CodeToken(_SPACES.sub("", quote).upper(), match.start(), end, quote))
    return tuple(found)


def find_bics(text: str) -> tuple[CodeToken, ...]:
    """Every BIC that stands behind its label (*BIC*, *SWIFT*): a bare word of eight capitals proves nothing."""
    found = []
    for label in _BIC_LABEL.finditer(text):
        match = _BIC.match(text, label.end())
        if match and (match.group(1) in IBAN_LENGTHS or match.group(1) in {"US", "JP", "CN", "CA", "AU"}):
            found.append(CodeToken(match.group(), match.start(), match.end(), match.group()))
    return tuple(found)
