"""The service while a long mail is worked on: other mail has to have its turns."""

import asyncio
import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import pytest
from tests.pipeline.test_runner import arrive, make_runner, report_of, settle
from tests.reading import samples
from tests.reading.test_service import SERVICE

from claimstream.app import App
from claimstream.domain.records.mail_keys import MailKeys
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.reading import RulesFailedError
from claimstream.reading.mail import read_mail

LONG = 20_000
TEXT = "Gesamtforderung 812,40 EUR, Az. 8801/25, Herr Uwe Falk\n" * 600


@contextmanager
def called_here(is_wanted: Callable[[FrameType], bool]) -> Iterator[set[str]]:
    """The functions that any thread of this process calls in the way wanted, by name."""
    found: set[str] = set()

    def look(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and is_wanted(frame):
            found.add(frame.f_code.co_qualname)

    threading.setprofile(look)
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def rules_over_long_texts() -> AbstractContextManager[set[str]]:
    """The functions of the domain that are called with a long text."""
    return called_here(
        lambda frame: (
            "/claimstream/domain/" in frame.f_code.co_filename
            and any(isinstance(value, str) and len(value) > LONG for value in frame.f_locals.values())
        )
    )


def openers_of_mail() -> AbstractContextManager[set[str]]:
    """The functions of the room that reads mail, but for the modules that the service is to load."""

    def opens(frame: FrameType) -> bool:
        file = Path(frame.f_code.co_filename)
        return file.parent.name == "reading" and file.parents[1].name == "claimstream" and file.stem not in SERVICE

    return called_here(opens)


async def test_no_rule_looks_at_a_long_text_in_the_service(
    app: App, stack: LocalStack, world: World, reply: Callable[..., bytes]
) -> None:
    files = [(f"{number}.txt", "application/octet-stream", TEXT.encode()) for number in range(3)]
    email_id = await arrive(app, stack, world, samples.mail("Guten Tag, Gesamtforderung 812,40 EUR", files=files))
    with rules_over_long_texts() as found:
        summary = await settle(app, make_runner(app, app.services), email_id)
    assert summary.outcome == "review"
    assert found == set()


async def test_no_mail_is_opened_in_the_event_loop(app: App, stack: LocalStack, world: World) -> None:
    email_id = await arrive(app, stack, world, samples.mail(files=[("a.pdf", "application/pdf", samples.pdf())]))
    with openers_of_mail() as found:
        assert (await settle(app, make_runner(app, app.services), email_id)).outcome
    assert found == set()


def test_the_look_finds_what_opens_a_mail() -> None:
    with openers_of_mail() as found:
        read_mail(b"Subject: x\n\ny")
    assert "dissect" in found


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_the_look_finds_a_rule(elsewhere: bool) -> None:
    from claimstream.domain.text import folded

    with rules_over_long_texts() as found:
        if elsewhere:
            thread = threading.Thread(target=folded, args=(TEXT,))
            thread.start()
            thread.join()
        else:
            folded(TEXT)
    assert found == {"fold", "folded"}


@contextmanager
def most_calls_at_once() -> Iterator[list[int]]:
    """The most calls, of functions of Python and of C, in one callback of the event loop."""
    most, calls, run = [0], 0, asyncio.Handle._run

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    def counted(handle: asyncio.Handle) -> None:
        nonlocal calls
        calls = 0
        sys.setprofile(count)
        try:
            run(handle)
        finally:
            sys.setprofile(None)
            most[0] = max(most[0], calls)

    setattr(asyncio.Handle, "_run", counted)  # noqa: B010 - mypy lets no method be replaced
    try:
        yield most
    finally:
        setattr(asyncio.Handle, "_run", run)  # noqa: B010 - as above


async def calls_for(words: int, app: App, stack: LocalStack, world: World) -> int:
    """The most calls at once for a mail of so many different words, from nobody who is known."""
    text = " ".join(map("".join, itertools.islice(itertools.product("abcdefghijklmnop", repeat=4), words)))
    email_id = await arrive(app, stack, world, samples.mail(text))
    with most_calls_at_once() as most:
        assert (await settle(app, make_runner(app, app.services), email_id)).outcome == "review"
    return most[0]


async def test_a_longer_mail_takes_more_pieces_not_longer_ones(app: App, stack: LocalStack, world: World) -> None:
    await calls_for(100, app, stack, world)  # what is made at the first mail
    assert await calls_for(40_000, app, stack, world) < 1.2 * await calls_for(20_000, app, stack, world)


async def test_the_count_sees_a_long_piece() -> None:
    with most_calls_at_once() as most:
        asyncio.get_running_loop().call_soon(lambda: [hash(n) for n in range(50_000)])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert most[0] >= 50_000


class _Failing:
    """A reader whose rules get through no mail."""

    def __init__(self, reader: object) -> None:
        self._reader = reader

    def __getattr__(self, name: str) -> object:
        return getattr(self._reader, name)

    async def judge(self, *_: object) -> MailKeys:
        raise RulesFailedError("The rules did not get through the mail. Reading was ended after 30 seconds.")


async def test_a_mail_that_the_rules_do_not_get_through_goes_to_a_person(
    app: App, stack: LocalStack, world: World, reply: Callable[..., bytes]
) -> None:
    email_id = await arrive(app, stack, world, reply())
    services = replace(app.services, reader=_Failing(app.services.reader))  # type: ignore[arg-type]  # a proxy
    summary = await settle(app, make_runner(app, services), email_id)
    assert (summary.outcome, summary.review_reason) == ("review", "extraction_error")
    assert "did not get through the mail" in (await report_of(app, email_id)).decision.why
