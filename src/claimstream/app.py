"""The composition root: builds the services out of the settings, wires them, runs the roles, drains on SIGTERM."""

import asyncio
import os
import random
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from claimstream.alerts import CREDENTIALS, Alerts
from claimstream.connections import (
    budget_warnings,
    make_blobs,
    make_clients,
    make_database,
    make_gmail,
    make_mailer,
    make_model,
    shared_circuits,
)
from claimstream.dead_letters import buried
from claimstream.external import (
    claude_errors,
    gcs,
    gmail,
    gmail_credentials,
    grpc_errors,
    mongo_errors,
    postgres_errors,
    smtp,
)
from claimstream.external.breaker import Breaker, BreakerEvent
from claimstream.external.claude_prices import deprecation_warning
from claimstream.external.door import Door
from claimstream.external.errors import ExternalError, Refused, Unauthorised
from claimstream.external.gmail_pace import GmailPace
from claimstream.external.policy import DEFAULT_POLICIES, Policy
from claimstream.health import Health
from claimstream.mailbox.access import MailboxAccess
from claimstream.mailbox.consumer import NotificationConsumer
from claimstream.mailbox.consumer import lane_of as notifications_lane
from claimstream.mailbox.sync import MailboxSync
from claimstream.mailbox.upkeep import MailboxUpkeep
from claimstream.mailbox.watch import Watcher
from claimstream.maintenance import Maintenance
from claimstream.memory_plan import MEBIBYTE, MemoryPlan, available_memory
from claimstream.monitoring import reading
from claimstream.pauses import Pauses, Probe
from claimstream.pipeline.consumer import EmailConsumer
from claimstream.pipeline.consumer import lane_of as emails_lane
from claimstream.pipeline.letter_indexes import LetterIndexes
from claimstream.pipeline.mail_memory import MailMemory
from claimstream.pipeline.runner import Runner
from claimstream.pipeline.services import Rules, Services
from claimstream.publishing import GuardedPublisher
from claimstream.pubsub import Admin, FlowControl, Message, PubSubError, Subscriber, SubscriberOptions
from claimstream.pubsub.wire import AioRpcError, Channel, unavailable
from claimstream.reading import MailReader
from claimstream.settings import Settings
from claimstream.store.backlog import BacklogStore
from claimstream.store.emails import EmailStore
from claimstream.store.inquiries import InquiryStore
from claimstream.store.ledger import Ledger
from claimstream.store.mailbox_access import MailboxAccessStore
from claimstream.store.mailboxes import MailboxStore
from claimstream.store.outages import OutageStore
from claimstream.store.outbox import OutboxStore
from claimstream.store.world import WorldStore
from claimstream.telemetry import gauges, sentry
from claimstream.telemetry.logs import get_logger
from claimstream.topics import connect_pubsub

log = get_logger(__name__)

_TRIED_MAILBOXES = 5
_NOTIFICATIONS_AT_ONCE = 100
_WAITING = 20
"""Messages that wait beside those that are handled, for each of them: so many of one mailbox whose mail takes long may
come without keeping those of the others in Pub/Sub."""
_LAST_PUBLISH_SECONDS = 5.0
_TIGHT = "Raise the container's limit of memory, or lower LETTERS_HELD: the kernel may end this worker otherwise."
_SYNC_NEEDS = {gmail.SERVICE, gmail_credentials.SERVICE, postgres_errors.SERVICE, grpc_errors.SERVICE}
_ON_THE_PATH = {
    "notifications": _SYNC_NEEDS,
    "emails": _SYNC_NEEDS | {gcs.SERVICE, mongo_errors.SERVICE, claude_errors.SERVICE},
}
"""Services whose outage pauses a subscription. Mail that we send waits in the outbox and holds up nobody."""
_CALLED_AT_START = {gmail.SERVICE, gcs.SERVICE, mongo_errors.SERVICE, claude_errors.SERVICE}


def _flow(places: int) -> FlowControl:
    return FlowControl(max_messages=places, max_waiting=_WAITING * places)


def utc_now() -> datetime:
    return datetime.now(UTC)


class _Closable(Protocol):
    async def close(self) -> None: ...


S = TypeVar("S", bound=_Closable | None)


class App:
    """All services of one process. ``async with App(settings) as app: await app.run()``."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = utc_now,
        worker: str | None = None,
        policies: Mapping[str, Policy] | None = None,
    ) -> None:
        """
        Args:
            clock: what the rules take for now.
            worker: this process's name in claims and logs; made up of host, process and chance by default.
            policies: how patient the door is, by service; by default as the settings say.
        """
        self.settings = settings
        self.worker = worker or f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(3)}"
        self._clock = clock
        self._policies = policies or {
            name: replace(policy, breaker_recovery_seconds=settings.breaker_recovery_seconds)
            for name, policy in DEFAULT_POLICIES.items()
        }
        self._exit = AsyncExitStack()
        self._stop = asyncio.Event()
        self._alerts: Alerts | None = None
        self._subscribers: dict[str, Subscriber] = {}
        self._pauses: Pauses | None = None
        self._maintenance: Maintenance | None = None
        self._probes: dict[str, Probe] = {}
        self._has_database = False
        self._postgresql: Breaker | None = None
        self._draining = False

    # --- building

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    def _owned(self, service: S) -> S:
        """Closed with the app, after all that were made later."""
        if service is not None:
            self._exit.push_async_callback(service.close)
        return service

    async def _open(self) -> None:
        settings = self.settings
        circuits = self._owned(shared_circuits(settings))
        self.door = self._owned(Door(self._policies, on_breaker_event=self._note_breaker, unit_of_work=circuits))
        self.database = self._owned(make_database(settings, self.door))
        self._postgresql = self.door.breaker(postgres_errors.SERVICE)
        await self.database.open()
        self._has_database = True

        self.emails = EmailStore(self.database)
        self.mailboxes = MailboxStore(self.database)
        self.world = WorldStore(self.database)
        self._pace = GmailPace(
            user_units_per_minute=settings.gmail_user_units_per_minute,
            project_units_per_minute=settings.gmail_project_units_per_minute,
        )
        self.gmail = self._owned(make_gmail(settings, self.door, pace=self._pace))
        self.clients = self._owned(make_clients(settings, self.door))
        self.blobs = self._owned(make_blobs(settings, self.door))
        self.model = self._owned(make_model(settings, self.door))
        mailer = self._owned(make_mailer(settings, self.door))
        plan = MemoryPlan.of(settings.memory_bytes or available_memory(), letters_held=settings.letters_held)
        if not plan.fits:
            log.warning(
                "memory_tight", total_mib=plan.total // MEBIBYTE, needed_mib=plan.needed // MEBIBYTE, advice=_TIGHT
            )
        self.services = Services(
            emails=self.emails,
            outbox=OutboxStore(self.database),
            inquiries=InquiryStore(self.database),
            ledger=Ledger(self.database),
            tenants=self.world,
            gmail=self.gmail,
            reader=self._owned(MailReader(workers=plan.readers, memory_bytes=plan.reader)),
            blobs=self.blobs,
            clients=self.clients,
            model=self.model,
            mailer=mailer,
            letters=self._owned(LetterIndexes(most_letters=settings.letters_held)),
            others_seconds_ago=self.door.others_seconds_ago,
            mail_memory=MailMemory(plan.mails),
        )
        self.rules = Rules(
            thresholds=settings.thresholds,
            freemail=settings.freemail_domains,
            clock=self._clock,
            daily_budget_usd=settings.model_daily_budget_usd,
            email_budget_usd=settings.model_email_budget_usd,
            questions_per_email=settings.model_questions_per_email,
            own_addresses=(settings.mail_from,) if settings.mail_from else (),
            notification_email=settings.notification_email,
        )
        if mailer is not None and settings.circuit_breaker_alert_email is not None:
            self._alerts = self._owned(
                Alerts(
                    mailer,
                    settings.circuit_breaker_alert_email,
                    environment=settings.environment,
                    outages=OutageStore(self.database, worker=self.worker),
                    answered=self._answered,
                )
            )
        self.access = MailboxAccess(
            MailboxAccessStore(self.database),
            opens=self.gmail.profile,
            services={gmail.SERVICE, gmail_credentials.SERVICE},
            alerts=self._alerts,
        )
        self.runner = Runner(
            self.services,
            self.rules,
            worker=self.worker,
            claim_seconds=settings.claim_seconds,
            outage_wait_seconds=settings.outage_wait_seconds,
            max_crashes=settings.max_crashes,
        )
        self._probes = {} if mailer is None else {smtp.SERVICE: mailer.check}
        asked = {
            gcs.SERVICE: self.blobs,
            mongo_errors.SERVICE: self.clients,
            claude_errors.SERVICE: self.model,
        }
        self._probes |= {name: service.probe for name, service in asked.items() if service is not None}
        self._probes |= {gmail.SERVICE: self._check_gmail, postgres_errors.SERVICE: self.emails.probe}

    # --- Pub/Sub

    async def connect(self) -> Channel:
        return self._owned(await connect_pubsub(self.settings))

    # --- running

    async def check(self, *, seconds: float = 10.0) -> None:
        """Call each configured service, so that what only a person can mend is said at the start.

        It never keeps the worker from starting. A usage limit may last for a month: workers restarted meanwhile
        must go on with what they can do, and a circuit holds back the rest.

        Args:
            seconds: for each of them: one that is silent holds up no mail that can do without it.
        """

        async def look(service: str, check: Probe) -> None:
            try:
                async with asyncio.timeout(seconds):
                    await check()
            except (Unauthorised, Refused) as error:
                log.error("service_refuses", service=error.service, advice=error.message)
            except ExternalError as error:
                log.warning("service_down", service=error.service, advice=error.message)
            except TimeoutError:
                log.warning("service_down", service=service, advice=f"no answer within {seconds:g} s")

        await asyncio.gather(
            *(look(service, check) for service, check in self._probes.items() if service in _CALLED_AT_START)
        )
        for model in {self.settings.extraction_model, self.settings.classification_model}:
            if warning := deprecation_warning(model):
                log.warning("model_deprecated", model=model, consequence=warning)
        for warning in budget_warnings(self.settings):
            log.warning("model_budget_small", consequence=warning)

    async def _check_gmail(self) -> str:
        """Open one of a few mailboxes, at random: a single revoked grant is no reason to leave the others unserved.

        Raises:
            ExternalError: none of them opens.
        """
        refused: ExternalError | None = None
        mailboxes = await self.mailboxes.all()
        for mailbox in random.sample(mailboxes, min(_TRIED_MAILBOXES, len(mailboxes))):
            try:
                return await self.gmail.check(mailbox.address)
            except (Unauthorised, Refused) as error:
                refused = error
        if refused is not None:
            raise refused
        return "no mailbox yet"

    async def _check_pubsub(self, channel: Channel) -> None:
        guard = self.door.service(grpc_errors.SERVICE, grpc_errors.classify)
        topic = self.settings.topic(self.settings.emails_topic)

        async def look() -> None:
            try:
                await Admin(channel, retry_seconds=0).check_topic(topic)
            except PubSubError as error:
                raise grpc_errors.of_topic(error.code, topic) from error

        await guard.call("check", look, retry=False)

    async def run(self, *, started: Callable[[], None] | None = None) -> None:
        """Work until :meth:`stop`, SIGTERM or SIGINT; then drain: what is running ends, the rest is given back.

        Args:
            started: called once the consumers are under way and the watches run.

        Raises:
            SubscriptionError: a subscription is missing or not permitted; nothing can be done without it.
        """
        settings = self.settings
        channel = await self.connect()
        guard = self.door.service(grpc_errors.SERVICE, grpc_errors.classify)
        publisher = GuardedPublisher(channel, settings.topic(settings.emails_topic), guard)
        dead_letters = GuardedPublisher(channel, settings.topic(settings.dead_letter_topic), guard)
        sync = MailboxSync(
            gmail=self.gmail,
            mailboxes=self.mailboxes,
            emails=self.emails,
            publisher=publisher,
            destination=settings.emails_topic,
            holder=self.worker,
            pace=self._pace,
        )
        upkeep = MailboxUpkeep(
            mailboxes=self.mailboxes,
            sync=sync,
            watcher=Watcher(
                gmail=self.gmail, mailboxes=self.mailboxes, topic=settings.topic(settings.notifications_topic)
            ),
            access=self.access,
            poll_seconds=settings.poll_seconds,
        )
        maintenance = self._maintenance = Maintenance(
            upkeep=upkeep,
            sync=sync,
            services=self.services,
            rules=self.rules,
            measure=BacklogStore(self.database).read,
        )

        async def bury(message: Message, reason: str) -> None:
            await dead_letters.publish(message.data, buried(message, reason))

        async def guarded(operation: str, call: Callable[[], Awaitable[None]]) -> None:
            """The subscriber's own calls through the door; what it retries on are gRPC's errors."""
            try:
                await guard.call(operation, call, retry=False)
            except ExternalError as error:
                if isinstance(error.__cause__, AioRpcError):
                    raise error.__cause__ from None
                raise unavailable(str(error)) from error

        notifications = NotificationConsumer(
            sync,
            self.mailboxes,
            destination=settings.notifications_topic,
            outage_wait_seconds=settings.outage_wait_seconds,
        )
        emails = EmailConsumer(self.runner, destination=settings.emails_topic)
        self._subscribers = {
            "notifications": Subscriber(
                channel,
                settings.subscription(settings.notifications_subscription),
                notifications.handle,
                options=SubscriberOptions(
                    flow_control=_flow(_NOTIFICATIONS_AT_ONCE),
                    lane=notifications_lane,
                    dead_letter=bury,
                    guard=guarded,
                ),
            ),
            "emails": Subscriber(
                channel,
                settings.subscription(settings.emails_subscription),
                emails.handle,
                options=SubscriberOptions(
                    flow_control=_flow(settings.max_emails_in_flight),
                    lane=emails_lane,
                    dead_letter=bury,
                    guard=guarded,
                ),
            ),
        }
        self._pauses = Pauses(
            self.door,
            self._subscribers,
            on_the_path=_ON_THE_PATH,
            probes=self._probes | {grpc_errors.SERVICE: lambda: self._check_pubsub(channel)},
        )
        for service, state in self.door.states().items():
            if state != "closed":
                self._pauses.begin(service)
        async with AsyncExitStack() as running:
            # Pub/Sub may be down: the rows are there, and what was not confirmed is published by the next worker.
            running.push_async_callback(publisher.close, _LAST_PUBLISH_SECONDS)
            running.push_async_callback(dead_letters.close, _LAST_PUBLISH_SECONDS)
            running.enter_context(gauges.observed(lambda: maintenance.backlog, self._read_subscribers))
            self._catch_signals(running)
            if self._alerts is not None:
                self._alerts.start()

            async def look_after() -> None:
                """Beside the consumers: no mail waits for the slowest mailbox's watch."""
                await upkeep.watch_all()
                log.info("worker_started", worker=self.worker, project=settings.google_cloud_project)
                if started is not None:
                    started()
                await maintenance.run()

            await self._work(look_after())
        log.info("worker_stopped", worker=self.worker)

    async def _work(self, looking_after: Coroutine[Any, Any, None]) -> None:
        async with asyncio.TaskGroup() as group:
            consumers = [group.create_task(s.run(), name=name) for name, s in self._subscribers.items()]
            upkeep = group.create_task(looking_after, name="maintenance")
            stop = group.create_task(self._stop.wait(), name="stop")
            await asyncio.wait([*consumers, stop], return_when=asyncio.FIRST_COMPLETED)
            self._draining = True
            log.info("worker_draining", seconds=self.settings.drain_seconds)
            upkeep.cancel()
            stop.cancel()
            if self._pauses is not None:
                self._pauses.close()
            await asyncio.gather(
                *(s.shutdown(grace_seconds=self.settings.drain_seconds) for s in self._subscribers.values())
            )

    def stop(self) -> None:
        """End :meth:`run` in good order. May be called from a signal handler."""
        self._stop.set()

    async def told_to_stop(self) -> None:
        """Returns when :meth:`run` is told to end, by a signal too; it may go on for as long as it drains."""
        await self._stop.wait()

    def _catch_signals(self, running: AsyncExitStack) -> None:
        """The first signal drains. A second one does what it did before, and so cuts the drain short."""
        loop = asyncio.get_running_loop()
        before: dict[int, Any] = {}

        def drain() -> None:
            self.stop()
            restore()

        def restore() -> None:
            while before:
                number, handler = before.popitem()
                loop.remove_signal_handler(number)
                signal.signal(number, handler)

        running.callback(restore)
        for number in (signal.SIGTERM, signal.SIGINT):
            # Not in the main thread (a test, a server that embeds us): then somebody else stops us.
            with suppress(ValueError, RuntimeError):
                handler = signal.getsignal(number)
                loop.add_signal_handler(number, drain)
                before[number] = handler

    # --- health and breakers

    def health(self) -> Health:
        """Also before anything is connected. Ready is who has once reached PostgreSQL and Pub/Sub: a later outage is
        nothing that another worker would be spared."""
        states = {name: subscriber.health() for name, subscriber in self._subscribers.items()}
        circuits = self.door.states() if self._has_database else {}
        connected = {
            postgres_errors.SERVICE: self._has_database,
            grpc_errors.SERVICE: any(state.connected for state in states.values()),
        }
        return Health(
            alive=all(state.alive for state in states.values()),
            ready=all(connected.values())
            and not self._draining
            and all(state.state != "failed" and state.attention is None for state in states.values()),
            details={
                "worker": self.worker,
                "draining": self._draining,
                "connected": connected,
                "error": self._why_not_connected(),
                "subscriptions": {
                    name: {
                        "state": state.state,
                        "for_seconds": round(state.since_seconds, 1),
                        "error": state.error,
                        "attention": state.attention,
                    }
                    for name, state in states.items()
                },
                "breakers_not_closed": {name: self._held_by(name) for name, s in circuits.items() if s != "closed"},
            },
        )

    def _why_not_connected(self) -> str | None:
        """The failure of the last attempt to reach PostgreSQL; None once one has succeeded."""
        if self._has_database or self._postgresql is None:
            return None
        return self._postgresql.last_failure or None

    def _held_by(self, service: str) -> dict[str, object]:
        """What an open circuit keeps waiting, for how long, and why."""
        breaker = self.door.breaker(service)
        return {
            "state": breaker.state,
            "holds": sorted(name for name, needed in _ON_THE_PATH.items() if service in needed),
            "retry_after_seconds": round(breaker.retry_after_seconds, 1),
            "reason": breaker.last_failure,
        }

    def _answered(self) -> dict[str, float]:
        opened = self.access.opened_seconds_ago
        return self.door.answered() | ({} if opened is None else {CREDENTIALS: opened})

    def _read_subscribers(self) -> gauges.Subscribers:
        limits = {"notifications": _NOTIFICATIONS_AT_ONCE, "emails": self.settings.max_emails_in_flight}
        return {name: reading(subscriber, limits[name]) for name, subscriber in self._subscribers.items()}

    def _note_breaker(self, event: BreakerEvent) -> None:
        if event.kind != "rejected":
            log.warning("breaker_changed", service=event.service, old=event.old, new=event.new, reason=event.reason)
        if event.kind == "closed" or (event.kind == "opened" and event.old == "closed"):  # not each probe that failed
            level = "warning" if event.kind == "opened" else "info"
            sentry.tell(f"circuit breaker {event.kind}", level=level, service=event.service, state=event.new)
        if self._alerts is not None:
            self._alerts.note(event)
        if self._pauses is not None and not self._draining:
            self._pauses.note(event)
        if self._maintenance is not None and event.kind == "closed":
            self._maintenance.outage_ended(event.service)
