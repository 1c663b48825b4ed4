"""The event loop of the service while a long mail is worked on."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tests.pipeline.test_runner import arrive, make_runner, settle
from tests.reading import samples

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack

LONG = 20_000
TEXT = "Gesamtforderung 812,40 EUR, Az. 8801/25, Herr Uwe Falk\n" * 600


@contextmanager
def rules_over_long_texts() -> Iterator[set[str]]:
    """The functions of the domain that this thread calls with a long text, by name."""
    found: set[str] = set()

    def look(frame: FrameType, event: str, _: object) -> None:
        if event != "call" or "/claimstream/domain/" not in frame.f_code.co_filename:
            return
        if any(isinstance(value, str) and len(value) > LONG for value in frame.f_locals.values()):
            found.add(frame.f_code.co_qualname)

    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(None)


async def test_no_rule_looks_at_a_long_text_in_the_event_loop(
    app: App, stack: LocalStack, world: World, reply: Callable[..., bytes]
) -> None:
    files = [(f"{number}.txt", "application/octet-stream", TEXT.encode()) for number in range(3)]
    email_id = await arrive(app, stack, world, samples.mail("Guten Tag, Gesamtforderung 812,40 EUR", files=files))
    with rules_over_long_texts() as found:
        summary = await settle(app, make_runner(app, app.services), email_id)
    assert summary.outcome == "review"
    assert found == set()


def test_the_look_finds_a_rule() -> None:
    from claimstream.domain.rules.phrases import plain

    with rules_over_long_texts() as found:
        plain(TEXT)
    assert found == {"plain"}
