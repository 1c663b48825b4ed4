"""The event loop of the service while a long mail is worked on."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import FrameType

from tests.pipeline.test_runner import arrive, make_runner, settle
from tests.reading import samples
from tests.reading.test_service import SERVICE

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.reading.mail import read_mail

LONG = 20_000
TEXT = "Gesamtforderung 812,40 EUR, Az. 8801/25, Herr Uwe Falk\n" * 600


@contextmanager
def called_here(is_wanted: Callable[[FrameType], bool]) -> Iterator[set[str]]:
    """The functions that this thread calls in the way wanted, by name."""
    found: set[str] = set()

    def look(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and is_wanted(frame):
            found.add(frame.f_code.co_qualname)

    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(None)


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


async def test_no_rule_looks_at_a_long_text_in_the_event_loop(
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


def test_the_look_finds_a_rule() -> None:
    from claimstream.domain.rules.phrases import plain

    with rules_over_long_texts() as found:
        plain(TEXT)
    assert found == {"plain"}
