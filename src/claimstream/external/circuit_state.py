"""The state of one circuit as purgatory keeps it: of this process alone, or shared with others."""

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from purgatory import AsyncAbstractUnitOfWork, AsyncCircuitBreakerFactory
from purgatory.domain.model import Context

from claimstream.cancellation import noting_cancellation

log = logging.getLogger(__name__)

_ALONE_SECONDS = 5.0
"""How long a shared state that could not be reached is left alone: else each call would wait for it first."""


@runtime_checkable
class Turns(Protocol):
    """What a shared state may offer beside purgatory's unit of work, which reads and writes in two steps."""

    async def take_turn(self, name: str, *, seconds: float) -> bool:
        """Whether it is the caller's turn to probe the service. Then it is nobody else's for so long."""


class CircuitState:
    """Whoever reads, changes and writes it holds the :attr:`lock` meanwhile: nobody sees what was before a change that
    this process has made, and a circuit needs one connection, however many calls there are.

    Redis's client swallows many a cancellation: it is noted, for :func:`.raise_if_owed`.

    While the shared state cannot be reached, this process goes on with what it knows. Nothing suspends while nothing is
    shared.
    """

    def __init__(
        self,
        name: str,
        threshold: int,
        recovery_seconds: float,
        unit_of_work: AsyncAbstractUnitOfWork | None,
        clock: Callable[[], float],
    ) -> None:
        self.context = Context(name, threshold, recovery_seconds)
        """As it was read or written last."""
        self.lock = asyncio.Lock()
        self._name = name
        self._threshold = threshold
        self._recovery_seconds = recovery_seconds
        self._clock = clock
        self._factory = AsyncCircuitBreakerFactory(threshold, recovery_seconds, uow=unit_of_work)
        shared: object = unit_of_work
        self._turns = shared if isinstance(shared, Turns) else None
        self._reads_wanted = 0
        self._reads_done = 0
        """As many of those wanted: one reading serves all who were waiting when it began."""
        self._alone_until = math.inf if unit_of_work is None else 0.0
        """Nothing is shared, or it was not to be reached and is not asked before."""

    def want(self) -> int:
        """To be said before waiting for the lock, and given to :meth:`read`: nothing older than this will do."""
        self._reads_wanted += 1
        return self._reads_wanted

    async def read(self, wanted: int) -> bool:
        """Whether :attr:`context` is new: False when another's reading serves, or the shared state is out of reach."""
        if wanted <= self._reads_done or self._alone:
            return False
        serves = self._reads_wanted
        with noting_cancellation():
            try:
                breaker = await self._factory.get_breaker(self._name, self._threshold, self._recovery_seconds)
            except Exception:
                self._go_on_alone("cannot be read", {"action": "breaker_state_unreadable"})
                return False
        self.context, self._reads_done = breaker.context, serves
        return True

    async def write(self, context: Context) -> None:
        messages, context.messages = context.messages, []
        self.context = context
        if self._alone:
            return
        with noting_cancellation():
            try:
                for message in messages:
                    await self._factory.messagebus.handle(message, self._factory.uow)
            except Exception:
                self._go_on_alone("cannot be written", {"action": "breaker_state_unwritable"})
            except BaseException:
                self._reads_done = 0  # what was read is changed, and nobody knows whether that was written
                raise

    async def take_turn(self) -> bool:
        """Whether this process is to probe: nobody else does for a recovery time then."""
        if self._turns is None or self._alone:
            return True
        with noting_cancellation():
            try:
                return await self._turns.take_turn(self._name, seconds=self._recovery_seconds)
            except Exception:
                self._go_on_alone("cannot be asked whose turn it is", {"action": "breaker_state_unreadable"})
                return True

    @property
    def _alone(self) -> bool:
        return self._clock() < self._alone_until

    def _go_on_alone(self, why: str, extra: dict[str, str]) -> None:
        self._alone_until = self._clock() + _ALONE_SECONDS
        said = "the shared state of the breaker %s %s; going on alone"
        log.warning(said, self._name, why, exc_info=True, extra=extra)
