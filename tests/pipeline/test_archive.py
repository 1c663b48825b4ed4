"""A stage that needs the archived mail, and finds it missing or broken."""

from collections.abc import AsyncIterator, Callable

import pytest
from gcloud.aio.storage import Storage
from tests.pipeline.test_runner import arrive

from claimstream.app import App
from claimstream.domain.records.work import Claimed, Email
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.pipeline.archive import LostMailError
from claimstream.pipeline.content import MailContent
from claimstream.pipeline.fetched import Fetched
from claimstream.pipeline.stages.fetch import fetch


class Archived:
    """An email that was fetched by an earlier attempt, and what lies in the archive of it."""

    def __init__(self, app: App, email: Email, fetched: Fetched, storage: Storage) -> None:
        assert fetched.raw_uri is not None
        self._app = app
        self._email = email
        self.fetched = fetched
        self._storage = storage
        self._bucket, _, self._name = fetched.raw_uri.removeprefix("gs://").partition("/")

    async def remove(self) -> None:
        await self._storage.delete(self._bucket, self._name)

    async def replace(self, data: bytes) -> None:
        await self._storage.upload(self._bucket, self._name, data, metadata={"metadata": {}})

    async def read(self) -> bytes:
        """As a stage of the next attempt does."""
        return await content_of(self._app, self._email).raw(self.fetched)


def content_of(app: App, email: Email) -> MailContent:
    return MailContent(email, app.gmail, app.blobs, app.services.reader, app.services.mail_memory)


@pytest.fixture
def raw(reply: Callable[..., bytes]) -> bytes:
    return reply()


@pytest.fixture
async def mail(app: App, stack: LocalStack, world: World, raw: bytes) -> AsyncIterator[Archived]:
    claimed = await app.emails.claim(await arrive(app, stack, world, raw), worker="one", seconds=60)
    assert isinstance(claimed, Claimed)
    async with Storage(api_root=app.settings.storage_emulator_host) as storage:
        fetched = await fetch(claimed.email, content_of(app, claimed.email), app.blobs)
        yield Archived(app, claimed.email, fetched, storage)


async def test_it_is_read_from_the_archive(mail: Archived, raw: bytes, stack: LocalStack) -> None:
    asked = stack.gmail.calls["messages.get"]
    assert await mail.read() == raw
    assert stack.gmail.calls["messages.get"] == asked


@pytest.mark.parametrize("found", [None, b"", b"From: half", b"x" * 3000])
async def test_it_is_fetched_again_where_it_is_missing_or_broken(
    mail: Archived, raw: bytes, found: bytes | None
) -> None:
    await (mail.remove() if found is None else mail.replace(found))
    assert await mail.read() == raw


async def test_it_is_lost_where_gmail_has_it_no_more(mail: Archived, stack: LocalStack) -> None:
    await mail.remove()
    stack.gmail.faults.fail(404, operation="messages.get")
    try:
        with pytest.raises(LostMailError):
            await mail.read()
    finally:
        stack.gmail.faults.clear()


async def test_no_other_bytes_are_read(mail: Archived) -> None:
    await mail.remove()
    mail.fetched = mail.fetched.model_copy(update={"sha256": "0" * 64})
    with pytest.raises(LostMailError):
        await mail.read()
