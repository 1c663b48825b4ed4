"""Running handlers, and doing what they decide."""

import asyncio
import contextlib
import contextvars
import logging
import time
from collections.abc import Awaitable, Callable, Iterable

from opentelemetry import context as otel_context

from claimstream.pubsub import propagation
from claimstream.pubsub.acks import Acks
from claimstream.pubsub.counters import Counters
from claimstream.pubsub.delivery import Delivery
from claimstream.pubsub.failures import Failures, RareLog
from claimstream.pubsub.flow import Window
from claimstream.pubsub.lanes import Lanes
from claimstream.pubsub.message import Message
from claimstream.pubsub.options import SubscriberOptions
from claimstream.pubsub.ordering import Ordering
from claimstream.pubsub.outcome import Ack, DeadLetter, Nack, Outcome, Retry

log = logging.getLogger("claimstream.pubsub")

Handler = Callable[[Message], Awaitable[Outcome]]

_HANDLER = "a handler is an `async def` function that takes a Message and returns an Outcome"


class Dispatcher:
    """Starts a task for each delivery as flow control and ordering allow, and settles it by its outcome."""

    def __init__(
        self,
        handler: Handler,
        options: SubscriberOptions,
        acks: Acks,
        counters: Counters,
        is_still_held: Callable[[Delivery], Awaitable[bool]],
        clock: Callable[[], float],
    ) -> None:
        if not callable(handler):
            raise TypeError(f"{_HANDLER}, and not {handler!r}")
        self._handler = handler
        self._options = options
        self._acks = acks
        self._counters = counters
        self._is_still_held = is_still_held
        self._window = Window(options.flow_control.max_messages, options.flow_control.max_bytes)
        self._ordering = Ordering(self._release)
        self._waiting = Lanes(options.flow_control.max_messages)
        self._running: set[Delivery] = set()
        self._given_up: set[asyncio.Task[None]] = set()
        self._failures = Failures(options.min_backoff_seconds, options.max_backoff_seconds, clock)
        self._backing_off: dict[Delivery, asyncio.TimerHandle] = {}
        self._errors = RareLog(clock)
        self._misfit = asyncio.Event()
        self._draining = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop
        self.context = contextvars.copy_context()
        """What handlers begin with. Who makes room for one (another handler, a `resume()`) has a context of its own, in
        which things may be set that are none of its business."""
        self.max_delivery_attempts: int | None = None
        """The number of deliveries after which the service gives up a message; None if it does not, or is not known."""
        self._paused = False
        self._stopping = False
        self._starting = False

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def waiting(self) -> int:
        return len(self._waiting) + self._ordering.waiting + len(self._backing_off)

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
                following = self._ordering.released(delivery, now)
                if following is not None:
                    self._take_turn(following)
                    self._start_waiting()

    async def watch(self) -> None:
        """Cancel handlers that are over their time, and forget keys that did not come again, until cancelled.

        Raises:
            TypeError: the handler is no coroutine function: no message would ever succeed.
        """
        limit = self._options.max_handling_seconds
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(
                    min(5.0, max(0.01, limit / 20), max(0.01, self._options.cancel_grace_seconds / 5))
                ):
                    await self._misfit.wait()
                    raise TypeError(f"{_HANDLER}, and not {self._handler!r}")
            now = time.monotonic()
            self._errors.tell()
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
        for delivery in self._waiting.clear():
            self._release_turn(delivery)
        self._ordering.drain()
        for delivery in list(self._backing_off):
            self._give_back(delivery)
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
        self._errors.tell(everything=True)

    def cancel(self) -> None:
        """Cancels what still runs, without waiting for its end."""
        for delivery in self._running:
            delivery.cancelled_at = time.monotonic()
            _task(delivery).cancel()

    async def _join(self, seconds: float) -> None:
        if self._running and seconds > 0:
            await asyncio.wait({_task(delivery) for delivery in self._running}, timeout=seconds)

    # starting

    def _start_or_queue(self, delivery: Delivery) -> None:
        """Its ordering key, if any, is its own."""
        lane = delivery.lane
        must_wait = self._paused or self._stopping or self._waiting.is_waiting(lane) or not self._waiting.has_room(lane)
        if must_wait or not self._window.try_enter(delivery.size):
            self._waiting.append(delivery)
        else:
            self._start(delivery)

    def _start_waiting(self) -> None:
        if self._starting:  # an eager task has ended within `_start`: the loop below goes on with the next
            return
        self._starting = True
        try:
            while not (self._paused or self._stopping) and (delivery := self._waiting.next()) is not None:
                if delivery.settled:
                    self._waiting.take(delivery)
                    self._skip(delivery)
                elif self._window.try_enter(delivery.size):
                    self._waiting.take(delivery)
                    self._start(delivery)
                else:
                    return
        finally:
            self._starting = False

    def _start(self, delivery: Delivery) -> None:
        self._running.add(delivery)
        self._waiting.started(delivery.lane)
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
            decided: object = await self._handler(message)  # whatever one without types returns
            outcome = decided if isinstance(decided, Ack) else await self._resolve(delivery, decided)
        except asyncio.CancelledError as error:
            if delivery.cancelled_at is None:  # from inside: a library's cancel scope, a cancelled future
                self._failed(delivery, message, error)
            else:
                self._settle(delivery, Nack())
            raise
        except BaseException as error:
            if not self._loop.is_running():  # the loop is gone, and what is left of it is thrown away
                raise
            self._failed(delivery, message, error)
            if isinstance(error, KeyboardInterrupt | SystemExit):  # asyncio ends the program with these
                raise
            return
        finally:
            if token is not None:
                otel_context.detach(token)
        self._settle(delivery, outcome)

    async def _resolve(self, delivery: Delivery, outcome: object) -> Ack | Nack | None:
        """Return what anything but `Ack` comes to, None for a failure. A retry waits here, with the lease kept."""
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
        self._errors.error(
            "handler_bad_outcome",
            "%s: the handler returned %r for message %s, which is no outcome (return Ack(), Nack(), Retry(...) or "
            "DeadLetter(...)); the message is released",
            message.subscription,
            outcome,
            message.id,
            fields=_about("handler_bad_outcome", message),
        )
        return None

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._draining.wait()
        except TimeoutError:
            return

    async def _dead_letter(self, message: Message, reason: str) -> Ack | None:
        fields = _about("dead_letter", message)
        if self._options.dead_letter is None:
            self._errors.error(
                "dead_letter without a place",
                "%s: the handler returned DeadLetter for message %s (%s), but SubscriberOptions.dead_letter is not "
                "set; it is released",
                message.subscription,
                message.id,
                reason,
                fields=fields,
            )
            return None
        try:
            await self._options.dead_letter(message, reason)
        except Exception as error:  # whatever it is, the message stays
            self._errors.error(
                f"dead_letter {type(error).__name__}",
                "message %s could not be dead-lettered; it is released",
                message.id,
                fields=fields,
                error=error,
            )
            return None
        self._counters.dead_lettered += 1
        return Ack()

    # ending

    def _settle(self, delivery: Delivery, outcome: Ack | Nack | None) -> None:
        if delivery.settled:  # given up before
            return
        self._running.discard(delivery)
        self._waiting.ended(delivery.lane)
        self._window.release(delivery.size)
        if outcome is None:
            self._back_off(delivery)
        else:
            self._decide(delivery, outcome)
        if self._waiting:
            self._start_waiting()

    def _decide(self, delivery: Delivery, outcome: Ack | Nack) -> None:
        delivery.settled = True
        key = delivery.ordering_key
        if isinstance(outcome, Ack):
            if self._failures.noted:
                self._failures.succeeded(delivery.message.id)
            self._acks.ack(delivery, outcome.on_result)
            if key:
                following = self._ordering.acknowledged(key)
                if following is not None:
                    self._take_turn(following)
        else:
            if key:
                self._ordering.releasing(delivery, self._is_dead_lettered(delivery))
            self._acks.nack(delivery, outcome.on_result)

    def _failed(self, delivery: Delivery, message: Message, error: BaseException) -> None:
        """Log the end of a handler that gave no outcome, and release its message after a while."""
        self._counters.handler_errors += 1
        self._errors.error(
            f"handler_failed {type(error).__name__}",
            "%s: the handler failed on message %s, which is released and comes again",
            message.subscription,
            message.id,
            fields=_about("handler_failed", message),
            error=error,
        )
        trace = error.__traceback__
        if isinstance(error, TypeError) and trace is not None and trace.tb_next is None and not self._counters.acked:
            self._misfit.set()  # raised by the call itself: it returned nothing to await, or takes other arguments
        self._settle(delivery, None)

    def _back_off(self, delivery: Delivery) -> None:
        """Keep the lease of a failed message for a while: released at once, it would come again at once."""
        seconds = self._failures.failed(delivery.message.id)
        self._backing_off[delivery] = self._loop.call_later(seconds, self._give_back, delivery)
        if self._draining.is_set():
            self._give_back(delivery)

    def _give_back(self, delivery: Delivery) -> None:
        self._backing_off.pop(delivery).cancel()
        self._decide(delivery, Nack())
        self._start_waiting()

    def _is_dead_lettered(self, delivery: Delivery) -> bool:
        """Return True when the service puts the message on the dead-letter topic when it is released now."""
        attempt = delivery.message.delivery_attempt
        return self.max_delivery_attempts is not None and attempt is not None and attempt >= self.max_delivery_attempts

    def _take_turn(self, delivery: Delivery) -> None:
        """Its ordering key is now its own."""
        if delivery.settled:
            self._skip(delivery)
        elif self._draining.is_set():
            self._release_turn(delivery)
        else:  # the caller starts it: eager tasks of one key would otherwise nest, each in the end of the one before
            self._waiting.append(delivery)

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
