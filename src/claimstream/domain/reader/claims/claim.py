"""An amount with what it stands for, and the roles that count for and against a claim."""

from dataclasses import dataclass

from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.reader.labels import Label, Role
from claimstream.domain.records.extraction import FigureDoubt

CLAIM_ROLES = frozenset({Role.STILL, Role.TOTAL, Role.CLAIM})
PART_ROLES = frozenset({Role.PRINCIPAL, Role.INTEREST, Role.COSTS})
VETOES = (Role.PAYMENT, Role.RATE, Role.OTHER)
"""What wins over every word that speaks for a claim, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An amount and what it stands for. ``role`` None: nothing says."""

    token: AmountToken
    role: Role | None
    label: Label | None = None
    doubt: FigureDoubt | None = None
    part: bool = False
    """Part of what was named before (*davon*)."""
    neutral: bool = False
    """Nothing but the amount stands on its line."""
    proven: bool = False
    """What is left by arithmetic: the words around it need not say so."""
