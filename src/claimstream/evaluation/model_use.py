"""What a model took, by the kind of question. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from claimstream.pipeline.model_desk import ModelCall

KINDS = ("classify", "extract", "transcribe", "witness")
"""Kinds of questions in the order of work; any other comes behind them."""


@dataclass(slots=True)
class ModelUse:
    """The questions of one kind."""

    mails: int = 0
    """Mails that one was asked about."""
    questions: int = 0
    tokens_in: int = 0
    """Cached ones included."""
    tokens_out: int = 0
    cost_usd: Decimal = Decimal(0)

    def add(self, calls: Iterable[ModelCall]) -> None:
        """Count the questions about one more mail."""
        asked = list(calls)
        self.mails += bool(asked)
        self.questions += len(asked)
        self.tokens_in += sum(call.tokens_in for call in asked)
        self.tokens_out += sum(call.output_tokens for call in asked)
        self.cost_usd += sum((call.cost_usd for call in asked), Decimal(0))


def model_use(mails: Iterable[tuple[ModelCall, ...]]) -> dict[str, ModelUse]:
    """Return the use by kind of question, in the order of work, and that of all as ``all``; {} if none was asked.

    Args:
        mails: the questions about each mail.
    """
    used: dict[str, ModelUse] = {}
    for calls in mails:
        by_kind: dict[str, list[ModelCall]] = {}
        for call in calls:
            by_kind.setdefault(call.operation.partition("/")[0], []).append(call)
        if calls:
            by_kind["all"] = list(calls)
        for kind, asked in by_kind.items():
            used.setdefault(kind, ModelUse()).add(asked)
    others = sorted(used.keys() - {*KINDS, "all"})
    return {kind: used[kind] for kind in (*KINDS, *others, "all") if kind in used}
