"""The longest piece of work of the event loop while one long mail is worked on, from fetch to delivery.

python -m bench.stretch [--characters 800000] [--rounds 3]

The services are the embedded ones. *Block* is the longest single piece that the event loop's thread computed,
*loop* all of it, and *service* what all threads of the service computed, each in CPU time. *Gap* is the longest time in
which the loop did not come to a task that wants to run every millisecond: it also shows what other threads do to the
loop, and other processes of the machine. The least of the rounds is shown.
"""

import argparse
import asyncio
import itertools
import json
import platform
import random
import time
import uuid
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from string import ascii_lowercase

from rich.console import Console
from rich.table import Table

from bench.loop import watched_loop
from claimstream.app import App, utc_now
from claimstream.domain.records.work import NewEmail
from claimstream.domain.records.world import World
from claimstream.evaluation.case import load_cases
from claimstream.evaluation.desk import load_world
from claimstream.evaluation.own_stores import own_stores
from claimstream.local.sample_mail import SAMPLES
from claimstream.local.stack import LocalStack
from claimstream.memory import calm_collector
from claimstream.pipeline.runner import Settled
from claimstream.settings import Settings
from claimstream.telemetry.correlation import new_correlation_id

RESULTS = Path(__file__).parent / "results"
_LONGEST_SOURCE = 390_000
"""Characters of one text; a mail has as many texts as it takes."""


def _words() -> Iterator[str]:
    chance = random.Random(7)
    syllables = ["ba", "den", "fal", "ger", "hoff", "kra", "lin", "mei", "nau", "ros", "sten", "wol"]
    while True:
        yield "".join(chance.choices(syllables, k=chance.randint(1, 4)))


def _letter() -> Iterator[str]:
    """Sentences in paragraphs, with a figure now and then."""
    words = _words()
    for number in itertools.count(1):
        yield " ".join(itertools.islice(words, 12)).capitalize() + (".\n\n" if number % 5 == 0 else ". ")
        if number % 100 == 0:
            yield f"Die Gesamtforderung beträgt {number},40 EUR.\n\n"


def _numbered(line: str) -> Iterator[str]:
    return (line.format(n=number, day=number % 28 + 1) for number in itertools.count(1000))


TEXTS: dict[str, Callable[[], Iterator[str]]] = {
    "a letter": _letter,
    "references": lambda: _numbered("Ihr Zeichen: {n}/25, unser Zeichen: K-{n}-26\n"),
    "references without a label": lambda: _numbered("{n}/25 K{n}X7 26-K-{n}\n"),
    "names": lambda: (f"Herr {word.capitalize()} {word.capitalize()}mann\n" for word in _words()),
    "dates": lambda: _numbered("Stand {day:02}.12.2026, {day}. Februar 2026\n"),
    "amounts": lambda: _numbered("Gesamtforderung {n},40 EUR\n"),
    "words that differ": lambda: ("".join(word) + " " for word in itertools.product(ascii_lowercase, repeat=4)),
    "creditors": lambda: (f"im Auftrag der {word.capitalize()} GmbH & Co. KG\n" for word in _words()),
}


def mail_of(kind: str, characters: int) -> bytes:
    """A mail with so many characters of text: in the body, and in attachments where one text cannot hold them."""
    pieces = TEXTS[kind]()
    texts = []
    while characters > 0:
        text, most = "", min(_LONGEST_SOURCE, characters)
        parts = []
        while most > 0:
            parts.append(next(pieces))
            most -= len(parts[-1])
        text = "".join(parts)
        texts.append(text)
        characters -= len(text)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "inkasso@agentur.example", "claims@kanzlei.example", "Forderung"
    mail.set_content(texts[0])
    for number, text in enumerate(texts[1:], 1):
        mail.add_attachment(text.encode(), maintype="text", subtype="plain", filename=f"{number}.txt")
    return mail.as_bytes()


async def measure(characters: int, rounds: int, console: Console) -> list[dict[str, object]]:
    folder = load_cases(SAMPLES)
    rows: list[dict[str, object]] = []
    async with (
        LocalStack(Settings.model_construct(log_level="ERROR")) as stack,
        own_stores(stack.settings, "eval") as own,
    ):
        now = folder.world.now
        async with App(own, clock=(lambda: now) if now else utc_now) as app:
            await load_world(app, folder.world)
            for kind in ("a letter", "names"):  # what is made at the first mail, and at the first question to the model
                await _work(app, stack, folder.world, mail_of(kind, 2_000))
            calm_collector()
            for kind in TEXTS:
                raw = mail_of(kind, characters)
                found = [await _work(app, stack, folder.world, raw) for _ in range(rounds)]
                least = {name: round(min(one[name] for one in found), 1) for name in found[0]}
                rows.append({"text": kind, "characters": characters, **least})
                console.print(f"{kind} ...")
    return rows


async def _work(app: App, stack: LocalStack, world: World, raw: bytes) -> dict[str, float]:
    mailbox = world.tenants[0].mailboxes[0]
    gmail_id = await stack.gmail.deliver(mailbox, raw, notify=False)
    email_id = str(uuid.uuid4())
    held = await app.mailboxes.lock(mailbox, holder="bench", seconds=3600)
    assert held is not None
    new = NewEmail(email_id=email_id, gmail_id=gmail_id, correlation_id=new_correlation_id())
    await app.mailboxes.add_emails(held, [new], holder="bench", cursor=None)
    gap = 0.0

    async def beat() -> None:
        nonlocal gap
        while True:
            slept = time.monotonic()
            await asyncio.sleep(0.001)
            gap = max(gap, time.monotonic() - slept - 0.001)

    heart = asyncio.create_task(beat())
    started = time.process_time()
    try:
        with watched_loop() as loop:
            assert await app.runner.process(email_id) == Settled()
            await asyncio.sleep(0)  # the end of the last callback
    finally:
        heart.cancel()
    service = time.process_time() - started
    seconds = {"block_ms": loop.block, "loop_ms": loop.busy, "service_ms": service, "gap_ms": gap}
    return {name: 1000 * spent for name, spent in seconds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, default=800_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    console = Console(width=120)
    rows = asyncio.run(measure(chosen.characters, chosen.rounds, console))
    table = Table("text", "block ms", "loop ms", "service ms", "gap ms")
    for row in rows:
        table.add_row(*(str(row[name]) for name in ("text", "block_ms", "loop_ms", "service_ms", "gap_ms")))
    console.print(table)
    RESULTS.mkdir(exist_ok=True)
    document = {"python": platform.python_version(), "rows": rows}
    (RESULTS / "stretch.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
