"""``claimstream send``: a mail of one's own into the running demo."""

from collections.abc import Collection
from pathlib import Path

import aiohttp

from claimstream.cli.access import a_door, open_database
from claimstream.cli.console import command, note
from claimstream.cli.demo import last as last_demo
from claimstream.cli.words import listed
from claimstream.evaluation.case import receivers, without_code
from claimstream.evaluation.files import MAIL_BYTES, CaseError, read_file
from claimstream.settings import SettingsError, given_settings
from claimstream.store.mailbox_access import MailboxAccessStore

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


async def send_mail(file: Path, mailbox: str | None) -> None:
    """
    Raises:
        SettingsError: no demo is running, or it does not take the mail.
        CaseError: the file is no mail.
    """
    environment = last_demo.running()
    if environment is None or "DATABASE_URL" not in environment:  # an older release left it out for one's own database
        raise SettingsError(f"no demo is running here; start one in another terminal: {command()} demo --keep")
    raw = _read(file)
    known = await _mailboxes(environment)
    plain = _addressed(raw, file, known) if mailbox is None else _named(mailbox, known)
    if (reason := known[plain]) is not None:
        raise SettingsError(
            f"{plain} is disabled ({reason}), and its mail is not read. "
            f"Enable it: {command()} --demo mailboxes enable {plain}"
        )
    url = f"{environment['GMAIL_BASE_URL']}/control/deliver"
    async with aiohttp.ClientSession() as session:
        try:
            async with session.post(url, params={"mailbox": plain}, data=raw) as response:
                if response.status != 200:
                    raise SettingsError(f"the demo did not take the mail ({response.status}): {await response.text()}")
        except aiohttp.ClientError as error:
            raise SettingsError(f"the demo does not answer any more ({type(error).__name__})") from error
    note(f"Delivered to {plain}. See what became of it: {command()} --demo emails")


def _read(file: Path) -> bytes:
    """Raises CaseError: sent as it is, such a file would be a mail without headers, and nobody would know why."""
    raw = read_file(file, most_bytes=MAIL_BYTES)
    if not raw.strip():
        raise CaseError(f"{file}: is empty")
    if raw.startswith(_BYTE_ORDER_MARKS) or b"\0" in raw[:200]:
        raise CaseError(
            f"{file}: is no mail in RFC 5322 form, but text that an editor has saved (it begins with a byte order mark "
            "or is UTF-16), or another kind of file. Nothing was sent. Save the mail as .eml from the mail program"
        )
    return raw


def _addressed(raw: bytes, file: Path, known: Collection[str]) -> str:
    named = list(dict.fromkeys(receivers(raw)))
    if (found := next((address for address in named if address in known), None)) is not None:
        return found
    if not named:
        raise SettingsError(f"{file} names no recipient. {_choice(known)}")
    is_none = "is no mailbox" if len(named) == 1 else "are no mailboxes"
    raise SettingsError(f"{listed(named)} {is_none} of the demo. {_choice(known)}")


def _named(mailbox: str, known: Collection[str]) -> str:
    if (plain := without_code(mailbox)) not in known:
        raise SettingsError(f"{mailbox} is no mailbox of the demo. {_choice(known)}")
    return plain


def _choice(known: Collection[str]) -> str:
    return f"Name one: --mailbox {listed(sorted(known), ' | ')}"


async def _mailboxes(environment: dict[str, str]) -> dict[str, str | None]:
    """By address why it is disabled; None: it is not."""
    settings = given_settings({"database_url": environment["DATABASE_URL"]})
    async with a_door() as door, open_database(settings, door) as database:
        return {m.address: m.disabled_reason for m in await MailboxAccessStore(database).overview()}
