"""What each amount of a letter stands for: the label it has by its sentence, its line, its column or the line above.

The rule behind all of it: a label counts only where its construction is understood. What is not understood leaves the
amount bare; what speaks against a claim (paid, offered, a rate, a limit, a negation) wins over what speaks for it.
Start at ``reading.py``.
"""

from claimstream.domain.reader.claims.claim import CLAIM_ROLES, PART_ROLES, Claim
from claimstream.domain.reader.claims.reading import read_claims

__all__ = ["CLAIM_ROLES", "PART_ROLES", "Claim", "read_claims"]
