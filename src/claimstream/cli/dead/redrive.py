"""Dead messages back into work: published again, and only then taken out of the dead-letter subscription.

Whoever is killed in between leaves a message that is there twice. That is harmless: an email is claimed by one
attempt at a time, and a notification only says *look*.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from claimstream.dead_letters import DeadLetters, DeadMessage
from claimstream.domain.records.standing import Standing
from claimstream.external.errors import Refused

Publish = Callable[[bytes, Mapping[str, str]], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of one dead message."""

    message: DeadMessage
    published_as: str | None
    """The new message id; None: refused."""
    refused: str | None = None
    """Why."""


@dataclass(slots=True)
class Redrive:
    """
    Args:
        standings: by email id, of those that are known.
        to_emails, to_notifications: publish to that topic and return the id once it is confirmed.
        notifications_subscription: short name; what died there is a notification.
        force: publish what is refused otherwise.
        began_at: what died since is left alone: it may be what this very run has published.
    """

    standings: Callable[[Collection[str]], Awaitable[Mapping[str, Standing]]]
    to_emails: Publish
    to_notifications: Publish
    notifications_subscription: str
    force: bool
    began_at: datetime
    done: list[Redriven] = field(default_factory=list)

    async def redrive(self, letters: DeadLetters, messages: Sequence[DeadMessage]) -> list[Redriven]:
        """Of those that were looked at in ``letters``. Raises ExternalError; what is not done then stays dead."""
        old = [message for message in messages if message.published_at < self.began_at]
        standings = await self.standings([m.email_id for m in old if m.email_id is not None])
        tries = await asyncio.gather(
            *(self._publish(message, standings.get(message.email_id or "")) for message in old), return_exceptions=True
        )
        results = [result for result in tries if isinstance(result, Redriven)]
        await letters.remove([result.message for result in results if result.published_as is not None])
        self.done += results
        for failure in tries:
            if isinstance(failure, BaseException):
                raise failure
        return results

    async def _publish(self, message: DeadMessage, standing: Standing | None) -> Redriven:
        notification = message.source_subscription == self.notifications_subscription
        reason = None if notification else refusal(message, standing)
        if reason is not None and not self.force:
            return Redriven(message, None, reason)
        publish = self.to_notifications if notification else self.to_emails
        try:
            return Redriven(message, await publish(message.data, message.own_attributes))
        except Refused as refused:
            return Redriven(message, None, str(refused))


def refusal(message: DeadMessage, standing: Standing | None) -> str | None:
    """Why publishing it again would bring nothing; None: it may help."""
    if message.email_id is None:
        return "it names no email: it would die again"
    if standing is None:
        return f"no row has the email id {message.email_id}: it would die again"
    if standing.status == "settled":
        return f"its email is settled ({standing.outcome}): nothing is left to do"
    return None
