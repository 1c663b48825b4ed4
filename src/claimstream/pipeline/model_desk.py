"""Asking the language model on behalf of one email: within the budget, and never twice for the same question."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Generic, TypeVar

from opentelemetry import trace
from pydantic import ValidationError

from claimstream.domain.records.base import Record
from claimstream.domain.records.work import Checkpoint, Claimed, LostClaimError, Reserved, TokenUse
from claimstream.external.errors import ExternalError, Outage, Refused, Throttled
from claimstream.pipeline.claim_deadline import ClaimDeadline
from claimstream.pipeline.ports import LanguageModel, ModelAnswer, Usage
from claimstream.pipeline.services import Rules, Services

T = TypeVar("T")

ANSWER = "model/"
"""Of the checkpoints that hold answers."""
UNUSABLE_ANSWER = "unusable "
"""Before that, of those that only say what an answer cost."""


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

    @property
    def tokens_in(self) -> int:
        """All of them, cached ones included."""
        return self.input_tokens + self.cache_read_tokens + self.cache_creation_tokens


class _Kept(Record, Generic[T]):
    """An answer as it is checkpointed."""

    value: T
    call: ModelCall


LONGEST_ANSWER_SECONDS = 900.0
"""The longest time that a request may take to be answered, and billed: a transcription of twice 16,384 tokens takes ten
minutes. A reservation outlives a dead worker by so long."""
_CENT = Decimal("0.01")
_MOST_POLLS = 120
_BUSY_SECONDS = 60.0
"""The wait of an email, after so many polls, before it asks again for money that others have set aside."""


class _NotAskedError(Exception):
    """There is no money for the question."""


class ModelDesk:
    """:attr:`calls` lists what was asked and paid for, in this attempt and in the earlier ones."""

    def __init__(self, claimed: Claimed, services: Services, rules: Rules, deadline: ClaimDeadline) -> None:
        self._claimed = claimed
        self._deadline = deadline
        self._services = services
        self._rules = rules
        self.calls = _paid(claimed)
        self.budget_spent = False
        """A question was not asked because the rest of the day's budget is less than it may cost."""
        self.budget_why = ""
        """The sums, in words."""
        self.limit_reached = False
        """A question was not asked because this email has had its share."""
        self._under_way: dict[str, Decimal] = {}
        """Question → its highest cost."""
        self._turns = asyncio.Lock()
        """Held by the question whose share of money is being decided. The most promising one asks first."""
        self._ended = asyncio.Event()
        """A question is no longer under way."""
        self.unwritten: list[Checkpoint] = []
        """What was paid for, and could not be written down because PostgreSQL was away."""

    @property
    def staffed(self) -> bool:
        """Whether a model is configured at all."""
        return self._services.model is not None

    async def ask(
        self, operation: str, kind: type[T], question: Callable[[LanguageModel], Awaitable[ModelAnswer[T]]]
    ) -> T | None:
        """The answer, from the checkpoint if it was paid for already; None without a model or beyond the budget.

        Raises LostClaimError instead of asking where another worker may have asked by now, and Throttled while others
        have set the day's money aside.
        """
        key = f"{ANSWER}{operation}"
        kept_kind = _Kept[kind]  # type: ignore[valid-type]  # pydantic builds the checkpoint's type at run time
        replace = False
        if (text := self._claimed.checkpoints.get(key)) is not None:
            try:
                kept = kept_kind.model_validate_json(text)
            except ValidationError:
                replace = True  # written by another version of us: ask again
            else:
                trace.get_current_span().add_event("checkpoint.hit", {"claimstream.checkpoint": key})
                return kept.value
        if self._services.model is None:
            return None
        started = time.monotonic()
        try:
            answer = await question(self._services.model.guarded(self._deadline.check, _Purse(self, operation)))
        except _NotAskedError:
            return None
        except asyncio.CancelledError as cancelled:  # the worker drains, in the middle of an answer
            with suppress(ExternalError, LostClaimError):
                await asyncio.shield(self._book_unusable(f"{key}#{self._claimed.email.attempt}", operation, cancelled))
            raise
        except Refused as refusal:
            await self._book_unusable(key, operation, refusal)
            raise
        except Outage as outage:  # in the middle of an answer: each attempt may pay for one
            await self._book_unusable(f"{key}#{self._claimed.email.attempt}", operation, outage)
            raise
        finally:
            self._under_way.pop(operation, None)
            self._ended.set()
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
        await self._keep(
            Checkpoint(
                key,
                kept_kind(value=answer.value, call=call).model_dump_json(),
                seconds=time.monotonic() - started,
                tokens=_use(operation, call),
                replace=replace,
                ends_reservation=operation,
            ),
        )
        return answer.value

    async def _keep(self, paid: Checkpoint) -> None:
        """Raises Outage where it cannot be written now, and LostClaimError where another worker has the email: then it
        is only booked."""
        try:
            await self._services.emails.checkpoint(self._claimed.email, paid)
        except Outage:
            self.unwritten.append(paid)
            raise
        except LostClaimError:
            await self._services.ledger.book(self._claimed.email, paid)
            raise

    async def _book_unusable(self, key: str, operation: str, refusal: BaseException) -> None:
        """Book what an answer that could not be used has cost. One that broke off may yet cost more: its money stays
        aside."""
        usage: Usage | None = getattr(refusal, "usage", None)
        if usage is None:
            return
        call = ModelCall(
            operation=operation,
            model=getattr(refusal, "model", "unknown"),
            prompt_version="",
            input_tokens=usage.input_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_creation_tokens=usage.cache_creation_tokens,
            output_tokens=usage.output_tokens,
            cost_usd=getattr(refusal, "cost_usd", Decimal(0)),
        )
        self.calls.append(call)
        await self._keep(
            Checkpoint(
                f"{UNUSABLE_ANSWER}{key}",
                call.model_dump_json(),
                seconds=0.0,
                tokens=_use(operation, call),
                ends_reservation=operation if isinstance(refusal, Refused) else None,
            ),
        )

    async def reserve(self, operation: str, highest_cost_usd: Decimal) -> None:
        """Set the money for a question aside.

        Raises:
            _NotAskedError: the email has had its share, or the day's budget is used up.
            Throttled: others have set the rest of the day's budget aside, and may not need it.
        """
        await self._take_share(operation, highest_cost_usd)
        if self._rules.daily_budget_usd is None:
            return
        for _ in range(_MOST_POLLS):
            reserved = await self._services.ledger.reserve(
                self._claimed.email,
                operation,
                cost_usd=highest_cost_usd,
                budget_usd=self._rules.daily_budget_usd,
                seconds=LONGEST_ANSWER_SECONDS,
            )
            if reserved is Reserved.DONE:
                return
            if reserved is Reserved.SPENT:
                self.budget_spent = True
                spent = await self._services.ledger.spent_today_usd(self._claimed.email.tenant_id)
                self.budget_why = _sums(highest_cost_usd, spent, self._rules.daily_budget_usd)
                trace.get_current_span().add_event("budget.spent")
                raise _NotAskedError
            # Questions cost a fraction of what they may: soon there is room again.
            await asyncio.sleep(self._rules.budget_poll_seconds)
        # After a silence of the service the money of its questions stays aside for minutes. That is no answer.
        why = "others have set the rest of the day's budget aside: free in minutes, as they are answered or lapse"
        raise Throttled("budget", "reserve", why, retry_after_seconds=_BUSY_SECONDS)

    async def release(self, operation: str) -> None:
        """Give back what was reserved for a question that cost nothing."""
        if self._rules.daily_budget_usd is not None:
            with suppress(Outage):  # it lapses by itself
                await self._services.ledger.release(self._claimed.email, operation)

    async def _take_share(self, operation: str, highest_cost_usd: Decimal) -> None:
        """Enter the question as under way. Wait while the email's other questions may yet cost less than they might.

        Raises:
            _NotAskedError: the email has had its share.
        """
        async with self._turns:
            while self._over_limit(operation, highest_cost_usd + sum(self._under_way.values())):
                if self._over_limit(operation, highest_cost_usd):
                    self.limit_reached = True
                    trace.get_current_span().add_event("budget.email_limit")
                    raise _NotAskedError
                self._ended.clear()
                await self._ended.wait()
            self._under_way[operation] = highest_cost_usd

    def _over_limit(self, operation: str, further_cost_usd: Decimal) -> bool:
        # An answer that broke off has cost money; asking for it again is no further question.
        others = {call.operation for call in self.calls} | self._under_way.keys()
        if len(others - {operation}) >= self._rules.questions_per_email:
            return True
        most = self._rules.email_budget_usd
        return most is not None and sum(call.cost_usd for call in self.calls) + further_cost_usd > most


class _Purse:
    """The desk's money, for one question."""

    def __init__(self, desk: ModelDesk, operation: str) -> None:
        self._desk = desk
        self._operation = operation

    async def reserve(self, highest_cost_usd: Decimal) -> None:
        await self._desk.reserve(self._operation, highest_cost_usd)

    async def give_back(self) -> None:
        await self._desk.release(self._operation)


def _sums(highest_cost_usd: Decimal, spent_usd: Decimal, budget_usd: Decimal) -> str:
    most = highest_cost_usd.quantize(_CENT, ROUND_UP)
    left = max(Decimal(0), budget_usd - spent_usd).quantize(_CENT, ROUND_DOWN)
    return f"a question to the model may cost up to {most} USD, and of the day's {budget_usd} USD {left} are left"


def _paid(claimed: Claimed) -> list[ModelCall]:
    """What earlier attempts paid for. A checkpoint of another version of us that cannot be read is left out."""
    calls = []
    for key, text in claimed.checkpoints.items():
        with suppress(ValueError, LookupError, TypeError):
            if key.startswith(ANSWER):
                calls.append(ModelCall.model_validate(json.loads(text)["call"]))
            elif key.startswith(UNUSABLE_ANSWER):
                calls.append(ModelCall.model_validate_json(text))
    return calls


def _use(operation: str, call: ModelCall) -> TokenUse:
    return TokenUse(
        model=call.model,
        operation=operation.partition("/")[0],
        input_tokens=call.input_tokens,
        cache_read_tokens=call.cache_read_tokens,
        cache_creation_tokens=call.cache_creation_tokens,
        output_tokens=call.output_tokens,
        cost_usd=call.cost_usd,
    )
