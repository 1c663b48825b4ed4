import pytest
from bench.pipeline.rooms import LOOP, OTHER, room_of, room_of_thread


@pytest.mark.parametrize(
    ("modules", "room"),
    [
        (["json.decoder", "json", "claimstream.external.gmail", "claimstream.pipeline.runner"], "external clients"),
        (["opentelemetry.sdk.trace", "claimstream.external.door", "claimstream.pipeline.runner"], "telemetry"),
        (["asyncio.streams", "aiosmtplib.protocol", "claimstream.external.smtp"], "external clients"),
        (["re", "claimstream.domain.reader.amounts", "claimstream.pipeline.stages.extract"], "domain"),
        (["asyncio.events", "asyncio.base_events", "asyncio.runners", "__main__"], LOOP),
        (["claimstreamer", "__main__"], OTHER),
        ([], OTHER),
    ],
)
def test_a_stack_belongs_to_its_innermost_room(modules: list[str], room: str) -> None:
    assert room_of(modules) == room


def test_threads_are_known_by_their_names() -> None:
    assert room_of_thread("OtelBatchSpanRecordProcessor") == "telemetry"
    assert room_of_thread("claimstream-logs") == "telemetry"
    assert room_of_thread("asyncio_0") == "reading"
    assert room_of_thread("Thread-7") == OTHER
