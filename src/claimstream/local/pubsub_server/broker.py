"""Topics and subscriptions in memory: what is delivered to whom, until when, and again.

Knows no gRPC and no clock of its own: callers pass `now` in seconds. `pace` is how many of those seconds one
second of the protocol lasts, so that tests see a 10 s deadline run out in 0.1 s.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any

from claimstream.pubsub.wire import PubsubMessage, RawMessage

_REMEMBERED_IDS = 100_000
INVALID_ACK_ID = "PERMANENT_FAILURE_INVALID_ACK_ID"


@dataclass(eq=False, slots=True)
class Entry:
    """One message in one subscription."""

    sequence: int
    message: RawMessage
    size: int
    failures: int = 0  # releases and expired leases so far
    outstanding: bool = False


@dataclass(eq=False, slots=True)
class Consumer:
    """One open StreamingPull, or one Pull call, with what it may hold."""

    client: str
    lease_seconds: float
    max_messages: int = 0  # 0: no limit
    max_bytes: int = 0
    messages: int = 0
    bytes: int = 0
    ended: bool = False

    def has_room(self, size: int) -> bool:
        if self.messages == 0:
            return True  # a message over the limit still has to be delivered, alone
        if self.max_messages and self.messages >= self.max_messages:
            return False
        return not self.max_bytes or self.bytes + size <= self.max_bytes


@dataclass(eq=False, slots=True)
class Lease:
    """The right of one consumer to one entry until `until`."""

    ack_id: str
    entry: Entry
    consumer: Consumer
    until: float


@dataclass(eq=False, slots=True)
class OrderingKey:
    """The state of one ordering key: who holds it, and what has to wait."""

    client: str | None = None
    leases: dict[str, Lease] = field(default_factory=dict)
    backing_off: int = 0
    parked: list[Entry] = field(default_factory=list)

    @property
    def is_uncertain(self) -> bool:
        """A message went to a stream that has ended: nobody knows whether it arrived. Until it is settled or its lease
        runs out nothing of its key is delivered (as Google's emulator does), else a later one might be ahead of it."""
        return any(lease.consumer.ended for lease in self.leases.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionSnapshot:
    """Numbers of one subscription, for tests and the demo."""

    backlog: int  # neither outstanding nor acknowledged
    outstanding: int
    delivered: int
    acked: int
    nacked: int
    expired: int
    extended: int
    late_extensions: int  # of ids that had already been released
    dead_lettered: int
    streams: int
    acked_message_ids: tuple[str, ...]


class SubscriptionState:
    """One subscription's backlog, leases and counters."""

    def __init__(self, config: Any, pace: float, ack_id_bytes: int = 0) -> None:
        self.config = config
        self.ack_id_bytes = ack_id_bytes
        self.pace = pace
        self.dead_letters: list[tuple[str, RawMessage]] = []  # (topic, message), taken by the broker
        self.streams = 0
        self.reorder: int = 0
        self.duplicate: int = 0
        self._ready: list[tuple[int, Entry]] = []
        self._backing_off: list[tuple[float, int, Entry]] = []
        self._leases: dict[str, Lease] = {}
        self._deadlines: list[tuple[float, str]] = []
        self._keys: dict[str, OrderingKey] = {}
        self._sequence = count(1)
        self._ack_sequence = count(1)
        self._acked_ids: OrderedDict[str, None] = OrderedDict()
        self._released_ids: OrderedDict[str, None] = OrderedDict()
        self._acked_messages: deque[str] = deque(maxlen=_REMEMBERED_IDS)
        self._unsettled = 0
        self.delivered = self.acked = self.nacked = self.expired = 0
        self.extended = self.late_extensions = self.dead_lettered = 0

    # messages in

    def add(self, message: RawMessage) -> None:
        self._unsettled += 1
        entry = Entry(next(self._sequence), message, message.ByteSize())
        heappush(self._ready, (entry.sequence, entry))

    # messages out

    def take(self, consumer: Consumer, limit: int, now: float) -> list[tuple[str, Entry]]:
        """Lease up to `limit` messages to the consumer: (ack id, entry), oldest first."""
        self.tick(now)
        taken: list[tuple[str, Entry]] = []
        others: list[tuple[int, Entry]] = []  # of keys that another client holds, or a stream that has ended
        until = now + consumer.lease_seconds * self.pace
        while self._ready and len(taken) < limit:
            sequence, entry = self._ready[0]
            if not consumer.has_room(entry.size):
                break
            heappop(self._ready)
            key = self._key_of(entry)
            if key is not None:
                if key.backing_off:
                    key.parked.append(entry)
                    continue
                if (key.client is not None and key.client != consumer.client) or key.is_uncertain:
                    others.append((sequence, entry))
                    continue
                key.client = consumer.client
            ack_id = f"{next(self._ack_sequence)}-{sequence}".ljust(self.ack_id_bytes, "x")
            lease = Lease(ack_id, entry, consumer, until)
            entry.outstanding = True
            self._leases[lease.ack_id] = lease
            heappush(self._deadlines, (until, lease.ack_id))
            if key is not None:
                key.leases[lease.ack_id] = lease
            consumer.messages += 1
            consumer.bytes += entry.size
            taken.append((lease.ack_id, entry))
            if self.duplicate > 0 and key is None:
                self.duplicate -= 1
                self.add(entry.message)
        for item in others:
            heappush(self._ready, item)
        self.delivered += len(taken)
        return taken

    def next_due(self) -> float | None:
        """When something will change by itself: a lease runs out or a back-off ends."""
        while self._deadlines and not self._is_current(*self._deadlines[0]):
            heappop(self._deadlines)
        due = [heap[0][0] for heap in (self._deadlines, self._backing_off) if heap]
        return min(due, default=None)

    def tick(self, now: float) -> None:
        """Take back what ran out, and offer what has waited long enough."""
        while self._deadlines and self._deadlines[0][0] <= now:
            until, ack_id = heappop(self._deadlines)
            if self._is_current(until, ack_id):
                self.expired += 1
                self._fail(self._leases[ack_id], now)
        while self._backing_off and self._backing_off[0][0] <= now:
            _, _, entry = heappop(self._backing_off)
            key = self._key_of(entry)
            if key is not None:
                key.backing_off -= 1
                self._unpark(key)
            heappush(self._ready, (entry.sequence, entry))

    # settlement

    def acknowledge(self, ack_ids: list[str], now: float) -> dict[str, str]:
        """Returns the ids that failed, with the reason; empty unless delivery is exactly-once."""
        self.tick(now)
        failures = {}
        for ack_id in ack_ids:
            lease = self._leases.get(ack_id)
            if lease is None:
                if self.exactly_once and ack_id not in self._acked_ids:
                    failures[ack_id] = INVALID_ACK_ID
                continue
            self._end(lease)
            self._remember(self._acked_ids, ack_id)
            self._acked_messages.append(lease.entry.message.message_id)
            self._unsettled -= 1
            self.acked += 1
        return failures

    def modify_deadline(self, ack_ids: list[str], seconds: int, now: float) -> dict[str, str]:
        """0 seconds releases. Returns the ids that failed, as `acknowledge` does."""
        self.tick(now)
        failures = {}
        for ack_id in ack_ids:
            lease = self._leases.get(ack_id)
            if lease is None:
                if seconds and ack_id in self._released_ids:
                    self.late_extensions += 1
                if self.exactly_once and ack_id not in self._released_ids:
                    failures[ack_id] = INVALID_ACK_ID
            elif seconds == 0:
                self.nacked += 1
                self._remember(self._released_ids, ack_id)
                self._fail(lease, now)
            else:
                self.extended += 1
                lease.until = now + seconds * self.pace
                heappush(self._deadlines, (lease.until, ack_id))
        return failures

    def expire_leases(self, now: float) -> int:
        return self.expire(list(self._leases), now)

    def expire(self, ack_ids: list[str], now: float) -> int:
        """These leases run out now; returns how many there were."""
        held = [ack_id for ack_id in ack_ids if ack_id in self._leases]
        for ack_id in held:
            lease = self._leases.get(ack_id)
            if lease is not None:  # an ordering key's later leases end with an earlier one
                self.expired += 1
                self._fail(lease, now)
        return len(held)

    def purge(self) -> None:
        """Forget every message that is not acknowledged."""
        for lease in list(self._leases.values()):
            self._end(lease)
        self._ready.clear()
        self._backing_off.clear()
        self._keys.clear()
        self._unsettled = 0

    @property
    def exactly_once(self) -> bool:
        return bool(self.config.enable_exactly_once_delivery)

    def snapshot(self) -> SubscriptionSnapshot:
        return SubscriptionSnapshot(
            backlog=self._unsettled - len(self._leases),
            outstanding=len(self._leases),
            delivered=self.delivered,
            acked=self.acked,
            nacked=self.nacked,
            expired=self.expired,
            extended=self.extended,
            late_extensions=self.late_extensions,
            dead_lettered=self.dead_lettered,
            streams=self.streams,
            acked_message_ids=tuple(self._acked_messages),
        )

    # parts

    def _is_current(self, until: float, ack_id: str) -> bool:
        lease = self._leases.get(ack_id)
        return lease is not None and lease.until == until

    def _key_of(self, entry: Entry) -> OrderingKey | None:
        name = entry.message.ordering_key
        if not name or not self.config.enable_message_ordering:
            return None
        return self._keys.setdefault(name, OrderingKey())

    def _end(self, lease: Lease) -> None:
        del self._leases[lease.ack_id]
        lease.entry.outstanding = False
        lease.consumer.messages -= 1
        lease.consumer.bytes -= lease.entry.size
        key = self._key_of(lease.entry)
        if key is not None:
            del key.leases[lease.ack_id]
            if not key.leases:
                key.client = None
                self._unpark(key)
                if not key.backing_off:
                    del self._keys[lease.entry.message.ordering_key]

    def _unpark(self, key: OrderingKey) -> None:
        for entry in key.parked:
            heappush(self._ready, (entry.sequence, entry))
        key.parked.clear()

    def _fail(self, lease: Lease, now: float) -> None:
        """A release or an expiry: count it, then deliver again, after the back-off, or dead-letter."""
        entry = lease.entry
        key = self._key_of(entry)
        later = [] if key is None else [held for held in key.leases.values() if held.entry.sequence > entry.sequence]
        self._end(lease)
        entry.failures += 1
        policy = self.config.dead_letter_policy
        if policy.dead_letter_topic and entry.failures >= (policy.max_delivery_attempts or 5):
            self._dead_letter(policy.dead_letter_topic, entry)
        else:
            self._offer_again(entry, now)
        for held in later:  # delivered in order again, behind the one that failed
            self._end(held)
            heappush(self._ready, (held.entry.sequence, held.entry))

    def _offer_again(self, entry: Entry, now: float) -> None:
        wait = 0.0
        if self.config.HasField("retry_policy"):
            policy = self.config.retry_policy
            least, most = policy.minimum_backoff.ToTimedelta(), policy.maximum_backoff.ToTimedelta()
            wait = min(most.total_seconds(), least.total_seconds() * 2 ** min(entry.failures - 1, 30)) * self.pace
        if wait == 0:
            heappush(self._ready, (entry.sequence, entry))
            return
        heappush(self._backing_off, (now + wait, entry.sequence, entry))
        key = self._key_of(entry)
        if key is not None:
            key.backing_off += 1

    def _dead_letter(self, topic: str, entry: Entry) -> None:
        project, name = self.config.name.split("/")[1::2]
        copy = PubsubMessage(
            data=entry.message.data,
            attributes=dict(entry.message.attributes),
            ordering_key=entry.message.ordering_key,
        )
        # the names Google documents: https://cloud.google.com/pubsub/docs/handling-failures
        copy.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] = str(entry.failures)
        copy.attributes["CloudPubSubDeadLetterSourceSubscription"] = name
        copy.attributes["CloudPubSubDeadLetterSourceSubscriptionProject"] = project
        copy.attributes["CloudPubSubDeadLetterSourceTopicPublishTime"] = entry.message.publish_time.ToJsonString()
        self._unsettled -= 1
        self.dead_lettered += 1
        self.dead_letters.append((topic, copy))

    @staticmethod
    def _remember(ids: OrderedDict[str, None], ack_id: str) -> None:
        ids[ack_id] = None
        if len(ids) > _REMEMBERED_IDS:
            ids.popitem(last=False)
