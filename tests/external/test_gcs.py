import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.external.conftest import Entrance, HttpServer, Telemetry

from claimstream.external.door import Door
from claimstream.external.errors import ExternalError, LockedOut, NotFound, Outage, Refused, Throttled, Unauthorised
from claimstream.external.gcs import Blobs, BlobsOptions
from claimstream.local.servers.gcs import LocalGcs
from claimstream.telemetry.correlation import correlated

_PAGE = b"<html>Anmelden</html>"
_PAGE_OF_ANOTHER_CHARSET = "<html>Bestätigen</html>".encode("latin-1")


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalGcs]:
    directory: Path = tmp_path_factory.mktemp("gcs")
    async with LocalGcs(directory) as running:
        await running.create_bucket("mail")
        yield running


@pytest.fixture
async def blobs(entrance: Entrance, server: LocalGcs, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Blobs]:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.endpoint)
    client = Blobs(entrance.door, BlobsOptions(bucket="mail"))
    yield client
    await client.close()


def whole_text(error: BaseException) -> str:
    """As a log or Sentry shows it: with whatever it is chained to (without the lines of these tests)."""
    return "".join(traceback.format_exception(error, limit=0))


async def test_what_was_put_is_got_back(blobs: Blobs, entrance: Entrance) -> None:
    data = bytes(range(256)) * 40
    uri = await blobs.put("nord/2026/ä b/raw.eml", data, "message/rfc822", {"email": "e-1"})
    assert uri == "gs://mail/nord/2026/ä b/raw.eml"
    assert await blobs.get(uri) == data
    assert await blobs.exists(uri)
    attributes = entrance.telemetry.span("objects.insert gcs").attributes or {}
    assert attributes["http.request.method"] == "POST"
    assert "nord" not in str(attributes)


async def test_the_same_bytes_again_change_nothing(blobs: Blobs) -> None:
    assert await blobs.put("same", b"one", "text/plain") == await blobs.put("same", b"one", "text/plain")


async def test_other_bytes_under_the_same_name_are_refused(blobs: Blobs) -> None:
    name = "nord/e-1/attachment-2/Forderung Nele Brandt.pdf"
    uri = await blobs.put(name, b"one", "text/plain")
    with pytest.raises(
        Refused, match=r"gs://mail/nord/e-1/attachment-2/… holds other bytes and is never overwritten"
    ) as caught:
        await blobs.put(name, b"two", "text/plain")
    assert "Brandt" not in whole_text(caught.value)
    assert await blobs.get(uri) == b"one"


async def test_a_large_object_is_put_in_one_request(blobs: Blobs) -> None:
    data = b"x" * (6 * 2**20)
    assert await blobs.get(await blobs.put("large", data, "application/octet-stream")) == data


async def test_what_is_not_there_is_not_found(blobs: Blobs) -> None:
    assert not await blobs.exists("gs://mail/nothing")
    with pytest.raises(NotFound):
        await blobs.get("gs://mail/nothing")


async def test_a_file_name_enters_no_error_and_no_span(blobs: Blobs, entrance: Entrance) -> None:
    with pytest.raises(NotFound) as caught:
        await blobs.get("gs://mail/nord/e-1/attachment-2/Nele {Brandt}.pdf")
    assert "Brandt" not in whole_text(caught.value)
    assert not [span for span in entrance.telemetry.spans if "Brandt" in span.to_json()]


async def test_an_uri_of_another_form_is_a_defect_of_the_caller(blobs: Blobs) -> None:
    with pytest.raises(ValueError, match="gs://bucket/name") as caught:
        await blobs.get("https://mail/Brandt.pdf")
    assert "Brandt" not in str(caught.value)


async def test_a_missing_bucket_is_a_matter_of_settings_that_work_waits_for(
    telemetry: Telemetry, server: LocalGcs
) -> None:
    missing = r"there is no bucket wrong\. Create it, or check GCS_BUCKET"
    calls: list[Callable[[Blobs], Awaitable[object]]] = [
        lambda blobs: blobs.put("nord/e-1/raw.eml", b"data", "message/rfc822"),
        lambda blobs: blobs.get("gs://wrong/nord/e-1/raw.eml"),
        lambda blobs: blobs.exists("gs://wrong/nord/e-1/raw.eml"),
        lambda blobs: blobs.probe(),
    ]
    for call in calls:
        door = Door(tracer=telemetry.tracer, meter=telemetry.meter)
        blobs = Blobs(door, BlobsOptions(bucket="wrong", api_root=server.endpoint))
        with pytest.raises(LockedOut, match=missing):
            await call(blobs)
        assert door.states() == {"gcs": "open"}, "whoever asks meanwhile asks in vain"
        await blobs.close()
        await door.close()


async def test_a_former_bucket_that_old_mail_names_holds_up_nobody(blobs: Blobs, entrance: Entrance) -> None:
    with pytest.raises(Unauthorised, match="there is no bucket former"):
        await blobs.get("gs://former/nord/e-1/raw.eml")
    assert entrance.door.states() == {"gcs": "closed"}
    await blobs.probe()


async def test_check_names_the_bucket_that_is_missing(blobs: Blobs, entrance: Entrance, server: LocalGcs) -> None:
    assert "bucket mail" in await blobs.check()
    wrong = Blobs(entrance.door, BlobsOptions(bucket="wrong", api_root=server.endpoint))
    with pytest.raises(Unauthorised, match=r"there is no bucket wrong\. Create it, or check GCS_BUCKET"):
        await wrong.check()
    await wrong.close()


@pytest.mark.parametrize(("status", "kind"), [(403, Unauthorised), (429, Throttled), (503, Outage), (400, Refused)])
async def test_errors_have_their_class_and_googles_reason(
    entrance: Entrance, http_server: HttpServer, status: int, kind: type[Exception]
) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response({"error": {"code": status, "errors": [{"reason": "saidSo"}]}}, status=status)

    http_server.handler = handler
    blobs = Blobs(entrance.door, BlobsOptions(bucket="mail", api_root=http_server.base_url))
    with pytest.raises(kind, match=f"answered {status} \\(saidSo\\)"):
        await blobs.put("name", b"data", "text/plain")
    await blobs.close()


@pytest.mark.parametrize(
    ("answered", "stored"),
    [
        ({"name": "name", "md5Hash": "jXd/OF09/siBXSD3SWAm3A=="}, True),
        ({"name": "name"}, True),
        ({"name": "name", "md5Hash": "XrY7u+Ae7tCTyyK7j1rNww=="}, False),
        ({"name": "another"}, False),
        ({}, False),
        ([], False),
        (None, False),
        ("", False),
        (_PAGE, False),
        (_PAGE_OF_ANOTHER_CHARSET, False),
    ],
)
async def test_what_was_not_stored_as_sent_is_not_stored(
    entrance: Entrance, http_server: HttpServer, answered: object, stored: bool
) -> None:
    async def handler(request: web.Request) -> web.Response:
        del request
        if isinstance(answered, bytes):
            return web.Response(body=answered, headers={"Content-Type": "text/html; charset=utf-8"})
        return web.json_response(answered) if answered != "" else web.Response(status=308)

    http_server.handler = handler
    blobs = Blobs(entrance.door, BlobsOptions(bucket="mail", api_root=http_server.base_url))
    try:
        if stored:
            assert await blobs.put("name", b"data", "text/plain") == "gs://mail/name"
        else:
            with pytest.raises(Outage, match=r"did not store what was sent|something else than was asked for"):
                await blobs.put("name", b"data", "text/plain")
    finally:
        await blobs.close()


@pytest.mark.parametrize(
    ("stored", "kind", "said"),
    [
        (None, Outage, r"answered 412 \(conditionNotMet\), yet nothing is stored there\. Check the organisation's"),
        ([], Outage, "something else than was asked for"),
        ({"name": "name", "md5Hash": "XrY7u+Ae7tCTyyK7j1rNww=="}, Refused, "holds other bytes"),
        ({"name": "name", "md5Hash": "jXd/OF09/siBXSD3SWAm3A=="}, None, ""),
    ],
)
async def test_a_412_is_what_lies_there_or_an_outage(
    entrance: Entrance, http_server: HttpServer, stored: object, kind: type[ExternalError] | None, said: str
) -> None:
    """An organisation's policy (constraints/gcp.restrictNonCmekServices) answers 412 to every upload, too."""

    async def handler(request: web.Request) -> web.Response:
        if request.method == "POST":
            return web.json_response({"error": {"code": 412, "errors": [{"reason": "conditionNotMet"}]}}, status=412)
        if stored is None and request.path.endswith("/o"):
            return web.json_response({})
        return web.json_response(stored, status=404 if stored is None else 200)

    http_server.handler = handler
    blobs = Blobs(entrance.door, BlobsOptions(bucket="mail", api_root=http_server.base_url))
    with correlated(email_id="one"):
        if kind is None:
            assert await blobs.put("name", b"data", "text/plain") == "gs://mail/name"
        else:
            with pytest.raises(kind, match=said):
                await blobs.put("name", b"data", "text/plain")
    await blobs.close()


async def test_an_upload_whose_answer_was_lost_is_done_when_it_is_sent_again(
    entrance: Entrance, http_server: HttpServer, server: LocalGcs
) -> None:
    import aiohttp

    lost = False

    async def forward(request: web.Request) -> web.StreamResponse:
        nonlocal lost
        body = await request.read()
        headers = {"Content-Type": request.headers["Content-Type"]} if body else {}
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, server.endpoint + request.path_qs, data=body, headers=headers) as answer,
        ):
            content = await answer.read()
        if not lost and request.method == "POST":
            lost = True
            assert request.transport is not None
            request.transport.abort()
        return web.Response(body=content, status=answer.status, content_type="application/json")

    http_server.handler = forward
    blobs = Blobs(entrance.door, BlobsOptions(bucket="mail", api_root=http_server.base_url))
    uri = await blobs.put("lost-answer", b"data", "text/plain")
    assert lost
    assert await blobs.get(uri) == b"data"
    await blobs.close()


async def test_a_refused_key_is_a_matter_of_credentials(
    entrance: Entrance, http_server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"error": "invalid_grant"}, status=400)

    http_server.handler = refuse
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    key = tmp_path / "key.json"
    person = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
    key.write_text(json.dumps({**person, "token_uri": http_server.base_url}))
    blobs = Blobs(entrance.door, BlobsOptions(bucket="mail", service_file=str(key)))
    with pytest.raises(Unauthorised, match=r"gcs buckets\.get: no token .* Check GOOGLE_APPLICATION_CREDENTIALS"):
        await blobs.check()
    await blobs.close()


def pem_of_another_kind() -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(encoding, form, serialization.NoEncryption()).decode()


ACCOUNT = {"type": "service_account", "client_email": "a@b.iam.gserviceaccount.com", "token_uri": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    "content",
    [
        {**ACCOUNT, "private_key": "broken"},
        {**ACCOUNT, "private_key": pem_of_another_kind()},
        ACCOUNT,
        {"installed": {"client_id": "x"}},
        {"type": "gdch_service_account"},
        [],
        {"type": "external_account", "audience": "//iam", "credential_source": {"environment_id": "aws1"}},
        {"type": "external_account", "audience": "//iam", "credential_source": {"file": "/gone"}},
    ],
)
async def test_a_key_file_without_sense_is_a_matter_of_credentials(
    entrance: Entrance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: object
) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    key = tmp_path / "key.json"
    key.write_text(json.dumps(content))
    blobs = Blobs(entrance.door, BlobsOptions(bucket="mail", service_file=str(key)))
    with pytest.raises(LockedOut, match=r"no token \(\w+\)\. Check GOOGLE_APPLICATION_CREDENTIALS"):
        await blobs.put("name", b"data", "text/plain")
    await blobs.close()


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (401, "authError", LockedOut),
        (403, "accountDisabled", LockedOut),
        (403, "userProjectAccountProblem", LockedOut),
        (403, "forbidden", Unauthorised),
        (403, "rateLimitExceeded", Throttled),
    ],
)
async def test_what_keeps_out_everybody_is_told_from_one_objects_matter(
    entrance: Entrance, http_server: HttpServer, status: int, reason: str, kind: type[ExternalError]
) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response({"error": {"code": status, "errors": [{"reason": reason}]}}, status=status)

    http_server.handler = handler
    blobs = Blobs(entrance.door, BlobsOptions(bucket="mail", api_root=http_server.base_url))
    with pytest.raises(kind) as caught:
        await blobs.put("name", b"data", "text/plain")
    assert type(caught.value) is kind
    await blobs.close()
