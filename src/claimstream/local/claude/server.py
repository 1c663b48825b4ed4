"""A stand-in for Anthropic's Messages API. It is no language model: it answers from scripts, else by a function that it
is given (``claimstream.evaluation.models`` has four), else it says "nothing found".

Usage is an estimate: four characters to a token, 1,500 tokens for an image or document. Text up to the last
``cache_control`` mark is counted as written to the cache the first time and as read from it later.
"""

import asyncio
import base64
import binascii
import hashlib
import itertools
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from claimstream.local.claude.schema_answer import SchemaAnswer
from claimstream.local.claude.script import ScriptedAnswer, first_fitting, one_line
from claimstream.local.http.faults import HttpFault, HttpFaults
from claimstream.local.http.server import ARRIVED_AT, WRONG_ANSWER, LocalHttpServer

MODELS = ("claude-sonnet-5-5", "claude-haiku-5-5")
"""What ``GET /v1/models`` lists."""
CHARACTERS_PER_TOKEN = 4
TOKENS_PER_BLOCK = 1500

_DELTA_CHARACTERS = 40
_KEPT_REQUESTS = 1000
_ERRORS = {
    400: ("invalid_request_error", "Your request was not understood."),
    401: ("authentication_error", "invalid x-api-key"),
    402: ("billing_error", "Your credit balance is too low."),
    403: ("permission_error", "Your API key does not have permission to use this resource."),
    404: ("not_found_error", "Not found."),
    413: ("request_too_large", "Request exceeds the maximum size."),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit."),
    500: ("api_error", "Internal server error"),
    502: ("api_error", "Bad gateway"),
    503: ("api_error", "Service unavailable"),
    504: ("timeout_error", "The request timed out."),
    529: ("overloaded_error", "Overloaded"),
}

_TRUNCATED = "truncated"
_MALFORMED = "malformed"
_INVENTED = "invented"
_REFUSAL = "refusal"
_SILENT = "silent"
_BROKEN_OFF = "broken off"
_ERROR = "error "
_ALTERED = "altered "


@dataclass(slots=True)
class ClaudeFaults(HttpFaults):
    """What goes wrong, on top of :class:`HttpFaults` (529: ``fail(529)``). Operations: ``messages``, ``models``."""

    def truncate(self, *, times: int | None = None, seconds: float | None = None) -> None:
        """Stop in mid-answer with ``max_tokens``."""
        self.add(operation="messages", times=times, seconds=seconds).answer = _TRUNCATED

    def malform(self, *, times: int | None = None, seconds: float | None = None) -> None:
        """Answer with text that is not the JSON asked for."""
        self.add(operation="messages", times=times, seconds=seconds).answer = _MALFORMED

    def invent(self, *, times: int | None = None, seconds: float | None = None) -> None:
        """Answer with a value in every field, and quotes that do not stand in the text."""
        self.add(operation="messages", times=times, seconds=seconds).answer = _INVENTED

    def refuse(self, *, times: int | None = None, seconds: float | None = None) -> None:
        """Decline to answer."""
        self.add(operation="messages", times=times, seconds=seconds).answer = _REFUSAL

    def fall_silent(self, *, times: int | None = None, seconds: float | None = None) -> None:
        """Send half of the events, and then nothing more, on an open connection."""
        self.add(operation="messages", times=times, seconds=seconds).answer = _SILENT

    def break_off(self, *, times: int | None = None, seconds: float | None = None) -> None:
        """Send half of the events, and end in good order without ``message_stop``."""
        self.add(operation="messages", times=times, seconds=seconds).answer = _BROKEN_OFF

    def fail_midway(self, kind: str, *, times: int | None = None, seconds: float | None = None) -> None:
        """Send half of the events, and then an error event such as ``overloaded_error``."""
        self.add(operation="messages", times=times, seconds=seconds).answer = f"{_ERROR}{kind}"

    def alter(self, **fields: object) -> None:
        """Begin each streamed answer with other values in these fields of the message, such as ``usage=None``."""
        self.add(operation="messages").answer = f"{_ALTERED}{json.dumps(fields)}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    body: dict[str, Any]
    text: str
    """All text of the user's turns, on one line."""
    hashes: frozenset[str]
    """SHA-256 of the image and document blocks."""
    received_at: datetime
    """Before any delay of the answer."""

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema asked for, or None for free text."""
        wanted = (self.body.get("output_config") or {}).get("format") or self.body.get("output_format") or {}
        schema = wanted.get("schema")
        return schema if isinstance(schema, dict) else None

    @property
    def fields(self) -> frozenset[str] | None:
        """The names of the fields asked for, or None for free text."""
        return None if self.schema is None else SchemaAnswer(self.schema).fields

    @property
    def model(self) -> str:
        return str(self.body["model"])

    @property
    def written(self) -> str:
        """All text of the user's turns, line breaks kept."""
        return "\n".join(_texts(self.body["messages"]))


Answers = Callable[[Asked], dict[str, Any]]
"""The fields of an answer, by name; ``text`` where free text is asked for. What is left out is "nothing found"."""


class ClaudeServer(LocalHttpServer):
    """Use as ``async with ClaudeServer(scripts=...) as server`` with ``AsyncAnthropic(base_url=server.base_url,
    api_key=server.api_key)``. Any key is welcome except an empty one and ``wrong``.

    The newest script wins: what a test adds by :meth:`script` comes before ``scripts``.
    """

    api_key = "sk-ant-local"

    def __init__(
        self,
        *,
        scripts: Iterable[ScriptedAnswer] = (),
        answers: Answers | None = None,
        port: int = 0,
        models: tuple[str, ...] | None = None,
        latency_seconds: float = 0.0,
    ) -> None:
        """``answers``: asked where no script fits. ``models``: what the API knows; another one answers 404. None: any
        model. ``latency_seconds`` is every message's."""
        self.faults = ClaudeFaults()
        super().__init__(port=port, faults=self.faults)
        self.requests: deque[Asked] = deque(maxlen=_KEPT_REQUESTS)
        """The newest requests that were understood, oldest first."""
        self.latency_seconds = latency_seconds
        self.event_seconds = 0.0
        """Between two events of a streamed answer: a long one, as long as there is something to say."""
        self.models = models
        self.answers = answers
        self._scripts = list(scripts)
        self._cached: set[str] = set()
        self._ids = itertools.count(1)

    def script(self, *rules: ScriptedAnswer) -> None:
        """Add rules in front of the others."""
        self._scripts[:0] = rules

    def play(self, scripts: Iterable[ScriptedAnswer], answers: Answers | None) -> None:
        """Answer by these from now on, and by nothing that was given before."""
        self._scripts, self.answers = list(scripts), answers

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/messages", self._messages, name="messages"),
            web.get("/v1/models", self._models, name="models", allow_head=False),
        ]

    def error(self, fault: HttpFault) -> web.Response:
        headers = {}
        if fault.retry_after_seconds is not None:
            headers["retry-after"] = f"{fault.retry_after_seconds:g}"
        return self._error(fault.status or 500, fault.message, kind=fault.reason, headers=headers)

    def latency(self, operation: str) -> float:
        return self.latency_seconds if operation == "messages" else 0.0

    async def _models(self, request: web.Request) -> web.Response:
        if not _has_key(request):
            return self._error(401)
        common = {"type": "model", "created_at": "2026-01-01T00:00:00Z", "lifecycle": "active"}
        models = [{**common, "id": each, "display_name": each} for each in self.models or MODELS]
        ends = {"first_id": models[0]["id"], "last_id": models[-1]["id"]} if models else {}
        return web.json_response({"data": models, "has_more": False, **ends})

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        if not _has_key(request):
            return self._error(401)
        try:
            body = await request.json()
        except ValueError:
            return self._error(400, "The request body is not valid JSON.")
        missing = [name for name in ("model", "max_tokens", "messages") if not body.get(name)]
        if missing:
            return self._error(400, f"{missing[0]}: Field required")
        if self.models is not None and body["model"] not in self.models:
            return self._error(404, f"model: {body['model']}")
        try:
            text, hashes = one_line(" ".join(_texts(body["messages"]))), frozenset(_hashes(body["messages"]))
            asked = Asked(body, text, hashes, request[ARRIVED_AT])
        except (KeyError, TypeError, binascii.Error) as error:
            return self._error(400, f"messages: not understood ({error!r})")
        self.requests.append(asked)
        fault = request.get(WRONG_ANSWER)
        message = self._message(asked, fault)
        if body.get("stream"):
            return await self._streamed(request, list(_events(message)), fault or "")
        return web.json_response(message, headers=self._headers())

    async def _streamed(self, request: web.Request, events: list[dict[str, Any]], fault: str) -> web.StreamResponse:
        if fault.startswith(_ALTERED):
            events[0]["message"] |= json.loads(fault.removeprefix(_ALTERED))
        stays = not fault.startswith((_SILENT, _BROKEN_OFF, _ERROR))
        if stays and not self.event_seconds:
            text = "".join(map(_event_text, events))
            return web.Response(text=text, content_type="text/event-stream", headers=self._headers())
        if not stays:
            events = events[: len(events) // 2]
        if fault.startswith(_ERROR):
            kind = fault.removeprefix(_ERROR)
            events.append({"type": "error", "error": {"type": kind, "message": "It failed midway."}})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **self._headers()})
        await response.prepare(request)
        for event in events:
            await response.write(_event_text(event).encode())
            await asyncio.sleep(self.event_seconds)
        if fault == _SILENT:
            await asyncio.get_running_loop().create_future()  # ended with the server
        return response

    def _message(self, asked: Asked, fault: str | None) -> dict[str, Any]:
        text = self._text(asked, fault)
        stop_reason = "end_turn"
        if fault == _REFUSAL:
            text, stop_reason = "", "refusal"
        longest = int(asked.body["max_tokens"]) * CHARACTERS_PER_TOKEN
        if fault == _TRUNCATED:
            longest = len(text) // 2
        if len(text) > longest:
            text, stop_reason = text[:longest], "max_tokens"
        message: dict[str, Any] = {
            "id": f"msg_local_{next(self._ids):08d}",
            "type": "message",
            "role": "assistant",
            "model": asked.model,
            "content": [{"type": "text", "text": text}] if text else [],
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": {**self._input_usage(asked), "output_tokens": _tokens(text)},
        }
        if stop_reason == "refusal":
            message["stop_details"] = {"type": "refusal", "category": None, "explanation": None}
        return message

    def _text(self, asked: Asked, fault: str | None) -> str:
        if fault == _MALFORMED:
            return 'Here is what I found: {"intent": '
        schema = asked.schema
        answer = None if schema is None else SchemaAnswer(schema)
        if answer is not None and fault == _INVENTED:
            return json.dumps(answer.invented(), ensure_ascii=False)
        rule = first_fitting(self._scripts, text=asked.text, hashes=asked.hashes, fields=asked.fields)
        by_itself = self.answers or (lambda asked: {})
        parts = by_itself(asked) if rule is None else rule.answer
        if answer is None:
            return str(parts.get("text", ""))
        return json.dumps(answer.filled(parts), ensure_ascii=False)

    def _input_usage(self, asked: Asked) -> dict[str, int]:
        system = asked.body.get("system") or []
        blocks = [{"type": "text", "text": system}] if isinstance(system, str) else system
        blocks = [*blocks, *_blocks(asked.body["messages"])]
        marked = max((index + 1 for index, block in enumerate(blocks) if block.get("cache_control")), default=0)
        cached = sum(map(_block_tokens, blocks[:marked]))
        usage = {
            "input_tokens": sum(map(_block_tokens, blocks[marked:])),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
        }
        if marked:
            prefix = json.dumps([asked.model, blocks[:marked]], sort_keys=True).encode()
            key = hashlib.sha256(prefix).hexdigest()
            usage["cache_read_input_tokens" if key in self._cached else "cache_creation_input_tokens"] = cached
            self._cached.add(key)
        return usage

    def _headers(self) -> dict[str, str]:
        return {"request-id": f"req_local_{next(self._ids):08d}"}

    def _error(
        self,
        status: int,
        message: str | None = None,
        *,
        kind: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> web.Response:
        usual_kind, usual_message = _ERRORS.get(status, ("api_error", f"HTTP {status}"))
        ids = self._headers()
        error = {"type": kind or usual_kind, "message": message or usual_message}
        body = {"type": "error", "error": error, "request_id": ids["request-id"]}
        return web.json_response(body, status=status, headers={**ids, **(headers or {})})


def _has_key(request: web.Request) -> bool:
    """The API takes a key in either header; the SDK sends a bearer since 2.x."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return request.headers.get("x-api-key", bearer) not in {"", "wrong"}


def _blocks(messages: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The content blocks of all turns."""
    for turn in messages:
        content = turn["content"]
        if isinstance(content, str):
            yield {"type": "text", "text": content}
        else:
            yield from content


def _texts(messages: list[dict[str, Any]]) -> Iterator[str]:
    for block in _blocks(messages):
        if block["type"] == "text":
            yield block["text"]
        elif block["type"] == "document":
            yield block.get("title") or ""
            if block["source"]["type"] == "text":
                yield block["source"]["data"]


def _hashes(messages: list[dict[str, Any]]) -> Iterator[str]:
    for block in _blocks(messages):
        source = block.get("source") or {}
        if source.get("type") == "base64":
            yield hashlib.sha256(base64.b64decode(source["data"], validate=True)).hexdigest()


def _tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def _block_tokens(block: dict[str, Any]) -> int:
    if block.get("type") == "text":
        return _tokens(str(block["text"]))
    return TOKENS_PER_BLOCK


def _event_text(event: dict[str, Any]) -> str:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"


def _events(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The server-sent events that make up a message."""
    usage = message["usage"]
    start = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    yield {"type": "message_start", "message": start}
    yield {"type": "ping"}
    for index, block in enumerate(message["content"]):
        yield {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}}
        text = block["text"]
        for offset in range(0, len(text), _DELTA_CHARACTERS):
            delta = {"type": "text_delta", "text": text[offset : offset + _DELTA_CHARACTERS]}
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": end, "usage": {"output_tokens": usage["output_tokens"]}}
    yield {"type": "message_stop"}
