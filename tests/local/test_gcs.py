"""The local Google Cloud Storage, through gcloud-aio-storage."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from gcloud.aio.storage import Storage

from claimstream.local.servers.gcs import LocalGcs


@pytest.fixture(scope="module")
async def gcs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalGcs]:
    async with LocalGcs(tmp_path_factory.mktemp("gcs")) as server:
        await server.create_bucket("raw")
        yield server


@pytest.fixture
async def storage(gcs: LocalGcs) -> AsyncIterator[Storage]:
    async with Storage(api_root=gcs.endpoint) as opened:
        yield opened


async def test_an_object_comes_back_with_its_metadata_and_is_listed(storage: Storage) -> None:
    await storage.upload("raw", "mail/2026/ü 1.eml", b"From: a", metadata={"metadata": {"correlation": "c1"}})
    assert await storage.download("raw", "mail/2026/ü 1.eml") == b"From: a"
    assert (await storage.download_metadata("raw", "mail/2026/ü 1.eml"))["metadata"] == {"correlation": "c1"}
    listed = await storage.list_objects("raw", params={"prefix": "mail/"})
    assert [item["name"] for item in listed["items"]] == ["mail/2026/ü 1.eml"]
    await storage.delete("raw", "mail/2026/ü 1.eml")
    with pytest.raises(aiohttp.ClientResponseError, match="404"):
        await storage.download("raw", "mail/2026/ü 1.eml")


async def test_an_object_that_must_be_new_is_written_once(storage: Storage) -> None:
    new = {"ifGenerationMatch": "0"}
    await storage.upload("raw", "once", b"first", metadata={"metadata": {}}, parameters=new)
    with pytest.raises(aiohttp.ClientResponseError, match="412"):
        await storage.upload("raw", "once", b"second", metadata={"metadata": {}}, parameters=new)
    assert await storage.download("raw", "once") == b"first"


async def test_a_large_object_is_uploaded_in_a_resumable_way_and_its_links_work(storage: Storage) -> None:
    content = os.urandom(6 * 1024 * 1024)
    answer = await storage.upload("raw", "large", content, force_resumable_upload=True)
    async with aiohttp.ClientSession() as session:
        async with session.get(answer["mediaLink"]) as response:
            assert await response.read() == content
        async with session.get(answer["selfLink"]) as response:
            assert (await response.json())["size"] == str(len(content))


async def test_the_usual_environment_variable_leads_to_it(gcs: LocalGcs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.endpoint)
    async with Storage() as storage:
        await storage.upload("raw", "by environment", b"x")
        assert await storage.download("raw", "by environment") == b"x"


async def test_objects_and_buckets_outlive_a_stop_on_the_same_port(tmp_path: Path) -> None:
    async with LocalGcs(tmp_path) as server:
        await server.create_bucket("raw")
        async with Storage(api_root=server.endpoint) as storage:
            await storage.upload("raw", "kept", b"x", metadata={"metadata": {"k": "v"}})
            before = await storage.download_metadata("raw", "kept")
            await server.stop()
            with pytest.raises(aiohttp.ClientConnectionError):
                await storage.download("raw", "kept")
            await server.start()
            if server._backend == "memory":
                pytest.skip("this file system has no extended attributes: objects are kept in memory")
            await server.create_bucket("raw")
            after = await storage.download_metadata("raw", "kept")
            assert (after["generation"], after["metadata"]) == (before["generation"], {"k": "v"})


async def test_what_a_crash_left_half_written_spoils_no_listing(tmp_path: Path) -> None:
    async with LocalGcs(tmp_path) as server:
        if server._backend == "memory":
            pytest.skip("this file system has no extended attributes: objects are kept in memory")
        await server.create_bucket("raw")
        async with Storage(api_root=server.endpoint) as storage:
            for name in ("mail/e1/raw.eml", "mail/.hidden1"):
                await storage.upload("raw", name, b"x", metadata={"metadata": {}})
            await server.crash()
            half = next(tmp_path.rglob("raw.eml")).with_name(
                ".raw.eml4042992427"
            )  # as it names them until they are whole
            half.write_bytes(b"")
            await server.start()
            listed = await storage.list_objects("raw")
    assert {item["name"] for item in listed["items"]} == {"mail/e1/raw.eml", "mail/.hidden1"}
