"""Asking the language model on behalf of one email: within the budget, and never twice for the same question."""

import json
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Generic, TypeVar

from opentelemetry import trace
from pydantic import ValidationError

from claimstream.domain.records.base import Record
from claimstream.domain.records.work import Claimed, TokenUse
from claimstream.pipeline.ports import LanguageModel, ModelAnswer
from claimstream.pipeline.services import Rules, Services
from claimstream.telemetry import metrics

T = TypeVar("T")

_PREFIX = "model/"
"""Of the checkpoints that hold answers."""


class ModelCall(Record):
    """One answered question, as the processing report lists it."""

    operation: str
    """``classify``, ``extract/attachment-1`` or ``transcribe/attachment-1``."""
    model: str
    prompt_version: str
    input_tokens: int
    cache_read_tokens: int
    cache_creation_tokens: int
    output_tokens: int
    cost_usd: Decimal


class _Kept(Record, Generic[T]):
    """An answer as it is checkpointed."""

    value: T
    call: ModelCall


class ModelDesk:
    """:attr:`calls` lists what was asked and paid for, in this attempt and in the earlier ones."""

    def __init__(self, claimed: Claimed, services: Services, rules: Rules) -> None:
        self._claimed = claimed
        self._services = services
        self._rules = rules
        self.calls = [
            ModelCall.model_validate(json.loads(text)["call"])
            for key, text in claimed.checkpoints.items()
            if key.startswith(_PREFIX)
        ]
        self.budget_spent = False
        """A question was not asked because the day's budget is used up."""

    @property
    def staffed(self) -> bool:
        """Whether a model is configured at all."""
        return self._services.model is not None

    async def ask(
        self, operation: str, kind: type[T], question: Callable[[LanguageModel], Awaitable[ModelAnswer[T]]]
    ) -> T | None:
        """The answer, from the checkpoint if it was paid for already; None without a model or beyond the budget."""
        key = f"{_PREFIX}{operation}"
        kept_kind = _Kept[kind]  # type: ignore[valid-type]  # pydantic builds the checkpoint's type at run time
        if (text := self._claimed.checkpoints.get(key)) is not None:
            try:
                kept = kept_kind.model_validate_json(text)
            except ValidationError:
                pass  # written by another version of us: ask again
            else:
                trace.get_current_span().add_event("checkpoint.hit", {"claimstream.checkpoint": key})
                return kept.value
        if self._services.model is None or await self._over_budget():
            return None
        started = time.monotonic()
        answer = await question(self._services.model)
        metrics.model_called(answer.model, duration_seconds=time.monotonic() - started, cost_usd=float(answer.cost_usd))
        call = ModelCall(
            operation=operation,
            model=answer.model,
            prompt_version=answer.prompt_version,
            input_tokens=answer.usage.input_tokens,
            cache_read_tokens=answer.usage.cache_read_tokens,
            cache_creation_tokens=answer.usage.cache_creation_tokens,
            output_tokens=answer.usage.output_tokens,
            cost_usd=answer.cost_usd,
        )
        self.calls.append(call)
        await self._services.emails.checkpoint(
            self._claimed.email,
            key,
            kept_kind(value=answer.value, call=call).model_dump_json(),
            seconds=time.monotonic() - started,
            tokens=TokenUse(
                model=call.model,
                operation=operation.partition("/")[0],
                input_tokens=call.input_tokens,
                cache_read_tokens=call.cache_read_tokens,
                cache_creation_tokens=call.cache_creation_tokens,
                output_tokens=call.output_tokens,
                cost_usd=call.cost_usd,
            ),
        )
        return answer.value

    async def _over_budget(self) -> bool:
        budget = self._rules.daily_budget_usd
        if budget is None:
            return False
        if await self._services.ledger.spent_today_usd(self._claimed.email.tenant_id) < budget:
            return False
        self.budget_spent = True
        trace.get_current_span().add_event("budget.spent")
        return True
