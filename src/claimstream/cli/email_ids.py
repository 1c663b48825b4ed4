"""Which email a person means by an id or the beginning of one."""

from collections.abc import Sequence

from claimstream.cli.console import command
from claimstream.cli.report.words import moment
from claimstream.domain.records.work import EmailSummary
from claimstream.store.emails import SHORTEST_BEGINNING

_LISTED = 5
ENOUGH = _LISTED + 1
"""Emails to look up for :func:`the_one`: those that are listed, and one to tell whether there are more."""


class NotOneEmailError(Exception):
    """None is meant, or more than one. The message says which, and what to do."""


def the_one(wanted: str, found: Sequence[EmailSummary]) -> EmailSummary:
    """``found``: all that ``wanted`` could mean, up to ENOUGH of them. Raises NotOneEmailError."""
    if len(found) == 1:
        return found[0]
    if found:
        listed = "; ".join(
            f"{email.email_id} ({email.mailbox}, {moment(email.received_at or email.created_at)})"
            for email in found[:_LISTED]
        )
        more = "; and more" if len(found) > _LISTED else ""
        raise NotOneEmailError(
            f"more than one email has the id {wanted!r} or one that begins so. Name it by its email id: {listed}{more}."
        )
    if len(wanted) < SHORTEST_BEGINNING:
        raise NotOneEmailError(
            f"{wanted!r} is too short: the beginning of an email, correlation or trace id is enough from "
            f"{SHORTEST_BEGINNING} characters on."
        )
    raise NotOneEmailError(
        f"no email has the id {wanted!r}, and no email, correlation or trace id begins so; Gmail ids and Message-IDs "
        f"have to be whole. `{command()} emails` lists the newest."
    )
