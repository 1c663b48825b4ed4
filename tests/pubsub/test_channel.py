import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Admin, PubSubError, connect


def service_account() -> dict[str, str]:
    """What a key file holds."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return {
        "type": "service_account",
        "client_email": "claimstream@p.iam.gserviceaccount.com",
        "private_key_id": "1",
        "private_key": pem,
        "token_uri": "http://127.0.0.1:1/token",
    }


async def test_the_emulator_of_the_environment_is_used(server: PubSubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", server.target)
    channel = await connect()
    assert await Admin(channel).ensure_topic("projects/p/topics/from-environment")
    await channel.close()


async def test_credentials_are_looked_for_and_the_regional_endpoint_is_taken(
    server: PubSubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes: list[object] = []

    def default(scopes_wanted: object = None, **options: object) -> tuple[AnonymousCredentials, str]:
        scopes.append(options.get("scopes", scopes_wanted))
        return AnonymousCredentials(), "p"  # type: ignore[no-untyped-call]  # Google's

    monkeypatch.setattr("google.auth.default", default)
    channel = await connect(endpoint=server.target)
    with pytest.raises(PubSubError, match="UNAVAILABLE"):  # our server speaks no TLS
        await Admin(channel, retry_seconds=0).check_topic("projects/p/topics/t")
    await channel.close()
    assert scopes == [("https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/pubsub")]


async def test_without_credentials_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(scopes: object = None) -> object:
        raise DefaultCredentialsError(f"no credentials for {scopes}")  # type: ignore[no-untyped-call]  # Google's

    monkeypatch.delenv("PUBSUB_EMULATOR_HOST", raising=False)
    monkeypatch.setattr("google.auth.default", none)
    with pytest.raises(PubSubError, match="GOOGLE_APPLICATION_CREDENTIALS"):
        await connect(endpoint="europe-west3-pubsub.googleapis.com:443")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff\x00", b'{"type": "service_account"}', b'{"installed": {}}', None]
)
async def test_a_credentials_file_that_is_no_key_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "key.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(
        PubSubError, match=r"UNAUTHENTICATED \(.*key\.json is no readable key file\).*GOOGLE_APPLICATION_CREDENTIALS"
    ):
        await connect(endpoint="europe-west3-pubsub.googleapis.com:443", credentials_file=str(path))


async def test_a_credentials_file_is_taken_instead_of_the_default_ones(
    server: PubSubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(scopes: object = None) -> object:
        raise DefaultCredentialsError(f"no credentials for {scopes}")  # type: ignore[no-untyped-call]  # Google's

    monkeypatch.setattr("google.auth.default", none)
    path = tmp_path / "key.json"
    path.write_text(json.dumps(service_account()))
    channel = await connect(endpoint=server.target, credentials_file=str(path))
    with pytest.raises(PubSubError, match="UNAVAILABLE"):  # our server speaks no TLS
        await Admin(channel, retry_seconds=0).check_topic("projects/p/topics/t")
    await channel.close()


async def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBSUB_EMULATOR_HOST", raising=False)
    channel = await connect(emulator_host="127.0.0.1:1")
    with pytest.raises(PubSubError, match=r"UNAVAILABLE.*PUBSUB_EMULATOR_HOST"):
        await Admin(channel, retry_seconds=0).check_topic("projects/p/topics/t")
    await channel.close()


@pytest.mark.parametrize(
    "address", ["", "http://127.0.0.1:8085", "127.0.0.1", "localhost:", "::1:8085", "127.0.0.1:8085/", "a b:1"]
)
async def test_an_address_of_another_form_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        await connect(emulator_host=address)
    if address:  # set and empty is as good as not set
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", address)
        with pytest.raises(ValueError, match="PUBSUB_EMULATOR_HOST"):
            await connect()


@pytest.mark.parametrize("endpoint", ["", "https://pubsub.googleapis.com", "https://pubsub.googleapis.com:443"])
async def test_an_endpoint_of_another_form_is_refused(endpoint: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        await connect(endpoint=endpoint)


@pytest.mark.parametrize("address", ["localhost:8085", "[::1]:8432", "pubsub_emulator.test:1"])
async def test_addresses_are_names_and_numbers(address: str) -> None:
    channel = await connect(emulator_host=address)
    await channel.close()
