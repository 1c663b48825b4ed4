"""A Gmail of one's own: the REST calls that claimstream uses, with push notifications and faults.

Behaves as the service does (https://developers.google.com/workspace/gmail/api/reference/rest): history ids grow with
gaps and per mailbox, a page of history may be empty and still have a successor, a watch ends after seven days and
belongs to one topic, a push says no more than "this mailbox changed".
"""

import asyncio
import base64
import json
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from aiohttp import web

from claimstream.local.gmail.answers import (
    Refused,
    error_answer,
    headers_json,
    is_gmail_id,
    json_body,
    jwt_subject,
    labels_json,
    number,
    page,
    page_token,
    record_json,
)
from claimstream.local.gmail.mailbox import HISTORY_TYPES, HistoryRecord, Mailbox, Message, Watch
from claimstream.local.gmail.query import GmailQuery, UnknownSearchTermError
from claimstream.local.http.faults import HttpFault, HttpFaults
from claimstream.local.http.server import WRONG_ANSWER, LocalHttpServer

Publish = Callable[[str, bytes], Awaitable[None]]
"""``await publish(topic, data)`` puts a Pub/Sub message with these bytes on ``projects/P/topics/T``."""

WATCH_LIFETIME = timedelta(days=7)
_log = structlog.get_logger(__name__)

_USER = "/gmail/v1/users/{user}"
SAME_TOKEN, NEW_TOKEN = "same", "new"


@dataclass(slots=True)
class GmailFaults(HttpFaults):
    """What goes wrong, on top of :class:`HttpFaults`. Operations: ``watch``, ``stop``, ``history.list``,
    ``messages.list``, ``messages.get``, ``profile``, ``token``."""

    push_copies: int = 1
    """How often each notification is published; 0 loses them all."""
    push_delay_seconds: tuple[float, float] = (0.0, 0.0)
    """Each copy waits a random time between these: late and out of order."""
    stale_pushes: bool = False
    """After each notification publish one that names an older history id."""
    history_lag_seconds: float = 0.0
    """A new message shows in ``history.list`` only this long after its push; real ones take up to 3 s."""
    history_lag_hides_id: bool = True
    """While it lags, ``history.list`` answers with the old ``historyId``; False: with the new one, as has been seen."""
    future_history_is_gone: bool = False
    """``history.list`` answers 404 to an id that is ahead of the mailbox; False: with the current, lower id."""
    history_labels_now: bool = False
    """``history.list`` shows, and goes by, the labels that messages have now, none of one that is gone; False: those
    at the time of each change. Google does not say which."""

    def endless(self, operation: str, *, same_token: bool) -> None:
        """Empty pages that always have a successor: named by the same token, or by a new one each time."""
        self.add(operation=operation).answer = SAME_TOKEN if same_token else NEW_TOKEN


class GmailServer(LocalHttpServer):
    """Use as ``async with GmailServer(publish=...) as server``, with clients pointed at ``server.base_url``.

    Any address is a mailbox. :attr:`token` opens all of them; a token from ``POST /token`` with a ``jwt-bearer``
    assertion opens the one of its ``sub`` (signatures are not checked), with a ``refresh_token`` all of them. ``me`` is
    the token's mailbox, or the only one there is. ``clock`` gives the time of delivery and of a watch's end.
    """

    def __init__(
        self,
        *,
        publish: Publish,
        port: int = 0,
        require_token: bool = True,
        token_lifetime_seconds: float = 3599.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seed: int = 0,
    ) -> None:
        self.faults = GmailFaults()
        super().__init__(port=port, faults=self.faults)
        self.token = secrets.token_urlsafe(24)
        self._publish = publish
        self._require_token = require_token
        self._token_lifetime_seconds = token_lifetime_seconds
        self._issued: dict[str, tuple[str | None, float]] = {}
        self._clock = clock
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._mailboxes: dict[str, Mailbox] = {}
        self._closed: set[str] = set()
        self._throttled: dict[str, datetime | None] = {}
        self._pushes: set[asyncio.Task[None]] = set()

    @property
    def token_uri(self) -> str:
        """The OAuth token endpoint, as it stands in a credentials file."""
        return f"{self.base_url}/token"

    async def stop(self) -> None:
        """Close the port. Pushes still under way are dropped; mail, history and watches stay."""
        pushes = list(self._pushes)
        for push in pushes:
            push.cancel()
        await asyncio.gather(*pushes, return_exceptions=True)
        await super().stop()

    # What a test or the demo does to a mailbox

    async def deliver(
        self,
        mailbox: str,
        raw: bytes,
        *,
        labels: Iterable[str] = ("INBOX", "UNREAD"),
        internal_date: datetime | None = None,
        notify: bool = True,
    ) -> str:
        """Put a mail into a mailbox and tell its watcher. Returns the Gmail id."""
        box = self.mailbox(mailbox)
        message = box.add(
            raw, tuple(labels), internal_date or self._clock(), hidden_seconds=self.faults.history_lag_seconds
        )
        if notify:
            await self._notify(box, message)
        return message.gmail_id

    async def delete(self, mailbox: str, gmail_id: str) -> None:
        """Delete for good: history still names the message, getting it answers 404. Raises ``KeyError`` if unknown."""
        box = self.mailbox(mailbox)
        await self._notify(box, box.delete(gmail_id))

    async def relabel(
        self, mailbox: str, gmail_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> None:
        """Change a message's labels, as reading, archiving or marking as spam does. Raises ``KeyError`` if unknown."""
        box = self.mailbox(mailbox)
        await self._notify(box, box.relabel(gmail_id, tuple(add), tuple(remove)))

    async def push(self, mailbox: str, history_id: int | None = None) -> None:
        """Publish a notification out of nothing, such as a late or repeated one. Does nothing without a watch."""
        box = self.mailbox(mailbox)
        if box.watch is not None:
            await self._push(box.watch.topic, box.address, history_id or box.history_id)

    def expire_history(self, mailbox: str) -> None:
        """Forget the history up to now: ``history.list`` from before answers 404."""
        box = self.mailbox(mailbox)
        box.history_floor = box.history_id
        box.history.clear()

    def rename(self, mailbox: str, address: str) -> None:
        """Give the mailbox another address, which pushes and its profile name from now on. The old one opens it too."""
        box = self._mailboxes[address.lower()] = self.mailbox(mailbox)
        box.address = address.lower()

    def begin_history_anew(self, mailbox: str, history_id: int) -> None:
        """Start over from a lower history id, as after a mailbox was restored or moved. Its mail stays."""
        box = self.mailbox(mailbox)
        box.history.clear()
        box.history_id, box.history_floor = history_id, 0

    def throttle(self, mailbox: str, until: datetime | None) -> None:
        """Answer 429 to all requests for the mailbox and say in words when to come back; None: no longer."""
        self._throttled[mailbox.lower()] = until

    def close_mailbox(self, address: str) -> None:
        """Let nobody in any more, as when its owner takes back the grant; mail still arrives."""
        self._closed.add(address.lower())

    def open_mailbox(self, address: str) -> None:
        self._closed.discard(address.lower())

    def revoke_tokens(self) -> None:
        """Make every token that was issued so far worthless, :attr:`token` too; new ones can be asked for."""
        self._issued.clear()
        self.token = secrets.token_urlsafe(24)

    def mailbox(self, address: str) -> Mailbox:
        """What is stored of a mailbox; it comes to be when it is first named."""
        key = address.lower()
        if key not in self._mailboxes:
            self._mailboxes[key] = Mailbox(key, self._random)
        return self._mailboxes[key]

    async def pushed(self) -> None:
        """Wait until every notification under way is published."""
        while self._pushes:
            await asyncio.gather(*self._pushes, return_exceptions=True)

    async def _notify(self, box: Mailbox, message: Message) -> None:
        watch = box.watch
        if watch is None or watch.expires_at <= self._clock() or not watch.covers(message.labels):
            return
        history_id = box.history_id
        history_ids = [history_id] * self.faults.push_copies
        if self.faults.stale_pushes and history_ids:
            history_ids.append(self._random.randint(box.history_floor, history_id - 1))
        shortest, longest = self.faults.push_delay_seconds
        for each in history_ids:
            if longest > 0:
                delay_seconds = self._random.uniform(shortest, longest)
                task = asyncio.create_task(self._push_later(watch.topic, box.address, each, delay_seconds))
                self._pushes.add(task)
                task.add_done_callback(self._pushes.discard)
            else:
                await self._push(watch.topic, box.address, each)

    async def _push(self, topic: str, address: str, history_id: int) -> None:
        await self._publish(topic, json.dumps({"emailAddress": address, "historyId": history_id}).encode())

    async def _push_later(self, topic: str, address: str, history_id: int, delay_seconds: float) -> None:
        await asyncio.sleep(delay_seconds)
        try:
            await self._push(topic, address, history_id)
        except Exception:
            _log.exception("local_gmail_push_failed", topic=topic)

    # The REST calls

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/token", self._token, name="token"),
            web.post(f"{_USER}/watch", self._watch, name="watch"),
            web.post(f"{_USER}/stop", self._stop, name="stop"),
            web.get(f"{_USER}/profile", self._profile, name="profile", allow_head=False),
            web.get(f"{_USER}/history", self._history, name="history.list", allow_head=False),
            web.get(f"{_USER}/messages", self._messages, name="messages.list", allow_head=False),
            web.get(f"{_USER}/messages/{{gmail_id}}", self._message, name="messages.get", allow_head=False),
            web.post("/control/deliver", self._control_deliver, name="control.deliver"),
        ]

    def error(self, fault: HttpFault) -> web.Response:
        retry_after = None if fault.retry_after_seconds is None else f"{fault.retry_after_seconds:g}"
        return error_answer(fault.status or 500, fault.message, reason=fault.reason, retry_after=retry_after)

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        grant = str(form.get("grant_type", ""))
        if grant == "refresh_token" and form.get("refresh_token"):
            subject = None
        elif grant == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            subject = jwt_subject(str(form.get("assertion", "")))
            if subject is None:
                return web.json_response(
                    {"error": "invalid_grant", "error_description": "Invalid JWT: no readable claims with a subject."},
                    status=400,
                )
        else:
            return web.json_response(
                {"error": "unsupported_grant_type", "error_description": f"Invalid grant_type: {grant}"}, status=400
            )
        token = secrets.token_urlsafe(24)
        self._issued[token] = (subject, time.monotonic() + self._token_lifetime_seconds)
        return web.json_response(
            {
                "access_token": token,
                "expires_in": int(self._token_lifetime_seconds),
                "scope": "https://www.googleapis.com/auth/gmail.readonly",
                "token_type": "Bearer",
            }
        )

    async def _watch(self, request: web.Request) -> web.Response:
        box = self._authorised(request)
        body = await json_body(request)
        topic = str(body.get("topicName", ""))
        parts = topic.split("/")
        if len(parts) != 4 or (parts[0], parts[2]) != ("projects", "topics") or not all(parts):
            raise Refused(400, "Invalid topicName does not match projects/*/topics/*", reason="invalidArgument")
        now = self._clock()
        active = box.watch is not None and box.watch.expires_at > now
        if active and box.watch is not None and box.watch.topic != topic:
            message = "Only one user push notification client allowed per developer (call /stop then try again)"
            raise Refused(400, message, reason="failedPrecondition")
        # newer name first; labelFilterAction is the deprecated one and still in use
        action = str(body.get("labelFilterBehavior", body.get("labelFilterAction", "include"))).lower()
        box.watch = Watch(topic, frozenset(body.get("labelIds", ())), action == "exclude", now + WATCH_LIFETIME)
        if not active:
            try:
                await self._push(topic, box.address, box.history_id)
            except Exception as error:
                box.watch = None
                message = f"Error sending test message to Cloud PubSub {topic} : {error}"
                raise Refused(403, message, reason="forbidden") from error
        expiration = int(box.watch.expires_at.timestamp() * 1000)
        return web.json_response({"historyId": str(box.history_id), "expiration": str(expiration)})

    async def _stop(self, request: web.Request) -> web.Response:
        self._authorised(request).watch = None
        return web.Response(status=204)

    async def _profile(self, request: web.Request) -> web.Response:
        box = self._authorised(request)
        count = len(box.messages)
        return web.json_response(
            {
                "emailAddress": box.address,
                "messagesTotal": count,
                "threadsTotal": count,
                "historyId": str(box.history_id),
            }
        )

    async def _history(self, request: web.Request) -> web.Response:
        box = self._authorised(request)
        query = request.query
        start = number(query.get("startHistoryId"), "startHistoryId", required=True)
        types = query.getall("historyTypes", list(HISTORY_TYPES))
        for unknown in set(types) - set(HISTORY_TYPES):
            raise Refused(400, f"Invalid value at 'history_types': {unknown}", reason="invalidArgument")
        if start < box.history_floor or (start > box.history_id and self.faults.future_history_is_gone):
            raise Refused(404)
        if (token := request.get(WRONG_ANSWER)) is not None:
            return _endless(token, {"historyId": str(box.history_id)})
        visible = box.visible_history()
        later = [record for record in visible if record.history_id > start]
        first, size = page(request)
        label = query.get("labelId")
        # Gmail filters within the page: a page can be empty and still have a successor
        records = [
            record_json(record, labels)
            for record in later[first : first + size]
            if record.history_type in types
            for labels in [self._shown_labels(box, record)]
            if label is None or label in labels
        ]
        current = box.history_id
        if self.faults.history_lag_hides_id and len(visible) < len(box.history):
            current = max([start, *(record.history_id for record in visible)])
        answer: dict[str, Any] = {"historyId": str(current)}
        if records:
            answer["history"] = records
        if first + size < len(later):
            answer["nextPageToken"] = page_token(first + size)
        return web.json_response(answer)

    def _shown_labels(self, box: Mailbox, record: HistoryRecord) -> tuple[str, ...]:
        if not self.faults.history_labels_now:
            return record.labels
        message = box.messages.get(record.gmail_id)
        return () if message is None else message.labels

    async def _messages(self, request: web.Request) -> web.Response:
        box = self._authorised(request)
        if (token := request.get(WRONG_ANSWER)) is not None:
            return _endless(token, {"resultSizeEstimate": 1})
        try:
            query = GmailQuery.parse(request.query.get("q", ""))
        except UnknownSearchTermError as error:
            raise Refused(400, str(error), reason="invalidArgument") from error
        wanted = set(request.query.getall("labelIds", []))
        everywhere = request.query.get("includeSpamTrash") == "true" or query.everywhere
        found = [
            message
            for message in box.messages.values()
            if wanted <= set(message.labels)
            and (everywhere or {"SPAM", "TRASH"}.isdisjoint(message.labels))
            and query.matches(message)
        ]
        found.sort(key=lambda message: message.internal_date, reverse=True)
        first, size = page(request)
        shown = found[first : first + size]
        answer: dict[str, Any] = {"resultSizeEstimate": len(shown)}
        if shown:
            answer["messages"] = [{"id": message.gmail_id, "threadId": message.gmail_id} for message in shown]
        if first + size < len(found):
            answer["nextPageToken"] = page_token(first + size)
        return web.json_response(answer)

    async def _message(self, request: web.Request) -> web.Response:
        box = self._authorised(request)
        gmail_id = request.match_info["gmail_id"]
        shape = request.query.get("format", "full").lower()
        if shape not in {"raw", "metadata", "minimal"}:
            message = f"This local server knows format=raw, metadata and minimal, not {shape}."
            raise Refused(400, message, reason="invalidArgument")
        if not is_gmail_id(gmail_id):
            raise Refused(400, "Invalid id value", reason="invalidArgument")
        stored = box.messages.get(gmail_id)
        if stored is None:
            raise Refused(404)
        answer: dict[str, Any] = {
            "id": gmail_id,
            "threadId": gmail_id,
            **labels_json(stored.labels),
            "snippet": "",
            "sizeEstimate": len(stored.raw),
            "historyId": str(stored.history_id),
            "internalDate": str(stored.internal_date_ms),
        }
        if shape == "metadata":
            answer["payload"] = {"headers": headers_json(stored.raw, request.query.getall("metadataHeaders", []))}
        body = json.dumps(answer).encode()
        if shape == "raw":
            # joined by hand: a mail of 50 MB need not be escaped, it is base64 already
            body = b"".join((body[:-1], b', "raw": "', base64.urlsafe_b64encode(stored.raw), b'"}'))
        return web.Response(body=body, content_type="application/json", charset="utf-8")

    async def _control_deliver(self, request: web.Request) -> web.Response:
        """For other processes: ``POST /control/deliver?mailbox=ADDRESS[&label=…]`` with the raw mail as body."""
        mailbox = request.query.get("mailbox", "")
        raw = await request.read()
        if "@" not in mailbox or not raw:
            return web.json_response({"error": "need ?mailbox=ADDRESS and the raw mail as the body"}, status=400)
        labels = request.query.getall("label", ["INBOX", "UNREAD"])
        return web.json_response({"id": await self.deliver(mailbox, raw, labels=labels), "mailbox": mailbox.lower()})

    def _authorised(self, request: web.Request) -> Mailbox:
        """The mailbox that the request is about. Raises ``Refused`` when its token does not open it."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        subject: str | None = None
        if self._require_token:
            issued, until = self._issued.get(token, (None, 0.0))
            if scheme.lower() != "bearer" or (token != self.token and until <= time.monotonic()):
                raise Refused(401)
            subject = issued
        user = request.match_info["user"].lower()
        if user == "me":
            only = next(iter(self._mailboxes)) if len(self._mailboxes) == 1 else None
            user = subject or only or ""
            if not user:
                raise Refused(400, "'me' is nobody with this token", reason="failedPrecondition")
        if subject is not None and user != subject:
            raise Refused(403, f"Delegation denied for {subject}", reason="forbidden")
        if user in self._closed:
            raise Refused(403, f"Delegation denied for {user}", reason="forbidden")
        if (come_back := self._throttled.get(user)) is not None:
            raise Refused(429, f"User-rate limit exceeded.  Retry after {come_back:%Y-%m-%dT%H:%M:%S}.000Z")
        return self.mailbox(user)


def _endless(token: str, answer: dict[str, Any]) -> web.Response:
    next_token = page_token(0) if token == SAME_TOKEN else page_token(secrets.randbits(32))
    return web.json_response({**answer, "nextPageToken": next_token})
