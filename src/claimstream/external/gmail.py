"""Gmail's REST API, as far as reading a mailbox needs it.

https://developers.google.com/workspace/gmail/api/reference/rest
"""

import base64
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import aiohttp
from opentelemetry import trace

from claimstream.external.door import Door
from claimstream.external.errors import ExternalError, NotFound, Outage, Throttled, Unauthorised
from claimstream.external.gmail_credentials import Credentials
from claimstream.external.gmail_pace import GmailPace
from claimstream.external.http import (
    THROTTLED_REASONS,
    connection_classifier,
    read_at_most,
    server_attributes,
    status_error,
)
from claimstream.external.paging import Paging
from claimstream.external.sessions import new_session
from claimstream.external.sizes import MOST_OF_A_MAIL, MOST_OF_GMAIL

R = TypeVar("R")

SERVICE = "gmail"
MakeRoom = Callable[[], Awaitable[object]]

_TOLD_SECONDS = 0.05
"""A wait for quota that is shorter is not worth an event."""
_PAGE_SIZE = 500
"""The most that ``history.list`` and ``messages.list`` give at a time."""
_PUSH_ACCOUNT = "gmail-api-push@system.gserviceaccount.com"
"""The account by which Gmail publishes (https://developers.google.com/workspace/gmail/api/guides/push)."""
_MESSAGE_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")
"""The ids that Gmail gives messages. Other characters may be none that PostgreSQL or an address takes."""
_PASSING = frozenset({408, 425, 429})
"""Statuses below 500 that say to come back later, whoever gives them."""

_TOO_LONG: Mapping[str, Any] = MappingProxyType({})
"""The body of an answer that was longer than asked for."""


class HistoryExpired(NotFound):
    """History cannot be followed from ``startHistoryId`` on: the mailbox must be listed afresh.

    The id is too old (usually more than a week), or ahead of a mailbox whose ids began anew, or pages do not end, or
    one is larger than any.
    """


@dataclass(frozen=True)
class GmailOptions:
    base_url: str = "https://gmail.googleapis.com"
    """Without a path."""


@dataclass(frozen=True)
class RawMessage:
    gmail_id: str
    thread_id: str
    label_ids: tuple[str, ...]
    internal_date: datetime
    """When Gmail received it."""
    raw: bytes
    """RFC 5322."""
    size: int
    """Bytes of ``raw``."""


@dataclass(frozen=True)
class HistoryChange:
    """A message that was added to the mailbox, or that lost labels."""

    gmail_id: str
    label_ids: frozenset[str]
    """As history tells them. Google does not say whether at the time of the change or now."""
    removed: frozenset[str] | None = None
    """The labels that it lost; None: it was added."""


@dataclass(frozen=True)
class HistoryPage:
    changes: tuple[HistoryChange, ...]
    """Oldest first. May be empty although a next page follows."""
    history_id: int
    """The mailbox's current one. It may be ahead of records that are not shown yet."""
    last_record_id: int | None
    """Of the newest record on this page, whatever it tells of; None when it is empty."""
    last_added_id: int | None
    """Of the newest record that tells of a message added."""
    next_page: str | None


@dataclass(frozen=True)
class MessagePage:
    message_ids: tuple[str, ...]
    """Newest first."""
    next_page: str | None


@dataclass(frozen=True)
class Profile:
    email: str
    history_id: int


@dataclass(frozen=True)
class Watch:
    history_id: int
    expiration: datetime
    """At most seven days ahead; renewed daily."""


@dataclass(frozen=True)
class _Answer:
    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def reason(self) -> str:
        """The reason given for an error, the one that names a rate limit first; "" if there is none."""
        lists = (self._error.get("errors"), self._error.get("details"))
        entries = [entry for given in lists if isinstance(given, list) for entry in given if isinstance(entry, dict)]
        reasons = [str(reason) for reason in (*(e.get("reason") for e in entries), self._error.get("status")) if reason]
        return next((reason for reason in reasons if reason in THROTTLED_REASONS), reasons[0] if reasons else "")

    @property
    def gmails_own(self) -> bool:
        """True for an error in the form of Google's APIs. A gateway answers in a form of its own."""
        return bool(self._error)

    @property
    def message(self) -> str:
        """The words given for an error."""
        return str(self._error.get("message", ""))

    @property
    def _error(self) -> Mapping[str, Any]:
        error = self.body.get("error")
        return error if isinstance(error, dict) else {}


class _TokenEnded:
    """A 401 to a token that may have ended before its time."""


class Gmail:
    """Reads mailboxes. Errors are those of the door; 404 is :class:`NotFound`."""

    def __init__(
        self,
        door: Door,
        credentials: Credentials,
        options: GmailOptions | None = None,
        *,
        pace: GmailPace | None = None,
    ) -> None:
        """``pace``: keeps to Gmail's quota; None: only Gmail itself does."""
        self._options = options or GmailOptions()
        self._credentials = credentials
        self._pace = pace or GmailPace(user_units_per_minute=0, project_units_per_minute=0)
        self._service = door.service(SERVICE, connection_classifier(SERVICE, "GMAIL_BASE_URL"))
        self._session: aiohttp.ClientSession | None = None
        self._server = server_attributes(self._options.base_url)

    async def get_raw(
        self, mailbox: str, message_id: str, *, most_bytes: int = MOST_OF_A_MAIL, make_room: MakeRoom | None = None
    ) -> RawMessage | None:
        """The whole message.

        :param most_bytes: of the answer, which is some 4/3 of the message; no more is taken into memory.
        :param make_room: awaited once the mailbox's quota allows the call: memory that is taken sooner lies idle.
        :returns: None when the answer is longer.
        :raises NotFound: it was deleted.
        """
        return await self._call(
            "messages.get",
            "GET",
            mailbox,
            f"messages/{quote(message_id)}",
            lambda body: _raw_message(body, message_id),
            {"format": "raw"},
            most_bytes=most_bytes,
            make_room=make_room,
        )

    async def history(
        self, mailbox: str, start_history_id: int, *, page: str | None = None
    ) -> AsyncIterator[HistoryPage]:
        """What has changed after ``start_history_id``, page by page.

        :raises HistoryExpired: the cursor is of no use.
        """
        paging = Paging(SERVICE, "history.list")
        while True:
            found = await self.history_page(mailbox, start_history_id, page=page)
            yield found
            try:
                page = paging.next(found.next_page, empty=found.last_record_id is None)
            except Outage as error:
                raise HistoryExpired(error.service, error.operation, error.message) from error
            if page is None:
                return

    async def history_page(self, mailbox: str, start_history_id: int, *, page: str | None = None) -> HistoryPage:
        """One page of :meth:`history`.

        Asked for without ``labelId``: Gmail goes by the labels that a message has now, and would leave out what was
        archived meanwhile. And without ``historyTypes``: who is told of a change then sees that it has been shown.
        """
        query = {"startHistoryId": str(start_history_id), "maxResults": str(_PAGE_SIZE)}
        if page is not None:
            query["pageToken"] = page
        try:
            found = await self._call("history.list", "GET", mailbox, "history", _history_page, query)
        except NotFound as error:
            message = f"the history from {start_history_id} on is gone. Recover the mailbox by listing its messages."
            raise HistoryExpired(SERVICE, "history.list", message, status=404) from error
        if found is None:
            message = f"its history has a page of over {MOST_OF_GMAIL} bytes. Recover the mailbox by listing it."
            raise HistoryExpired(SERVICE, "history.list", message)
        return found

    async def list_messages(self, mailbox: str, query: str = "", page: str | None = None) -> MessagePage:
        """Ids of the messages that Gmail's search finds, such as ``in:inbox after:1760000000``."""
        parameters = {"maxResults": str(_PAGE_SIZE)}
        if query:
            parameters["q"] = query
        if page is not None:
            parameters["pageToken"] = page
        return await self._call("messages.list", "GET", mailbox, "messages", _message_page, parameters)

    async def profile(self, mailbox: str) -> Profile:
        return await self._call("profile", "GET", mailbox, "profile", _profile)

    async def watch(self, mailbox: str, topic: str, *, except_labels: Collection[str] = ()) -> Watch:
        """Have changes announced on ``projects/P/topics/T`` for up to seven days; calling again prolongs it.

        :param except_labels: changes of messages with one of these are not announced.
        """
        request: dict[str, object] = {"topicName": topic}
        if except_labels:
            request |= {"labelIds": list(except_labels), "labelFilterBehavior": "exclude"}
        return await self._call("watch", "POST", mailbox, "watch", _watch, json_body=request)

    async def stop(self, mailbox: str) -> None:
        """End all announcements for the mailbox."""
        await self._call("stop", "POST", mailbox, "stop", lambda _: None)

    async def check(self, mailbox: str = "me") -> str:
        """Open the mailbox.

        :raises ExternalError: with what to mend.
        """
        profile = await self.profile(mailbox)
        return f"mailbox {profile.email} opens, history {profile.history_id}"

    async def close(self) -> None:
        self._pace.close()
        if self._session is not None:
            await self._session.close()
            self._session = None
        await self._credentials.close()

    async def _call(
        self,
        operation: str,
        method: Literal["GET", "POST"],
        mailbox: str,
        path: str,
        read: Callable[[Mapping[str, Any]], R],
        query: Mapping[str, str] | None = None,
        *,
        json_body: Mapping[str, object] | None = None,
        most_bytes: int = MOST_OF_GMAIL,
        make_room: MakeRoom | None = None,
    ) -> R:
        """One request; a 401 is answered once with a new token, since tokens may end before their time.

        The body is read inside of the door: an odd one is Gmail's fault, and no mail's.

        The wait for its turn is outside of the door: who waits for quota takes no place in the bulkhead, and no time.
        A mailbox that Gmail has told to come back later is left alone until then; the others go on.
        """
        url = f"{self._options.base_url}/gmail/v1/users/{quote(mailbox)}/{path}"
        attributes = {"http.request.method": method, **self._server}

        tries = 0

        async def once(token: str, *, last: bool) -> R | _TokenEnded:
            nonlocal tries
            tries += 1
            if tries > 1:
                self._pace.repeated(mailbox, operation)
            answer = await self._request(method, url, query, json_body, token, most_bytes)
            if answer.status == 401 and not last:
                return _TokenEnded()
            if answer.status >= 400:
                error = _error(operation, answer)
                if isinstance(error, Throttled):
                    after = error.retry_after_seconds or 0.0
                    waits_here = after <= self._service.policy.backoff_max_seconds
                    self._pace.throttled(mailbox, 0.0 if waits_here else after)
                raise error
            try:
                return read(answer.body)
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
                message = f"answered {answer.status} with something else than is documented. Check GMAIL_BASE_URL."
                raise Outage(SERVICE, operation, message, status=answer.status) from error

        self._require_open(mailbox, operation)
        waited = await self._pace.turn(mailbox, operation)
        self._require_open(mailbox, operation)  # it may have been told while this call waited
        if waited >= _TOLD_SECONDS:
            trace.get_current_span().add_event(
                "claimstream.external.quota.wait",
                {"service": SERVICE, "operation": operation, "waited_seconds": waited},
            )
        token = await self._credentials.token(mailbox)
        if make_room is not None:  # before the door: who waits for memory takes no place in the bulkhead, and no time
            await make_room()
        found = await self._service.call(
            operation, lambda: once(token, last=False), attributes=attributes, subject=mailbox
        )
        if isinstance(found, _TokenEnded):
            self._credentials.forget(mailbox, token)
            fresh = await self._credentials.token(mailbox)
            found = await self._service.call(
                operation, lambda: once(fresh, last=True), attributes=attributes, subject=mailbox
            )
            assert not isinstance(found, _TokenEnded)
        return found

    def _require_open(self, mailbox: str, operation: str) -> None:
        """Raise Throttled while Gmail wants to hear nothing of the mailbox."""
        if (seconds := self._pace.held_seconds(mailbox)) > 0:
            message = f"not asked: it has told this mailbox to come back in {seconds:.0f} s"
            raise Throttled(SERVICE, operation, message, retry_after_seconds=seconds, status=429)

    async def _request(
        self,
        method: str,
        url: str,
        query: Mapping[str, str] | None,
        json_body: Mapping[str, object] | None,
        token: str,
        most_bytes: int,
    ) -> _Answer:
        if self._session is None:
            self._session = new_session(self._options.base_url)
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.request(method, url, params=query, json=json_body, headers=headers) as response:
            trace.get_current_span().set_attribute("http.response.status_code", response.status)
            content = await read_at_most(response, most_bytes)
            if content is None:
                return _Answer(response.status, _TOO_LONG, response.headers)
            if not content:
                return _Answer(response.status, {}, response.headers)
            try:
                body = json.loads(content)
            except (ValueError, RecursionError) as error:
                if response.status >= 400:
                    return _Answer(response.status, {}, response.headers)
                raise Outage(SERVICE, "", "answered with something else than JSON. Check GMAIL_BASE_URL.") from error
            return _Answer(response.status, body if isinstance(body, dict) else {}, response.headers)


def _raw_message(body: Mapping[str, Any], message_id: str) -> RawMessage | None:
    if body is _TOO_LONG:
        return None
    if body["id"] != message_id:
        raise ValueError("the answer to another request: a mail would be worked on in place of another one")
    if not body["raw"]:
        raise ValueError("no mail is empty")
    # Strict: without it, characters that are no base64 are skipped, and another mail is read.
    raw = base64.b64decode(_padded(body["raw"]), altchars=b"-_", validate=True)
    return RawMessage(
        gmail_id=message_id,
        thread_id=str(body.get("threadId", body["id"])),
        label_ids=tuple(body.get("labelIds", ())),
        internal_date=_milliseconds(body["internalDate"]),
        raw=raw,
        size=len(raw),
    )


def _history_page(body: Mapping[str, Any]) -> HistoryPage | None:
    if body is _TOO_LONG:
        return None
    records = body.get("history", ())
    gone = {_message_id(entry["message"]) for record in records for entry in record.get("messagesDeleted", ())}
    return HistoryPage(
        changes=tuple(change for record in records for change in _changes(record, gone)),
        history_id=_history_id(body["historyId"]),
        last_record_id=max((_history_id(record["id"]) for record in records), default=None),
        last_added_id=max(
            (_history_id(record["id"]) for record in records if record.get("messagesAdded")), default=None
        ),
        next_page=_page_token(body),
    )


def _message_page(body: Mapping[str, Any]) -> MessagePage:
    # A page without messages still holds an estimate; an empty body does not say that there are none.
    messages = body.get("messages", ()) if "resultSizeEstimate" in body else body["messages"]
    return MessagePage(
        message_ids=tuple(_message_id(message) for message in messages),
        next_page=_page_token(body),
    )


def _profile(body: Mapping[str, Any]) -> Profile:
    return Profile(email=str(body["emailAddress"]), history_id=_history_id(body["historyId"]))


def _watch(body: Mapping[str, Any]) -> Watch:
    return Watch(history_id=_history_id(body["historyId"]), expiration=_milliseconds(body["expiration"]))


def _changes(record: Mapping[str, Any], gone: AbstractSet[str]) -> Iterator[HistoryChange]:
    """A message without any label, such as an archived one, has no ``labelIds``; nor has one that is gone by now, such
    as each of the drafts that Gmail saves while a person writes: what it was is not to be known any more."""
    for entry in record.get("messagesAdded", ()):
        message = entry["message"]
        if "labelIds" in message or _message_id(message) not in gone:
            yield HistoryChange(_message_id(message), frozenset(message.get("labelIds", ())))
    for entry in record.get("labelsRemoved", ()):
        message, removed = entry["message"], frozenset(entry.get("labelIds", ()))
        yield HistoryChange(_message_id(message), frozenset(message.get("labelIds", ())), removed)


def _message_id(message: Mapping[str, Any]) -> str:
    found = message["id"]
    if not (isinstance(found, str) and _MESSAGE_ID.fullmatch(found)):
        raise ValueError("no message id")
    return found


def _history_id(value: object) -> int:
    number = int(str(value))
    if not 0 <= number < 2**63:
        raise ValueError("no history id")
    return number


def _page_token(body: Mapping[str, Any]) -> str | None:
    token = body.get("nextPageToken")
    if not isinstance(token, str | None):
        raise ValueError("no page token")  # noqa: TRY004 - of what was answered, not of the call
    return token


def _error(operation: str, answer: _Answer) -> ExternalError:
    if operation == "watch" and "Cloud PubSub" in answer.message:
        message = (
            f"answered {answer.status}: its test message does not reach the topic. Check that the topic exists, and "
            f"give {_PUSH_ACCOUNT} the role roles/pubsub.publisher on it (deploy/google/setup.sh does)."
        )
        return Unauthorised(SERVICE, "", message, status=answer.status)
    if answer.status < 500 and answer.status not in _PASSING and not answer.gmails_own:
        message = (
            f"answered {answer.status}, not in Gmail's form. Check GMAIL_BASE_URL and what is between us and Gmail."
        )
        return Outage(SERVICE, "", message, status=answer.status)
    advice = (
        "Check that the credentials hold the scope gmail.readonly for this mailbox "
        "(domain-wide delegation or the person's consent), and that the Gmail API is enabled for the project."
    )
    return status_error(
        SERVICE, answer.status, answer.reason, advice=advice, headers=answer.headers, message=answer.message
    )


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)


def _milliseconds(value: object) -> datetime:
    return datetime.fromtimestamp(int(str(value)) / 1000, UTC)
