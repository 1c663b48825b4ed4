from bench.pipeline.gcs import SlowGcs
from gcloud.aio.storage import Storage


async def test_bytes_come_back_as_they_were_stored() -> None:
    data = bytes(range(256)) + b"\r\n\r\n--no boundary--\r\n\n"
    async with SlowGcs() as gcs:
        storage = Storage(api_root=gcs.base_url)
        try:
            await storage.upload(
                "bucket", "t/e/a b.pdf", data, content_type="application/pdf", metadata={"metadata": {"sha256": "0"}}
            )
            assert await storage.download("bucket", "t/e/a b.pdf") == data
        finally:
            await storage.close()
