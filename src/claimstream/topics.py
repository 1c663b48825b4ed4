"""Pub/Sub as the settings name it: the connection, topics and subscriptions."""

from claimstream.external.sessions import check_environment, trust_named_authorities
from claimstream.pubsub import Admin, connect
from claimstream.pubsub.wire import Channel
from claimstream.settings import Settings

_MAX_DELIVERY_ATTEMPTS = 100
"""The most Pub/Sub allows: attempts are spent on lost leases only, and good mail must not run out of them."""


async def connect_pubsub(settings: Settings) -> Channel:
    """A channel as the settings say; close it with ``await channel.close()``. Raises PubSubError,
    and WrongEnvironmentError."""
    check_environment()
    trust_named_authorities()
    key = settings.google_application_credentials
    return await connect(
        emulator_host=settings.pubsub_emulator_host,
        endpoint=settings.pubsub_endpoint,
        credentials_file=str(key) if key else None,
    )


async def ensure_topics(settings: Settings, channel: Channel) -> list[str]:
    """Create what is missing; what exists is left as it is.

    Returns:
        The paths of what was created.

    Raises:
        PubSubError: not permitted, or a subscription of that name belongs to another topic.
    """
    admin = Admin(channel)
    dead, notifications, emails = (
        settings.topic(name)
        for name in (settings.dead_letter_topic, settings.notifications_topic, settings.emails_topic)
    )
    created = [path for path in (dead, notifications, emails) if await admin.ensure_topic(path)]
    for name, topic in (
        (settings.notifications_subscription, notifications),
        (settings.emails_subscription, emails),
    ):
        path = settings.subscription(name)
        if await admin.ensure_subscription(
            path,
            topic=topic,
            ack_deadline_seconds=60,
            dead_letter_topic=dead,
            max_delivery_attempts=_MAX_DELIVERY_ATTEMPTS,
            minimum_backoff_seconds=1,
            maximum_backoff_seconds=60,
        ):
            created.append(path)
    # So that what is dead-lettered is kept until a person has looked at it.
    path = settings.subscription(settings.dead_letter_subscription)
    if await admin.ensure_subscription(path, topic=dead, ack_deadline_seconds=60):
        created.append(path)
    return created


async def check_topics(settings: Settings, channel: Channel) -> str:
    """A short description of what is there. Raises PubSubError naming what is missing."""
    admin = Admin(channel)
    topics = (settings.notifications_topic, settings.emails_topic, settings.dead_letter_topic)
    subscriptions = (
        settings.notifications_subscription,
        settings.emails_subscription,
        settings.dead_letter_subscription,
    )
    for topic in topics:
        await admin.check_topic(settings.topic(topic))
    for subscription in subscriptions:
        await admin.check_subscription(settings.subscription(subscription))
    return f"{len(topics)} topics, {len(subscriptions)} subscriptions"
