"""Running handlers, and doing what they decide."""

import asyncio
import contextvars
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from opentelemetry import context as otel_context

from claimstream.pubsub import propagation
from claimstream.pubsub.acks import Acks
from claimstream.pubsub.counters import Counters
from claimstream.pubsub.delivery import Delivery
from claimstream.pubsub.flow import Window
from claimstream.pubsub.message import Message
from claimstream.pubsub.options import SubscriberOptions
from claimstream.pubsub.ordering import Ordering
from claimstream.pubsub.outcome import Ack, DeadLetter, Nack, Outcome, Retry

log = logging.getLogger("claimstream.pubsub")

Handler = Callable[[Message], Awaitable[Outcome]]


class Dispatcher:
    """Starts a task for each delivery as flow control and ordering allow, and settles it by its outcome."""

    def __init__(
        self,
        handler: Handler,
        options: SubscriberOptions,
        acks: Acks,
        counters: Counters,
        is_still_held: Callable[[Delivery], Awaitable[bool]],
    ) -> None:
        self._handler = handler
        self._options = options
        self._acks = acks
        self._counters = counters
        self._is_still_held = is_still_held
        self._window = Window(options.flow_control.max_messages, options.flow_control.max_bytes)
        self._ordering = Ordering(self._release)
        self._waiting: deque[Delivery] = deque()
        self._running: set[Delivery] = set()
        self._given_up: set[asyncio.Task[None]] = set()
        self._draining = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop
        self.context = contextvars.copy_context()
        """What handlers begin with. Who makes room for one (another handler, a `resume()`) has a context of its own, in
        which things may be set that are none of its business."""
        self._paused = False
        self._stopping = False

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def waiting(self) -> int:
        return len(self._waiting) + self._ordering.waiting

    def pause(self) -> None:
        """Nothing new is started; what runs, and reruns, go on."""
        self._paused = True

    def resume(self) -> None:
        self._paused = False
        self._start_waiting()

    def accept(self, deliveries: Iterable[Delivery]) -> None:
        self._loop = asyncio.get_running_loop()  # asked once for all of them: it costs a system call
        draining = self._draining.is_set()
        for delivery in deliveries:
            if draining:
                self._release(delivery)
            elif delivery.settled:  # lost its lease meanwhile
                continue
            elif not delivery.ordering_key or self._ordering.offer(delivery):
                self._start_or_queue(delivery)

    def released(self, deliveries: Iterable[Delivery]) -> None:
        """The service has answered these releases, one way or another."""
        now = time.monotonic()
        for delivery in deliveries:
            if delivery.followers is not None:
                self._ordering.released(delivery, now)

    async def watch(self) -> None:
        """Cancels handlers that are over their time, and forgets keys that did not come again, until cancelled."""
        limit = self._options.max_handling_seconds
        while True:
            await asyncio.sleep(min(5.0, max(0.01, limit / 20), max(0.01, self._options.cancel_grace_seconds / 5)))
            now = time.monotonic()
            self._ordering.forget(now)
            for delivery in list(self._running):
                if delivery.cancelled_at is None:
                    if delivery.started_at is not None and now - delivery.started_at > limit:
                        self._time_out(delivery, now)
                elif now - delivery.cancelled_at > self._options.cancel_grace_seconds:
                    self._give_up(delivery)

    def stop_starting(self) -> None:
        """Starts nothing more. What was not started is kept until `drain`: released while the stream is still open, it
        would come again at once."""
        self._stopping = True

    async def drain(self, grace_seconds: float, cancel_seconds: float) -> None:
        """Releases what was not started and what waits for a retry. Gives running handlers `grace_seconds` to
        finish, then cancels them and gives them `cancel_seconds` to end."""
        self._stopping = True
        self._draining.set()
        waiting = list(self._waiting)
        self._waiting.clear()
        for delivery in waiting:
            self._release_turn(delivery)
        self._ordering.drain()
        await self._join(grace_seconds)
        if self._running:
            log.warning(
                "%d handlers are cancelled: the time to finish is over",
                len(self._running),
                extra={"action": "drain_cancel", "handlers": len(self._running)},
            )
            for delivery in list(self._running):
                delivery.cancelled_at = time.monotonic()
                _task(delivery).cancel()
            await self._join(cancel_seconds)
            for delivery in list(self._running):
                self._give_up(delivery)

    def cancel(self) -> None:
        """Cancels what still runs, without waiting for its end."""
        for delivery in self._running:
            _task(delivery).cancel()

    async def _join(self, seconds: float) -> None:
        if self._running and seconds > 0:
            await asyncio.wait({_task(delivery) for delivery in self._running}, timeout=seconds)

    # starting

    def _start_or_queue(self, delivery: Delivery) -> None:
        """Its ordering key, if any, is its own."""
        if self._waiting or self._paused or self._stopping or not self._window.try_enter(delivery.size):
            self._waiting.append(delivery)
        else:
            self._start(delivery)

    def _start_waiting(self) -> None:
        while self._waiting and not self._paused and not self._stopping:
            if self._waiting[0].settled:
                self._skip(self._waiting.popleft())
            elif self._window.try_enter(self._waiting[0].size):
                self._start(self._waiting.popleft())
            else:
                return

    def _start(self, delivery: Delivery) -> None:
        self._running.add(delivery)
        context = self.context.copy()
        delivery.task = self._loop.create_task(self._run(delivery), name="pubsub handler", context=context)

    # running

    async def _run(self, delivery: Delivery) -> None:
        """A handler's task. One coroutine for the common case: each further one costs a tenth of all the rest."""
        message = delivery.message
        attributes = message.attributes
        context = propagation.extract(attributes) if attributes else None
        token = None if context is None else otel_context.attach(context)
        try:
            delivery.started_at = time.monotonic()
            self._counters.delivered += 1
            outcome: object = await self._handler(message)  # whatever one without types returns
            if not isinstance(outcome, Ack):
                outcome = await self._resolve(delivery, outcome)
        except asyncio.CancelledError:
            self._settle(delivery, Nack())
            raise
        except Exception:
            self._counters.handler_errors += 1
            log.exception(
                "%s: the handler failed on message %s, which is released and comes again",
                message.subscription,
                message.id,
                extra=_about("handler_failed", message),
            )
            outcome = Nack()
        finally:
            if token is not None:
                otel_context.detach(token)
        self._settle(delivery, outcome)

    async def _resolve(self, delivery: Delivery, outcome: object) -> Ack | Nack:
        """What anything but `Ack` comes to; a retry waits here, with the lease kept."""
        message = delivery.message
        while isinstance(outcome, Retry):
            self._counters.retried += 1
            delivery.started_at = None
            await self._wait(outcome.after)
            # The lease may be lost by now: then the message is handled again already, perhaps elsewhere.
            if not outcome.rerun or self._draining.is_set() or not await self._is_still_held(delivery):
                return Nack()
            delivery.started_at = time.monotonic()
            self._counters.delivered += 1
            outcome = await self._handler(message)
        if isinstance(outcome, Ack | Nack):
            return outcome
        if isinstance(outcome, DeadLetter):
            return await self._dead_letter(message, outcome.reason)
        self._counters.handler_errors += 1
        log.error(
            "%s: the handler returned %r for message %s, which is no outcome (return Ack(), Nack(), Retry(...) or "
            "DeadLetter(...)); the message is released",
            message.subscription,
            outcome,
            message.id,
            extra=_about("handler_bad_outcome", message),
        )
        return Nack()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._draining.wait()
        except TimeoutError:
            return

    async def _dead_letter(self, message: Message, reason: str) -> Ack | Nack:
        extra = _about("dead_letter", message)
        if self._options.dead_letter is None:
            log.error(
                "%s: the handler returned DeadLetter for message %s (%s), but SubscriberOptions.dead_letter is not "
                "set; it is released",
                message.subscription,
                message.id,
                reason,
                extra=extra,
            )
            return Nack()
        try:
            await self._options.dead_letter(message, reason)
        except Exception:
            log.exception("message %s could not be dead-lettered; it is released", message.id, extra=extra)
            return Nack()
        self._counters.dead_lettered += 1
        return Ack()

    # ending

    def _settle(self, delivery: Delivery, outcome: Ack | Nack) -> None:
        if delivery.settled:  # given up before
            return
        delivery.settled = True
        self._running.discard(delivery)
        self._window.release(delivery.size)
        key = delivery.ordering_key
        if isinstance(outcome, Ack):
            self._acks.ack(delivery, outcome.on_result)
            if key:
                following = self._ordering.acknowledged(key)
                if following is not None:
                    self._take_turn(following)
        else:
            if key:
                self._ordering.releasing(delivery)
            self._acks.nack(delivery, outcome.on_result)
        if self._waiting:
            self._start_waiting()

    def _take_turn(self, delivery: Delivery) -> None:
        """Its ordering key is now its own."""
        if delivery.settled:
            self._skip(delivery)
        elif self._draining.is_set():
            self._release_turn(delivery)
        else:
            self._start_or_queue(delivery)

    def _release_turn(self, delivery: Delivery) -> None:
        """Those of its key go after it."""
        if delivery.settled:
            self._skip(delivery)
            return
        if delivery.ordering_key:
            self._ordering.releasing(delivery)
        self._release(delivery)

    def _skip(self, delivery: Delivery) -> None:
        """It lost its lease while it waited; the service delivers it again, and the later ones of its key behind it."""
        if delivery.ordering_key:
            self._ordering.releasing(delivery)
            self.released([delivery])

    def _release(self, delivery: Delivery) -> None:
        """Never started."""
        if delivery.settled:
            return
        delivery.settled = True
        self._acks.nack(delivery)

    def _time_out(self, delivery: Delivery, now: float) -> None:
        self._counters.handler_timeouts += 1
        delivery.cancelled_at = now
        log.error(
            "%s: the handler of message %s took longer than max_handling_seconds (%g s); it is cancelled, the message "
            "is released",
            delivery.message.subscription,
            delivery.message.id,
            self._options.max_handling_seconds,
            extra=_about("handler_timeout", delivery.message),
        )
        _task(delivery).cancel()

    def _give_up(self, delivery: Delivery) -> None:
        self._counters.expired += 1
        log.error(
            "the handler of message %s ignores its cancellation; the message is released while it may still run",
            delivery.message.id,
            extra=_about("handler_abandoned", delivery.message),
        )
        task = _task(delivery)
        self._given_up.add(task)
        task.add_done_callback(self._given_up.discard)
        self._settle(delivery, Nack())


def _task(delivery: Delivery) -> "asyncio.Task[None]":
    assert delivery.task is not None
    return delivery.task


def _about(action: str, message: Message) -> dict[str, str]:
    """What a log record says of a message, as fields."""
    return {"action": action, "message_id": message.id, "subscription": message.subscription}
