"""The subscriber: its life from start to drain."""

import asyncio
import contextlib
import contextvars
import logging
import os
import random
import time
import uuid
from collections.abc import Callable
from typing import get_args

from claimstream.pubsub import limits
from claimstream.pubsub.acks import Acks, Kind
from claimstream.pubsub.backoff import Backoff
from claimstream.pubsub.counters import Counters
from claimstream.pubsub.delivery import Delivery
from claimstream.pubsub.dispatch import Dispatcher, Handler
from claimstream.pubsub.errors import NEEDS_A_PERSON, PubSubError, SubscriptionError, is_transient
from claimstream.pubsub.health import Health, State, Statistics
from claimstream.pubsub.leases import LeaseLength, Leases
from claimstream.pubsub.message import Message
from claimstream.pubsub.options import SubscriberOptions, check_seconds
from claimstream.pubsub.outcome import Settlement
from claimstream.pubsub.pool import stream_connection
from claimstream.pubsub.receipts import Receipts
from claimstream.pubsub.stalls import watch_for_stalls
from claimstream.pubsub.stream import PullStream, SilentStreamError
from claimstream.pubsub.wire import (
    SUBSCRIBER,
    AioRpcError,
    Channel,
    GetSubscriptionRequest,
    RawStreamingPullResponse,
    Subscription,
    aio,
    is_connected,
    routing,
    status_details,
    status_name,
    streaming_pull_stub,
    unary_stub,
    unavailable,
)

log = logging.getLogger("claimstream.pubsub")

_FINAL: frozenset[State] = frozenset({"draining", "stopped", "failed"})
_LAST_ACKS_SECONDS = 5.0
"""At least this long is given to the last acknowledgements, even when the handlers used up the grace period."""
_CANCELLED_SECONDS = 1.0
"""How long cancelled handlers get to end before their messages are released anyway."""


class Subscriber:
    """Pulls from one subscription and calls `handler` for each message, until it is shut down or cannot go on.

    An instance runs once.
    """

    def __init__(
        self,
        channel: Channel,
        subscription: str,
        handler: Handler,
        *,
        options: SubscriberOptions | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            subscription: projects/PROJECT/subscriptions/NAME; ValueError for anything else.
            clock: seconds that only grow, by which `health()` and the back-off of failures go.
        """
        if limits.SUBSCRIPTION.fullmatch(subscription) is None:
            raise ValueError(f"a subscription is named projects/PROJECT/subscriptions/NAME, and not {subscription!r}")
        self.subscription = subscription
        self._options = options or SubscriberOptions()
        self._channel = channel
        self._clock = clock
        self._process = os.getpid()
        self._get_subscription = unary_stub(
            channel, SUBSCRIBER, "GetSubscription", GetSubscriptionRequest, Subscription
        )
        self._client_id = str(uuid.uuid4())
        self._counters = Counters()
        self._length = LeaseLength(self._options)
        self._acks = Acks(channel, subscription, self._options, self._counters, self._on_settled, clock)
        self._dispatcher = Dispatcher(handler, self._options, self._acks, self._counters, self._is_still_held, clock)
        self._leases = Leases(self._acks, self._options, self._counters, self._length, self._on_lost)
        self._receipts = Receipts(self._leases, self._dispatcher.accept)
        self._stream: PullStream | None = None
        self._opened = False
        self._connected = False
        self._policy: asyncio.Task[None] | None = None
        self._expects_pongs = False
        self._ordered = True
        self._pauses: dict[str, None] = {}
        self._wake = asyncio.Event()  # a pause ended, or shutdown began
        self._room = asyncio.Event()
        self._stop = asyncio.Event()
        self._ended = asyncio.Event()
        self._grace_seconds = self._options.shutdown_grace_seconds
        self._started = False
        self._state: State = "starting"
        self._since = clock()
        self._last_response_at: float | None = None
        self._error: str | None = None
        self._attention: str | None = None

    # life

    async def run(self) -> None:
        """Run until `shutdown()`, then return.

        When cancelled, it stops at once: handlers are cancelled, and what they held is released as far as two seconds
        allow.

        Raises:
            SubscriptionError: the stream ended with a status that waiting does not cure. Handlers that are running then
                get `shutdown_grace_seconds` to finish. What a person can mend (a missing subscription, a permission,
                credentials) ends the run only until the service has answered once; afterwards it is waited for.
            TypeError: the handler is no coroutine function.
        """
        if self._started:
            raise RuntimeError("a Subscriber runs once: make a new one")
        if os.getpid() != self._process:
            raise RuntimeError("this subscriber was made before the process was forked: make one in the child")
        self._started = True
        self._dispatcher.context = contextvars.copy_context()
        if self._stop.is_set():
            self._end("stopped")
            return
        keepers = [
            asyncio.create_task(self._leases.run(), name="pubsub leases"),
            asyncio.create_task(self._dispatcher.watch(), name="pubsub watch"),
            asyncio.create_task(self._receipts.run(), name="pubsub receipts"),
            asyncio.create_task(
                watch_for_stalls(
                    self.subscription, lambda: self._length.seconds, lambda: self._leases.messages, self._clock
                ),
                name="pubsub stalls",
            ),
        ]
        intake = asyncio.create_task(self._intake(), name="pubsub intake")
        try:
            await asyncio.wait({intake, *keepers}, return_when=asyncio.FIRST_COMPLETED)
            failure = next((task.exception() for task in (intake, *keepers) if task.done() and task.exception()), None)
            if failure is not None:
                self._fail(failure)
            await self._end_intake(intake)
            await self._drain(self._grace_seconds, _CANCELLED_SECONDS, _LAST_ACKS_SECONDS)
            if failure is not None:
                raise failure
            self._set_state("stopped")
        except asyncio.CancelledError:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2 * _CANCELLED_SECONDS):
                    await self._end_intake(intake)
                    await self._drain(0.0, _CANCELLED_SECONDS / 2, _CANCELLED_SECONDS)
            self._set_state("stopped")
            raise
        finally:
            self._dispatcher.cancel()  # what is left when this was cancelled a second time
            await _cancel([intake, *keepers] if self._policy is None else [intake, self._policy, *keepers])
            await self._acks.close()
            self._ended.set()

    async def shutdown(self, grace_seconds: float = 20.0) -> None:
        """Stops intake, releases what was not started, lets running handlers finish within `grace_seconds` (then
        cancels them), sends every acknowledgement, and closes. Returns when all is done; `run()` returns then too.
        At the worst this takes 10 seconds more than the grace period."""
        check_seconds("shutdown: grace_seconds", grace_seconds, zero=True)
        self._grace_seconds = grace_seconds
        self._stop.set()
        self._wake.set()
        self._room.set()
        if not self._started:
            self._end("stopped")
        self._set_state("draining")
        self._dispatcher.stop_starting()
        if self._stream is not None:
            self._stream.close()
        await self._ended.wait()

    def pause(self, reason: str) -> None:
        """Stops intake and starts no more handlers, while every lease is kept. Several reasons may hold at once."""
        self._pauses[reason] = None
        self._dispatcher.pause()
        self._room.set()
        if self._stream is not None:
            self._stream.close()
        if self._started:
            self._set_state("paused")

    def resume(self, reason: str | None = None) -> None:
        """Takes back one reason, or all; intake goes on when none is left."""
        if reason is None:
            self._pauses.clear()
        else:
            self._pauses.pop(reason, None)
        if not self._pauses:
            self._dispatcher.resume()
            self._wake.set()
            if self._state == "paused":
                self._set_state("starting")

    # questions

    def health(self) -> Health:
        now = self._clock()
        age = None if self._last_response_at is None else now - self._last_response_at
        failing = self._acks.failing_seconds if self._leases.messages else None
        error = self._error
        if error is None and failing is not None:
            error = f"no acknowledgement has been answered for {failing:.0f} s ({self._acks.status})"
        return Health(
            state=self._state,
            since_seconds=now - self._since,
            last_response_age_seconds=age,
            outstanding_messages=self._leases.messages,
            outstanding_bytes=self._leases.bytes,
            error=error,
            connected=self._connected,
            pause_reasons=tuple(self._pauses),
            stuck=self._is_stuck(age) or self._has_stuck_acks(failing),
            attention=self._attention or self._refused_acks(),
            acks_failing_seconds=failing,
        )

    def statistics(self) -> Statistics:
        counters = self._counters
        return Statistics(
            **{name: getattr(counters, name) for name in counters.__dataclass_fields__},
            leases=self._leases.messages,
            running=self._dispatcher.running,
            waiting=self._dispatcher.waiting,
            ack_queue=self._acks.unsettled,
            lease_seconds=float(self._length.seconds),
        )

    # intake

    async def _intake(self) -> None:
        backoff = Backoff(self._options.min_backoff_seconds, self._options.max_backoff_seconds)
        while not self._stop.is_set():
            self._wake.clear()
            if self._pauses:
                self._set_state("paused")
                await self._wake.wait()
                continue
            responses = self._last_response_at
            try:
                error = await self._pull()
            except SubscriptionError as refusal:
                if self._last_response_at is None or refusal.code not in NEEDS_A_PERSON:
                    raise
                error = self._attention = str(refusal)
            if error is None:
                continue
            if self._last_response_at != responses:
                backoff.reset()
            self._counters.reconnects += 1
            self._error = error
            self._set_state("reconnecting")
            level = logging.INFO if self._opened else logging.WARNING
            wait = backoff.next_seconds()
            if self._attention is not None:
                level = logging.ERROR
                wait = self._options.refused_retry_seconds * random.uniform(0.5, 1)  # noqa: S311  # jitter is no secret
            log.log(
                level,
                "stream of %s ended, opening it again in %.1f s: %s",
                self.subscription,
                wait,
                self._error,
                extra={"action": "stream_reopen", "subscription": self.subscription, "error": self._error},
            )
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stop.wait()

    async def _pull(self) -> str | None:
        """One stream from opening to end; why it ended, None if we closed it. Raises SubscriptionError."""
        with stream_connection(self._channel) as connection:
            self._stream = stream = PullStream(
                streaming_pull_stub(connection),
                self.subscription,
                self._client_id,
                self._options,
                lease_seconds=self._length.stream_seconds,
                expects_pongs=self._expects_pongs,
                is_connected=lambda: is_connected(connection),
                receive=self._receive,
                on_end=self._room.set,
                on_slow=self._on_slow,
                on_open=self._on_open,
            )
            self._opened = False
            reason = "the service closed the stream"
            try:
                await stream.run()
            except SilentStreamError as error:
                reason = str(error)
            except aio.UsageError as error:
                details = "its channel was closed; shut the subscriber down before"
                raise SubscriptionError("pull from", self.subscription, "CANCELLED", details) from error
            except AioRpcError as error:
                if not is_transient(error) and not stream.closing:
                    raise SubscriptionError.of(error, "pull from", self.subscription) from error
                self._attention = None
                if self._opened:
                    reason = f"{status_name(error)}: {status_details(error)}"
                else:  # not the half-hourly end of a stream, but something to look into
                    reason = str(PubSubError.of(error, "pull from", self.subscription))
            finally:
                self._expects_pongs = stream.expects_pongs
                self._stream = None
            return None if stream.closing else reason

    def _on_slow(self) -> None:
        """There is no connection yet, though nobody has refused it."""
        error = unavailable("no answer yet")
        self._error = str(PubSubError.of(error, "pull from", self.subscription))
        log.warning(
            "%s", self._error, extra={"action": "stream_slow", "subscription": self.subscription, "error": self._error}
        )

    def _on_open(self) -> None:
        self._opened = self._connected = True
        if self._policy is not None and self._policy.done():
            self._policy = None  # it may have changed
        self._attention = None
        if not self._pauses:
            self._error = None
            self._set_state("streaming")

    def _lane_of(self, message: Message) -> str:
        if self._options.lane is None:
            return ""
        try:
            return self._options.lane(message)
        except Exception:  # whatever is in it: it is handled as any other
            return ""

    async def _receive(self, response: RawStreamingPullResponse) -> None:
        self._last_response_at = self._clock()
        now = time.monotonic()
        if response.HasField("subscription_properties"):
            await self._learn(response)
        received = response.received_messages
        if not received:
            return
        if self._ordered and self._policy is None:
            self._policy = asyncio.create_task(self._learn_policy(), name="pubsub dead-letter policy")
        deliveries = []
        for raw in received:  # once: each pass makes the objects of the messages anew
            message = Message(raw, self.subscription)
            key = message.ordering_key if self._ordered else ""
            deliveries.append(Delivery(message, raw.ack_id, now, key, self._lane_of(message)))
        self._leases.add(deliveries)
        self._counters.received += len(deliveries)
        if self._length.exactly_once and not self._stop.is_set():
            self._receipts.add(deliveries)
        else:
            self._dispatcher.accept(deliveries)
        # Not on a stream that has ended: what it still holds is read, and then why it ended.
        while self._is_full() and not self._stop.is_set() and not self._pauses and self._is_streaming():
            self._room.clear()
            await self._room.wait()

    async def _learn(self, response: RawStreamingPullResponse) -> None:
        properties = response.subscription_properties
        self._ordered = properties.message_ordering_enabled
        if properties.exactly_once_delivery_enabled != self._length.exactly_once:
            self._length.exactly_once = properties.exactly_once_delivery_enabled
            if self._stream is not None:
                await self._stream.renew_lease_length(self._length.stream_seconds)

    async def _learn_policy(self) -> None:
        """Learn after how many deliveries a message goes to the dead-letter topic: its ordering key then awaits it no
        longer. That needs pubsub.subscriptions.get; without it the key waits until the message is overdue."""
        try:
            found = await self._get_subscription(
                GetSubscriptionRequest(subscription=self.subscription),
                timeout=self._options.ack_timeout_seconds,
                metadata=routing("subscription", self.subscription),
            )
        except (AioRpcError, aio.UsageError) as error:
            log.info(
                "the dead-letter policy of %s is not known: %s",
                self.subscription,
                status_name(error),
                extra={"action": "policy_unknown", "subscription": self.subscription, "status": status_name(error)},
            )
        else:
            policy = found.dead_letter_policy
            self._dispatcher.max_delivery_attempts = policy.max_delivery_attempts if policy.dead_letter_topic else None

    def _is_streaming(self) -> bool:
        return self._stream is not None and not self._stream.ended

    def _is_full(self) -> bool:
        """Twice the window is held: a stream that was reopened has its own window beside what is still held."""
        limits = self._options.flow_control
        return self._leases.messages >= 2 * limits.max_held or self._leases.bytes >= 2 * limits.max_bytes

    # settlement

    def _on_settled(self, deliveries: list[Delivery], kind: Kind, settlement: Settlement) -> None:
        self._leases.remove(deliveries)
        if not self._room.is_set() and not self._is_full():
            self._room.set()
        if settlement is not Settlement.CONFIRMED:
            self._counters.ack_failures += len(deliveries)
            for delivery in deliveries:
                log.warning(
                    "%s of message %s was not accepted: %s",
                    kind,
                    delivery.message_id,
                    settlement.value,
                    extra={
                        "action": f"{kind}_failed",
                        "message_id": delivery.message_id,
                        "settlement": settlement.value,
                    },
                )
        elif kind == "ack":
            self._counters.acked += len(deliveries)
        else:
            self._counters.nacked += len(deliveries)
        if kind == "nack":
            self._dispatcher.released(deliveries)

    async def _is_still_held(self, delivery: Delivery) -> bool:
        """Asked before a handler is called again. Only under exactly-once delivery does the service say so."""
        if delivery.held and self._length.exactly_once:
            await self._leases.confirm([delivery])
        return delivery.held

    def _on_lost(self, delivery: Delivery) -> None:
        if delivery.task is None and not delivery.settled:
            delivery.settled = True
            self._leases.remove([delivery])

    # ending

    async def _end_intake(self, intake: "asyncio.Task[None]") -> None:
        """Half-closes the stream if it is open. One that is cut off may be given released messages again before the
        service notices, and holds them until their leases run out (Google's emulator does so)."""
        self._stop.set()
        self._wake.set()
        self._room.set()
        self._dispatcher.stop_starting()
        if self._stream is not None:
            self._stream.close()
        await asyncio.wait({intake}, timeout=_CANCELLED_SECONDS)
        await _cancel([intake])

    async def _drain(self, grace_seconds: float, cancel_seconds: float, last_acks_seconds: float) -> None:
        if self._state != "failed":
            self._set_state("draining")
        give_up = time.monotonic() + grace_seconds
        self._dispatcher.accept(self._receipts.take())
        await self._dispatcher.drain(grace_seconds, cancel_seconds)
        try:
            async with asyncio.timeout(max(last_acks_seconds, give_up - time.monotonic())):
                await self._receipts.idle()
                await self._acks.flush()
        except TimeoutError:
            log.error(
                "%d acknowledgements of %s were not confirmed before the end; those messages come again",
                self._acks.unsettled,
                self.subscription,
                extra={"action": "drain_unconfirmed", "subscription": self.subscription},
            )

    def _fail(self, failure: BaseException) -> None:
        self._error = str(failure)
        self._set_state("failed")
        log.error(
            "the subscriber of %s stops: %s",
            self.subscription,
            failure,
            extra={"action": "subscriber_failed", "subscription": self.subscription},
            exc_info=None if isinstance(failure, PubSubError) else failure,
        )

    def _set_state(self, state: State) -> None:
        assert state in get_args(State)
        if (
            state == self._state
            or (self._state in _FINAL and state not in _FINAL)
            or self._state in ("stopped", "failed")
        ):
            return
        self._state = state
        self._since = self._clock()
        log.debug(
            "subscriber of %s: %s", self.subscription, state, extra={"action": "subscriber_state", "state": state}
        )

    def _end(self, state: State) -> None:
        self._set_state(state)
        self._ended.set()

    def _is_stuck(self, response_age: float | None) -> bool:
        if self._state != "streaming" or response_age is None or self._stream is None:
            return False
        silent_seconds = min(response_age, self._clock() - self._since)  # not counting a pause or an outage before
        return self._stream.expects_pongs and silent_seconds > self._options.stuck_seconds

    def _has_stuck_acks(self, failing_seconds: float | None) -> bool:
        """While the stream is open. In an outage of the service it is not."""
        if failing_seconds is None or self._state != "streaming":
            return False
        return min(failing_seconds, self._clock() - self._since) > self._options.stuck_seconds

    def _refused_acks(self) -> str | None:
        refusal = self._acks.refusal
        return None if refusal is None else str(PubSubError.of(refusal, "acknowledge on", self.subscription))


async def _cancel(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
