"""The shapes of Gmail's answers: errors, pages, records of history."""

import base64
import binascii
import json
from email.parser import BytesHeaderParser
from typing import Any

from aiohttp import web

from claimstream.local.gmail.mailbox import HISTORY_TYPES, HistoryRecord

DEFAULT_PAGE = 100
MAX_PAGE = 500

_STATUSES = {
    400: ("badRequest", "FAILED_PRECONDITION", "Precondition check failed."),
    401: (
        "authError",
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential.",
    ),
    403: ("userRateLimitExceeded", "PERMISSION_DENIED", "User Rate Limit Exceeded"),
    404: ("notFound", "NOT_FOUND", "Requested entity was not found."),
    429: ("rateLimitExceeded", "RESOURCE_EXHAUSTED", "Too many concurrent requests for user."),
    500: ("backendError", "INTERNAL", "Internal error encountered."),
    502: ("backendError", "UNAVAILABLE", "Bad Gateway"),
    503: ("backendError", "UNAVAILABLE", "The service is currently unavailable."),
    504: ("backendError", "DEADLINE_EXCEEDED", "Deadline exceeded."),
}


class Refused(web.HTTPException):
    """Carries an error answer out of a handler."""

    def __init__(self, status: int, message: str | None = None, *, reason: str | None = None) -> None:
        answer = error_answer(status, message, reason=reason)
        self.status_code = status
        headers = {name: value for name, value in answer.headers.items() if not name.startswith("Content-")}
        super().__init__(headers=headers, text=answer.text, content_type="application/json")


def error_answer(
    status: int, message: str | None = None, *, reason: str | None = None, retry_after: str | None = None
) -> web.Response:
    """An error as Google's APIs send it."""
    usual_reason, name, usual_message = _STATUSES.get(status, ("unknown", "UNKNOWN", f"HTTP {status}"))
    if reason == "invalidArgument":
        name = "INVALID_ARGUMENT"
    message = message or usual_message
    detail = {"message": message, "domain": "global", "reason": reason or usual_reason}
    if status == 401:
        detail |= {"message": "Invalid Credentials", "location": "Authorization", "locationType": "header"}
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    if reason is not None and reason.isupper():  # the form of Google's newer front end
        error["details"] = [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}
        ]
    else:
        error["errors"] = [detail]
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    return web.json_response({"error": error}, status=status, headers=headers)


async def json_body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError as error:
        raise Refused(400, "Invalid JSON payload received.", reason="invalidArgument") from error
    if not isinstance(body, dict):
        raise Refused(400, "Invalid JSON payload received.", reason="invalidArgument")
    return body


def number(value: str | None, name: str, *, required: bool = False, default: int = 0) -> int:
    if value is None and not required:
        return default
    if value is None or not value.isdigit():
        said = "Missing" if value is None else "Invalid"
        raise Refused(400, f"{said} {name}", reason="invalidArgument")
    return int(value)


def page(request: web.Request) -> tuple[int, int]:
    """Index of the page's first item, and the page's size."""
    size = number(request.query.get("maxResults"), "maxResults", default=DEFAULT_PAGE)
    token = request.query.get("pageToken", "")
    if not token:
        return 0, min(max(size, 1), MAX_PAGE)
    try:
        first = int(base64.urlsafe_b64decode(token).decode())
    except ValueError as error:
        raise Refused(400, "Invalid pageToken", reason="invalidArgument") from error
    return first, min(max(size, 1), MAX_PAGE)


def page_token(first: int) -> str:
    return base64.urlsafe_b64encode(str(first).encode()).decode()


def record_json(record: HistoryRecord, labels: tuple[str, ...]) -> dict[str, Any]:
    """``labels``: the message's; as Gmail does, there is no ``labelIds`` where it has none."""
    message = {"id": record.gmail_id, "threadId": record.gmail_id}
    change: dict[str, Any] = {"message": {**message, **labels_json(labels)}}
    if record.changed:
        change["labelIds"] = list(record.changed)
    return {"id": str(record.history_id), "messages": [message], HISTORY_TYPES[record.history_type]: [change]}


def labels_json(labels: tuple[str, ...]) -> dict[str, list[str]]:
    return {"labelIds": list(labels)} if labels else {}


def headers_json(raw: bytes, only: list[str]) -> list[dict[str, str]]:
    wanted = {name.lower() for name in only}
    return [
        {"name": name, "value": str(value)}
        for name, value in BytesHeaderParser().parsebytes(raw).items()
        if not wanted or name.lower() in wanted
    ]


def jwt_subject(assertion: str) -> str | None:
    """The mailbox that a JWT speaks for. The signature is not checked: there is nothing here to protect."""
    try:
        payload = assertion.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return None
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return str(subject).lower() if subject else None


def is_gmail_id(text: str) -> bool:
    return len(text) <= 16 and all(character in "0123456789abcdef" for character in text.lower())
