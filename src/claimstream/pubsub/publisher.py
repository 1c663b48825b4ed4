"""Publishing in batches, with each message's result awaited."""

import asyncio
import logging
import os
import time
from collections import deque
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from claimstream.pubsub import limits, propagation
from claimstream.pubsub.backoff import Backoff
from claimstream.pubsub.errors import PubSubError, is_transient
from claimstream.pubsub.flow import Window
from claimstream.pubsub.options import PublisherOptions
from claimstream.pubsub.wire import (
    PUBLISHER,
    AioRpcError,
    Channel,
    PublishRequest,
    PublishResponse,
    PubsubMessage,
    RawMessage,
    routing,
    status_name,
    unary_stub,
)

log = logging.getLogger("claimstream.pubsub")

_ABOUT_A_MESSAGE = frozenset({"INVALID_ARGUMENT", "OUT_OF_RANGE"})
"""Statuses of a batch that may be the fault of one message; others are about the topic, and all of them alike."""


class _Pending:
    """A message and who waits for its id."""

    __slots__ = ("ended", "message", "result", "size")

    def __init__(self, message: RawMessage, size: int, result: "asyncio.Future[str]") -> None:
        self.message = message
        self.size = size
        self.result = result
        self.ended = False


class _Lane:
    """The messages of one ordering key (or of none) on their way into batches."""

    __slots__ = ("bytes", "queue", "timer", "worker")

    def __init__(self) -> None:
        self.queue: deque[_Pending] = deque()
        self.bytes = 0
        self.timer: asyncio.TimerHandle | None = None
        self.worker: asyncio.Task[None] | None = None  # of an ordering key: one batch at a time


class Publisher:
    """Publishes to one topic.

    Messages without an ordering key leave in parallel batches; those of one key in one batch at a time, in order.
    When a message of a key fails for good, those queued behind it fail too (ABORTED), since sending them would break
    the order; later calls are accepted again.

    The service takes a batch whole or refuses it whole. A refused one is halved until the message that it does not
    accept is alone; the others are published, each once.
    """

    def __init__(self, channel: Channel, topic: str, *, options: PublisherOptions | None = None) -> None:
        """Raises ValueError if `topic` is not of the form projects/PROJECT/topics/NAME."""
        if limits.TOPIC.fullmatch(topic) is None:
            raise ValueError(f"a topic is named projects/PROJECT/topics/NAME, and not {topic!r}")
        self.topic = topic
        self._process = os.getpid()
        self._options = options or PublisherOptions()
        self._publish = unary_stub(channel, PUBLISHER, "Publish", PublishRequest, PublishResponse)
        self._metadata = routing("topic", topic)
        self._window = Window(self._options.max_outstanding_messages, self._options.max_outstanding_bytes)
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def publish(self, data: bytes, attributes: Mapping[str, str] | None = None, ordering_key: str = "") -> str:
        """Returns the service's message id once the service holds the message. The current trace context goes along.

        Waits while too much is unconfirmed. Raises PubSubError, or TypeError or ValueError where `data` is not bytes or
        something else is no text. Cancelling it does not call back a message that has left.
        """
        carried = dict(attributes or {})
        _check_types(data, carried, ordering_key)
        propagation.inject(carried)
        message = PubsubMessage(data=data, attributes=carried, ordering_key=ordering_key)
        size = message.ByteSize()
        complaint = limits.complaint(message, size)
        if complaint is not None:  # the service would refuse the whole batch, and with it what others publish
            raise PubSubError("publish to", self.topic, "INVALID_ARGUMENT", complaint)
        self._refuse_if_closed()
        await self._window.acquire(size)
        try:
            self._refuse_if_closed()
            pending = _Pending(message, size, asyncio.get_running_loop().create_future())
            self._enqueue(pending, ordering_key)
        except BaseException:
            self._window.release(size)
            raise
        return await pending.result

    async def close(self, grace_seconds: float | None = None) -> None:
        """Sends what is queued, waits for every result, and refuses further messages.

        After `grace_seconds` (by default as long as it is tried again, `retry_seconds`) those who still wait get a
        PubSubError; their messages may have been published all the same.
        """
        self._closed = True
        for key in list(self._lanes):
            self._send_lane(key)
        try:
            async with asyncio.timeout(grace_seconds):
                while self._tasks:
                    await asyncio.wait(set(self._tasks))
        except TimeoutError:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _refuse_if_closed(self) -> None:
        if os.getpid() != self._process:
            raise RuntimeError("this publisher was made before the process was forked: make one in the child")
        if self._closed:
            raise PubSubError("publish to", self.topic, "FAILED_PRECONDITION", "this publisher was closed")

    def _enqueue(self, pending: _Pending, key: str) -> None:
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane()
        lane.queue.append(pending)
        lane.bytes += pending.size
        if len(lane.queue) >= self._options.max_batch_messages or lane.bytes >= self._options.max_batch_bytes:
            self._send_lane(key)
        elif lane.timer is None and lane.worker is None:
            loop = asyncio.get_running_loop()
            lane.timer = loop.call_later(self._options.max_delay_seconds, self._send_lane, key)

    def _send_lane(self, key: str) -> None:
        lane = self._lanes[key]
        if lane.timer is not None:
            lane.timer.cancel()
            lane.timer = None
        if key:
            if lane.worker is None:
                lane.worker = self._start(self._send_in_order(key, lane))
            return
        while lane.queue:
            self._start(self._send_one(self._cut(lane)))

    def _start(self, coroutine: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _cut(self, lane: _Lane) -> list[_Pending]:
        batch: list[_Pending] = []
        size = 0
        while lane.queue and len(batch) < self._options.max_batch_messages:
            if batch and size + lane.queue[0].size > self._options.max_batch_bytes:
                break
            pending = lane.queue.popleft()
            lane.bytes -= pending.size
            size += pending.size
            batch.append(pending)
        return batch

    async def _send_one(self, batch: list[_Pending]) -> None:
        await self._send(batch)

    async def _send_in_order(self, key: str, lane: _Lane) -> None:
        try:
            while lane.queue:
                error = await self._send(self._cut(lane))
                if error is not None:
                    behind = list(lane.queue)
                    lane.queue.clear()
                    lane.bytes = 0
                    self._fail(behind, self._behind(error))
        finally:
            lane.worker = None
            if lane.queue:  # cancelled
                self._fail(list(lane.queue), self._given_up())
            del self._lanes[key]

    async def _send(self, batch: list[_Pending]) -> PubSubError | None:
        """Publish a batch; return the error of the last message that failed."""
        try:
            return await self._send_or_split(batch)
        except asyncio.CancelledError:
            self._fail(batch, self._given_up())
            raise
        except Exception as error:  # such as a closed channel: those who wait have to learn of it
            failure = PubSubError.of(error, "publish to", self.topic)
            self._fail(batch, failure)
            return failure

    async def _send_or_split(self, batch: list[_Pending]) -> PubSubError | None:
        try:
            message_ids = await self._call(batch)
        except AioRpcError as error:
            if len(batch) > 1 and status_name(error) in _ABOUT_A_MESSAGE:
                return await self._send_halves(batch)
            failure = PubSubError.of(error, "publish to", self.topic)
            self._fail(batch, failure)
            return failure
        if len(message_ids) != len(batch):
            raise ValueError(f"{len(batch)} messages got {len(message_ids)} ids")
        for pending, message_id in zip(batch, message_ids, strict=True):
            self._end(pending)
            if not pending.result.done():
                pending.result.set_result(message_id)
        return None

    async def _send_halves(self, batch: list[_Pending]) -> PubSubError | None:
        half = len(batch) // 2
        failure = await self._send_or_split(batch[:half])
        if failure is not None and batch[0].message.ordering_key:
            self._fail(batch[half:], self._behind(failure))
            return failure
        return await self._send_or_split(batch[half:]) or failure

    async def _call(self, batch: list[_Pending]) -> Sequence[str]:
        """Publish in one call, tried again while its failure may pass; return the message ids."""
        request = PublishRequest(topic=self.topic, messages=[pending.message for pending in batch])
        give_up = time.monotonic() + self._options.retry_seconds
        backoff = Backoff(self._options.min_backoff_seconds, self._options.max_backoff_seconds)
        while True:
            try:
                response = await self._publish(request, timeout=self._options.timeout_seconds, metadata=self._metadata)
            except AioRpcError as error:
                wait = backoff.next_seconds()
                if not is_transient(error) or time.monotonic() + wait > give_up:
                    raise
                log.warning(
                    "publishing to %s failed, trying again in %.1f s: %s",
                    self.topic,
                    wait,
                    status_name(error),
                    extra={"action": "publish_retry", "topic": self.topic, "status": status_name(error)},
                )
                await asyncio.sleep(wait)
            else:
                message_ids: Sequence[str] = response.message_ids
                return message_ids

    def _given_up(self) -> PubSubError:
        return PubSubError("publish to", self.topic, "CANCELLED", "the publisher was closed before it was confirmed")

    def _behind(self, failure: PubSubError) -> PubSubError:
        """Return the error of a message whose ordering key another one has failed."""
        details = f"a message of the same ordering key failed before it: {failure.code}, {failure.details}"
        return PubSubError("publish to", self.topic, "ABORTED", details)

    def _end(self, pending: _Pending) -> None:
        pending.ended = True
        self._window.release(pending.size)

    def _fail(self, batch: list[_Pending], failure: PubSubError) -> None:
        """Tell those who wait, except for what is published or has failed already."""
        for pending in batch:
            if pending.ended:
                continue
            self._end(pending)
            if not pending.result.done():
                # one fresh error for each waiter: a shared one would collect every waiter's traceback
                pending.result.set_exception(
                    PubSubError(failure.action, failure.resource, failure.code, failure.details)
                )


def _check_types(data: object, attributes: Mapping[Any, object], ordering_key: object) -> None:
    if not isinstance(data, bytes):
        raise TypeError(f"the data of a message is bytes, and not {type(data).__name__}; text needs .encode()")
    for key, value in attributes.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError(f"an attribute's key and value are str, and not {key!r}: {value!r}")
    if not isinstance(ordering_key, str):
        raise TypeError(f"an ordering key is str, and not {type(ordering_key).__name__}; the empty one means none")
    for text in (ordering_key, *attributes, *attributes.values()):
        try:
            str(text).encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"{text!r} cannot be published: it holds half a character (a lone surrogate)") from error
