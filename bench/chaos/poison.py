"""Mails for which one service fails each time, while it works for all others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient

from bench.chaos.mail import Letter
from claimstream.local.gcs_front import GcsFront
from claimstream.local.stack import LocalStack

_KINDS = {"gmail": "away", "claude": "prose", "gcs": "clear", "mongodb": "clear", "smtp": "clear"}
"""The kind of letter for whose sake each service is called."""
REFUSES = "mongodb"
"""The one that says no to its mail, which goes to a person then, as others succeed. The rest fail as if they were down:
that mail waits for an hour."""
_SMTP_REPLY = "451 4.3.0 Try again later"


@dataclass(frozen=True, slots=True)
class Poison:
    """A letter and the service that fails for it."""

    service: str
    letter: Letter


def choose(letters: Sequence[Letter]) -> list[Poison]:
    """The first letters that will do, one for each service."""
    left = list(letters)
    chosen = []
    for service, kind in _KINDS.items():
        letter = next((letter for letter in left if letter.kind == kind), None)
        if letter is not None:
            left.remove(letter)
            chosen.append(Poison(service, letter))
    return chosen


class Poisoning:
    """The faults of the poison mails, from before they arrive until :meth:`end`."""

    def __init__(self, poisons: Sequence[Poison], stack: LocalStack, gcs: GcsFront) -> None:
        self._poisons = {poison.letter.number: poison for poison in poisons}
        self._stack = stack
        self._gcs = gcs
        self.gmail_ids: dict[str, Poison] = {}
        """The poison mails that have arrived."""

    async def begin(self) -> None:
        """Let all services but Gmail fail for the mails to come."""
        claude, smtp = self._stack.claude, self._stack.smtp
        assert claude is not None
        assert smtp is not None
        for poison in self._poisons.values():
            letter = poison.letter
            match poison.service:
                case "claude":
                    mark = f"Vorgang {letter.number}."
                    claude.faults.fail(500, operation="messages", containing=mark.encode())
                case "gcs":
                    mark = f"Message-ID: <{letter.number}."
                    self._gcs.faults.fail(503, containing=mark.encode())
                case "mongodb":
                    # Whatever reason the server has: a rule that only this document does not fulfil.
                    await self._validate({"$or": [{"_id": {"$ne": letter.client_id}}, {"never": True}]})
                case "smtp":
                    smtp.faults.reply_to_data(_SMTP_REPLY, containing=letter.case_reference.encode())

    def arrived(self, letter: Letter, gmail_id: str) -> None:
        """Note the id of a letter, and let Gmail fail for it where it is that service's poison."""
        poison = self._poisons.get(letter.number)
        if poison is None:
            return
        self.gmail_ids[gmail_id] = poison
        if poison.service == "gmail":
            self._stack.gmail.faults.fail(500, operation="messages.get", containing=gmail_id.encode())

    async def end(self) -> None:
        """Let MongoDB take all documents again. The other servers forget with their other faults."""
        if any(poison.service == "mongodb" for poison in self._poisons.values()):
            await self._validate({})

    async def _validate(self, rule: dict[str, Any]) -> None:
        settings = self._stack.settings
        assert settings.mongodb_url is not None
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
            settings.mongodb_url.get_secret_value(), directConnection=True
        )
        try:
            await client[settings.mongodb_database].command("collMod", "clients", validator=rule)
        finally:
            client.close()
