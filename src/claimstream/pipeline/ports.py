"""What the pipeline needs of the world, and nothing more. ``app.py`` puts the real things in."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from claimstream.domain.records.decision import ClientUpdate, GuardDecision
from claimstream.domain.records.extraction import SourceExtraction
from claimstream.domain.records.inquiry import Client, Inquiry, Letter
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.keys import ClientKeys, LetterChanges
from claimstream.domain.records.mail import Shown, Source
from claimstream.domain.records.questions import A, Question
from claimstream.domain.records.work import (
    Checkpoint,
    Claimed,
    Delivered,
    Email,
    FailedAlone,
    NotClaimed,
    OutboxRow,
    Reserved,
    Result,
    Waited,
)
from claimstream.reading import Drawn, Extractions, Reading

T_co = TypeVar("T_co", covariant=True)


class RawMessage(Protocol):
    """A message as Gmail holds it."""

    @property
    def raw(self) -> bytes: ...
    @property
    def internal_date(self) -> datetime: ...


class MailSource(Protocol):
    async def get_raw(
        self,
        mailbox: str,
        message_id: str,
        *,
        most_bytes: int = ...,
        make_room: Callable[[], Awaitable[object]] | None = ...,
    ) -> RawMessage | None: ...


class Blobs(Protocol):
    async def put(
        self, object_name: str, data: bytes, content_type: str, metadata: Mapping[str, str] | None = None
    ) -> str: ...
    async def get(self, uri: str) -> bytes: ...


class MailReader(Protocol):
    async def read(self, raw: bytes, *, our_markers: Collection[str] = ..., with_parts: bool = ...) -> Reading: ...
    async def extract(self, sources: Sequence[Source]) -> Extractions: ...
    async def draw(self, picture: Source, data: bytes) -> Drawn: ...
    async def judge(self, question: Question[A], answer: type[A]) -> A: ...


class Usage(Protocol):
    @property
    def input_tokens(self) -> int: ...
    @property
    def cache_read_tokens(self) -> int: ...
    @property
    def cache_creation_tokens(self) -> int: ...
    @property
    def output_tokens(self) -> int: ...


class ModelAnswer(Protocol[T_co]):
    """An answer with what it cost."""

    @property
    def value(self) -> T_co: ...
    @property
    def usage(self) -> Usage: ...
    @property
    def model(self) -> str: ...
    @property
    def prompt_version(self) -> str: ...
    @property
    def cost_usd(self) -> Decimal: ...


class ModelIntent(Protocol):
    @property
    def intent(self) -> Intent: ...
    @property
    def confidence(self) -> float: ...
    @property
    def why(self) -> str: ...


class Purse(Protocol):
    """The source of the money for one question."""

    async def reserve(self, highest_cost_usd: Decimal) -> None:
        """Set aside what the question may cost at most, before anything leaves."""
        ...

    async def give_back(self) -> None:
        """Give it back: nothing was billed."""
        ...


class LanguageModel(Protocol):
    def guarded(self, check: Callable[[], None], purse: Purse) -> "LanguageModel":
        """The same, calling ``check`` right before each request leaves, after every wait; what it raises ends the
        call. So does what ``purse`` raises, which is asked once for each question."""
        ...

    async def classify(
        self, subject: str, sender: str, text: str, *, letter: Letter | None
    ) -> ModelAnswer[ModelIntent]: ...
    async def extract(
        self, source: Source, *, intent: Intent, letter: Letter | None
    ) -> ModelAnswer[SourceExtraction]: ...
    async def transcribe(self, *shown: Shown, pages: int | None = None) -> ModelAnswer[str]: ...


class Applied(Protocol):
    """What became of an update: ``applied``, ``already_applied``, ``overtaken``, ``refused`` or ``missing``."""

    @property
    def outcome(self) -> str: ...
    @property
    def old_amount(self) -> Decimal | None: ...


class Clients(Protocol):
    async def get(self, tenant_id: str, client_ids: Collection[str]) -> Sequence[Client]: ...
    async def keys(
        self, tenant_id: str, client_ids: Collection[str], *, known: Callable[[int], bool]
    ) -> Sequence[ClientKeys]: ...
    async def apply(
        self,
        update: ClientUpdate,
        *,
        amount_may_replace: Callable[[Decimal | None], bool],
        correlation_id: str | None = None,
    ) -> Applied: ...


class Inquiries(Protocol):
    async def changes(self, tenant_id: str, *, since: datetime, mark: str | None = None) -> LetterChanges: ...
    async def candidates(
        self,
        tenant_id: str,
        *,
        inquiry_ids: Collection[str],
        since: datetime,
        reply_codes: Collection[str] = ...,
        message_ids: Collection[str] = ...,
    ) -> list[Inquiry]: ...


class Mailer(Protocol):
    @property
    def busy(self) -> bool: ...
    async def send(
        self, to: str, subject: str, text: str, *, message_id: str, headers: Mapping[str, str] = ...
    ) -> Any: ...


class Emails(Protocol):
    """The rows of work. Methods that write raise ``LostClaimError`` once another worker has the email."""

    async def presume_lost(self, *, after_seconds: float) -> int: ...
    async def claim(
        self, email_id: str, *, worker: str, seconds: float, but_not_after: int | None = None
    ) -> Claimed | NotClaimed: ...
    async def renew(self, email: Email, *, seconds: float) -> None: ...
    async def release(
        self, email: Email, waits: Sequence[Waited] = (), checkpoints: Sequence[Checkpoint] = ()
    ) -> None: ...
    async def failed(
        self, email_id: str, service: str, operation: str, others_seconds_ago: Sequence[float]
    ) -> FailedAlone: ...
    async def shelve(self, email: Email) -> bool: ...
    async def postpone(self, email: Email, *, seconds: float) -> bool: ...
    async def checkpoint(self, email: Email, checkpoint: Checkpoint) -> None: ...
    async def settle(self, email: Email, result: Result, checkpoints: Sequence[Checkpoint] = ()) -> None: ...


class Outbox(Protocol):
    async def take(self, *, email_id: str, seconds: float = ...) -> OutboxRow | None: ...
    async def take_behind(self, done: OutboxRow, *, kind: str, seconds: float = ...) -> OutboxRow | None: ...
    async def take_waiting(self, *, kind: str, limit: int, seconds: float = ...) -> list[OutboxRow]: ...
    async def hold(self, row: OutboxRow, *, seconds: float) -> bool: ...
    async def done(self, row: OutboxRow, result: Delivered) -> None: ...
    async def failed(self, row: OutboxRow, error: str, *, retry_in_seconds: float, by_outage: bool = False) -> None: ...
    async def outage_ended(self, *, kind: str) -> int: ...
    async def failed_by_defect(self, row: OutboxRow, error: str, *, retry_in_seconds: float) -> int: ...
    async def to_review(self, row: OutboxRow, result: Delivered, guard: GuardDecision) -> None: ...


class Ledger(Protocol):
    async def spent_today_usd(self, tenant_id: str) -> Decimal: ...
    async def reserve(
        self, email: Email, operation: str, *, cost_usd: Decimal, budget_usd: Decimal, seconds: float
    ) -> Reserved: ...
    async def book(self, email: Email, paid: Checkpoint) -> None: ...
    async def release(self, email: Email, operation: str) -> None: ...


class Tenants(Protocol):
    async def notification_address(self, tenant_id: str) -> str | None: ...
