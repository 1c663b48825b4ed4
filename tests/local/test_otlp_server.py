import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Iterator
from importlib import resources
from typing import Any

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
import pytest
from aiohttp import ClientSession
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from claimstream.local.otlp.server import OtlpServer
from claimstream.local.otlp.traces import Traces, Wanted

SECOND = 1_000_000_000
PROTOBUF = {"Content-Type": "application/x-protobuf"}


def text(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def span(
    trace: int, number: int, parent: int = 0, *, at: int = 0, seconds: float = 1.0, error: bool = False, **fields: Any
) -> Span:
    """A span of trace number ``trace``; ``at`` in seconds after the first moment."""
    labels = [text(f"claimstream.{key}", value) for key, value in fields.pop("ids", {}).items()]
    start = (1_700_000_000 + at) * SECOND
    return Span(
        trace_id=trace.to_bytes(16, "big"),
        span_id=number.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        name=fields.pop("name", f"span {number}"),
        start_time_unix_nano=start,
        end_time_unix_nano=start + int(seconds * SECOND),
        status=Status(code=Status.STATUS_CODE_ERROR, message="broken") if error else Status(),
        attributes=[*labels, *fields.pop("attributes", [])],
        **fields,
    )


def request(*spans: Span) -> ExportTraceServiceRequest:
    message = ExportTraceServiceRequest()
    of_resource = message.resource_spans.add()
    of_resource.resource.attributes.append(text("service.name", "claimstream"))
    of_resource.scope_spans.add().spans.extend(spans)
    return message


def email(trace: int, correlation: str, route: str, *, error: bool = False, at: int = 0) -> ExportTraceServiceRequest:
    ids = {"correlation_id": correlation, "email_id": f"email-{trace}"}
    return request(
        span(trace, 1, at=at, seconds=0.01, ids=ids, name="send emails"),
        span(trace, 2, 1, at=at, seconds=3, ids=ids, name="subscribe emails", error=error),
        span(trace, 3, 2, at=at + 1, ids={**ids, "stage": "route", "route": route, "intent": "spam"}, name="route"),
    )


@pytest.fixture
async def server() -> AsyncIterator[OtlpServer]:
    async with OtlpServer(trace_limit=100) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def api(http: ClientSession, server: OtlpServer, path: str) -> Any:
    async with http.get(server.http_endpoint + path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


def ids(body: Any) -> list[str]:
    return [each["correlation_id"] for each in body["traces"]]


# ---- receiving ----


async def test_spans_arrive_over_grpc_as_raw_calls(server: OtlpServer) -> None:
    async with grpc.aio.insecure_channel(server.grpc_endpoint, compression=grpc.Compression.Gzip) as channel:
        export = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        await export(email(1, "c1", "IGNORE").SerializeToString())
    [trace] = server.traces()
    assert (trace.facts.correlation_id, trace.facts.outcome, trace.facts.intent) == ("c1", "IGNORE", "spam")


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip, Compression.Deflate])
async def test_spans_arrive_over_http(server: OtlpServer, compression: Compression) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{server.http_endpoint}/v1/traces", compression=compression)
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    def make_span() -> None:
        with provider.get_tracer("test", "1.0").start_as_current_span("outer") as outer:
            outer.add_event("half time", {"minute": 45})
            outer.set_attribute("list", ["a", "b"])

    await asyncio.to_thread(make_span)
    provider.shutdown()
    [trace] = server.traces()
    assert (trace.root.name, trace.root.scope, trace.root.attributes) == ("outer", "test", {"list": ["a", "b"]})
    assert [(e.name, e.attributes) for e in trace.root.events] == [("half time", {"minute": 45})]


@pytest.mark.parametrize("protocol", ["grpc", "http"])
async def test_logs_arrive(server: OtlpServer, protocol: str) -> None:
    exporter = (
        GrpcLogExporter(endpoint=f"http://{server.grpc_endpoint}")
        if protocol == "grpc"
        else HttpLogExporter(endpoint=f"{server.http_endpoint}/v1/logs")
    )
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    await asyncio.to_thread(
        provider.get_logger("test").emit, body="hello", severity_text="INFO", attributes={"email_id": "e1"}
    )
    provider.shutdown()
    [record] = server.logs()
    assert (record.body, record.severity, record.attributes) == ("hello", "INFO", {"email_id": "e1"})


async def test_every_kind_of_value_is_understood(server: OtlpServer, http: ClientSession) -> None:
    values = {
        "yes": AnyValue(bool_value=True),
        "int": AnyValue(int_value=7),
        "float": AnyValue(double_value=0.5),
        "nan": AnyValue(double_value=float("nan")),
        "bytes": AnyValue(bytes_value=b"\x01\xff"),
        "list": AnyValue(array_value=ArrayValue(values=[AnyValue(int_value=1), AnyValue()])),
        "map": AnyValue(kvlist_value=KeyValueList(values=[text("a", "b")])),
    }
    pairs = [KeyValue(key=key, value=value) for key, value in values.items()]
    server.receive_traces(request(span(1, 1, attributes=pairs)))
    [row] = (await api(http, server, f"/api/traces/{1:032x}"))["rows"]
    assert row["attributes"] == {
        "yes": True,
        "int": 7,
        "float": 0.5,
        "nan": "nan",
        "bytes": "01ff",
        "list": [1, None],
        "map": {"a": "b"},
    }


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (PROTOBUF, b"\xff\xff\xff", 400),
        ({"Content-Type": "application/json"}, b"{}", 415),
        ({**PROTOBUF, "Content-Encoding": "gzip"}, b"not gzip", 400),
        ({**PROTOBUF, "Content-Encoding": "br"}, b"", 400),
        ({**PROTOBUF, "Content-Encoding": "gzip"}, gzip.compress(bytes(65 * 1024 * 1024), 1), 400),
    ],
)
async def test_what_is_no_otlp_is_refused(
    server: OtlpServer, http: ClientSession, headers: dict[str, str], body: bytes, status: int
) -> None:
    async with http.post(f"{server.http_endpoint}/v1/traces", data=body, headers=headers) as answer:
        assert answer.status == status
    assert server.traces() == []
    async with http.post(
        f"{server.http_endpoint}/v1/traces",
        data=gzip.compress(email(1, "c1", "IGNORE").SerializeToString()),
        headers={**PROTOBUF, "Content-Encoding": "gzip"},
    ) as answer:
        assert answer.status == 200
    assert len(server.traces()) == 1


async def test_a_port_in_use_is_an_error_and_leaves_nothing_open(server: OtlpServer) -> None:
    port = int(server.grpc_endpoint.rpartition(":")[2])
    second = OtlpServer(grpc_port=port)
    with pytest.raises((OSError, RuntimeError)):
        await second.__aenter__()
    async with ClientSession() as session:
        with pytest.raises(OSError, match="Cannot connect"):
            await session.get(second.page_url)


# ---- keeping ----


def test_only_the_latest_traces_and_so_many_spans_of_each_are_kept() -> None:
    traces = Traces(limit=3, spans_per_trace=2)
    for number in range(1, 6):
        traces.add(request(span(number, 1, at=number)).resource_spans)
    assert [trace.trace_id for trace in traces] == [f"{n:032x}" for n in (5, 4, 3)]
    traces.add(request(span(5, 2), span(5, 3), span(5, 4)).resource_spans)
    latest = traces.get(f"{5:032x}")
    assert latest is not None
    assert (len(latest.by_id), latest.cut) == (2, 2)


def test_a_span_sent_twice_is_one() -> None:
    traces = Traces()
    for _ in range(2):
        traces.add(request(span(1, 1)).resource_spans)
    [trace] = traces
    assert len(trace.by_id) == 1


def test_the_tree_survives_missing_parents_late_arrivals_and_circles() -> None:
    traces = Traces()
    traces.add(request(span(1, 4, 3, at=2), span(1, 9, 77, at=3), span(1, 3, 1, at=1)).resource_spans)
    traces.add(request(span(1, 1), span(1, 5, 6, at=4), span(1, 6, 5, at=5), span(1, 7, 7, at=6)).resource_spans)
    [trace] = traces
    rows = [(depth, each.name) for depth, each in trace.tree()]
    below_root = [(0, "span 1"), (1, "span 3"), (2, "span 4")]
    assert rows == [*below_root, (0, "span 9"), (0, "span 7"), (0, "span 5"), (0, "span 6")]
    assert trace.root.name == "span 1"


def test_a_later_attempt_decides_the_outcome() -> None:
    traces = Traces()
    traces.add(
        request(span(1, 1, at=5, ids={"route": "AUTO_UPDATE"}), span(1, 2, ids={"outcome": "failed"})).resource_spans
    )
    [trace] = traces
    assert trace.facts.outcome == "AUTO_UPDATE"
    traces.add(request(span(1, 3, at=9, ids={"route": "IGNORE"})).resource_spans)
    assert trace.facts.outcome == "IGNORE"


# ---- looking ----


async def test_the_list_is_searched_by_id_outcome_and_error(server: OtlpServer, http: ClientSession) -> None:
    server.receive_traces(email(1, "aaa1", "IGNORE", at=1))
    server.receive_traces(email(2, "bbb2", "AUTO_UPDATE", at=2, error=True))
    server.receive_traces(email(3, "bbb3", "AUTO_UPDATE", at=3))
    cases = {
        "": ["bbb3", "bbb2", "aaa1"],
        "?correlation_id=aaa1": ["aaa1"],
        "?correlation_id=aaa": [],
        "?email_id=email-2": ["bbb2"],
        f"?trace_id={3:032x}": ["bbb3"],
        "?outcome=auto_update": ["bbb3", "bbb2"],
        "?outcome=AUTO_UPDATE&errors=1": ["bbb2"],
        "?q=BBB": ["bbb3", "bbb2"],
        "?q=mail-1": ["aaa1"],
        "?q=SPAM+broken": ["bbb2"],
        "?q=spam+missing": [],
        "?limit=1&offset=1": ["bbb2"],
    }
    found = {query: ids(await api(http, server, f"/api/traces{query}")) for query in cases}
    assert found == cases
    body = await api(http, server, "/api/traces?q=aaa")
    assert (body["total"], body["kept"], body["outcomes"]) == (1, 3, ["AUTO_UPDATE", "IGNORE"])
    [line] = body["traces"]
    assert (line["spans"], line["errors"], line["duration_ms"], line["intent"]) == (3, 0, 3000.0, "spam")
    assert line["stages"] == [{"name": "route", "left": 1 / 3, "width": 1 / 3, "error": False}]
    assert server.traces(Wanted(errors=True))[0].facts.correlation_id == "bbb2"


@pytest.mark.parametrize("protocol", ["grpc", "http"])
async def test_what_the_exporters_send_is_found_by_every_key(
    server: OtlpServer, http: ClientSession, protocol: str
) -> None:
    exporter = (
        GrpcSpanExporter(endpoint=f"http://{server.grpc_endpoint}")
        if protocol == "grpc"
        else OTLPSpanExporter(endpoint=f"{server.http_endpoint}/v1/traces")
    )
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    def make_trace(number: int, route: str, outcome: str, event: str) -> str:
        labels = {"correlation_id": f"c{number}", "email_id": f"e{number}", "route": route, "outcome": outcome}
        with provider.get_tracer("test").start_as_current_span("commit") as span:
            span.set_attributes({f"claimstream.{key}": value for key, value in labels.items()})
            span.add_event(event, {"reason": f"{event} is slow"})
            return f"{span.get_span_context().trace_id:032x}"

    first = await asyncio.to_thread(make_trace, 1, "AUTO_UPDATE", "updated", "gmail")
    second = await asyncio.to_thread(make_trace, 2, "MANUAL_REVIEW", "review", "storage")
    provider.shutdown()
    cases = {
        "correlation_id=c1": ["c1"],
        "email_id=e2": ["c2"],
        f"trace_id={first}": ["c1"],
        "outcome=MANUAL_REVIEW": ["c2"],
        "outcome=updated": ["c1"],
        "outcome=update": [],
        f"q={second}": ["c2"],
        "q=slow+Storage": ["c2"],
        "q=commit": ["c2", "c1"],
        "q=commit&outcome=review": ["c2"],
    }
    assert {query: ids(await api(http, server, f"/api/traces?{query}")) for query in cases} == cases


async def test_a_search_by_trace_id_finds_what_links_to_it_too(server: OtlpServer, http: ClientSession) -> None:
    server.receive_traces(email(1, "sync", "IGNORE", at=1))
    server.receive_traces(email(2, "other", "IGNORE", at=2))
    query = f"/api/traces?q={1:032x}"
    assert ids(await api(http, server, query)) == ["sync"]
    link = Span.Link(trace_id=(1).to_bytes(16, "big"))
    # The trace was searched before: what arrives later has to be found all the same.
    server.receive_traces(request(span(2, 9, 2, at=2, links=[link])))
    assert ids(await api(http, server, query)) == ["other", "sync"]


@pytest.mark.parametrize("path", ["/api/traces", f"/api/traces/{1:032x}"])
async def test_what_has_not_changed_is_not_sent_again(server: OtlpServer, http: ClientSession, path: str) -> None:
    server.receive_traces(email(1, "c1", "IGNORE"))
    address = server.http_endpoint + path
    async with http.get(address) as answer:
        version = answer.headers["ETag"]
    async with http.get(address, headers={"If-None-Match": version}) as answer:
        assert answer.status == 304
    server.receive_traces(email(2, "c2", "IGNORE"))
    async with http.get(address, headers={"If-None-Match": version}) as answer:
        assert answer.status == 200


async def test_one_trace_is_told_in_the_order_of_its_waterfall(server: OtlpServer, http: ClientSession) -> None:
    server.receive_traces(email(1, "c1", "IGNORE", error=True))
    server.receive_traces(request(span(2, 1, name="sync", links=[Span.Link(trace_id=(1).to_bytes(16, "big"))])))
    body = await api(http, server, f"/api/traces/{1:032x}")
    rows = [(r["depth"], r["name"], r["offset_ms"], r["duration_ms"], r["status"]) for r in body["rows"]]
    assert rows == [
        (0, "send emails", 0, 10, "unset"),
        (1, "subscribe emails", 0, 3000, "error"),
        (2, "route", 1000, 1000, "unset"),
    ]
    assert body["rows"][1]["status_message"] == "broken"
    assert [link["name"] for link in body["linked_from"]] == ["sync"]
    [row] = (await api(http, server, f"/api/traces/{2:032x}"))["rows"]
    assert [(link["trace_id"], link["name"]) for link in row["links"]] == [(f"{1:032x}", "send emails")]


async def test_a_trace_says_what_is_still_missing_from_it(server: OtlpServer, http: ClientSession) -> None:
    elsewhere = Span.Link(trace_id=(9).to_bytes(16, "big"))
    server.receive_traces(request(span(1, 3, 2, at=1, name="fetch", links=[elsewhere]), span(1, 1, name="send")))
    path = f"/api/traces/{1:032x}"
    rows = (await api(http, server, path))["rows"]
    assert [(row["name"], row["orphan"]) for row in rows] == [("send", False), ("fetch", True)]
    assert rows[1]["links"][0]["name"] is None
    server.receive_traces(request(span(1, 2, 1, name="subscribe", seconds=3)))
    rows = (await api(http, server, path))["rows"]
    assert [(row["depth"], row["name"], row["orphan"]) for row in rows] == [
        (0, "send", False),
        (1, "subscribe", False),
        (2, "fetch", False),
    ]


async def test_a_trace_is_found_by_the_first_digits_of_its_id(server: OtlpServer, http: ClientSession) -> None:
    one, other = 0xABCD << 112, 0xABCE << 112
    server.receive_traces(request(span(one, 1, name="one"), span(other, 2, name="other")))
    assert (await api(http, server, "/api/traces/ABCD"))["rows"][0]["name"] == "one"
    async with http.get(f"{server.http_endpoint}/api/traces/abc") as answer:
        assert answer.status == 404
        assert "2 traces begin with abc" in (await answer.json())["error"]


async def test_an_unknown_trace_and_a_wrong_limit_are_told_so(server: OtlpServer, http: ClientSession) -> None:
    async with http.get(f"{server.http_endpoint}/api/traces/abc") as answer:
        assert answer.status == 404
        assert "no such trace" in (await answer.json())["error"]
    async with http.get(f"{server.http_endpoint}/api/traces?limit=many") as answer:
        assert answer.status == 400


async def test_the_page_of_an_unknown_trace_is_the_page_and_not_found_until_the_trace_comes(
    server: OtlpServer, http: ClientSession
) -> None:
    async def page(trace_id: str) -> tuple[int, bool]:
        async with http.get(server.trace_url(trace_id)) as answer:
            return answer.status, "/page/page.js" in await answer.text()

    one, other = 0xABCD << 112, 0xABCE << 112
    assert await page(f"{one:032x}") == (404, True)
    server.receive_traces(request(span(one, 1, name="one"), span(other, 2, name="other")))
    assert await page(f"{one:032x}") == (200, True)
    assert await page("abcd") == (200, True)
    assert await page("abc") == (404, True)


async def test_the_page_is_served_with_all_it_needs_and_may_load_nothing_else(
    server: OtlpServer, http: ClientSession
) -> None:
    for address in (server.page_url, server.trace_url("abc")):
        async with http.get(address) as answer:
            html = await answer.text()
            assert answer.content_type == "text/html"
            policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    needed = re.findall(r'(?:src|href)="(/page/[^"]+)"', html)
    assert len(needed) == 3
    for path in needed:
        async with http.get(server.http_endpoint + path) as answer:
            assert answer.status == 200
            assert len(await answer.text()) > 1000
    async with http.get(f"{server.http_endpoint}/page/../otlp_server.py") as answer:
        assert answer.status == 404


def _page_files() -> Iterator[tuple[str, str]]:
    for file in resources.files("claimstream.local.otlp.page").iterdir():
        if file.name.endswith((".html", ".css", ".js")):
            yield file.name, file.read_text(encoding="utf-8")


def test_the_page_reads_nothing_received_as_markup_and_nothing_from_elsewhere() -> None:
    files = dict(_page_files())
    assert set(files) == {"index.html", "page.css", "page.js", "waterfall.js"}
    for name, content in files.items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function", content), name
        assert not re.search(r"https?://|//cdn|@import|url\((?!data:)", content), name
