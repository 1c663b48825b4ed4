"""The page to look at traces with, and the JSON it reads."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from aiohttp import web

from claimstream.local.otlp.traces import STAGE, ReceivedSpan, ReceivedTrace, Traces, Wanted

_PAGE_SIZE = 200
_FILES = {"page.js": "text/javascript", "page.css": "text/css", "waterfall.js": "text/javascript"}
_SECURITY = {
    # Everything comes from this server, nothing is inline: a span's name can say what it likes.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class TracePage:
    """``/`` (the list), ``/trace/{trace_id}`` (one waterfall), ``/api/traces`` and ``/api/traces/{trace_id}``."""

    def __init__(self, traces: Traces) -> None:
        self._traces = traces

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", _page),
            web.get("/trace/{trace_id}", self._trace_page),
            web.get("/page/{name}", _file),
            web.get("/api/traces", self._list),
            web.get("/api/traces/{trace_id}", self._show),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        """``correlation_id``, ``email_id``, ``trace_id``, ``outcome``, ``q``, ``errors=1``, ``limit``, ``offset``."""
        query = request.query
        wanted = Wanted(
            correlation_id=query.get("correlation_id") or None,
            email_id=query.get("email_id") or None,
            trace_id=query.get("trace_id") or None,
            outcome=query.get("outcome") or None,
            text=query.get("q") or None,
            errors=query.get("errors") in {"1", "true"},
        )
        try:
            limit = min(max(int(query.get("limit", _PAGE_SIZE)), 1), 5_000)
            offset = max(int(query.get("offset", 0)), 0)
        except ValueError:
            return _json({"error": "limit and offset are whole numbers"}, status=400)
        if self._unchanged(request):
            return web.Response(status=304, headers={"ETag": self._version})
        found = self._traces.find(wanted)
        outcomes = sorted({trace.facts.outcome for trace in self._traces if trace.facts.outcome})
        body = {
            "total": len(found),
            "kept": len(self._traces),
            "outcomes": outcomes,
            "traces": [summary(trace) for trace in found[offset : offset + limit]],
        }
        return _json(body, headers={"ETag": self._version})

    async def _trace_page(self, request: web.Request) -> web.Response:
        """The same for a trace that is not there: the page says so, and draws it should it still come."""
        missing = isinstance(self._find(request), str)
        return _static("index.html", "text/html", status=404 if missing else 200)

    async def _show(self, request: web.Request) -> web.Response:
        trace = self._find(request)
        if isinstance(trace, str):
            return _json({"error": trace}, status=404)
        if self._unchanged(request):
            return web.Response(status=304, headers={"ETag": self._version})
        return _json(self._full(trace), headers={"ETag": self._version})

    def _find(self, request: web.Request) -> ReceivedTrace | str:
        """By its id, or by the first digits of it, as tables show them; else why there is none."""
        wanted = request.match_info["trace_id"].lower()
        if (trace := self._traces.get(wanted)) is not None:
            return trace
        beginning = [each for each in self._traces if each.trace_id.startswith(wanted)]
        if len(beginning) > 1:
            return f"{len(beginning)} traces begin with {wanted}: give more digits"
        return beginning[0] if beginning else "no such trace: not yet received, or older than those kept"

    @property
    def _version(self) -> str:
        return f'"{self._traces.version}"'

    def _unchanged(self, request: web.Request) -> bool:
        return request.headers.get("If-None-Match") == self._version

    def _full(self, trace: ReceivedTrace) -> dict[str, Any]:
        start = trace.facts.start_ns
        return {
            **summary(trace),
            "cut": trace.cut,
            "rows": [self._row(depth, span, start, trace) for depth, span in trace.tree()],
            "linked_from": [
                {
                    "trace_id": other.trace_id,
                    "correlation_id": other.facts.correlation_id,
                    "span_id": span.span_id,
                    "name": span.name,
                }
                for other in self._traces
                if other.trace_id != trace.trace_id
                for span in other.by_id.values()
                if any(link.trace_id == trace.trace_id for link in span.links)
            ][:100],
        }

    def _row(self, depth: int, span: ReceivedSpan, start_ns: int, trace: ReceivedTrace) -> dict[str, Any]:
        return {
            "span_id": span.span_id,
            "parent_id": span.parent_id,
            "orphan": bool(span.parent_id) and span.parent_id not in trace.by_id,
            "depth": depth,
            "name": span.name,
            "kind": span.kind,
            "service": span.service,
            "scope": span.scope,
            "offset_ms": _ms(span.start_ns - start_ns),
            "duration_ms": _ms(span.end_ns - span.start_ns),
            "status": span.status,
            "status_message": span.status_message,
            "attributes": span.attributes,
            "resource": span.resource,
            "events": [
                {"name": e.name, "offset_ms": _ms(e.time_ns - start_ns), "attributes": e.attributes}
                for e in span.events
            ],
            "links": [
                {
                    "trace_id": link.trace_id,
                    "span_id": link.span_id,
                    "name": linked.root.name if (linked := self._traces.get(link.trace_id)) else None,
                    "attributes": link.attributes,
                }
                for link in span.links
            ],
        }


def summary(trace: ReceivedTrace) -> dict[str, Any]:
    """One line of the list: no name, subject or amount, because the telemetry holds none."""
    facts = trace.facts
    start, end = facts.start_ns, facts.end_ns
    whole = max(end - start, 1)
    root = trace.root
    return {
        "trace_id": trace.trace_id,
        "correlation_id": facts.correlation_id,
        "email_id": facts.email_id,
        "tenant_id": facts.tenant_id,
        "outcome": facts.outcome,
        "intent": facts.intent,
        "root": root.name,
        "service": root.service,
        "start": datetime.fromtimestamp(start / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "duration_ms": _ms(end - start),
        "spans": len(trace.by_id),
        "errors": facts.errors,
        "stages": [
            {
                "name": span.name,
                "left": (span.start_ns - start) / whole,
                "width": (span.end_ns - span.start_ns) / whole,
                "error": span.status == "error",
            }
            for span in trace.spans
            if span.kind == "internal" and span.attributes.get(STAGE) == span.name
        ],
    }


async def _page(_request: web.Request) -> web.Response:
    return _static("index.html", "text/html", status=200)


async def _file(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in _FILES:
        raise web.HTTPNotFound
    return _static(name, _FILES[name], status=200)


def _static(name: str, content_type: str, *, status: int) -> web.Response:
    text = (resources.files(__name__) / name).read_text(encoding="utf-8")
    return web.Response(text=text, status=status, content_type=content_type, charset="utf-8", headers=_SECURITY)


def _json(body: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    text = json.dumps(_finite(body), ensure_ascii=False, allow_nan=False)
    return web.json_response(text=text, status=status, headers={**_SECURITY, **(headers or {})})


def _finite(value: Any) -> Any:
    """NaN and infinity as text: JSON has neither."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value


def _ms(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)
