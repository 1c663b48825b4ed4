"""Acknowledgements, releases and lease extensions, in batches, until the service has answered."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from operator import attrgetter
from typing import Literal

from claimstream.pubsub import limits
from claimstream.pubsub.backoff import Backoff
from claimstream.pubsub.counters import Counters
from claimstream.pubsub.delivery import Delivery, Listener
from claimstream.pubsub.errors import NEEDS_A_PERSON, is_transient
from claimstream.pubsub.options import SubscriberOptions
from claimstream.pubsub.outcome import Settlement
from claimstream.pubsub.wire import (
    SUBSCRIBER,
    AcknowledgeRequest,
    AioRpcError,
    Channel,
    Empty,
    ModifyAckDeadlineRequest,
    ack_id_failures,
    routing,
    status_name,
    unary_stub,
    unavailable,
)

log = logging.getLogger("claimstream.pubsub")

Kind = Literal["ack", "nack"]

_FLUSHING_WAIT_SECONDS = 0.5

_REFUSALS = {
    "PERMISSION_DENIED": Settlement.PERMISSION_DENIED,
    "FAILED_PRECONDITION": Settlement.FAILED_PRECONDITION,
    "INVALID_ARGUMENT": Settlement.INVALID_ACK_ID,
}


_ack_id: Callable[[Delivery], str] = attrgetter("ack_id")


class _Batch:
    """What one call acknowledges or releases, and those of it that are still to be sent again."""

    __slots__ = ("deliveries", "kind")

    def __init__(self, kind: Kind, deliveries: list[Delivery]) -> None:
        self.kind = kind
        self.deliveries = deliveries


class Acks:
    """Sends what is decided about deliveries. `on_settled(deliveries, kind, settlement)` tells what the service made of
    them; each is in one such list."""

    def __init__(
        self,
        channel: Channel,
        subscription: str,
        options: SubscriberOptions,
        counters: Counters,
        on_settled: Callable[[list[Delivery], Kind, Settlement], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._acknowledge = unary_stub(channel, SUBSCRIBER, "Acknowledge", AcknowledgeRequest, Empty)
        self._modify = unary_stub(channel, SUBSCRIBER, "ModifyAckDeadline", ModifyAckDeadlineRequest, Empty)
        self._subscription = subscription
        self._metadata = routing("subscription", subscription)
        self._options = options
        self._counters = counters
        # With a third of the window acknowledged a batch leaves at once: the service sends no more than the window.
        self._batch_size = max(1, min(options.ack_batch_size, options.flow_control.max_messages // 3))
        self._on_settled = on_settled
        self._acks: list[Delivery] = []
        self._nacks: list[Delivery] = []
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._batches: set[_Batch] = set()
        self._flushing = asyncio.Event()
        self._closed = False
        self._unsettled = 0
        self._clock = clock
        self._failing_since: float | None = None
        self._refusal: Exception | None = None
        self.status = "OK"
        """The status of the last call."""

    @property
    def unsettled(self) -> int:
        """Decided, but not yet confirmed by the service."""
        return self._unsettled

    @property
    def failing_seconds(self) -> float | None:
        """The time for which no call has been answered; None while they are."""
        return None if self._failing_since is None else self._clock() - self._failing_since

    @property
    def refusal(self) -> Exception | None:
        """The last call's error, if only a person can mend it."""
        return self._refusal

    def ack(self, delivery: Delivery, listener: Listener | None = None) -> None:
        """The lease is kept until the service has confirmed it: a call may hang for longer than a lease lasts."""
        delivery.decide(listener)
        self._unsettled += 1
        self._enqueue(self._acks, delivery)

    def nack(self, delivery: Delivery, listener: Listener | None = None) -> None:
        delivery.decide(listener)
        delivery.held = False
        self._unsettled += 1
        if delivery.extending:
            delivery.release_waits = True
        else:
            self._enqueue(self._nacks, delivery)

    async def extend(self, deliveries: Sequence[Delivery], seconds: int) -> list[Delivery]:
        """Extends the leases of those still held; returns the ones the service says are lost (exactly-once only).

        Tried again for half the lease, leaving out what was decided meanwhile; the next pass tries again anyhow.
        """
        batches = limits.portions(deliveries, _ack_id, self._options.ack_batch_size)
        results = await asyncio.gather(*(self._extend(batch, seconds) for batch in batches))
        return [delivery for lost in results for delivery in lost]

    async def flush(self) -> None:
        """Returns when everything decided so far, and meanwhile, is confirmed or has failed for good.

        From now on nothing waits long before it is tried again."""
        self._flushing.set()
        while self._unsettled:
            self._send_queued()
            if self._tasks:
                await asyncio.wait(set(self._tasks), timeout=0.05, return_when=asyncio.FIRST_COMPLETED)
            else:  # a release that waits for an extension on the wire
                await asyncio.sleep(self._options.ack_delay_seconds)

    async def close(self) -> None:
        """Gives up whatever is still on its way; those who listen are told."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for batch in list(self._batches):  # of tasks that never began
            self._end(batch)
        while self._acks or self._nacks:  # giving up a release may bring those of its followers
            acks, self._acks = self._acks, []
            nacks, self._nacks = self._nacks, []
            self._finish("ack", acks, Settlement.FAILED)
            self._finish("nack", nacks, Settlement.FAILED)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # batches

    def _enqueue(self, queue: list[Delivery], delivery: Delivery) -> None:
        queue.append(delivery)
        if self._closed:
            return
        if len(queue) >= self._batch_size:
            self._send_queued()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._options.ack_delay_seconds, self._send_queued)

    def _send_queued(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        acks, self._acks = self._acks, []
        nacks, self._nacks = self._nacks, []
        self._start_settling("ack", acks)
        self._start_settling("nack", nacks)

    def _start_settling(self, kind: Kind, deliveries: Sequence[Delivery]) -> None:
        for portion in limits.portions(deliveries, _ack_id):
            batch = _Batch(kind, list(portion))
            self._batches.add(batch)
            self._start(self._settle(batch))

    def _start(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle(self, batch: _Batch) -> None:
        give_up = time.monotonic() + self._options.ack_retry_seconds
        backoff = Backoff(self._options.min_backoff_seconds, self._options.max_backoff_seconds)
        try:
            while True:
                code = await self._attempt(batch)
                wait = backoff.next_seconds()
                if not batch.deliveries or time.monotonic() + wait > give_up:
                    return
                log.warning(
                    "%s of %d messages failed, trying again in %.1f s: %s",
                    batch.kind,
                    len(batch.deliveries),
                    wait,
                    code,
                    extra={"action": f"{batch.kind}_retry", "subscription": self._subscription, "status": code},
                )
                await self._wait(wait)
        except Exception:  # no answer of the service, but a fault on our side, such as a closed channel
            log.exception(
                "%s of %d messages is given up",
                batch.kind,
                len(batch.deliveries),
                extra={"action": f"{batch.kind}_failed"},
            )
        finally:
            self._end(batch)

    def _end(self, batch: _Batch) -> None:
        """What of it the service has not answered is given up."""
        self._batches.discard(batch)
        deliveries, batch.deliveries = batch.deliveries, []
        if deliveries:
            self._finish(batch.kind, deliveries, Settlement.FAILED)

    async def _wait(self, seconds: float) -> None:
        """Before the next attempt; not long once all is to be flushed."""
        if self._flushing.is_set():
            await asyncio.sleep(min(seconds, _FLUSHING_WAIT_SECONDS))
            return
        try:
            async with asyncio.timeout(seconds):
                await self._flushing.wait()
        except TimeoutError:
            return

    async def _attempt(self, batch: _Batch) -> str:
        """Sends one call and leaves in the batch what has to be sent again; returns the status."""
        kind, deliveries = batch.kind, batch.deliveries
        ack_ids = [delivery.ack_id for delivery in deliveries]
        try:
            await self._call(kind, ack_ids, 0)
        except AioRpcError as error:
            code = status_name(error)
            reasons = ack_id_failures(error)
            again: list[Delivery] = []
            if code == "INVALID_ARGUMENT" and not reasons and len(deliveries) > 1:
                # One of them is malformed, and the service does not say which: halved until that one is alone.
                batch.deliveries = []
                half = len(deliveries) // 2
                self._start_settling(kind, deliveries[:half])
                self._start_settling(kind, deliveries[half:])
                return code
            # Ids the service does not name are sent again without the failed ones, so that the answer is theirs alone.
            unnamed_again = is_transient(error) or any(ack_id in reasons for ack_id in ack_ids)
            batch.deliveries = again
            for delivery in deliveries:
                reason = reasons.get(delivery.ack_id)
                if unnamed_again if reason is None else reason.startswith("TRANSIENT_"):
                    again.append(delivery)
                else:
                    self._finish(kind, [delivery], _settlement(reason, code))
            return code
        batch.deliveries = []
        self._finish(kind, deliveries, Settlement.CONFIRMED)
        return "OK"

    async def _call(self, kind: Kind, ack_ids: list[str], seconds: int) -> None:
        try:
            await self._guarded(kind, ack_ids, seconds)
        except AioRpcError as error:
            self._note(error)
            raise
        self._note(None)

    def _note(self, error: Exception | None) -> None:
        code = self.status = "OK" if error is None else status_name(error)
        self._refusal = error if code in NEEDS_A_PERSON else None
        if error is None or not is_transient(error):
            self._failing_since = None
        elif self._failing_since is None:
            self._failing_since = self._clock()

    async def _guarded(self, kind: Kind, ack_ids: list[str], seconds: int) -> None:
        guard = self._options.guard
        if guard is None:
            await self._send(kind, ack_ids, seconds)
            return
        operation = "acknowledge" if kind == "ack" else "modify_ack_deadline"
        try:
            await guard(operation, lambda: self._send(kind, ack_ids, seconds))
        except AioRpcError:
            raise
        except BaseException as error:  # the guard's own: the call may not have been made, and is tried again
            if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit) or _is_cancelled(error):
                raise
            raise unavailable(f"{type(error).__name__}: {error}") from error

    async def _send(self, kind: Kind, ack_ids: list[str], seconds: int) -> None:
        if kind == "ack":
            await self._acknowledge(
                AcknowledgeRequest(subscription=self._subscription, ack_ids=ack_ids),
                timeout=self._options.ack_timeout_seconds,
                metadata=self._metadata,
            )
        else:
            await self._modify(
                ModifyAckDeadlineRequest(
                    subscription=self._subscription, ack_ids=ack_ids, ack_deadline_seconds=seconds
                ),
                timeout=self._options.ack_timeout_seconds,
                metadata=self._metadata,
            )

    def _finish(self, kind: Kind, batch: list[Delivery], settlement: Settlement) -> None:
        for delivery in batch:
            delivery.held = False
        self._unsettled -= len(batch)
        self._on_settled(batch, kind, settlement)
        for delivery in batch:
            if delivery.listener is not None:
                try:
                    delivery.listener(settlement)
                except BaseException as error:
                    log.exception("an on_result callable failed", extra={"action": "on_result_failed"})
                    if isinstance(error, KeyboardInterrupt | SystemExit):
                        raise

    # extensions

    async def _extend(self, batch: Sequence[Delivery], seconds: int) -> list[Delivery]:
        give_up = time.monotonic() + seconds / 2
        backoff = Backoff(self._options.min_backoff_seconds, self._options.max_backoff_seconds)
        lost: list[Delivery] = []
        while True:
            batch = [delivery for delivery in batch if delivery.held]
            if not batch:
                return lost
            error = await self._extend_once(batch, seconds)
            if error is None:
                return lost
            reasons = ack_id_failures(error)
            if status_name(error) == "INVALID_ARGUMENT" and not reasons and len(batch) > 1:  # as in `_attempt`
                half = len(batch) // 2
                halves = await asyncio.gather(*(self._extend(part, seconds) for part in (batch[:half], batch[half:])))
                return [*lost, *halves[0], *halves[1]]
            invalid = {ack_id for ack_id, reason in reasons.items() if not reason.startswith("TRANSIENT_")}
            lost += [delivery for delivery in batch if delivery.ack_id in invalid and delivery.held]
            batch = [delivery for delivery in batch if delivery.ack_id not in invalid]
            wait = backoff.next_seconds()
            worth_it = is_transient(error) or any(delivery.ack_id in reasons for delivery in batch) or bool(invalid)
            if not worth_it or time.monotonic() + wait > give_up:
                if batch:
                    log.warning(
                        "%d leases could not be extended: %s",
                        len(batch),
                        status_name(error),
                        extra={
                            "action": "extend_failed",
                            "subscription": self._subscription,
                            "status": status_name(error),
                        },
                    )
                return lost
            await asyncio.sleep(wait)

    async def _extend_once(self, batch: list[Delivery], seconds: int) -> Exception | None:
        for delivery in batch:
            delivery.extending += 1
        may_still_arrive = False
        try:
            await self._call("nack", [delivery.ack_id for delivery in batch], seconds)
        except AioRpcError as error:
            may_still_arrive = status_name(error) == "DEADLINE_EXCEEDED"
            return error
        else:
            self._counters.extensions += len(batch)
            return None
        finally:
            for delivery in batch:
                delivery.extending -= 1
                delivery.unsure = delivery.unsure or (delivery.release_waits and may_still_arrive)
                if delivery.release_waits and not delivery.extending:
                    delivery.release_waits = False
                    if delivery.unsure:  # behind a release it would revive the lease: better to let it run out
                        self._finish("nack", [delivery], Settlement.FAILED)
                    else:
                        self._enqueue(self._nacks, delivery)


def _is_cancelled(error: BaseException) -> bool:
    """Return True when this task was told to end. Otherwise somebody's cancelled future has only looked like it."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and (task is None or bool(task.cancelling()))


def _settlement(reason: str | None, code: str) -> Settlement:
    """Of an id that is not sent again: by the reason the service gave for it, else by the call's status."""
    if reason is None:
        return _REFUSALS.get(code, Settlement.FAILED)
    return Settlement.INVALID_ACK_ID if reason == "PERMANENT_FAILURE_INVALID_ACK_ID" else Settlement.FAILED
