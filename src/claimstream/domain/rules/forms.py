"""Names, file numbers and addresses in the form that a mail and a record are compared by."""

import re

from claimstream.domain.reader.spelling import fold

RUNS = re.compile(r"[^\W_]+")
"""Words and numbers."""
_LEGAL_FORM = re.compile(
    r"\b(?:gmbh|g?mbh|ag|kgaa|kg|ohg|gbr|ug|haftungsbeschraenkt|se|e\s?\.?\s?v|e\s?\.?\s?k|eg|co|cie|inc|ltd|limited|"
    r"llc|plc|sarl|s\.?a|b\.?v|partg|mbb|aktiengesellschaft|gesellschaft mit beschraenkter haftung)\b\.?",
)


def words_of(name: str) -> tuple[str, ...]:
    """Return the words that must stand somewhere for the name, code or reference to stand there."""
    return tuple(RUNS.findall(fold(name)))


def core_words_of(name: str) -> tuple[str, ...]:
    """Return the same of an organisation's name; () when too little is left without its legal form."""
    words = tuple(RUNS.findall(_LEGAL_FORM.sub(" ", fold(name))))
    return words if len(" ".join(words)) >= 5 else ()


def needs_no_label(reference: str) -> bool:
    """Return True when a reference cannot be taken for anything else; see :meth:`Wording.has_reference`."""
    runs = RUNS.findall(reference)
    lone_number = len(runs) == 1 and runs[0].isdigit()
    return sum(map(len, runs)) >= 5 and not lone_number and any(c.isdigit() for c in reference)


def bare_address(address: str) -> str:
    return address.strip().lower()


def bare_message_id(message_id: str) -> str:
    return message_id.strip(" <>")
