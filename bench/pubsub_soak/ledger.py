"""What should happen to messages, against what does."""

import logging
from collections import OrderedDict

from claimstream.pubsub import Settlement

log = logging.getLogger("claimstream.soak")

_REMEMBERED = 10_000  # confirmed message ids that must not come again


class Ledger:
    """What was published to one lane and what became of it; finds what should not be.

    Of a key, message n + 1 may be handled for the first time only when a handler has finished message n for good.
    What was finished may be handled again: its lease may have run out, or its acknowledgement been lost.
    """

    def __init__(self, name: str, *, exactly_once: bool) -> None:
        self.name = name
        self.exactly_once = exactly_once
        self.unhandled: set[str] = set()
        self.unsettled: set[str] = set()
        self.published = self.handled = self.repeated = self.settled = self.unconfirmed = self.violations = 0
        self.examples: list[str] = []
        self._turn: dict[str, int] = {}
        self._busy: set[str] = set()
        self._attempts: dict[str, int] = {}
        self._finished: set[str] = set()  # and not yet settled
        self._confirmed: OrderedDict[str, None] = OrderedDict()

    def publish(self, text: str) -> None:
        self.published += 1
        self.unhandled.add(text)
        self.unsettled.add(text)

    def begin(self, text: str, message_id: str) -> int:
        """A handler starts; returns which attempt on the message this is, from 0."""
        key, number = _parse(text)
        self.handled += 1
        if text in self.unhandled:
            self.unhandled.remove(text)
        else:
            self.repeated += 1
        if message_id in self._confirmed:
            self.violation(f"{text} came again after its acknowledgement was confirmed")
        if key:
            if key in self._busy:
                self.violation(f"{text} was handled at the same time as another message of its key")
            if number > self._turn.get(key, 0):
                self.violation(f"{text} was handled while {key}/{self._turn.get(key, 0)} was not finished")
            self._busy.add(key)
        attempt = self._attempts.get(text, 0)
        self._attempts[text] = attempt + 1
        return attempt

    def end(self, text: str) -> None:
        """A handler has returned, or was cancelled."""
        self._busy.discard(_parse(text)[0])

    def finish(self, text: str) -> None:
        """A handler has done what was to be done."""
        key, number = _parse(text)
        self._attempts.pop(text, None)
        if text in self.unsettled:
            self._finished.add(text)
        if key:
            self._turn[key] = max(self._turn.get(key, 0), number + 1)

    def forget(self) -> None:
        """A subscriber has ended: for what it did not hear of, the server's word at the end has to do."""
        self.unconfirmed += len(self._finished)
        self.settled += len(self._finished)
        self.unsettled -= self._finished
        self._finished.clear()

    def settle(self, text: str, message_id: str, settlement: Settlement) -> None:
        if settlement is not Settlement.CONFIRMED:
            return  # it comes again
        if text in self.unsettled:
            self.unsettled.remove(text)
            self._finished.discard(text)
            self.settled += 1
        if self.exactly_once:
            self._confirmed[message_id] = None
            if len(self._confirmed) > _REMEMBERED:
                self._confirmed.popitem(last=False)

    def violation(self, text: str) -> None:
        self.violations += 1
        log.error("%s: %s", self.name, text)
        if len(self.examples) < 10:
            self.examples.append(f"{self.name}: {text}")


def _parse(text: str) -> tuple[str, int]:
    key, _, number = text.partition("/")
    return key, int(number)
