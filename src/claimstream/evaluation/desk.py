"""An app with a world of its own: load it, put a mail in, see what was stored."""

import asyncio
from collections.abc import Iterable

from claimstream.app import App
from claimstream.domain.records.decision import Decision
from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.work import EmailSummary
from claimstream.domain.records.world import World
from claimstream.evaluation.observed import Change, Stored, Trail, entries_of, find_changes
from claimstream.external.mongo import Clients
from claimstream.external.mongo_documents import Document, amount, client_document
from claimstream.pipeline.model_desk import ModelCall
from claimstream.pipeline.report import ProcessingReport


def clients_of(app: App) -> Clients:
    if app.clients is None:
        raise RuntimeError("MONGODB_URL is not set: without clients there is nothing to score")
    return app.clients


async def load_world(app: App, world: World) -> None:
    """Tenants, mailboxes, inquiries and clients as the world has them; clients that are there are put back."""
    await app.world.load(world)
    await clients_of(app).upsert(client_document(client) for client in world.clients)


async def stored_documents(app: App, world: World) -> list[Document]:
    """The clients of the world's tenants as they are stored by now."""
    per_tenant = await asyncio.gather(*(clients_of(app).documents(t.tenant_id) for t in world.tenants))
    return [document for documents in per_tenant for document in documents]


def stored_entries(documents: Iterable[Document]) -> dict[tuple[str, str], Stored]:
    found: dict[tuple[str, str], Stored] = {}
    for document in documents:
        for creditor in document.get("creditors") or ():
            found[str(document["_id"]), str(creditor["creditor_id"])] = Stored(
                amount=amount(creditor.get("current_amount")),
                settlement=creditor.get("settlement") or None,
                email_ids=tuple(creditor.get("applied_email_ids") or ()),
            )
    return found


async def changes_since(app: App, world: World) -> list[Change]:
    return find_changes(entries_of(world.clients), stored_entries(await stored_documents(app, world)))


async def consolidated_of(app: App, email_id: str) -> Consolidated | None:
    """What was read; None for mail that was set aside unread."""
    text = await app.emails.stage_result(email_id, "consolidate")
    return None if text is None else Consolidated.model_validate_json(text)


async def trail_of(app: App, email_id: str, found: Consolidated | None) -> Trail | None:
    """How the email was read and decided; None where it was not read."""
    mail = await app.emails.stage_result(email_id, "parse")
    if mail is None:
        return None
    decision = await app.emails.stage_result(email_id, "route")
    return Trail(
        ParsedMail.model_validate_json(mail),
        found,
        None if decision is None else Decision.model_validate_json(decision),
    )


async def calls_of(app: App, email_id: str) -> tuple[ModelCall, ...]:
    """The questions that the model was asked about the email, as its report lists them."""
    text = await app.emails.report(email_id)
    return () if text is None else ProcessingReport.model_validate_json(text).model_calls


def of_email(changes: Iterable[Change], summary: EmailSummary) -> list[Change]:
    """Those that this email made."""
    return [change for change in changes if summary.email_id in change.email_ids]
