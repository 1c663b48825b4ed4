"""Running a folder of cases: each on the pipeline's own code, against real stores, from a fresh copy of the world."""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack

from claimstream.app import App, utc_now
from claimstream.domain.records.work import NewEmail
from claimstream.domain.records.world import World
from claimstream.evaluation.case import Case, CaseFolder
from claimstream.evaluation.desk import (
    changes_since,
    clients_of,
    consolidated_of,
    load_world,
    stored_documents,
    trail_of,
)
from claimstream.evaluation.observed import Observed, observe
from claimstream.evaluation.own_stores import own_stores
from claimstream.external.mongo_documents import Document
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


async def evaluate(
    folder: CaseFolder, stack: LocalStack, *, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[tuple[Case, Observed]]:
    """What happened to each case, in the folder's order.

    Works in databases of its own, which are dropped afterwards: the ones that the settings name are left alone.
    """
    waiting: asyncio.Queue[int] = asyncio.Queue()
    for number in range(len(folder.cases)):
        waiting.put_nowait(number)
    results: dict[int, Observed] = {}

    async def work(settings: Settings) -> None:
        now = folder.world.now
        async with App(settings, clock=(lambda: now) if now else utc_now) as app:
            await load_world(app, folder.world)
            fresh = await stored_documents(app, folder.world)
            while not waiting.empty():
                number = waiting.get_nowait()
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
    return observe(summary, found, await changes_since(app, world), world=world, trail=trail)
