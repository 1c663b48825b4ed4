import pytest
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Admin, PubSubError, connect


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


async def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBSUB_EMULATOR_HOST", raising=False)
    channel = await connect(emulator_host="127.0.0.1:1")
    with pytest.raises(PubSubError, match=r"UNAVAILABLE.*PUBSUB_EMULATOR_HOST"):
        await Admin(channel, retry_seconds=0).check_topic("projects/p/topics/t")
    await channel.close()
