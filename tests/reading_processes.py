"""Reading processes that go from one test's app to the next one's: to start one takes most of a second."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

import pytest

from claimstream import app
from claimstream.reading import MailReader
from claimstream.reading.process import ReadingProcess

_MOST = 4


class _HandingOn(MailReader):
    """A pool that leaves its idle processes to the next one of the same limits, and ends all others."""

    left: ClassVar[list[tuple[tuple[object, ...], ReadingProcess]]] = []

    def __init__(self, *limits: Any, **options: Any) -> None:
        super().__init__(*limits, **options)
        self._key = (self._limits, self._memory_bytes)

    async def _start(self) -> ReadingProcess:
        for place, (key, process) in enumerate(self.left):
            if key == self._key and not process.ended:
                del self.left[place]
                self._all.add(process)
                return process
        return await super()._start()

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        self._all.difference_update(idle)
        self.left.extend((self._key, process) for process in idle)
        while len(self.left) > _MOST:
            _, oldest = self.left.pop(0)
            await oldest.end()
        await super().close()


@pytest.fixture(scope="session")
async def reading_processes() -> AsyncIterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "MailReader", _HandingOn)
        yield
    await end_those_left()


async def end_those_left() -> None:
    """End the processes that no app has: in a container of a test they would stay."""
    while _HandingOn.left:
        _, process = _HandingOn.left.pop()
        await process.end()
