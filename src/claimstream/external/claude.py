"""The language model: sorting mails, reading values out of text, transcribing scans.

Mail goes to the model and nowhere else: not into spans, metrics, errors or logs.
"""

import asyncio
import base64
import copy
import functools
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, replace
from decimal import ROUND_UP, Decimal
from typing import Any, Generic, Literal, Protocol, TypeVar

from anthropic import AsyncAnthropic, Omit, Timeout, omit, transform_schema
from anthropic.types import Message, MessageParam, OutputConfigParam, TextBlockParam
from opentelemetry import trace
from opentelemetry.util.types import AttributeValue
from pydantic import BaseModel, ValidationError

from claimstream.domain.records.extraction import SourceExtraction
from claimstream.domain.records.inquiry import Letter
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import Shown, Source, SourceKind
from claimstream.external import claude_prompts as prompts
from claimstream.external.claude_answers import ModelClassification, ModelExtraction, source_extraction
from claimstream.external.claude_errors import SERVICE, ModelAnswerInvalid, classify, may_be_billed
from claimstream.external.claude_estimates import (
    IMAGE_TOKENS,
    PAGE_TOKENS,
    UNKNOWN_PAGES,
    highest_cost_usd,
    text_tokens,
)
from claimstream.external.claude_http import http_client
from claimstream.external.claude_prices import Usage, cost_usd, deprecation_warning, price_known
from claimstream.external.door import Control, Door
from claimstream.external.errors import ExternalError, Outage, Refused
from claimstream.external.http import server_attributes
from claimstream.telemetry import metrics
from claimstream.telemetry.best_effort import best_effort

__all__ = [
    "Claude",
    "ClaudeOptions",
    "ModelAnswer",
    "ModelAnswerInvalid",
    "ModelClassification",
    "Usage",
    "budget_warning",
    "deprecation_warning",
]

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

_IMAGES: dict[str, Literal["image/jpeg", "image/png", "image/gif", "image/webp"]] = {
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
    "image/gif": "image/gif",
    "image/webp": "image/webp",
}
_PDF = "application/pdf"
_ATTEMPTS = 2
"""An answer that cannot be used is asked for once more, with twice the room."""
_SLOWEST_TOKENS_PER_SECOND = 10
"""An answer that is slower than this has failed, though it goes on. What is timed else is silence
(:attr:`.Policy.timeout_seconds`)."""
_MOST_TOKENS = 1_000_000_000
"""More are no count of tokens, and may not fit into the database."""
_TOKENS_OF_A_PAGE = 4_000
"""The most tokens of a written page: 3,000 to 4,000 bytes."""
_GREETING = "Guten Tag."
_BLANK = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAMgAAADIAQAAAACFI5MzAAAAJ0lEQVR42u3JoQEAAAwCIP9/WvPCPoBK+okxxhhjjDHGGGOMMcYcA4uO"
    "dZZzS32eAAAAAElFTkSuQmCC"
)
"""A white PNG of 200 by 200."""
_TOKEN_BUCKETS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864]
"""As the GenAI metric conventions advise."""


@dataclass(frozen=True)
class ClaudeOptions:
    api_key: str
    base_url: str = "https://api.anthropic.com"
    extraction_model: str = "claude-sonnet-5-5"
    """Also transcribes."""
    classification_model: str = "claude-haiku-5-5"
    classification_max_tokens: int = 1024
    extraction_max_tokens: int = 8192
    transcription_max_tokens: int = 16384


@dataclass(frozen=True)
class ModelAnswer(Generic[T]):
    """An answer with what it took. Tokens and cost include those of a first answer that could not be used."""

    value: T
    usage: Usage
    model: str
    """As the service named it."""
    prompt_version: str
    cost_usd: Decimal
    stop_reason: str | None


@dataclass(frozen=True)
class _Question(Generic[T]):
    operation: str
    model: str
    max_tokens: int
    system: str
    content: Any
    """Of the user's turn."""
    harmless: Any
    """The same without a mail: what is refused in place of this, too, is refused for no fault of a mail."""
    content_tokens: int
    """The most tokens of the content."""
    schema: type[BaseModel] | None
    read: Callable[[str], T]
    """
    :raises ValidationError: the text is not of the form asked for.
    """


class _Spent:
    """The cost of the requests for one answer so far, those included that came to nothing."""

    def __init__(self) -> None:
        self.usage = Usage()
        self.cost_usd = Decimal(0)
        self.model = ""
        """The name that the service gave last; "" while nothing is known to have been paid."""

    def add(self, message: Message) -> None:
        used = _usage(message)
        self.usage, self.cost_usd = self.usage + used, self.cost_usd + cost_usd(message.model, used)
        self.model = message.model

    def bill(self, error: ExternalError | asyncio.CancelledError) -> None:
        """Tell with the error, or with the cancellation in mid-answer, what was paid all the same."""
        if self.model:
            vars(error).update(usage=self.usage, cost_usd=self.cost_usd, model=self.model)


class Purse(Protocol):
    """The source of the money for one question."""

    async def reserve(self, highest_cost_usd: Decimal) -> None: ...
    async def give_back(self) -> None: ...


class Claude:
    """Errors are those of the door, and :class:`ModelAnswerInvalid`."""

    def __init__(self, door: Door, options: ClaudeOptions) -> None:
        self._options = options
        self._check: Callable[[], None] = lambda: None
        self._purse: Purse | None = None
        self._service = door.service(SERVICE, classify)
        self._client = AsyncAnthropic(
            api_key=options.api_key,
            base_url=options.base_url,
            max_retries=0,  # the door's are the ones that count, and
            # The SDK times each wait for bytes, pings among them; the door times the whole.
            timeout=Timeout(self._service.policy.timeout_seconds),
            open_telemetry=False,  # so are its spans
            http_client=http_client(options.base_url),
        )
        self._server = server_attributes(options.base_url)
        self._tokens = door.meter.create_histogram(
            "gen_ai.client.token.usage",
            "{token}",
            "Number of input and output tokens used",
            explicit_bucket_boundaries_advisory=_TOKEN_BUCKETS,
        )

    def guarded(self, check: Callable[[], None], purse: Purse | None = None) -> "Claude":
        """The same, calling ``check`` right before each request leaves (after the wait for a slot, and before each
        repetition); what it raises ends the call.

        Args:
            purse: asked for the highest cost of each question before anything leaves. It gets the money back where
                nothing can have been billed; else it is for the caller to say what the question did cost.
        """
        guarded = copy.copy(self)
        guarded._check, guarded._purse = check, purse
        return guarded

    async def classify(
        self, subject: str, sender: str, text: str, *, letter: Letter | None
    ) -> ModelAnswer[ModelClassification]:
        """What the reply wants. ``text`` is the new part of the body; ``letter`` the one it answers, if known."""
        content = prompts.classify_request(subject, sender, text, letter)
        return await self._ask(
            _Question(
                operation="classify",
                model=self._options.classification_model,
                max_tokens=self._options.classification_max_tokens,
                system=prompts.CLASSIFY,
                content=content,
                content_tokens=text_tokens(content),
                harmless=prompts.classify_request("", "", _GREETING, letter),
                schema=ModelClassification,
                read=ModelClassification.model_validate_json,
            )
        )

    async def extract(self, source: Source, *, intent: Intent, letter: Letter | None) -> ModelAnswer[SourceExtraction]:
        """The values that stand in ``source.text``, each with its quote; none of them proven yet.

        :raises Refused: this source cannot be read so (:class:`ModelAnswerInvalid` after two unusable answers); others
            may be.
        """
        greeting = source.model_copy(update={"kind": SourceKind.BODY, "text": _GREETING})
        content = prompts.extract_request(source, intent, letter)
        return await self._ask(
            _Question(
                operation="extract",
                model=self._options.extraction_model,
                max_tokens=self._options.extraction_max_tokens,
                system=prompts.EXTRACT,
                content=content,
                content_tokens=text_tokens(content),
                harmless=prompts.extract_request(greeting, intent, letter),
                schema=ModelExtraction,
                read=lambda text: source_extraction(ModelExtraction.model_validate_json(text), source),
            )
        )

    async def transcribe(self, *shown: Shown, pages: int | None = None) -> ModelAnswer[str]:
        """The text of images, which are pages of one letter, or of a PDF; lines kept, "" when nothing can be read.

        :raises Refused: this source cannot be read so; others may be. It is neither PDF nor JPEG, PNG, GIF or WebP
            (``status`` is ``unsupported_media_type``), or the service does not accept the file (an HTTP status).
        """
        request = {"type": "text", "text": prompts.TRANSCRIBE_REQUEST}
        return await self._ask(
            _Question(
                operation="transcribe",
                model=self._options.extraction_model,
                max_tokens=self._options.transcription_max_tokens,
                system=prompts.TRANSCRIBE,
                content=[*map(_block, shown), request],
                content_tokens=sum(
                    (pages or UNKNOWN_PAGES) * PAGE_TOKENS if one.media_type == _PDF else IMAGE_TOKENS for one in shown
                ),
                harmless=[_block(Shown("image/png", _BLANK)), request],
                schema=None,
                read=str.strip,
            )
        )

    async def check(self) -> str:
        """Ask for the list of models, which costs nothing.

        :raises ExternalError: with what to mend.
        """

        async def attempt() -> list[str]:
            page = await self._client.models.list(limit=100)
            return [model.id for model in page.data]

        listed = await self._service.call("models.list", attempt, retry=False, attributes=self._server)
        options = self._options
        parts = [f"the key is accepted, {len(listed)} models"]
        for use, model in (("extraction", options.extraction_model), ("classification", options.classification_model)):
            warning = deprecation_warning(model)
            parts.append(f"{use} by {model}" + (f" ({warning})" if warning else ""))
        return ", ".join(parts)

    async def probe(self) -> None:
        """Ask each model for one word. The list of models answers although messages fail, or the limit is reached.

        :raises ExternalError: with what to mend.
        """

        async def attempt() -> None:
            for model in sorted({self._options.extraction_model, self._options.classification_model}):
                turn: MessageParam = {"role": "user", "content": _GREETING}
                await self._client.messages.create(model=model, max_tokens=1, messages=[turn])

        await self._service.call("probe", attempt, retry=False, attributes=self._server)

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, question: _Question[T]) -> ModelAnswer[T]:
        spent = _Spent()
        if self._purse is not None:
            await self._purse.reserve(_highest_cost(question))
        try:
            return await self._asked(question, spent)
        except (ExternalError, asyncio.CancelledError) as error:
            spent.bill(error)
            raise

    async def _asked(self, question: _Question[T], spent: _Spent) -> ModelAnswer[T]:
        harmless = replace(question, content=question.harmless)
        for attempt in range(1, _ATTEMPTS + 1):
            message = await self._send(
                question,
                question.max_tokens * attempt,
                spent,
                control=lambda: self._send(harmless, harmless.max_tokens, spent),
            )
            try:
                value = _read(question, message)
            except _UnusableError as error:
                reason = str(error)
            else:
                return ModelAnswer(
                    value, spent.usage, message.model, prompts.PROMPT_VERSION, spent.cost_usd, message.stop_reason
                )
            trace.get_current_span().add_event(
                "claimstream.model.answer_invalid",
                {"attempt": attempt, "reason": reason, "gen_ai.request.model": question.model},
            )
        raise ModelAnswerInvalid(
            question.operation,
            f"{question.model} gave {_ATTEMPTS} unusable answers, the last one {reason}. "
            "Look at the mail by hand; if it happens often, raise the token limit or change the model.",
            stop_reason=message.stop_reason,
            model=message.model,
            usage=spent.usage,
            cost_usd=spent.cost_usd,
        )

    async def _send(
        self, question: _Question[T], max_tokens: int, spent: _Spent, *, control: Control | None = None
    ) -> Message:
        """One request, with what it took in its span and in the metrics, answered or not."""
        may_be_paid = False
        attributes: dict[str, AttributeValue] = {
            "gen_ai.provider.name": "anthropic",
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": question.model,
            "gen_ai.request.max_tokens": max_tokens,
            "gen_ai.output.type": "json" if question.schema else "text",
            "gen_ai.prompt.name": f"{question.operation}/{prompts.PROMPT_VERSION}",
            **self._server,
        }

        async def attempt() -> Message:
            nonlocal may_be_paid
            self._check()
            started = time.monotonic()
            try:
                message = await self._stream(question, max_tokens, spent)
            except BaseException as error:
                may_be_paid = may_be_paid or may_be_billed(error)
                seconds = time.monotonic() - started
                metrics.model_called(question.model, duration_seconds=seconds, question=question.operation, error=error)
                raise
            self._note(question, message, time.monotonic() - started)
            return message

        try:
            return await self._service.call(
                question.operation,
                attempt,
                timeout_seconds=max(self._service.policy.timeout_seconds, max_tokens / _SLOWEST_TOKENS_PER_SECOND),
                attributes=attributes,
                control=control,
            )
        except BaseException:
            if self._purse is not None and not may_be_paid and not spent.model:
                await self._purse.give_back()
            raise

    async def _stream(self, question: _Question[T], max_tokens: int, spent: _Spent) -> Message:
        """The whole answer. Without ``output_format``: the SDK would raise on a cut-off answer's broken JSON, and hide
        the stop reason and the tokens it cost."""
        # the same words each time, so that the service may keep them
        system: Iterable[TextBlockParam] = [
            {"type": "text", "text": question.system, "cache_control": {"type": "ephemeral"}}
        ]
        turn: MessageParam = {"role": "user", "content": question.content}
        output: OutputConfigParam | Omit = omit
        if question.schema is not None:
            output = {"format": {"type": "json_schema", "schema": _json_schema(question.schema)}}
        so_far: Message | None = None
        try:
            async with self._client.messages.stream(
                model=question.model, max_tokens=max_tokens, system=system, messages=[turn], output_config=output
            ) as stream:
                try:
                    async for _ in stream:
                        so_far = stream.current_message_snapshot
                finally:
                    # It refers back to the stream: the request, pictures and all, would stay until the collector comes.
                    await stream.text_stream.aclose()  # type: ignore[attr-defined]  # a generator, typed as an iterator
        finally:
            if so_far is not None and _countable(so_far):
                spent.add(so_far)
        if so_far is not None and not _countable(so_far):
            message = "answered without a model's name or a count of tokens. Check ANTHROPIC_BASE_URL."
            raise Outage(SERVICE, question.operation, message)
        if so_far is None or so_far.stop_reason is None:
            raise Outage(SERVICE, question.operation, "broke off its answer before the end")
        return so_far

    def _note(self, question: _Question[T], message: Message, duration_seconds: float) -> None:
        usage = _usage(message)
        cost = float(cost_usd(message.model, usage))
        span = trace.get_current_span()
        span.set_attributes(
            {
                "http.response.status_code": 200,
                "gen_ai.response.id": message.id,
                "gen_ai.response.model": message.model,
                "gen_ai.response.finish_reasons": [message.stop_reason or "unknown"],
                # Anthropic counts cached tokens apart, the convention wants them all
                "gen_ai.usage.input_tokens": usage.prompt_tokens,
                "gen_ai.usage.cache_read.input_tokens": usage.cache_read_tokens,
                "gen_ai.usage.cache_creation.input_tokens": usage.cache_creation_tokens,
                "gen_ai.usage.output_tokens": usage.output_tokens,
                "claimstream.gen_ai.cost": cost,
            }
        )
        metrics.model_called(
            question.model,
            duration_seconds=duration_seconds,
            question=question.operation,
            tokens={
                "input": usage.input_tokens,
                "cache_read": usage.cache_read_tokens,
                "cache_creation": usage.cache_creation_tokens,
                "output": usage.output_tokens,
            },
            cost_usd=cost,
        )
        labels = {
            "gen_ai.provider.name": "anthropic",
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": question.model,
            # a set that is bounded, whatever the server answers
            "gen_ai.response.model": message.model if price_known(message.model) else "other",
        }
        with best_effort("model"):
            self._tokens.record(usage.prompt_tokens, {**labels, "gen_ai.token.type": "input"})
            self._tokens.record(usage.output_tokens, {**labels, "gen_ai.token.type": "output"})


def budget_warning(name: str, budget_usd: Decimal | None, options: ClaudeOptions) -> str | None:
    """The consequence of a budget that an ordinary mail may exceed by itself; None for one that lasts.

    Args:
        name: the budget's variable.
    """
    highest = _highest_cost_of_a_mail(options)
    if budget_usd is None or budget_usd >= highest:
        return None
    most = highest.quantize(Decimal("0.01"), ROUND_UP)
    return (
        f"{name} is {budget_usd} USD. The most that questions may cost is set aside before they are asked, up to "
        f"{most} USD for a page with a scan: with less left such a mail may go to a person. Most cost a hundredth."
    )


def _highest_cost_of_a_mail(options: ClaudeOptions) -> Decimal:
    """The most that it costs to sort a page with a scan of a page, to transcribe the scan, and to read both."""
    model, most, page = options.extraction_model, options.extraction_max_tokens, _TOKENS_OF_A_PAGE
    reading = _highest(model, prompts.EXTRACT, ModelExtraction, page, most)
    sorting = _highest(
        options.classification_model, prompts.CLASSIFY, ModelClassification, page, options.classification_max_tokens
    )
    return (
        sorting
        + 2 * reading
        + _highest(model, prompts.TRANSCRIBE, None, IMAGE_TOKENS, options.transcription_max_tokens)
    )


def _highest_cost(question: _Question[Any]) -> Decimal:
    return _highest(question.model, question.system, question.schema, question.content_tokens, question.max_tokens)


def _highest(model: str, system: str, schema: type[BaseModel] | None, content_tokens: int, max_tokens: int) -> Decimal:
    form = json.dumps(_json_schema(schema)) if schema else ""
    tokens = text_tokens(system, form) + content_tokens
    return highest_cost_usd(model, tokens, [max_tokens * n for n in range(1, _ATTEMPTS + 1)])


class _UnusableError(Exception):
    """Its text says why, without a word of the answer."""


def _read(question: _Question[T], message: Message) -> T:
    match message.stop_reason:
        case "refusal":
            raise _UnusableError("a refusal")
        case "max_tokens" | "model_context_window_exceeded":
            raise _UnusableError(f"cut off ({message.stop_reason})")
    text = "".join(block.text for block in message.content if block.type == "text")
    try:
        return question.read(text)
    except ValidationError as error:
        # its text quotes the answer, and with it the mail: only where it went wrong is kept
        places = sorted({".".join(map(str, one["loc"])) or "the whole" for one in error.errors(include_input=False)})
    raise _UnusableError(f"not of the form asked for ({', '.join(places[:5])})")


@functools.cache
def _json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Always the same, and dear to make: a third of the CPU that a question takes."""
    return transform_schema(model)


def _countable(message: Message) -> bool:
    """Return True for an answer whose cost can be booked. The SDK validates nothing of what is streamed."""
    model: object = message.model
    if not (isinstance(model, str) and model.isprintable()) or not isinstance(message.usage, BaseModel):
        return False
    used = _usage(message)
    counts: tuple[object, ...] = astuple(used)
    return all(isinstance(count, int) and 0 <= count <= _MOST_TOKENS for count in counts)


def _usage(message: Message) -> Usage:
    usage = message.usage
    return Usage(
        input_tokens=usage.input_tokens,
        cache_read_tokens=usage.cache_read_input_tokens or 0,
        cache_creation_tokens=usage.cache_creation_input_tokens or 0,
        output_tokens=usage.output_tokens,
    )


def _block(shown: Shown) -> dict[str, Any]:
    media_type = shown.media_type
    encoded = base64.standard_b64encode(shown.data).decode()
    if media_type == _PDF:
        return {"type": "document", "source": {"type": "base64", "media_type": _PDF, "data": encoded}}
    if media_type in _IMAGES:
        return {"type": "image", "source": {"type": "base64", "media_type": _IMAGES[media_type], "data": encoded}}
    message = f"{media_type} cannot be shown to the model: only PDF, JPEG, PNG, GIF and WebP can"
    raise Refused(SERVICE, "transcribe", message, status="unsupported_media_type")
