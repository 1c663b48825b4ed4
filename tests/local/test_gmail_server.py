import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from tests.helpers import LONG

from claimstream.local.gmail.server import GmailServer

MAILBOX = "claims@kanzlei-nord.example"
TOPIC = "projects/claimstream/topics/gmail-notifications"
MAIL = b"From: a@b.example\r\nTo: claims@kanzlei-nord.example\r\nSubject: Hallo\r\n\r\nText\r\n"


@dataclass
class Topic:
    pushes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def publish(self, topic: str, data: bytes) -> None:
        self.pushes.append((topic, json.loads(data)))

    @property
    def history_ids(self) -> list[int]:
        return [push["historyId"] for _, push in self.pushes]


@dataclass
class Gmail:
    server: GmailServer
    session: aiohttp.ClientSession
    topic: Topic
    clock: list[datetime]

    async def call(
        self, method: str, path: str, *, token: str | None = None, user: str = MAILBOX, **arguments: Any
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token or self.server.token}"}
        url = f"{self.server.base_url}/gmail/v1/users/{user}/{path}"
        async with self.session.request(method, url, headers=headers, **arguments) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def get(self, path: str, **params: Any) -> Any:
        status, answer = await self.call("GET", path, params=params)
        assert status == 200, answer
        return answer

    async def watch(self) -> Any:
        status, answer = await self.call("POST", "watch", json={"topicName": TOPIC, "labelIds": ["INBOX"]})
        assert status == 200, answer
        return answer

    async def added(self, start: object, **params: Any) -> list[str]:
        answer = await self.get("history", startHistoryId=str(start), historyTypes="messageAdded", **params)
        return [added["message"]["id"] for record in answer.get("history", ()) for added in record["messagesAdded"]]


@pytest.fixture
async def gmail() -> AsyncIterator[Gmail]:
    topic = Topic()
    clock = [datetime(2026, 10, 20, 8, 0, tzinfo=UTC)]
    async with (
        GmailServer(publish=topic.publish, clock=lambda: clock[0]) as server,
        aiohttp.ClientSession() as session,
    ):
        yield Gmail(server, session, topic, clock)


async def test_a_first_watch_is_told_at_once_and_later_mail_with_growing_history_ids(gmail: Gmail) -> None:
    watch = await gmail.watch()
    ids = [await gmail.server.deliver(MAILBOX, MAIL) for _ in range(3)]

    expires = datetime.fromtimestamp(int(watch["expiration"]) / 1000, UTC)
    assert expires - gmail.clock[0] == timedelta(days=7)
    assert gmail.topic.pushes[0] == (TOPIC, {"emailAddress": MAILBOX, "historyId": int(watch["historyId"])})
    assert len(gmail.topic.pushes) == 4
    assert gmail.topic.history_ids == sorted(set(gmail.topic.history_ids))
    assert await gmail.added(watch["historyId"], labelId="INBOX") == ids
    profile = await gmail.get("profile")
    assert profile["emailAddress"] == MAILBOX
    assert int(profile["historyId"]) == gmail.topic.history_ids[-1]


async def test_renewing_a_watch_tells_nothing_and_another_topic_is_refused(gmail: Gmail) -> None:
    await gmail.watch()
    await gmail.watch()
    status, answer = await gmail.call("POST", "watch", json={"topicName": "projects/p/topics/other"})

    assert len(gmail.topic.pushes) == 1
    assert status == 400
    assert answer["error"]["errors"][0]["reason"] == "failedPrecondition"
    assert (await gmail.call("POST", "stop"))[0] == 204
    assert (await gmail.call("POST", "watch", json={"topicName": "projects/p/topics/other"}))[0] == 200


async def test_after_seven_days_or_a_stop_nobody_is_told(gmail: Gmail) -> None:
    await gmail.watch()
    gmail.clock[0] += timedelta(days=7)
    await gmail.server.deliver(MAILBOX, MAIL)
    assert len(gmail.topic.pushes) == 1

    await gmail.watch()
    await gmail.call("POST", "stop")
    await gmail.server.deliver(MAILBOX, MAIL)
    assert len(gmail.topic.pushes) == 2


async def test_a_watch_of_the_inbox_is_not_told_of_other_labels(gmail: Gmail) -> None:
    watch = await gmail.watch()
    await gmail.server.deliver(MAILBOX, MAIL, labels=("SENT",))

    assert len(gmail.topic.pushes) == 1
    assert await gmail.added(watch["historyId"], labelId="INBOX") == []
    assert len(await gmail.added(watch["historyId"])) == 1


async def test_a_page_of_history_may_be_empty_and_still_have_a_successor(gmail: Gmail) -> None:
    start = (await gmail.get("profile"))["historyId"]
    await gmail.server.deliver(MAILBOX, MAIL, labels=("SENT",))
    wanted = await gmail.server.deliver(MAILBOX, MAIL)

    first = await gmail.get("history", startHistoryId=start, labelId="INBOX", maxResults=1)
    second = await gmail.get(
        "history", startHistoryId=start, labelId="INBOX", maxResults=1, pageToken=first["nextPageToken"]
    )
    assert "history" not in first
    assert [record["messages"][0]["id"] for record in second["history"]] == [wanted]
    assert "nextPageToken" not in second


async def test_history_from_before_its_floor_is_gone(gmail: Gmail) -> None:
    start = (await gmail.get("profile"))["historyId"]
    await gmail.server.deliver(MAILBOX, MAIL)
    gmail.server.expire_history(MAILBOX)

    status, answer = await gmail.call("GET", "history", params={"startHistoryId": start})
    assert (status, answer["error"]["code"], answer["error"]["status"]) == (404, 404, "NOT_FOUND")
    assert answer["error"]["errors"][0]["reason"] == "notFound"
    assert await gmail.added((await gmail.get("profile"))["historyId"]) == []


async def test_history_still_names_a_deleted_mail_that_cannot_be_fetched(gmail: Gmail) -> None:
    start = (await gmail.get("profile"))["historyId"]
    gmail_id = await gmail.server.deliver(MAILBOX, MAIL)
    await gmail.server.delete(MAILBOX, gmail_id)

    assert await gmail.added(start) == [gmail_id]
    assert (await gmail.call("GET", f"messages/{gmail_id}", params={"format": "raw"}))[0] == 404
    assert (await gmail.call("GET", "messages/not-an-id", params={"format": "raw"}))[0] == 400


async def test_label_changes_are_history_of_their_own_type(gmail: Gmail) -> None:
    start = (await gmail.get("profile"))["historyId"]
    gmail_id = await gmail.server.deliver(MAILBOX, MAIL)
    await gmail.server.relabel(MAILBOX, gmail_id, add=["SPAM"], remove=["INBOX"])

    answer = await gmail.get("history", startHistoryId=start, historyTypes="labelRemoved")
    assert [record["labelsRemoved"][0]["labelIds"] for record in answer["history"]] == [["INBOX"]]


@pytest.mark.parametrize("now", [False, True])
async def test_history_goes_by_the_labels_of_then_or_of_now(gmail: Gmail, now: bool) -> None:
    start = (await gmail.get("profile"))["historyId"]
    gmail.server.faults.history_labels_now = now
    gmail_id = await gmail.server.deliver(MAILBOX, MAIL, labels=("INBOX",))
    await gmail.server.relabel(MAILBOX, gmail_id, remove=["INBOX"])

    assert await gmail.added(start, labelId="INBOX") == ([] if now else [gmail_id])
    answer = await gmail.get("history", startHistoryId=start, historyTypes="messageAdded")
    message = answer["history"][0]["messagesAdded"][0]["message"]
    assert message.get("labelIds") == (None if now else ["INBOX"])
    assert "labelIds" not in await gmail.get(f"messages/{gmail_id}", format="minimal")
    await gmail.server.delete(MAILBOX, gmail_id)
    assert await gmail.added(start) == [gmail_id]


async def test_a_search_calls_drafts_and_chats_by_their_places(gmail: Gmail) -> None:
    draft, chat = [await gmail.server.deliver(MAILBOX, MAIL, labels=(label,)) for label in ("DRAFT", "CHAT")]

    for place, found in [("drafts", draft), ("chats", chat)]:
        assert [message["id"] for message in (await gmail.get("messages", q=f"in:{place}"))["messages"]] == [found]
    assert "messages" not in await gmail.get("messages", q="-in:drafts -in:chats")


async def test_a_mail_comes_back_byte_for_byte_with_its_time_and_labels(gmail: Gmail) -> None:
    raw = MAIL + bytes(range(256)) * 4
    gmail_id = await gmail.server.deliver(MAILBOX, raw, internal_date=datetime(2026, 10, 1, 12, 30, tzinfo=UTC))

    whole = await gmail.get(f"messages/{gmail_id}", format="raw")
    assert base64.urlsafe_b64decode(whole["raw"]) == raw
    assert whole["internalDate"] == "1790857800000"
    assert whole["labelIds"] == ["INBOX", "UNREAD"]
    metadata = await gmail.get(f"messages/{gmail_id}", format="metadata", metadataHeaders="subject")
    assert metadata["payload"]["headers"] == [{"name": "Subject", "value": "Hallo"}]
    assert "payload" not in await gmail.get(f"messages/{gmail_id}", format="minimal")


async def test_a_mail_of_fifty_megabytes_comes_back_whole(gmail: Gmail) -> None:
    raw = MAIL + b"x" * 50_000_000
    gmail_id = await gmail.server.deliver(MAILBOX, raw)
    assert base64.urlsafe_b64decode((await gmail.get(f"messages/{gmail_id}", format="raw"))["raw"]) == raw


async def test_messages_are_listed_newest_first_page_by_page_without_spam(gmail: Gmail) -> None:
    days = [datetime(2026, 10, day, tzinfo=UTC) for day in (1, 3, 2)]
    old, new, middle = [await gmail.server.deliver(MAILBOX, MAIL, internal_date=day) for day in days]
    spam = await gmail.server.deliver(MAILBOX, MAIL, labels=("SPAM",), internal_date=days[1])

    first = await gmail.get("messages", maxResults=2)
    second = await gmail.get("messages", maxResults=2, pageToken=first["nextPageToken"])
    assert [message["id"] for page in (first, second) for message in page["messages"]] == [new, middle, old]
    since = int(days[2].timestamp())
    assert [message["id"] for message in (await gmail.get("messages", q=f"after:{since}"))["messages"]] == [new, middle]
    assert [message["id"] for message in (await gmail.get("messages", q="in:spam"))["messages"]] == [spam]
    assert "messages" not in await gmail.get("messages", q="after:2027/01/01")
    assert (await gmail.call("GET", "messages", params={"q": "has:attachment"}))[0] == 400


async def test_only_a_good_token_opens_a_mailbox(gmail: Gmail) -> None:
    status, answer = await gmail.call("GET", "profile", token="wrong")
    assert (status, answer["error"]["status"]) == (401, "UNAUTHENTICATED")

    old = gmail.server.token
    gmail.server.revoke_tokens()
    assert (await gmail.call("GET", "profile", token=old))[0] == 401
    form = {"grant_type": "refresh_token", "refresh_token": "r", "client_id": "c", "client_secret": "s"}
    async with gmail.session.post(gmail.server.token_uri, data=form) as response:
        fresh = (await response.json())["access_token"]
    assert (await gmail.call("GET", "profile", token=fresh))[0] == 200


async def test_a_delegated_token_opens_only_its_own_mailbox(gmail: Gmail) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"sub": MAILBOX}).encode()).decode().rstrip("=")
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": f"e30.{claims}.sig"}
    async with gmail.session.post(gmail.server.token_uri, data=form) as response:
        token = (await response.json())["access_token"]

    status, profile = await gmail.call("GET", "profile", token=token, user="me")
    assert (status, profile["emailAddress"]) == (200, MAILBOX)
    assert (await gmail.call("GET", "profile", token=token, user="other@b.example"))[0] == 403
    async with gmail.session.post(gmail.server.token_uri, data={**form, "assertion": "nonsense"}) as response:
        assert (response.status, (await response.json())["error"]) == (400, "invalid_grant")


async def test_pushes_can_be_lost_doubled_and_stale(gmail: Gmail) -> None:
    await gmail.watch()
    gmail.server.faults.push_copies = 0
    await gmail.server.deliver(MAILBOX, MAIL)
    assert len(gmail.topic.pushes) == 1

    gmail.server.faults.push_copies = 2
    gmail.server.faults.stale_pushes = True
    await gmail.server.deliver(MAILBOX, MAIL)
    first, second, stale = gmail.topic.history_ids[1:]
    assert first == second > stale


async def test_delayed_pushes_come_out_of_order_and_all_of_them(gmail: Gmail) -> None:
    await gmail.watch()
    gmail.server.faults.push_delay_seconds = (0.0, 0.2)
    for _ in range(20):
        await gmail.server.deliver(MAILBOX, MAIL)
    await gmail.server.pushed()

    told = gmail.topic.history_ids[1:]
    assert len(told) == len(set(told)) == 20
    assert told != sorted(told)


@pytest.mark.parametrize("hides_id", [True, False])
async def test_history_can_lag_behind_the_push(gmail: Gmail, hides_id: bool) -> None:
    start = (await gmail.get("profile"))["historyId"]
    gmail.server.faults.history_lag_seconds = 3600.0
    gmail.server.faults.history_lag_hides_id = hides_id
    await gmail.server.deliver(MAILBOX, MAIL)

    answer = await gmail.get("history", startHistoryId=start)
    assert "history" not in answer
    assert (answer["historyId"] == start) == hides_id


async def test_lagging_history_shows_up_in_the_end(gmail: Gmail) -> None:
    start = (await gmail.get("profile"))["historyId"]
    gmail.server.faults.history_lag_seconds = 0.05
    gmail_id = await gmail.server.deliver(MAILBOX, MAIL)
    async with asyncio.timeout(LONG):
        while await gmail.added(start) != [gmail_id]:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "authError"), (403, "userRateLimitExceeded"), (429, "rateLimitExceeded"), (503, "backendError")],
)
async def test_an_error_hits_the_next_calls_of_one_operation(gmail: Gmail, status: int, reason: str) -> None:
    gmail.server.faults.fail(status, operation="messages.list", times=1)
    assert (await gmail.call("GET", "profile"))[0] == 200
    got, answer = await gmail.call("GET", "messages")
    assert (got, answer["error"]["errors"][0]["reason"]) == (status, reason)
    assert (await gmail.call("GET", "messages"))[0] == 200


async def test_too_many_requests_say_when_to_come_back(gmail: Gmail) -> None:
    gmail.server.faults.fail(429, retry_after_seconds=7)
    headers = {"Authorization": f"Bearer {gmail.server.token}"}
    async with gmail.session.get(f"{gmail.server.base_url}/gmail/v1/users/me/profile", headers=headers) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "7")
    gmail.server.faults.clear()
    assert (await gmail.call("GET", "profile"))[0] == 200


async def test_a_cut_answer_breaks_off_in_mid_body(gmail: Gmail) -> None:
    gmail_id = await gmail.server.deliver(MAILBOX, MAIL + b"x" * 1_000_000)
    gmail.server.faults.cut(operation="messages.get", times=1)
    with pytest.raises(aiohttp.ClientPayloadError):
        await gmail.call("GET", f"messages/{gmail_id}", params={"format": "raw"})
    assert (await gmail.call("GET", f"messages/{gmail_id}", params={"format": "raw"}))[0] == 200


async def test_a_slow_answer_outlasts_its_client(gmail: Gmail) -> None:
    gmail.server.faults.slow(3600, operation="profile", times=1)
    with pytest.raises(TimeoutError):
        await gmail.call("GET", "profile", timeout=aiohttp.ClientTimeout(total=0.05))
    assert (await gmail.call("GET", "profile"))[0] == 200


async def test_after_an_outage_it_is_back_on_the_same_port_with_everything_it_knew(gmail: Gmail) -> None:
    gmail_id = await gmail.server.deliver(MAILBOX, MAIL)
    await gmail.server.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await gmail.call("GET", "profile")
    await gmail.server.start()
    assert (await gmail.get("messages"))["messages"][0]["id"] == gmail_id


async def test_another_process_can_drop_mail_in(gmail: Gmail) -> None:
    await gmail.watch()
    url = f"{gmail.server.base_url}/control/deliver"
    async with gmail.session.post(url, params={"mailbox": MAILBOX.upper()}, data=MAIL) as response:
        gmail_id = (await response.json())["id"]

    whole = await gmail.get(f"messages/{gmail_id}", format="raw")
    assert base64.urlsafe_b64decode(whole["raw"]) == MAIL
    assert len(gmail.topic.pushes) == 2
    async with gmail.session.post(url, data=MAIL) as response:
        assert response.status == 400
