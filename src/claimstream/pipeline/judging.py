"""The rules, asked in a reading process."""

from collections.abc import Iterator
from contextlib import contextmanager

from claimstream.domain.records.questions import A, Question
from claimstream.external.errors import Outage
from claimstream.pipeline.ports import MailReader
from claimstream.reading import ReaderUnavailableError


class Judge:
    """Answers questions about a mail by the rules. They go over whole texts, so they run outside the service."""

    def __init__(self, reader: MailReader) -> None:
        self._reader = reader

    async def ask(self, question: Question[A], answer: type[A]) -> A:
        """Return the answer, which is an ``answer``.

        Raises:
            RulesFailedError: the rules did not get through the mail.
            Outage: no reading process can be started.
        """
        with waiting_for_a_process():
            return await self._reader.judge(question, answer)


@contextmanager
def waiting_for_a_process() -> Iterator[None]:
    """Turn it into an outage when no reading process can be started."""
    try:
        yield
    except ReaderUnavailableError as error:
        # No process can be started (memory, process limit): that is the machine's trouble, not the mail's.
        raise Outage("reader", "read", "no reading process can be started; check memory and process limits") from error
