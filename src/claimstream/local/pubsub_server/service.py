"""The Publisher and Subscriber services on generic gRPC handlers."""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from claimstream.local.pubsub_server.broker import INVALID_ACK_ID, Consumer, Entry, SubscriptionState
from claimstream.local.pubsub_server.faults import Failure, Faults
from claimstream.pubsub import limits, wire
from claimstream.pubsub.wire import aio, grpc

_TOPIC = re.compile(r"projects/[^/]+/topics/[A-Za-z][\w.~+%-]{2,254}")
_SUBSCRIPTION = re.compile(r"projects/[^/]+/subscriptions/[A-Za-z][\w.~+%-]{2,254}")
_MAX_PUBLISH_BYTES = 10_000_000
_PULL_WAIT_SECONDS = 5.0
_BAD_ACK_IDS = (
    "Some acknowledgement ids in the request were invalid. "
    "This could be because the acknowledgement ids have expired or the acknowledgement ids were malformed."
)


class OpenStream:
    """One StreamingPull call on the server's side."""

    def __init__(self, state: SubscriptionState, consumer: Consumer, wants_pongs: bool) -> None:
        self.state = state
        self.consumer = consumer
        self.wants_pongs = wants_pongs
        self.wake = asyncio.Event()
        self.pongs = 0
        self.half_closed_at: float | None = None
        self.end: Failure | None = None


class Service:
    """All state, and one method for each RPC."""

    def __init__(
        self, pace: float, response_messages: int, stream_seconds: float | None, ack_id_bytes: int = 0
    ) -> None:
        self.pace = pace
        self.ack_id_bytes = ack_id_bytes
        self.response_messages = response_messages
        self.stream_seconds = stream_seconds
        self.topics: dict[str, Any] = {}
        self.states: dict[str, SubscriptionState] = {}
        self.streams: set[OpenStream] = set()
        self.faults = Faults(self.select, self._break_streams, self.wake)
        self._message_ids = 0
        self._pulls: set[asyncio.Event] = set()
        self._outliving: set[asyncio.Task[Any]] = set()

    def select(self, subscription: str | None) -> list[SubscriptionState]:
        if subscription is None:
            return list(self.states.values())
        return [self.states[subscription]]

    def wake(self) -> None:
        for stream in self.streams:
            stream.wake.set()
        for event in self._pulls:
            event.set()

    def _break_streams(self, subscription: str | None, failure: Failure) -> int:
        chosen = [stream for stream in self.streams if subscription in (None, stream.state.config.name)]
        for stream in chosen:
            stream.end = failure
            stream.wake.set()
        return len(chosen)

    def _outlived(self, task: "asyncio.Task[Any]") -> None:
        self._outliving.discard(task)
        if not task.cancelled():
            task.exception()  # nobody is left to be told

    def handlers(self) -> list[Any]:
        def unary(request: Any, response: Any, method: Callable[[Any, Any], Awaitable[Any]], name: str) -> Any:
            async def answer(message: Any, context: Any) -> Any:
                failure = await self.faults.meet(name)
                if failure is not None:
                    await _abort(context, failure.code, failure.details)
                if self.faults.ignores(name, getattr(message, "subscription", None)):
                    return response()
                done = await method(message, context)
                failure = await self.faults.leave(name)
                if failure is not None:
                    await _abort(context, failure.code, failure.details)
                return done

            async def guarded(message: Any, context: Any) -> Any:
                if not self.faults.outlives_callers:
                    return await answer(message, context)
                task = asyncio.create_task(answer(message, context))
                self._outliving.add(task)
                task.add_done_callback(self._outlived)
                return await asyncio.shield(task)

            return grpc.unary_unary_rpc_method_handler(
                guarded, request_deserializer=request.FromString, response_serializer=response.SerializeToString
            )

        publisher = {
            "CreateTopic": (wire.Topic, wire.Topic, self.create_topic),
            "GetTopic": (wire.GetTopicRequest, wire.Topic, self.get_topic),
            "DeleteTopic": (wire.DeleteTopicRequest, wire.Empty, self.delete_topic),
            "ListTopics": (wire.ListTopicsRequest, wire.ListTopicsResponse, self.list_topics),
            "Publish": (wire.PublishRequest, wire.PublishResponse, self.publish),
        }
        subscriber = {
            "CreateSubscription": (wire.Subscription, wire.Subscription, self.create_subscription),
            "GetSubscription": (wire.GetSubscriptionRequest, wire.Subscription, self.get_subscription),
            "DeleteSubscription": (wire.DeleteSubscriptionRequest, wire.Empty, self.delete_subscription),
            "ListSubscriptions": (
                wire.ListSubscriptionsRequest,
                wire.ListSubscriptionsResponse,
                self.list_subscriptions,
            ),
            "Pull": (wire.PullRequest, wire.PullResponse, self.pull),
            "Acknowledge": (wire.AcknowledgeRequest, wire.Empty, self.acknowledge),
            "ModifyAckDeadline": (wire.ModifyAckDeadlineRequest, wire.Empty, self.modify_ack_deadline),
            "Seek": (wire.SeekRequest, wire.SeekResponse, self.seek),
        }
        streaming = grpc.stream_stream_rpc_method_handler(
            self.streaming_pull,
            request_deserializer=wire.StreamingPullRequest.FromString,
            response_serializer=wire.StreamingPullResponse.SerializeToString,
        )
        return [
            grpc.method_handlers_generic_handler(
                wire.PUBLISHER, {name: unary(*spec, name) for name, spec in publisher.items()}
            ),
            grpc.method_handlers_generic_handler(
                wire.SUBSCRIBER,
                {name: unary(*spec, name) for name, spec in subscriber.items()} | {"StreamingPull": streaming},
            ),
        ]

    # topics

    async def create_topic(self, request: Any, context: Any) -> Any:
        await _check_name(_TOPIC, request.name, context)
        if request.name in self.topics:
            await _abort(context, "ALREADY_EXISTS", f"Topic already exists (resource={request.name}).")
        self.topics[request.name] = request
        return request

    async def get_topic(self, request: Any, context: Any) -> Any:
        return await self._topic(request.topic, context)

    async def delete_topic(self, request: Any, context: Any) -> Any:
        await self._topic(request.topic, context)
        del self.topics[request.topic]
        for state in self.states.values():
            if state.config.topic == request.topic:
                state.config.topic = "_deleted-topic_"
        return wire.Empty()

    async def list_topics(self, request: Any, context: Any) -> Any:
        prefix = f"{request.project}/"
        return wire.ListTopicsResponse(topics=[topic for name, topic in self.topics.items() if name.startswith(prefix)])

    async def publish(self, request: Any, context: Any) -> Any:
        await self._topic(request.topic, context)
        if not 1 <= len(request.messages) <= 1000:
            await _abort(context, "INVALID_ARGUMENT", "A publish request has 1 to 1000 messages.")
        if request.ByteSize() > _MAX_PUBLISH_BYTES:
            await _abort(context, "INVALID_ARGUMENT", "The request size is over 10 MB.")
        for message in request.messages:
            complaint = limits.complaint(message, message.ByteSize())
            if complaint is not None:
                await _abort(context, "INVALID_ARGUMENT", f"Refused: {complaint}.")
            if self.faults.refuses_data(message.data):
                await _abort(context, "INVALID_ARGUMENT", "Invalid data in message: Message failed schema validation.")
        return wire.PublishResponse(message_ids=[self._publish(request.topic, message) for message in request.messages])

    def _publish(self, topic: str, message: Any) -> str:
        self._message_ids += 1
        message.message_id = str(self._message_ids)
        message.publish_time.FromNanoseconds(time.time_ns())
        for state in self.states.values():
            if state.config.topic == topic:
                state.add(message)
        self.wake()
        return str(message.message_id)

    # subscriptions

    async def create_subscription(self, request: Any, context: Any) -> Any:
        await _check_name(_SUBSCRIPTION, request.name, context)
        await self._topic(request.topic, context)
        if request.name in self.states:
            await _abort(context, "ALREADY_EXISTS", f"Subscription already exists (resource={request.name}).")
        if request.filter or request.push_config.push_endpoint:
            await _abort(context, "UNIMPLEMENTED", "This local server has neither filters nor push delivery.")
        request.ack_deadline_seconds = request.ack_deadline_seconds or 10
        if not 10 <= request.ack_deadline_seconds <= 600:
            await _abort(context, "INVALID_ARGUMENT", "ack_deadline_seconds is 10 to 600.")
        if request.HasField("dead_letter_policy"):
            policy = request.dead_letter_policy
            policy.max_delivery_attempts = policy.max_delivery_attempts or 5
            if not 5 <= policy.max_delivery_attempts <= 100:
                await _abort(context, "INVALID_ARGUMENT", "max_delivery_attempts is 5 to 100.")
        if request.HasField("retry_policy"):
            retry = request.retry_policy
            if not retry.HasField("minimum_backoff"):
                retry.minimum_backoff.FromSeconds(10)
            if not retry.HasField("maximum_backoff"):
                retry.maximum_backoff.FromSeconds(600)
        self.states[request.name] = SubscriptionState(request, self.pace, self.ack_id_bytes)
        return request

    async def get_subscription(self, request: Any, context: Any) -> Any:
        return (await self._state(request.subscription, context)).config

    async def delete_subscription(self, request: Any, context: Any) -> Any:
        await self._state(request.subscription, context)
        del self.states[request.subscription]
        self._break_streams(
            request.subscription, Failure("NOT_FOUND", f"Resource not found (resource={request.subscription}).")
        )
        return wire.Empty()

    async def list_subscriptions(self, request: Any, context: Any) -> Any:
        prefix = f"{request.project}/"
        return wire.ListSubscriptionsResponse(
            subscriptions=[state.config for name, state in self.states.items() if name.startswith(prefix)]
        )

    async def seek(self, request: Any, context: Any) -> Any:
        """Only to a time in the future or now, which empties the backlog: acknowledged messages are not kept."""
        state = await self._state(request.subscription, context)
        if request.snapshot or request.time.ToNanoseconds() < time.time_ns() - 1_000_000_000:
            await _abort(context, "UNIMPLEMENTED", "This local server keeps no acknowledged messages to seek back to.")
        state.purge()
        return wire.SeekResponse()

    # settlement

    async def acknowledge(self, request: Any, context: Any) -> Any:
        state = await self._state(request.subscription, context)
        await self._settle(state, request, context, lambda ids: state.acknowledge(ids, time.monotonic()), faulty=True)
        return wire.Empty()

    async def modify_ack_deadline(self, request: Any, context: Any) -> Any:
        state = await self._state(request.subscription, context)
        seconds = request.ack_deadline_seconds
        if not 0 <= seconds <= 600:
            await _abort(context, "INVALID_ARGUMENT", "ack_deadline_seconds is 0 to 600.")
        await self._settle(
            state,
            request,
            context,
            lambda ids: state.modify_deadline(ids, seconds, time.monotonic()),
            faulty=seconds == 0,
        )
        return wire.Empty()

    async def _settle(
        self,
        state: SubscriptionState,
        request: Any,
        context: Any,
        settle: Callable[[list[str]], dict[str, str]],
        *,
        faulty: bool,
    ) -> None:
        if not request.ack_ids:
            await _abort(context, "INVALID_ARGUMENT", "No ack ids were given.")
        if request.ByteSize() > limits.MAX_ACK_REQUEST_BYTES:
            await _abort(context, "INVALID_ARGUMENT", "The request size is over 512 KiB.")
        ack_ids = list(request.ack_ids)
        if self.faults.takes_for_malformed(ack_ids):
            await _abort(context, "INVALID_ARGUMENT", _BAD_ACK_IDS)
        failures = self.faults.take_ack_id_failures(ack_ids) if faulty and state.exactly_once else {}
        state.expire([ack_id for ack_id, reason in failures.items() if reason == INVALID_ACK_ID], time.monotonic())
        failures |= settle([ack_id for ack_id in ack_ids if ack_id not in failures])
        self._forward_dead_letters(state)
        self.wake()
        if failures:
            # The service answers INVALID_ARGUMENT when ids have expired; for transient ones it may well be another
            # status, but the reason of each id is what clients go by.
            transient = all(reason.startswith("TRANSIENT") for reason in failures.values())
            code = grpc.StatusCode.UNAVAILABLE if transient else grpc.StatusCode.INVALID_ARGUMENT
            context.set_trailing_metadata(wire.ack_id_failures_trailer(code.value[0], _BAD_ACK_IDS, failures))
            await context.abort(code, _BAD_ACK_IDS)

    def _forward_dead_letters(self, state: SubscriptionState) -> None:
        dead_letters, state.dead_letters = state.dead_letters, []
        for topic, message in dead_letters:
            self._publish(topic, message)

    # delivery

    async def pull(self, request: Any, context: Any) -> Any:
        state = await self._state(request.subscription, context)
        if request.max_messages < 1:
            await _abort(context, "INVALID_ARGUMENT", "max_messages is at least 1.")
        consumer = Consumer(client="pull", lease_seconds=state.config.ack_deadline_seconds)
        give_up = time.monotonic() + (0 if request.return_immediately else _PULL_WAIT_SECONDS)
        wake = asyncio.Event()
        self._pulls.add(wake)
        try:
            while True:
                wake.clear()
                taken = self._take(state, consumer, min(request.max_messages, 1000))
                now = time.monotonic()
                if taken or now >= give_up:
                    return wire.PullResponse(received_messages=[_received(state, *item) for item in taken])
                await _wait(wake, min(give_up, state.next_due() or give_up) - now)
        finally:
            self._pulls.discard(wake)

    def _take(self, state: SubscriptionState, consumer: Consumer, limit: int) -> list[tuple[str, Entry]]:
        taken = state.take(consumer, limit, time.monotonic())
        if state.dead_letters:
            self._forward_dead_letters(state)
        if state.reorder > 0 and taken:
            state.reorder -= 1
            self.faults.shuffle(taken)
        return taken

    async def streaming_pull(self, _requests: Any, context: Any) -> None:
        failure = await self.faults.meet("StreamingPull")
        if failure is not None:
            await _abort(context, failure.code, failure.details)
        first = await context.read()
        if first is aio.EOF:
            await _abort(context, "INVALID_ARGUMENT", "The stream was closed before its first request.")
        state = await self._state(first.subscription, context)
        if not 10 <= first.stream_ack_deadline_seconds <= 600:
            await _abort(context, "INVALID_ARGUMENT", "stream_ack_deadline_seconds is 10 to 600.")
        consumer = Consumer(
            client=first.client_id or f"stream-{id(context)}",
            lease_seconds=first.stream_ack_deadline_seconds,
            max_messages=max(0, first.max_outstanding_messages),
            max_bytes=max(0, first.max_outstanding_bytes),
        )
        stream = OpenStream(state, consumer, wants_pongs=first.protocol_version >= 1)
        self.streams.add(stream)
        state.streams += 1
        reader = asyncio.create_task(self._read(stream, first, context))
        try:
            await self._write(stream, context)
        finally:
            self.streams.discard(stream)
            consumer.ended = True
            state.streams -= 1
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader

    async def _read(self, stream: OpenStream, first: Any, context: Any) -> None:
        request = first
        try:
            while request is not aio.EOF:
                if request.ack_ids:
                    stream.state.acknowledge(list(request.ack_ids), time.monotonic())
                for ack_id, seconds in zip(
                    request.modify_deadline_ack_ids, request.modify_deadline_seconds, strict=False
                ):
                    stream.state.modify_deadline([ack_id], seconds, time.monotonic())
                if request is not first:
                    if request.subscription or request.client_id or request.protocol_version:
                        stream.end = Failure("INVALID_ARGUMENT", "Only the first request names the subscription.")
                    if request.stream_ack_deadline_seconds:
                        stream.consumer.lease_seconds = request.stream_ack_deadline_seconds
                    stream.pongs += 1
                    self.faults.heartbeats += 1
                    self.wake()
                request = await context.read()
            stream.half_closed_at = time.monotonic()
        except aio.UsageError:  # the call ended while this was reading
            pass
        finally:
            stream.wake.set()

    async def _write(self, stream: OpenStream, context: Any) -> None:
        state = stream.state
        opened = time.monotonic()
        announced: bool | None = None
        while True:
            stream.wake.clear()
            now = time.monotonic()
            if stream.end is None and self.stream_seconds is not None and now - opened >= self.stream_seconds:
                stream.end = Failure("UNAVAILABLE", "The service was unable to fulfill your request. Please try again.")
            if stream.end is not None:
                await _abort(context, stream.end.code, stream.end.details)
            if stream.half_closed_at is not None and now >= stream.half_closed_at + self.faults.linger_seconds:
                return
            taken: list[tuple[str, Entry]] = []
            pong = False
            if not self.faults.silent:
                taken = self._take(state, stream.consumer, self.response_messages)
                pong = stream.pongs > 0 and stream.wants_pongs and self.faults.answers_heartbeats
            stream.pongs = 0
            if taken or pong or announced is not state.exactly_once:
                announced = state.exactly_once
                response = wire.StreamingPullResponse(received_messages=[_received(state, *item) for item in taken])
                response.subscription_properties.exactly_once_delivery_enabled = state.exactly_once
                response.subscription_properties.message_ordering_enabled = state.config.enable_message_ordering
                await self.faults.before_response()
                await context.write(response)
                self.faults.heartbeats_answered += pong
                continue
            ends = [] if self.stream_seconds is None else [opened + self.stream_seconds]
            if stream.half_closed_at is not None:
                ends.append(stream.half_closed_at + self.faults.linger_seconds)
            due = state.next_due()
            if due is not None and not self.faults.silent:
                ends.append(due)
            await _wait(stream.wake, min(ends) - now if ends else None)

    # parts

    async def _topic(self, name: str, context: Any) -> Any:
        await _check_name(_TOPIC, name, context)
        if name not in self.topics:
            await _abort(context, "NOT_FOUND", f"Resource not found (resource={name.rpartition('/')[2]}).")
        return self.topics[name]

    async def _state(self, name: str, context: Any) -> SubscriptionState:
        await _check_name(_SUBSCRIPTION, name, context)
        if name not in self.states:
            await _abort(context, "NOT_FOUND", f"Resource not found (resource={name.rpartition('/')[2]}).")
        return self.states[name]


def _received(state: SubscriptionState, ack_id: str, entry: Entry) -> Any:
    counted = bool(state.config.dead_letter_policy.dead_letter_topic)
    return wire.ReceivedMessage(
        ack_id=ack_id, message=entry.message, delivery_attempt=entry.failures + 1 if counted else 0
    )


async def _check_name(pattern: re.Pattern[str], name: str, context: Any) -> None:
    if pattern.fullmatch(name) is None:
        await _abort(context, "INVALID_ARGUMENT", f"Invalid resource name given (name={name}).")


async def _abort(context: Any, code: str, details: str) -> NoReturn:
    await context.abort(getattr(grpc.StatusCode, code), details)
    raise AssertionError("abort always raises")


async def _wait(event: asyncio.Event, seconds: float | None) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None if seconds is None else max(0.0, seconds)):
            await event.wait()
