"""What a firm's letters cost each of its emails: a shortlist from an index, beside all of them as it was before.

python -m bench.letters [--letters 18000] [--per-client 1]

Letters are in the embedded PostgreSQL. Clients come from memory, as the bytes that MongoDB sends (its stand-in takes
seconds to look up a thousand). *Loop* is what the event loop's thread computed, decoding included, and *block* the
longest single piece of it, both in CPU time: other processes of the machine do not count.
"""

import argparse
import asyncio
import json
import platform
import random
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from bson import decode, encode
from rich.console import Console
from rich.table import Table

from bench.loop import watched_loop
from claimstream.domain.records.decision import Match, Thresholds
from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.inquiry import CandidateFile, Client, Creditor, Inquiry, Letter
from claimstream.domain.records.intent import RoutingHit
from claimstream.domain.records.keys import ClientKeys, CreditorKeys, LetterKeys
from claimstream.domain.records.mail import Address, ParsedMail, Source, SourceKind
from claimstream.domain.records.questions import Classified, Classify, FindMatch
from claimstream.domain.records.work import Email
from claimstream.domain.records.world import Tenant, World
from claimstream.domain.rules.deterministic_routing import find_route
from claimstream.domain.rules.freemail import FREEMAIL_DOMAINS
from claimstream.domain.rules.matching import match
from claimstream.domain.rules.shortlist import LetterIndex
from claimstream.external import postgres_errors
from claimstream.external.door import Door
from claimstream.external.mongo_documents import KEYS, client_document, client_keys, client_records
from claimstream.local.servers.postgres import LocalPostgres
from claimstream.memory import calm_collector
from claimstream.pipeline.files import CandidateFiles
from claimstream.pipeline.judging import Judge
from claimstream.pipeline.letter_indexes import OLDEST_CLIENT_KEYS_SECONDS, LetterIndexes
from claimstream.pipeline.services import Rules, Services
from claimstream.reading import MailReader
from claimstream.store.database import Connection, Database
from claimstream.store.inquiries import InquiryStore
from claimstream.store.schema import migrate
from claimstream.store.world import WorldStore

RESULTS = Path(__file__).parent / "results"
NOW = datetime(2026, 10, 20, 8, tzinfo=UTC)
THRESHOLDS = Thresholds()
SINCE = NOW - timedelta(days=THRESHOLDS.inquiry_age_days)
TENANT = "nord"
EMAIL = Email(
    email_id="e",
    tenant_id=TENANT,
    mailbox="claims@kanzlei-nord.example",
    gmail_id="g",
    correlation_id="c",
    attempt=1,
    crashes=0,
    created_at=NOW,
)
CREDITORS = 300
"""Whom the letters went to; the larger ones got more of them."""


@dataclass
class Firm:
    """Made up: names and creditors as unevenly spread as real ones are."""

    letters: int
    per_client: int
    clients: list[Client] = field(default_factory=list)
    inquiries: list[Inquiry] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = random.Random(7)
        syllables = ["ba", "den", "fal", "ger", "hoff", "kra", "lin", "mei", "nau", "ros", "sten", "wol"]
        surnames = ["".join(chance.choices(syllables, k=3)).capitalize() for _ in range(2500)]
        weights = [1 / (rank + 1) for rank in range(CREDITORS)]
        for number in range(-(-self.letters // self.per_client)):
            owed = dict.fromkeys(chance.choices(range(CREDITORS), weights, k=self.per_client))
            client = Client(
                client_id=f"{number:024x}",
                tenant_id=TENANT,
                case_reference=f"{number:05}/26",
                first_name=chance.choice(["Nele", "Uwe", "Petra", "Jonas"]),
                last_name=surnames[min(int(chance.expovariate(1 / 600)), len(surnames) - 1)],
                creditors=tuple(_creditor(which) for which in owed),
            )
            self.clients.append(client)
            for creditor in client.creditors:
                self.inquiries.append(self._inquiry(client, creditor, chance))

    def _inquiry(self, client: Client, creditor: Creditor, chance: random.Random) -> Inquiry:
        number = len(self.inquiries)
        return Inquiry(
            inquiry_id=f"{number:08x}-0000-4000-8000-{number:012x}",
            tenant_id=TENANT,
            client_id=client.client_id,
            creditor_id=creditor.creditor_id,
            letter=Letter.FIRST,
            sent_at=NOW - timedelta(hours=chance.randrange(1, 24 * 89)),
            reply_code=f"K{number:05}X{number % 10}",
            message_id=f"<{number:012x}@kanzlei-nord.example>",
            to_address=creditor.email,
            creditor_reference=f"26-K-{number:06}",
        )

    def of(self, which: int) -> int:
        """How many went to this creditor."""
        return sum(1 for inquiry in self.inquiries if inquiry.creditor_id == f"cr-{which}")

    def mails(self) -> dict[str, ParsedMail]:
        inquiry = self.inquiries[len(self.inquiries) // 2]
        client = next(c for c in self.clients if c.client_id == inquiry.client_id)
        name, box = f"{client.first_name} {client.last_name}", f"claims+{inquiry.reply_code}@kanzlei-nord.example"
        known = _creditor(40)
        return {
            "with its code": _mail(name, client.case_reference, to=box, sender="post@agentur-0.example"),
            "names the client, from elsewhere": _mail(name, client.case_reference),
            f"from one that got {self.of(40)}": _mail(known.name, "", sender="x@agentur-40.example"),
            f"from one that got {self.of(0)}": _mail(_creditor(0).name, "", sender="x@agentur-0.example"),
            "names nobody": _mail("niemand", ""),
        }


def _creditor(which: int) -> Creditor:
    name = f"Agentur {chr(65 + which % 26)}{which} Forderungen GmbH"
    return Creditor(creditor_id=f"cr-{which}", name=name, email=f"post@agentur-{which}.example")


def _mail(about: str, case: str, *, to: str = "claims@kanzlei-nord.example", sender: str = "a@b.example") -> ParsedMail:
    text = (
        f"Sehr geehrte Damen und Herren,\n\nin der Sache {about} {case} beträgt die Gesamtforderung nach unseren "
        "Unterlagen 812,40 EUR (Stand 12.10.2026). Wir bitten um Überweisung und stehen für Rückfragen zur Verfügung.\n"
    ) * 4
    source = Source(
        source_id="body", kind=SourceKind.BODY, name="body", media_type="text/plain", size=1, sha256="0" * 64, text=text
    )
    return ParsedMail(
        subject="Forderungsaufstellung",
        sender=Address(address=sender),
        to=(Address(address=to),),
        sources=(source,),
    )


class Portal:
    """Clients as MongoDB holds them, without the way there."""

    def __init__(self, clients: list[Client]) -> None:
        fields = {name.partition(".")[0] for name in KEYS}
        owed = {name.partition(".")[2] for name in KEYS if "." in name}
        self._whole, self._keys = {}, {}
        for client in clients:
            document = client_document(client)
            self._whole[client.client_id] = encode(document)
            kept = {"_id": document["_id"], **{k: v for k, v in document.items() if k in fields}}
            kept["creditors"] = [{k: v for k, v in one.items() if k in owed} for one in document["creditors"]]
            self._keys[client.client_id] = encode(kept)

    async def get(self, tenant_id: str, client_ids: Collection[str]) -> list[Client]:
        del tenant_id
        await asyncio.sleep(0)  # a call over a network suspends, too
        return client_records(decode(self._whole[client_id]) for client_id in client_ids)

    async def keys(
        self, tenant_id: str, client_ids: Collection[str], *, known: Callable[[int], bool]
    ) -> list[ClientKeys]:
        del tenant_id
        await asyncio.sleep(0)
        return client_keys([b"".join(self._keys[client_id] for client_id in client_ids)], known=known)

    async def apply(self, *args: Any, **named: Any) -> Any:
        raise NotImplementedError


@dataclass
class Desk:
    services: Services
    rules: Rules
    database: Database
    clients: Portal

    async def all(self, received: ParsedMail) -> tuple[RoutingHit | None, Match, int]:
        """As it was: every letter with its client, and the rules walk through them."""
        inquiries = await self.database.run("SELECT inquiries", _every)
        known = {c.client_id: c for c in await self.clients.get(TENANT, {i.client_id for i in inquiries})}
        files = []
        for inquiry in inquiries:
            creditor = known[inquiry.client_id].creditor(inquiry.creditor_id)
            assert creditor is not None
            files.append(CandidateFile(inquiry=inquiry, client=known[inquiry.client_id], creditor=creditor))
        routing = find_route(received, files, now=NOW, thresholds=THRESHOLDS)
        return routing, self._match(received, files, routing), len(files)

    async def short(self, received: ParsedMail) -> tuple[RoutingHit | None, Match, int]:
        """As the stages do it."""
        judge = Judge(self.services.reader)
        files = CandidateFiles(EMAIL, self.services, self.rules, judge)

        async def routed(letters: list[CandidateFile]) -> Classified:
            question = Classify(
                files=tuple(letters), mail=received, extractions=(), now=NOW, thresholds=self.rules.thresholds
            )
            return await judge.ask(question, Classified)

        found = await routed(await files.pointed_at(received))
        if not found.pointed:
            found = await routed(await files.with_the_senders(received))
        routing = found.classification.routing
        files.let_go()
        near = await files.for_match(received, Consolidated(), routing)
        question = FindMatch(
            files=tuple(near),
            mail=received,
            consolidated=Consolidated(),
            routing=routing,
            now=NOW,
            thresholds=self.rules.thresholds,
            freemail=self.rules.freemail,
        )
        return routing, await judge.ask(question, Match), len(near)

    @staticmethod
    def _match(received: ParsedMail, files: list[CandidateFile], routing: RoutingHit | None) -> Match:
        return match(
            received,
            Consolidated(),
            files,
            routing=routing,
            now=NOW,
            thresholds=THRESHOLDS,
            freemail=FREEMAIL_DOMAINS,
        )


async def _every(connection: Connection) -> list[Inquiry]:
    rows = await connection.fetch(
        """
        SELECT inquiry_id, tenant_id, client_id, creditor_id, letter, sent_at, reply_code, message_id, to_address,
               creditor_reference, status
        FROM inquiries WHERE tenant_id = $1 AND sent_at >= $2 ORDER BY sent_at DESC, inquiry_id
        """,
        TENANT,
        SINCE,
    )
    return [Inquiry(**{**row, "letter": Letter(row["letter"])}) for row in rows]


@asynccontextmanager
async def opened(firm: Firm) -> AsyncIterator[tuple[Desk, Callable[[], None]]]:
    """The firm's records, and a way to let the clock of the indexes go on."""
    with tempfile.TemporaryDirectory() as directory:
        async with LocalPostgres(Path(directory)) as postgres:
            door = Door()
            call = door.service(postgres_errors.SERVICE, postgres_errors.classify, unknown_is_outage=False).call
            database, clients, later = Database(postgres.dsn, call=call), Portal(firm.clients), [0.0]
            inquiries = InquiryStore(database)
            reader = MailReader(workers=1)
            letters = LetterIndexes(monotonic=lambda: time.monotonic() + later[0])
            try:
                await migrate(postgres.dsn)
                await database.open()
                tenant = Tenant(tenant_id=TENANT, name="Kanzlei", mailboxes=(EMAIL.mailbox,))
                world = WorldStore(database)
                await world.load(World(tenants=(tenant,)))
                for start in range(0, len(firm.inquiries), 1000):
                    await world.load(World(tenants=(), inquiries=tuple(firm.inquiries[start : start + 1000])))
                unused = ("emails", "outbox", "ledger", "tenants", "gmail", "blobs", "model", "mailer")
                services = Services(
                    inquiries=inquiries,
                    clients=clients,
                    letters=letters,
                    reader=reader,
                    **dict.fromkeys(unused, cast("Any", None)),
                )
                rules = Rules(thresholds=THRESHOLDS, freemail=FREEMAIL_DOMAINS, clock=lambda: NOW)

                def wait() -> None:
                    later[0] += OLDEST_CLIENT_KEYS_SECONDS + 1

                yield Desk(services, rules, database, clients), wait
            finally:
                await reader.close()
                await letters.close()
                await database.close()
                await door.close()


async def timed(work: Callable[[], Awaitable[object]]) -> dict[str, float]:
    started = time.perf_counter()
    with watched_loop() as loop:
        await work()
        wall = time.perf_counter() - started
        await asyncio.sleep(0)  # the end of the last callback
    return {"wall_ms": wall * 1000, "loop_ms": loop.busy * 1000, "block_ms": loop.block * 1000}


async def median_of(rounds: int, work: Callable[[], Awaitable[object]]) -> dict[str, float]:
    every = [await timed(work) for _ in range(rounds)]
    return {name: statistics.median(one[name] for one in every) for name in every[0]}


def bytes_per_letter(firm: Firm) -> tuple[float, float]:
    """Of an index, and of the records that an email held."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    index = LetterIndex(len(firm.inquiries))
    by_id = {client.client_id: client for client in firm.clients}
    for number, inquiry in enumerate(firm.inquiries):
        # Texts of its own, as they come from the servers.
        index.add_letter(LetterKeys(*(json.loads(json.dumps(v)) if isinstance(v, str) else v for v in _keys(inquiry))))
        if number + 1 == len(firm.inquiries) or firm.inquiries[number + 1].client_id != inquiry.client_id:
            index.add_client(_client_keys(by_id[inquiry.client_id]))
    of_index = tracemalloc.get_traced_memory()[0] - before
    before = tracemalloc.get_traced_memory()[0]
    held = []
    for inquiry in firm.inquiries:
        client = Client.model_validate_json(by_id[inquiry.client_id].model_dump_json())
        creditor = client.creditor(inquiry.creditor_id)
        assert creditor is not None
        again = Inquiry.model_validate_json(inquiry.model_dump_json())
        held.append(CandidateFile(inquiry=again, client=client, creditor=creditor))
    of_records = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return of_index / len(firm.inquiries), of_records / len(firm.inquiries)


def _keys(inquiry: Inquiry) -> Iterator[Any]:
    return (getattr(inquiry, name) for name in LetterKeys._fields)


def _client_keys(client: Client) -> ClientKeys:
    owed = tuple(CreditorKeys(*(getattr(c, name) for name in CreditorKeys._fields)) for c in client.creditors)
    return ClientKeys(client.client_id, hash(client), client.case_reference, client.last_name, owed)


async def measure(firm: Firm, rounds: int, console: Console) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []

    def row(what: str, way: str, times: dict[str, float], held: int | None = None) -> None:
        rows.append({"what": what, "way": way, "held_against": held, **{k: round(v, 2) for k, v in times.items()}})

    console.print(f"{len(firm.inquiries):,} letters about {len(firm.clients):,} clients ...")
    async with opened(firm) as (desk, wait):
        mails = firm.mails()
        calm_collector()
        first = next(iter(mails.values()))
        row("first email: the letters are read", "shortlist", await timed(lambda: desk.short(first)))
        for what, received in mails.items():
            for way, work in (("shortlist", desk.short), ("all", desk.all)):
                found = await work(received)
                times = await median_of(rounds if way == "shortlist" else 3, lambda w=work, m=received: w(m))  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
                row(what, way, times, found[2])
                if way == "shortlist":
                    said = found[:2]
                assert found[:2] == said, "a shortlist changed what the rules say"

        async def renewed() -> None:
            wait()
            await desk.short(first)

        row("what clients are found by is renewed", "shortlist", await median_of(3, renewed))

        async def burst() -> None:
            await asyncio.gather(*(desk.short(first) for _ in range(100)))

        row("a hundred emails at once", "shortlist", await median_of(3, burst))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=18_000)
    parser.add_argument("--per-client", type=int, default=1, help="letters about each client (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=20, help="of which the median is taken (default: %(default)s)")
    chosen = parser.parse_args()
    console = Console(width=120)
    firm = Firm(chosen.letters, chosen.per_client)
    rows = asyncio.run(measure(firm, chosen.rounds, console))
    of_index, of_records = bytes_per_letter(firm)
    table = Table("", "way", "held against", "loop ms", "longest block ms", "wall ms")
    for one in rows:
        held = one["held_against"]
        shown = (
            f"{held:,}" if isinstance(held, int) else "",
            *(str(one[k]) for k in ("loop_ms", "block_ms", "wall_ms")),
        )
        table.add_row(str(one["what"]), str(one["way"]), *shown)
    console.print(table)
    console.print(f"Of each letter: {of_index:.0f} bytes in the index, {of_records:.0f} bytes of records.")
    RESULTS.mkdir(exist_ok=True)
    result = {
        "python": platform.python_version(),
        "letters": len(firm.inquiries),
        "clients": len(firm.clients),
        "index_bytes_per_letter": round(of_index),
        "records_bytes_per_letter": round(of_records),
        "rows": rows,
    }
    (RESULTS / "letters.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
