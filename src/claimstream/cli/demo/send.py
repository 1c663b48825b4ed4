"""``claimstream send``: a mail of one's own into the running demo."""

import asyncio
import email
import email.policy
import email.utils
from pathlib import Path

import aiohttp

from claimstream.cli.access import a_door, open_database
from claimstream.cli.console import command, note
from claimstream.cli.demo import last as last_demo
from claimstream.settings import SettingsError, given_settings
from claimstream.store.mailbox_access import MailboxAccessStore


async def send_mail(file: Path, mailbox: str | None) -> None:
    """Raises SettingsError when no demo is running or it does not take the mail."""
    environment = last_demo.running()
    if environment is None or "DATABASE_URL" not in environment:  # an older release left it out for one's own database
        raise SettingsError(f"no demo is running here; start one in another terminal: {command()} demo --keep")
    raw = await asyncio.to_thread(file.read_bytes)
    if mailbox is None:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        mailbox = str(message.get("Delivered-To") or message.get("To") or "")
        mailbox = email.utils.parseaddr(mailbox)[1]
    if "@" not in mailbox:
        raise SettingsError(f"{file} names no recipient; say which mailbox: --mailbox ADDRESS")
    local, _, domain = mailbox.partition("@")
    plain = f"{local.partition('+')[0]}@{domain}".lower()
    known = await _mailboxes(environment)
    if plain not in known:
        raise SettingsError(f"{plain} is no mailbox of the demo. Name one: --mailbox {' | '.join(known)}")
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


async def _mailboxes(environment: dict[str, str]) -> dict[str, str | None]:
    """By address why it is disabled; None: it is not."""
    settings = given_settings({"database_url": environment["DATABASE_URL"]})
    async with a_door() as door, open_database(settings, door) as database:
        return {m.address: m.disabled_reason for m in await MailboxAccessStore(database).overview()}
