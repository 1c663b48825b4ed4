"""Running a folder of cases: each on the pipeline's own code, against real stores, from a fresh copy of the world."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Self

from pydantic import SecretStr

from claimstream.app import App, utc_now
from claimstream.domain.records.work import NewEmail
from claimstream.domain.records.world import World
from claimstream.evaluation.case import Case, CaseFolder
from claimstream.evaluation.desk import (
    calls_of,
    changes_since,
    clients_of,
    consolidated_of,
    load_world,
    stored_documents,
    trail_of,
)
from claimstream.evaluation.model_name import ModelName
from claimstream.evaluation.models import make_model
from claimstream.evaluation.observed import Observed, observe
from claimstream.evaluation.own_stores import own_stores
from claimstream.external.mongo_documents import Document
from claimstream.local.claude.script import ScriptedAnswer, read_script
from claimstream.local.claude.server import ClaudeServer
from claimstream.local.stack import LocalStack
from claimstream.pipeline.runner import Settled
from claimstream.settings import Settings
from claimstream.telemetry.correlation import new_correlation_id

_DESKS = 4
"""Worlds side by side. Two cores are busy with two; the rest covers waiting for a model."""
_MOST_WAITS = 20
"""An email that waits this often for a service that is down is given up on, and counts as not settled."""

_LONGEST_WAIT_SECONDS = 30.0
"""A person waits for the results: not as patient as a worker."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A model to run a folder with."""

    name: ModelName
    scripts: Mapping[str, tuple[ScriptedAnswer, ...]]
    """Answers that a case scripts, by its name. They come before the model's own."""

    @classmethod
    def of(cls, name: ModelName, cases: CaseFolder) -> Self:
        """Raises LocalStackError: a case's script is none."""
        return cls(name, {case.name: read_script(case.script) for case in cases.cases if case.script})

    def play(self, server: ClaudeServer, case: Case, world: World) -> None:
        """Let the server answer for this case."""
        server.play(self.scripts.get(case.name, ()), make_model(self.name, case, world))


async def evaluate(
    folder: CaseFolder,
    stack: LocalStack,
    *,
    stand_in: StandIn | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[tuple[Case, Observed]]:
    """What happened to each case, in the folder's order.

    Works in databases of its own, which are dropped afterwards: the ones that the settings name are left alone.

    Args:
        stand_in: the model to ask; None: the one that the settings name, if any.
    """
    waiting: asyncio.Queue[int] = asyncio.Queue()
    for number in range(len(folder.cases)):
        waiting.put_nowait(number)
    results: dict[int, Observed] = {}

    async def work(settings: Settings) -> None:
        now = folder.world.now
        async with (
            _model(settings, stand_in) as (own, claude),
            App(own, clock=(lambda: now) if now else utc_now) as app,
        ):
            await load_world(app, folder.world)
            fresh = await stored_documents(app, folder.world)
            while not waiting.empty():
                number = waiting.get_nowait()
                if stand_in is not None and claude is not None:
                    stand_in.play(claude, folder.cases[number], folder.world)
                results[number] = await _run_case(app, stack, folder.world, folder.cases[number])
                await _restore(app, folder.world, fresh)
                progress(len(results), len(folder.cases))

    async with AsyncExitStack() as databases:
        desks = min(_DESKS, len(folder.cases))
        # One after the other: alembic keeps its context in a module.
        settings = [await databases.enter_async_context(own_stores(stack.settings, "eval")) for _ in range(desks)]
        async with asyncio.TaskGroup() as group:
            for own in settings:
                group.create_task(work(own))
    return [(case, results[number]) for number, case in enumerate(folder.cases)]


@asynccontextmanager
async def _model(settings: Settings, stand_in: StandIn | None) -> AsyncIterator[tuple[Settings, ClaudeServer | None]]:
    """Each world asks a server of its own, so that its answers are those for the case that is under way there."""
    if stand_in is None:
        yield settings, None
        return
    async with ClaudeServer() as server:
        key = SecretStr(server.api_key)
        yield settings.model_copy(update={"anthropic_api_key": key, "anthropic_base_url": server.base_url}), server


async def _restore(app: App, world: World, fresh: list[Document]) -> None:
    """The world as it was: PostgreSQL from scratch, and of the clients those that are not the same any more."""
    await app.world.clear()
    await app.world.load(world)
    now = {document["_id"]: document for document in await stored_documents(app, world)}
    await clients_of(app).upsert(document for document in fresh if now.get(document["_id"]) != document)


async def _run_case(app: App, stack: LocalStack, world: World, case: Case) -> Observed:
    gmail_id = await stack.gmail.deliver(case.mailbox, case.raw, notify=False)
    email_id = str(uuid.uuid4())
    mailbox = await app.mailboxes.lock(case.mailbox, holder="evaluation", seconds=3600)
    assert mailbox is not None
    new = NewEmail(email_id=email_id, gmail_id=gmail_id, correlation_id=new_correlation_id())
    await app.mailboxes.add_emails(mailbox, [new], holder="evaluation", cursor=None)
    for _ in range(_MOST_WAITS):
        processed = await app.runner.process(email_id)
        if isinstance(processed, Settled):
            break
        await asyncio.sleep(min(getattr(processed, "seconds", 0.0), _LONGEST_WAIT_SECONDS))
    summary = await app.emails.find(email_id)
    assert summary is not None
    found = await consolidated_of(app, email_id)
    trail = await trail_of(app, email_id, found)
    changes, calls = await changes_since(app, world), await calls_of(app, email_id)
    return observe(summary, found, changes, world=world, trail=trail, calls=calls)
