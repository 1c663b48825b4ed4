"""Every client of an HTTP service goes through the proxy, and believes the authorities, that the environment names."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from google.auth.transport.requests import Request
from tests.external.conftest import Entrance, HttpServer
from tests.external.proxy import Proxy, proxy_to
from tests.external.tls import Authority, behind_tls

from claimstream.external.claude import Claude, ClaudeOptions
from claimstream.external.door import Door
from claimstream.external.errors import Outage
from claimstream.external.gcs import Blobs, BlobsOptions
from claimstream.external.gmail import Gmail, GmailOptions
from claimstream.external.gmail_credentials import RefreshToken, StaticToken
from claimstream.external.sessions import (
    WrongEnvironmentError,
    check_environment,
    on_this_machine,
    trust_named_authorities,
)

HOST = "service.invalid"
_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


class Client(Protocol):
    async def check(self) -> str: ...
    async def close(self) -> None: ...


def gmail(door: Door, url: str) -> Client:
    return Gmail(door, StaticToken("t"), GmailOptions(url))


def oauth(door: Door, url: str) -> Client:
    return Gmail(
        door,
        RefreshToken(door, client_id="a", client_secret="b", refresh_token="c", token_uri=f"{url}/token"),
        GmailOptions(url),
    )


def gcs(door: Door, url: str) -> Client:
    return Blobs(door, BlobsOptions(bucket="b-1", api_root=url))


def claude(door: Door, url: str) -> Client:
    return Claude(door, ClaudeOptions(api_key="k", base_url=url))


every_client = pytest.mark.parametrize("make", [gmail, oauth, gcs, claude])
Make = Callable[[Door, str], Client]


async def answer(request: web.Request) -> web.Response:
    answers: dict[str, Any] = {
        "/token": {"access_token": "t", "expires_in": 3600},
        "/gmail/v1/users/me/profile": {"emailAddress": "a@kanzlei.example", "historyId": "1"},
        "/v1/models": {"data": [], "has_more": False},
    }
    return web.json_response(answers.get(request.path, {}))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*_VARIABLES, "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        for each in (name, name.lower()):
            monkeypatch.setenv(each, "")  # so that it is put back as it was, whoever sets it meanwhile
            monkeypatch.delenv(each)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority", HOST)


@pytest.fixture
async def proxy(http_server: HttpServer, authority: Authority) -> AsyncIterator[Proxy]:
    """Leads to a server behind TLS that answers as all the services do."""
    http_server.handler = answer
    port = urlsplit(http_server.base_url).port
    assert port is not None
    async with behind_tls(port, authority.server) as tls_port, proxy_to({HOST: tls_port}) as proxy:
        yield proxy


async def checked(client: Client) -> str:
    try:
        return await client.check()
    finally:
        await client.close()


@every_client
@pytest.mark.parametrize("bundle", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
async def test_each_client_goes_through_the_proxy(
    entrance: Entrance,
    proxy: Proxy,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    make: Make,
    bundle: str,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv(bundle, str(authority.file))
    await checked(make(entrance.door, f"https://{HOST}"))
    assert set(proxy.asked) == {HOST}


async def test_google_auth_goes_the_same_way(
    proxy: Proxy, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fetches the tokens for Pub/Sub."""
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    trust_named_authorities()
    answered = await asyncio.to_thread(Request(), f"https://{HOST}/token", method="POST")
    assert (answered.status, proxy.asked) == (200, [HOST])


@every_client
async def test_no_client_goes_through_it_where_no_proxy_is_wanted(
    entrance: Entrance, proxy: Proxy, authority: Authority, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with pytest.raises(Outage):  # nobody else knows the host
        await checked(make(entrance.door, f"https://{HOST}"))
    assert proxy.asked == []


@every_client
async def test_no_client_believes_an_authority_that_is_not_named(
    entrance: Entrance, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    with pytest.raises(Outage):
        await checked(make(entrance.door, f"https://{HOST}"))
    assert proxy.asked, "the proxy is no reason not to look at the certificate"


@every_client
async def test_no_proxy_is_asked_for_a_server_on_this_machine(
    entrance: Entrance, http_server: HttpServer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    await checked(make(entrance.door, http_server.base_url))
    assert http_server.requests
    assert proxy.asked == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080/x", True),
        ("http://localhost", True),
        ("https://gmail.googleapis.com", False),
        ("http://10.0.0.1", False),
        ("http://localhost.example", False),
    ],
)
def test_loopback_hosts_are_this_machine(url: str, expected: bool) -> None:
    assert on_this_machine(url) is expected


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_that_is_no_url_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for sound in (
        "http://proxy.example:3128",
        "http://user:secret@127.0.0.1:1",
        "https://proxy.example",
        "http://[::1]:1",
    ):
        monkeypatch.setenv(name, sound)
        check_environment()
    for wrong in (
        "kein proxy",
        "::",
        "proxy.example:3128",
        "socks5://proxy.example:1",
        "http://",
        "http://a:secret@b:99999999",
    ):
        monkeypatch.setenv(name, wrong)
        with pytest.raises(WrongEnvironmentError, match=f"{name.upper()}: .*Expected http://host:port") as caught:
            check_environment()
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_authorities_of_no_use_are_named(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv(name, str(authority.file))
    check_environment()
    empty, other = tmp_path / "empty.pem", tmp_path / "other.pem"
    empty.touch()
    other.write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n\xff")
    for path, why in (
        (tmp_path, "is a folder"),
        (empty, "holds no certificate"),
        (other, "holds no certificate"),
        (tmp_path / "none", "cannot be read (No such file or directory)"),
    ):
        monkeypatch.setenv(name, str(path))
        with pytest.raises(WrongEnvironmentError) as caught:
            check_environment()
        assert str(caught.value).startswith(f"{name}: {path} {why}")
