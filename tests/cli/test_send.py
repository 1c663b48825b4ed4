"""``claimstream send`` as a process of its own, into the stand-in for Gmail."""

from pathlib import Path

import pytest
from tests.cli.process import Ended, claimstream
from tests.cli.test_commands import announce_demo

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack


@pytest.fixture
def box(app: App, world: World, installed: dict[str, str], tmp_path: Path) -> str:
    """The one mailbox of a demo that runs."""
    del app
    announce_demo(tmp_path, installed)
    return world.tenants[0].mailboxes[0]


async def send(mail: bytes, home: dict[str, str], folder: Path, *options: str) -> Ended:
    file = folder / "a.eml"
    file.write_bytes(mail)
    return await claimstream("send", str(file), *options, environment=home)


def received(stack: LocalStack, box: str) -> list[bytes]:
    return [message.raw for message in stack.gmail.mailbox(box).messages.values()]


@pytest.mark.parametrize(
    "head",
    [
        "To: who@elsewhere.example\nCc: Kanzlei <{box}>",
        "To: who@elsewhere.example\nTo: {box}",
        'To: who@elsewhere.example,\n "Nord, Kanzlei" <{code}>',
        "Delivered-To: {box}\nTo: undisclosed-recipients:;",
    ],
)
async def test_the_mailbox_is_found_among_all_receivers(
    head: str, box: str, stack: LocalStack, home: dict[str, str], tmp_path: Path
) -> None:
    local, _, domain = box.partition("@")
    mail = f"{head.format(box=box, code=f'{local}+K7Q2X9M4@{domain}'.upper())}\n\nx".encode()
    ended = await send(mail, home, tmp_path)
    assert (ended.status, f"Delivered to {box}" in ended.err) == (0, True), ended.err
    assert received(stack, box) == [mail]


async def test_an_unknown_mailbox_is_answered_with_those_there_are(
    box: str, home: dict[str, str], tmp_path: Path
) -> None:
    ended = await send(b"To: x@y.example\n\nx", home, tmp_path, "--mailbox", "bogus")
    said = f"bogus is no mailbox of the demo. Name one: --mailbox {box}\n"
    assert (ended.status, said in ended.err) == (2, True), ended.err


async def test_all_receivers_are_named_where_none_is_ours(box: str, home: dict[str, str], tmp_path: Path) -> None:
    ended = await send(b"To: a@y.example\nCc: B <b@y.example>\n\nx", home, tmp_path)
    said = f"a@y.example, b@y.example are no mailboxes of the demo. Name one: --mailbox {box}\n"
    assert (ended.status, said in ended.err) == (2, True), ended.err


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (b"", "is empty"),
        (b"\n \r\n", "is empty"),
        (b"\xef\xbb\xbfTo: BOX\n\nx", "is no mail in RFC 5322 form"),
        ("To: BOX\n\nx".encode("utf-16"), "is no mail in RFC 5322 form"),
        ("To: BOX\n\nx".encode("utf-16-le"), "is no mail in RFC 5322 form"),
    ],
)
async def test_what_is_no_mail_is_not_sent(
    mail: bytes, said: str, box: str, stack: LocalStack, home: dict[str, str], tmp_path: Path
) -> None:
    ended = await send(mail.replace(b"BOX", box.encode()), home, tmp_path, "--mailbox", box)
    assert (ended.status, f"a.eml: {said}" in ended.err) == (2, True), ended.err
    assert received(stack, box) == []


@pytest.mark.parametrize("path", ["/", "/dev/zero"])
async def test_what_is_no_file_is_not_read(path: str, box: str, home: dict[str, str]) -> None:
    ended = await claimstream("send", path, "--mailbox", box, environment=home | {"COLUMNS": "200"})
    said = "is a directory" if path == "/" else "/dev/zero: is no regular file"
    assert (ended.status, said in ended.err) == (2, True), ended.err
