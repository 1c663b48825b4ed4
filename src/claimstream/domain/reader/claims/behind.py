"""What the words behind an amount say about it: *430,00 EUR Kosten*, *430,00 EUR sind bezahlt*, *430,00 EUR offen*."""

import re

from claimstream.domain.language import Rule
from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.reader.claims.claim import CLAIM_ROLES, PART_ROLES
from claimstream.domain.reader.claims.clause import Clause
from claimstream.domain.reader.claims.meaning import Meaning
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.labels import Label, Role
from claimstream.domain.text.text import folded

OPEN = Rule(
    "open_behind",
    r"\A(?:(?:noch )?{open_word}|{owed_phrase})\Z",
    takes=("offen", "im Rückstand", "noch zu bekommen", "zu unseren Gunsten", "unbezahlt"),
    leaves=("Gesamtforderung", "nicht bezahlt"),
)
"""Labels that say behind a figure that it is owed, not what it is."""
NOT_PAID = Rule(
    "not_paid_behind",
    r"\A(?:{so_far} ){0,2}(?:nicht|nie) {paid_by_now}\Z",
    takes=("nicht bezahlt", "noch nicht beglichen"),
    leaves=("noch nicht vollständig bezahlt",),
)
OPEN_ASIDE = Rule(
    "open_behind_a_comma",
    r"\A(?:eur|euro|€)?, (?:{that_fill} ){0,2}(?:{so_far} )?(?:{open_word}|nicht {paid_by_now})(?=[.,;]|\Z)",
    takes=("€, unbezahlt.", "EUR, noch offen"),
    leaves=("EUR, fällig am 3. Mai", "EUR, nicht vollständig bezahlt"),
)
"""*Rechnung 4711, Reifenwechsel, 50,00 EUR, unbezahlt*"""
OWED_BEHIND = Rule(
    "owed_in_a_clause_behind",
    r"\A ?(?:eur|euro|€)?, (?:die|den|welche) (?:[^\s,.;:\d]{1,30} ){1,10}?{owed_last}(?=[.,;]|\s|\Z)",
    takes=("EUR, die Frau Kern uns noch schuldet.", "€, die wir von ihm noch zu bekommen haben"),
    leaves=("EUR, die Frau Kern gezahlt hat.", "€, die wir von ihm bekommen haben"),
)
"""*50,00 EUR, die Frau Kern uns noch schuldet*"""
THAT_IS_IT = Rule(
    "that_is_the_claim",
    r"\A(?:eur|euro|€)?(?: ?[^;:!?\d,]{1,60})?, (?:das|dies) (?:ist|sind) (?:{that_fill} ){0,4}{sum_noun}",
    takes=("EUR inkl. Mahnkosten, das ist unsere ganze Forderung.", "€, das ist der Gesamtsaldo"),
    leaves=("EUR, das ist unser Angebot.", "EUR, das ist nicht unsere Forderung."),
)
STAND = Rule(
    "stands_before",
    r"{stand}[^.;\d]{0,100}\Z",
    takes=("Im Fall 12 stehen noch ", "Zur Zahlung stehen insgesamt "),
    leaves=("Die Forderung beträgt ",),
)
STANDS_OUT = Rule(
    "stands_out",
    r"\A(?:eur|euro|€)?(?: ?(?:an )?(?:uns|mich))? ?{stand_out}(?=[.,;]|\s*\Z| \()|"
    r"\A(?:eur|euro|€)? ?{stand} (?:[^\s,.;:\d]{1,30} ){0,8}?{stand_out}(?=[.,;]|\s*\Z| \()",
    takes=("EUR aus.", "EUR zur Zahlung an.", "€ stehen noch aus, Zinsen berechnen wir nicht."),
    leaves=("EUR aus der Kasse.", "€ stehen auf dem Konto"),
)
"""*es stehen noch 50,00 EUR aus*, *50,00 EUR stehen noch aus*"""
_REMAINING = re.compile(r"\b(?:noch|still|restliche|weiterhin)\b")
_SUFFIX_NOUN_GAP = re.compile(
    r"\s{0,3}(?:an\s|für\s|in\s)?(?:(?:der|die|unserer|offene[nrs]?|aufgelaufene[nr]?|weitere[nr]?|"
    r"angefallene[nr]?)\s)?"
)
_STILL_BEFORE = re.compile(r"\bnoch\b[^.,;\d]{0,30}\Z")
_TO_PAY = re.compile(
    r"\s{1,2}(?:(?:an )?(?:uns|mich|mir)\s{1,2})?"
    r"(?:zu (?:zahlen|begleichen|entrichten|leisten)|zur zahlung|aus\b|bestehen|besteht|zahlen|bezahlen)"
)
_CLAIMS = re.compile(r"\b(?:mache|machen)\s(?:wir|ich)\s(?:[^\s,.;:\d]{1,20}\s){0,4}\Z")
_CLAIMED = re.compile(r"(?:\s?(?:eur|euro|€))?\s(?:[^\s,.;:\d]{1,20}\s){0,3}?geltend(?!\w)")
_FAR = 106
"""Characters before an amount among which its verb is looked for."""
_ARE = re.compile(r"\b(?:sind|ist)\b[^.;\d]{0,100}\Z")
_TO_BE_PAID = re.compile(
    r"(?:\s?(?:eur|euro|€))?\s{1,2}(?:(?:an )?(?:uns|mich)\s)?zu (?:zahlen|begleichen|entrichten)(?=[.,;]|\s*\Z)"
)
"""*derzeit sind 731,42 € zu zahlen*"""
_BEHIND = 160
"""Characters behind an amount that are asked for a clause that says what it is."""
_TO = re.compile(r"\bauf\s*\Z")
_CHANGED = re.compile(
    r"\s{1,2}(?:reduziert|verringert|vermindert|gesunken|zurückgeführt|ermäßigt|erhöht|angewachsen|gestiegen)\b"
)


def meaning_behind(page: Page, token: AmountToken, clause: Clause, *, has_label: bool) -> Meaning:
    """What stands behind ``token`` in its clause, never in doubt. ``has_label``: a label stands before it already."""
    # Beside a label of its own, the words up to the next amount are left to that one.
    left = has_label and clause.shared
    before = page.low[max(0, token.start - 40) : token.start]
    for label in clause.behind:
        if _speaks_against(label, label.start - token.end, left=left):
            return Meaning(label.role, label)
    for label in clause.behind:
        gap = page.low[token.end : label.start]
        role = _role_behind(page, label, before, gap, has_label=has_label, shared=clause.shared)
        if role:
            return Meaning(role, label)
    return _of_phrase(page, token, before, has_label=has_label)


def _speaks_against(label: Label, distance: int, *, left: bool) -> bool:
    """Whether a label ``distance`` characters behind the amount says that it is not the claim."""
    if label.role is Role.PAYMENT:
        return not left
    if label.role is Role.OTHER:
        return not left and distance <= 60
    return (label.role is Role.RATE and distance <= 12) or (label.role is Role.CREDIT and distance <= 20)


def _role_behind(page: Page, label: Label, before: str, gap: str, *, has_label: bool, shared: bool) -> Role | None:
    """What a label behind the amount, over ``gap``, says for it. ``before`` are the words before the amount."""
    if label.role is Role.STILL and len(gap) <= 30 and not (has_label and shared):
        return Role.STILL
    words = folded(page.low[label.start : label.end])
    not_paid = NOT_PAID.find(words) is not None
    is_open = label.role is Role.CLAIM and (not_paid or OPEN.find(words) is not None)
    if is_open and len(gap) <= 30 and _REMAINING.search(before + gap):
        return Role.STILL
    if is_open and not has_label and len(gap) <= (30 if not_paid else 20):
        return Role.CLAIM
    if not has_label and label.role in CLAIM_ROLES | PART_ROLES and not is_open and _SUFFIX_NOUN_GAP.fullmatch(gap):
        return label.role
    if has_label and label.role in PART_ROLES and gap == " " and not shared:
        return label.role
    return None


def _of_phrase(page: Page, token: AmountToken, before: str, *, has_label: bool) -> Meaning:
    """Phrases around the amount that hold no label; the amount itself stands for it."""
    if _STILL_BEFORE.search(before) and _TO_PAY.match(page.low[token.end : token.end + 32]):
        return Meaning(Role.STILL, Label(Role.STILL, token.start, token.end))
    are = _ARE.search(page.low, max(0, token.start - _FAR), token.start)
    if not has_label and are and _TO_BE_PAID.match(page.low, token.end):
        return Meaning(Role.CLAIM, Label(Role.CLAIM, token.start, token.end))
    if not has_label and (
        _is_said_behind(page, token) or (_CLAIMS.search(before) and _CLAIMED.match(page.low, token.end))
    ):
        return Meaning(Role.CLAIM, Label(Role.CLAIM, token.start, token.end))
    if _TO.search(before) and _CHANGED.match(page.low, token.end) and not has_label:
        return Meaning(Role.CLAIM, Label(Role.CLAIM, token.start, token.end))
    return Meaning()


def _is_said_behind(page: Page, token: AmountToken) -> bool:
    """Return True when the rest of the sentence says that the amount is owed."""
    behind = folded(page.low[token.end : min(page.sentence(token).end, token.end + _BEHIND)])
    if any(rule.find(behind) for rule in (OWED_BEHIND, OPEN_ASIDE, THAT_IS_IT)):
        return True
    stands = STANDS_OUT.find(behind)
    return stands is not None and (
        STAND.find(stands.group()) is not None
        or STAND.find(folded(page.low[max(0, token.start - _FAR) : token.start])) is not None
    )
