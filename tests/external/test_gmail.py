import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.external.conftest import Entrance, HttpServer

from claimstream.external.errors import ExternalError, LockedOut, NotFound, Outage, Refused, Throttled, Unauthorised
from claimstream.external.gmail import Gmail, GmailOptions, HistoryChange, HistoryExpired, MessagePage, RawMessage
from claimstream.external.gmail_credentials import RefreshToken, ServiceAccountDelegation, StaticToken
from claimstream.external.gmail_pace import GmailPace
from claimstream.local.gmail.server import GmailServer

BOX = "claims@kanzlei-nord.example"
RAW = b"From: forderung@stadtwerke-aue.example\r\nSubject: Ihre Anfrage\r\n\r\nNoch zu zahlen: 430,00 EUR\r\n"


@pytest.fixture
async def pushes() -> list[tuple[str, bytes]]:
    return []


@pytest.fixture
async def server(pushes: list[tuple[str, bytes]]) -> AsyncIterator[GmailServer]:
    async def publish(topic: str, data: bytes) -> None:
        pushes.append((topic, data))

    async with GmailServer(publish=publish) as running:
        yield running


@pytest.fixture
async def gmail(entrance: Entrance, server: GmailServer) -> AsyncIterator[Gmail]:
    client = Gmail(entrance.door, StaticToken(server.token), GmailOptions(base_url=server.base_url))
    yield client
    await client.close()


async def test_gets_a_message_as_it_was_received(gmail: Gmail, server: GmailServer, entrance: Entrance) -> None:
    received = datetime(2026, 10, 12, 8, 30, tzinfo=UTC)
    gmail_id = await server.deliver(BOX, RAW, internal_date=received)
    message = await gmail.get_raw(BOX, gmail_id)
    assert message is not None
    assert message.raw == RAW
    assert message.size == len(RAW)
    assert message.gmail_id == gmail_id
    assert message.internal_date == received
    assert set(message.label_ids) == {"INBOX", "UNREAD"}
    attributes = entrance.telemetry.span("messages.get gmail").attributes or {}
    assert attributes["http.request.method"] == "GET"
    assert attributes["http.response.status_code"] == 200
    assert attributes["server.address"] == "127.0.0.1"


async def test_a_message_longer_than_asked_for_is_not_taken_in(gmail: Gmail, server: GmailServer) -> None:
    gmail_id = await server.deliver(BOX, RAW + b"x" * 1_000_000)
    assert await gmail.get_raw(BOX, gmail_id, most_bytes=1_000_000) is None
    message = await gmail.get_raw(BOX, gmail_id, most_bytes=1_500_000)
    assert message is not None
    assert message.size == len(RAW) + 1_000_000


async def test_one_mailbox_that_fails_is_no_outage_of_gmail(
    gmail: Gmail, server: GmailServer, entrance: Entrance
) -> None:
    cursor = (await gmail.profile(BOX)).history_id
    server.faults.fail(500, operation="history.list")
    for _ in range(5):
        with pytest.raises(Outage):
            await gmail.history_page(BOX, cursor)
    assert entrance.door.states()["gmail"] == "closed"
    for other in ("a@kanzlei-nord.example", "b@kanzlei-nord.example"):
        with pytest.raises(Outage):
            await gmail.history_page(other, cursor)
    assert entrance.door.states()["gmail"] == "open"


async def test_a_deleted_message_is_not_found(gmail: Gmail, server: GmailServer) -> None:
    gmail_id = await server.deliver(BOX, RAW)
    await server.delete(BOX, gmail_id)
    with pytest.raises(NotFound, match=r"gmail messages\.get: answered 404"):
        await gmail.get_raw(BOX, gmail_id)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
async def test_a_gateways_refusal_is_an_outage(entrance: Entrance, http_server: HttpServer, status: int) -> None:
    async def gateway(request: web.Request) -> web.Response:
        del request
        return web.Response(status=status, text="<html>Blocked</html>", content_type="text/html")

    http_server.handler = gateway
    gmail = Gmail(entrance.door, StaticToken("t"), GmailOptions(base_url=http_server.base_url))
    for ask in (lambda: gmail.get_raw(BOX, "18c1f00d"), lambda: gmail.history_page(BOX, 5)):
        with pytest.raises(Outage, match="not in Gmail's form") as caught:
            await ask()
        assert type(caught.value) is Outage
    await gmail.close()


@pytest.mark.parametrize("change", [{"id": "18c1f00e"}, {"raw": ""}, {"id": None}])
async def test_an_answer_to_another_request_is_no_mail(
    entrance: Entrance, http_server: HttpServer, change: dict[str, object]
) -> None:
    mail: dict[str, object] = {"id": "18c1f00d", "internalDate": "1760000000000", "raw": "QQ"}

    async def answer(request: web.Request) -> web.Response:
        del request
        return web.json_response(mail)

    http_server.handler = answer
    gmail = Gmail(entrance.door, StaticToken("t"), GmailOptions(base_url=http_server.base_url))
    right = await gmail.get_raw(BOX, "18c1f00d")
    assert right is not None
    assert right.raw == b"A"
    mail |= change
    with pytest.raises(Outage, match="something else than is documented"):
        await gmail.get_raw(BOX, "18c1f00d")
    await gmail.close()


@pytest.mark.parametrize("message_id", ["", "abc\x00", "abc\ud800", "../../profile", "a" * 5000, 5, None])
async def test_what_is_no_message_id_is_not_taken_in(
    entrance: Entrance, http_server: HttpServer, message_id: object
) -> None:
    added: list[object] = [{"id": "6", "messagesAdded": [{"message": {"id": "18c1f00d", "labelIds": ["INBOX"]}}]}]

    async def answer(request: web.BaseRequest) -> web.Response:
        del request
        return web.json_response({"historyId": "7", "history": added})

    http_server.handler = answer
    gmail = Gmail(entrance.door, StaticToken("t"), GmailOptions(base_url=http_server.base_url))
    assert [change.gmail_id for change in (await gmail.history_page(BOX, 5)).changes] == ["18c1f00d"]
    added.append({"id": "7", "messagesAdded": [{"message": {"id": message_id, "labelIds": ["INBOX"]}}]})
    with pytest.raises(Outage, match="something else than is documented"):
        await gmail.history_page(BOX, 5)
    await gmail.close()


@pytest.mark.parametrize("history_id", [str(2**63), str(10**30), "-5", "soon", None])
async def test_what_is_no_history_id_is_not_kept(
    entrance: Entrance, http_server: HttpServer, history_id: object
) -> None:
    async def answer(request: web.BaseRequest) -> web.Response:
        del request
        answered = {"historyId": history_id, "emailAddress": BOX, "expiration": "1800000000000"}
        return web.json_response(answered)

    http_server.handler = answer
    gmail = Gmail(entrance.door, StaticToken("t"), GmailOptions(base_url=http_server.base_url))
    for ask in (
        lambda: gmail.profile(BOX),
        lambda: gmail.watch(BOX, "projects/p/topics/t"),
        lambda: gmail.history_page(BOX, 5),
    ):
        with pytest.raises(Outage, match="something else than is documented"):
            await ask()
    await gmail.close()


async def test_json_too_deep_to_read_is_an_outage(entrance: Entrance, http_server: HttpServer) -> None:
    async def answer(request: web.Request) -> web.Response:
        del request
        return web.Response(text="[" * 200_000, content_type="application/json")

    http_server.handler = answer
    gmail = Gmail(entrance.door, StaticToken("t"), GmailOptions(base_url=http_server.base_url))
    with pytest.raises(Outage, match="something else than JSON"):
        await gmail.get_raw(BOX, "18c1f00d")
    await gmail.close()


async def test_history_gives_what_was_added_or_lost_labels_and_the_next_cursor(
    gmail: Gmail, server: GmailServer
) -> None:
    cursor = (await gmail.profile(BOX)).history_id
    first = await server.deliver(BOX, RAW)
    second = await server.deliver(BOX, RAW, labels=())
    added = (await gmail.profile(BOX)).history_id
    await server.relabel(BOX, first, remove=("UNREAD",))
    await server.relabel(BOX, first, add=("STARRED",))
    (page,) = [page async for page in gmail.history(BOX, cursor)]
    assert page.changes == (
        HistoryChange(first, frozenset({"INBOX", "UNREAD"})),
        HistoryChange(second, frozenset()),
        HistoryChange(first, frozenset({"INBOX"}), removed=frozenset({"UNREAD"})),
    )
    current = (await gmail.profile(BOX)).history_id
    assert (page.last_added_id, page.last_record_id, page.history_id) == (added, current, current)
    (empty,) = [page async for page in gmail.history(BOX, current)]
    assert (empty.changes, empty.last_added_id, empty.last_record_id) == ((), None, None)


async def test_history_goes_through_all_pages(gmail: Gmail, server: GmailServer) -> None:
    cursor = (await gmail.profile(BOX)).history_id
    ids = [await server.deliver(BOX, RAW) for _ in range(501)]
    pages = [page async for page in gmail.history(BOX, cursor)]
    assert len(pages) == 2
    assert [change.gmail_id for page in pages for change in page.changes] == ids


async def test_expired_history_says_so(gmail: Gmail, server: GmailServer) -> None:
    cursor = (await gmail.profile(BOX)).history_id
    await server.deliver(BOX, RAW)
    server.expire_history(BOX)
    with pytest.raises(HistoryExpired, match="Recover the mailbox"):
        await gmail.history_page(BOX, cursor)


async def test_lists_the_messages_that_a_search_finds(gmail: Gmail, server: GmailServer) -> None:
    old = datetime(2026, 1, 1, tzinfo=UTC)
    new = datetime(2026, 10, 1, tzinfo=UTC)
    await server.deliver(BOX, RAW, internal_date=old)
    wanted = await server.deliver(BOX, RAW, internal_date=new)
    page = await gmail.list_messages(BOX, f"after:{int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())}")
    assert page.message_ids == (wanted,)
    assert page.next_page is None


async def test_watch_announces_until_it_is_stopped(
    gmail: Gmail, server: GmailServer, pushes: list[tuple[str, bytes]]
) -> None:
    watch = await gmail.watch(BOX, "projects/p/topics/gmail")
    assert watch.expiration > datetime.now(UTC)
    await server.deliver(BOX, RAW)
    announced = [json.loads(data)["historyId"] for topic, data in pushes if topic == "projects/p/topics/gmail"]
    assert announced[-1] > watch.history_id
    await gmail.stop(BOX)
    before = len(pushes)
    await server.deliver(BOX, RAW)
    assert len(pushes) == before


async def test_a_watch_can_leave_out_what_has_certain_labels(
    gmail: Gmail, server: GmailServer, pushes: list[tuple[str, bytes]]
) -> None:
    await gmail.watch(BOX, "projects/p/topics/gmail", except_labels=("DRAFT", "SENT"))
    before = len(pushes)
    for labels in [("DRAFT",), ("SENT", "INBOX")]:
        await server.deliver(BOX, RAW, labels=labels)
    assert len(pushes) == before
    await server.deliver(BOX, RAW, labels=("Label_1",))
    assert len(pushes) == before + 1


async def test_a_watch_held_by_another_topic_is_refused_with_the_reason(gmail: Gmail) -> None:
    await gmail.watch(BOX, "projects/p/topics/one")
    with pytest.raises(Refused, match="failedPrecondition"):
        await gmail.watch(BOX, "projects/p/topics/two")


async def test_check_names_the_mailbox(gmail: Gmail, server: GmailServer) -> None:
    server.mailbox(BOX)
    assert BOX in await gmail.check(BOX)


def failing(server: HttpServer, status: int, reason: str, headers: dict[str, str] | None = None) -> None:
    async def handler(request: web.Request) -> web.Response:
        body = {"error": {"code": status, "message": "said so", "errors": [{"reason": reason}]}}
        return web.json_response(body, status=status, headers=headers)

    server.handler = handler


async def test_a_rate_limit_named_in_details_alone_is_throttling(gmail: Gmail, server: GmailServer) -> None:
    server.faults.fail(403, reason="RATE_LIMIT_EXCEEDED", operation="profile")
    with pytest.raises(Throttled, match="RATE_LIMIT_EXCEEDED"):
        await gmail.profile(BOX)


async def test_a_mailbox_told_to_come_back_is_left_alone_until_then(entrance: Entrance, server: GmailServer) -> None:
    now = 0.0
    pace = GmailPace(user_units_per_minute=0, project_units_per_minute=0, clock=lambda: now)
    gmail = Gmail(entrance.door, StaticToken(server.token), GmailOptions(base_url=server.base_url), pace=pace)
    server.throttle(BOX, datetime.now(UTC) + timedelta(minutes=15))
    for _ in range(3):
        with pytest.raises(Throttled) as caught:
            await gmail.profile(BOX)
        assert caught.value.retry_after_seconds == pytest.approx(900, abs=5)
    assert (server.calls["profile"], pace.fetches(BOX, 10)) == (1, 0)
    assert (await gmail.profile("other@kanzlei.example")).history_id
    assert pace.fetches("other@kanzlei.example", 10) == 10
    server.throttle(BOX, None)
    now = 901.0
    assert (await gmail.profile(BOX)).history_id
    await gmail.close()


async def test_a_topic_that_takes_no_push_is_told_as_such(gmail: Gmail, server: GmailServer) -> None:
    message = (
        "Error sending test message to Cloud PubSub projects/p/topics/t : User not authorized to perform this action."
    )
    server.faults.fail(403, operation="watch", reason="forbidden", message=message)
    with pytest.raises(Unauthorised) as caught:
        await gmail.watch(BOX, "projects/p/topics/t")
    assert "gmail-api-push@system.gserviceaccount.com" in str(caught.value)
    assert "roles/pubsub.publisher" in str(caught.value)
    assert "gmail.readonly" not in str(caught.value)


@pytest.mark.parametrize("status", [403, 429])
async def test_rate_limits_are_throttling_whatever_their_status(
    entrance: Entrance, http_server: HttpServer, status: int
) -> None:
    failing(http_server, status, "userRateLimitExceeded", {"Retry-After": "90"})
    gmail = Gmail(entrance.door, StaticToken("t"), GmailOptions(base_url=http_server.base_url))
    with pytest.raises(Throttled) as caught:
        await gmail.profile(BOX)
    assert caught.value.retry_after_seconds == 90
    assert entrance.door.states() == {"gmail": "closed"}
    await gmail.close()


async def test_any_other_403_is_a_matter_of_credentials(entrance: Entrance, http_server: HttpServer) -> None:
    failing(http_server, 403, "insufficientPermissions")
    gmail = Gmail(entrance.door, StaticToken("t"), GmailOptions(base_url=http_server.base_url))
    with pytest.raises(Unauthorised, match=r"gmail\.readonly"):
        await gmail.profile(BOX)
    await gmail.close()


async def test_nobody_listening_is_an_outage(entrance: Entrance, unused_tcp_port: int) -> None:
    gmail = Gmail(entrance.door, StaticToken("t"), GmailOptions(base_url=f"http://127.0.0.1:{unused_tcp_port}"))
    with pytest.raises(Outage, match="Check the network and GMAIL_BASE_URL"):
        await gmail.profile(BOX)
    await gmail.close()


async def test_an_answer_that_is_no_json_is_an_outage(entrance: Entrance, http_server: HttpServer) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(text="<html>captive portal</html>")

    http_server.handler = handler
    gmail = Gmail(entrance.door, StaticToken("t"), GmailOptions(base_url=http_server.base_url))
    with pytest.raises(Outage, match="something else than JSON"):
        await gmail.profile(BOX)
    await gmail.close()


OPERATIONS: dict[str, Callable[[Gmail], Awaitable[object]]] = {
    "messages.get": lambda gmail: gmail.get_raw(BOX, "m-1"),
    "messages.list": lambda gmail: gmail.list_messages(BOX),
    "history.list": lambda gmail: gmail.history_page(BOX, 1),
    "profile": lambda gmail: gmail.profile(BOX),
    "watch": lambda gmail: gmail.watch(BOX, "projects/p/topics/t"),
}
MESSAGE = {"id": "m-1", "internalDate": "1760000000000", "raw": "R3V0ZW4gVGFn"}


async def answered(
    entrance: Entrance, server: HttpServer, body: str, ask: Callable[[Gmail], Awaitable[object]]
) -> object:
    """Return the result of an operation that is answered by a 200 with this body."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    server.handler = handler
    gmail = Gmail(entrance.door, StaticToken("t"), GmailOptions(base_url=server.base_url))
    try:
        return await ask(gmail)
    finally:
        await gmail.close()


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", '"x"'])
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_an_answer_without_its_keys_is_an_outage(
    entrance: Entrance, http_server: HttpServer, operation: str, body: str
) -> None:
    with pytest.raises(Outage):
        await answered(entrance, http_server, body, OPERATIONS[operation])


@pytest.mark.parametrize(
    "odd", [{"raw": "R3V0Z"}, {"raw": "R3V0*ZW4gVGFn"}, {"raw": None}, {"internalDate": "soon"}, {"labelIds": 5}]
)
async def test_a_message_of_another_form_is_an_outage(
    entrance: Entrance, http_server: HttpServer, odd: dict[str, object]
) -> None:
    ask = OPERATIONS["messages.get"]
    sound = await answered(entrance, http_server, json.dumps(MESSAGE), ask)
    assert isinstance(sound, RawMessage)
    assert sound.raw == b"Guten Tag"
    with pytest.raises(Outage):
        await answered(entrance, http_server, json.dumps(MESSAGE | odd), ask)


async def test_sound_answers_of_little_are_read(entrance: Entrance, http_server: HttpServer) -> None:
    listed = await answered(entrance, http_server, '{"resultSizeEstimate": 0}', OPERATIONS["messages.list"])
    assert listed == MessagePage((), None)
    assert await answered(entrance, http_server, "", lambda gmail: gmail.stop(BOX)) is None


@pytest.fixture(scope="module")
def key() -> dict[str, str]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "client_email": "reader@p.example",
        "private_key": pem.decode(),
        "client_id": "7",
    }


async def test_a_delegated_service_account_opens_the_mailbox_it_speaks_for(
    entrance: Entrance, server: GmailServer, key: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps({**key, "token_uri": server.token_uri}))
    gmail = Gmail(entrance.door, ServiceAccountDelegation(entrance.door, path), GmailOptions(server.base_url))
    assert (await gmail.profile(BOX)).email == BOX
    assert (await gmail.profile(BOX)).email == BOX
    other = "office@kanzlei-nord.example"
    assert (await gmail.profile(other)).email == other
    assert len([span for span in entrance.telemetry.spans if span.name == "token google-oauth"]) == 2
    await gmail.close()


async def test_a_revoked_token_is_replaced_once_without_counting_as_a_failure(
    entrance: Entrance, server: GmailServer
) -> None:
    credentials = RefreshToken(
        entrance.door, client_id="c", client_secret="s", refresh_token="r", token_uri=server.token_uri
    )
    gmail = Gmail(entrance.door, credentials, GmailOptions(server.base_url))
    await gmail.profile(BOX)
    server.revoke_tokens()
    assert (await gmail.profile(BOX)).email == BOX
    assert entrance.telemetry.points("claimstream.external.duration")["profile", "ok", "gmail"] == 3
    await gmail.close()


async def test_a_token_that_stays_wrong_is_unauthorised(entrance: Entrance, server: GmailServer) -> None:
    gmail = Gmail(entrance.door, StaticToken("wrong"), GmailOptions(server.base_url))
    with pytest.raises(Unauthorised, match=r"gmail profile: answered 401"):
        await gmail.profile(BOX)
    await gmail.close()


async def test_a_refused_grant_says_what_to_mend(
    entrance: Entrance, http_server: HttpServer, key: dict[str, str]
) -> None:
    async def handler(request: web.Request) -> web.Response:
        form = await request.post()
        assertion = str(form["assertion"]).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(assertion + "=="))
        assert claims["sub"] == BOX
        return web.json_response({"error": "unauthorized_client", "error_description": "no"}, status=400)

    http_server.handler = handler
    credentials = ServiceAccountDelegation(entrance.door, {**key, "token_uri": http_server.base_url})
    with pytest.raises(Unauthorised, match=r"unauthorized_client.*client id 7.*Domain-wide delegation"):
        await credentials.token(BOX)
    await credentials.close()


async def refused_with(
    entrance: Entrance, server: HttpServer, status: int, body: object, *, text: str | None = None
) -> ExternalError:
    """The error of a token endpoint that answers so."""

    async def handler(request: web.Request) -> web.Response:
        del request
        return web.json_response(body, status=status) if text is None else web.Response(text=text, status=status)

    server.handler = handler
    credentials = RefreshToken(
        entrance.door, client_id="id-7", client_secret="geheim", refresh_token="1//refresh", token_uri=server.base_url
    )
    with pytest.raises(ExternalError) as caught:
        await credentials.token(BOX)
    await credentials.close()
    return caught.value


async def test_a_refused_grant_shows_the_description_without_secrets(
    entrance: Entrance, http_server: HttpServer
) -> None:
    body = {"error": "invalid_grant", "error_description": "Token 1//refresh has been\nexpired or revoked. geheim"}
    error = await refused_with(entrance, http_server, 400, body)
    assert isinstance(error, Unauthorised)
    assert "invalid_grant: Token … has been expired or revoked. …" in str(error)


@pytest.mark.parametrize(("status", "reason"), [(401, "invalid_client"), (400, "invalid_grant")])
async def test_a_refused_credential_of_all_opens_the_circuit(
    entrance: Entrance, http_server: HttpServer, status: int, reason: str
) -> None:
    assert isinstance(await refused_with(entrance, http_server, status, {"error": reason}), LockedOut)
    assert entrance.door.states()["google-oauth"] == "open"


async def test_outages_met_with_one_credential_are_each_counted(entrance: Entrance, http_server: HttpServer) -> None:
    """They are of no mailbox: however few mailboxes there are, the circuit opens."""
    for _ in range(entrance.door.service("google-oauth", lambda _: None).policy.breaker_threshold):
        await refused_with(entrance, http_server, 500, {})
    assert entrance.door.states()["google-oauth"] == "open"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "internal_failure"}),
        (400, {"error": "invalid_request", "error_description": "internal_failure"}),
        (400, {"error": "temporarily_unavailable"}),
        (500, {"error": "internal_failure"}),
        (503, {}),
    ],
)
async def test_a_failure_of_the_token_endpoint_is_an_outage(
    entrance: Entrance, http_server: HttpServer, status: int, body: dict[str, str]
) -> None:
    error = await refused_with(entrance, http_server, status, body)
    assert isinstance(error, Outage)
    assert not isinstance(error, Unauthorised)


@pytest.mark.parametrize("status", [204, 400, 403, 404])
@pytest.mark.parametrize("text", ["<html>Zugriff gesperrt</html>", '{"error": {"status": "INVALID"}}'])
async def test_a_token_answer_not_in_oauths_form_is_an_outage(
    entrance: Entrance, http_server: HttpServer, status: int, text: str
) -> None:
    """A gateway between us and Google: its 404 says nothing of a mail, its 403 nothing of a mailbox."""
    error = await refused_with(entrance, http_server, status, None, text=text)
    assert type(error) is Outage
    assert "not in the form of OAuth. Is something between us and Google?" in str(error)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_oauths_own_refusal_stays_one(entrance: Entrance, http_server: HttpServer, status: int) -> None:
    error = await refused_with(entrance, http_server, status, {"error": "access_denied"})
    assert isinstance(error, Unauthorised | Refused)


@pytest.mark.parametrize("token", ["", "two\nlines", "ä", None])
async def test_what_cannot_be_a_token_is_not_used(entrance: Entrance, http_server: HttpServer, token: object) -> None:
    error = await refused_with(entrance, http_server, 200, {"access_token": token, "expires_in": 3599})
    assert type(error) is Outage
    assert "answered 200 without a token" in str(error)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"installed": {}}', "client_email and private_key missing"),
        (b"", r"key\.json is not JSON"),
        (b"[]", r"key\.json is not JSON of the form"),
        (b"\xff\xfe\x00", r"key\.json is not JSON"),
        (b'{"client_email": "a@b.example", "private_key": "geheim"}', "its private_key cannot be read"),
        (b'{"client_email": "a@b.example", "private_key": 7}', "its private_key cannot be read"),
        (None, r"key\.json cannot be read \(No such file or directory\)"),
    ],
)
async def test_a_file_that_is_no_key_is_named_as_such(
    entrance: Entrance, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "key.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(
        Unauthorised, match=f"GMAIL_SERVICE_ACCOUNT_FILE is not a service account's key: .*{said}"
    ) as caught:
        ServiceAccountDelegation(entrance.door, path)
    assert "geheim" not in str(caught.value)


async def test_an_answer_larger_than_any_is_not_taken_in(entrance: Entrance, http_server: HttpServer) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        with suppress(ConnectionError):
            for _ in range(1000):
                await response.write(b'{"history": "' + b"x" * 65_536)
        return response

    http_server.handler = answer
    gmail = Gmail(entrance.door, StaticToken("t"), GmailOptions(base_url=http_server.base_url))
    with pytest.raises(HistoryExpired, match="a page of over 8388608 bytes"):
        await gmail.history_page(BOX, 5)
    for ask in (lambda: gmail.profile(BOX), lambda: gmail.list_messages(BOX)):
        with pytest.raises(Outage, match="something else than is documented"):
            await ask()
    await gmail.close()


async def test_a_token_larger_than_any_is_none(entrance: Entrance, http_server: HttpServer) -> None:
    error = await refused_with(entrance, http_server, 200, None, text='{"access_token": "' + "x" * 2_000_000 + '"}')
    assert isinstance(error, Outage)
    assert "without a token" in str(error)
