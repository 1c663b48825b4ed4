"""Tables on a narrow screen."""

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from claimstream.cli.audit.view import summary_table
from claimstream.cli.console import Trimmed
from claimstream.cli.mailboxes.overview import mailboxes_table
from claimstream.cli.tables import emails_table, model_use_table
from claimstream.domain.records.work import EmailSummary, MailboxSummary
from claimstream.evaluation.model_use import ModelUse
from claimstream.evaluation.score import Score
from claimstream.mailbox.audit import Audited, MailboxAudit, State

NOW = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)
ADDRESSES = ("eingang@kanzlei-am-hafen.example", "buchhaltung@kanzlei.example")


def shown(table: RenderableType, width: int) -> list[str]:
    page = StringIO()
    Console(file=page, width=width).print(Trimmed(table))
    lines = page.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    return lines


def summary(address: str, reason: str | None = None) -> MailboxSummary:
    return MailboxSummary(
        address=address,
        tenant_id="schuldnerberatung-nord",
        history_id=123_456_789,
        last_synced_at=NOW,
        watch_expires_at=datetime(2027, 1, 1, tzinfo=UTC),
        disabled_reason=reason,
        retry_at=None,
        recovering=False,
        open_emails=3,
    )


def audited(address: str, *states: State) -> MailboxAudit:
    emails = tuple(Audited(str(n), str(n), state, "so") for n, state in enumerate(states))
    return MailboxAudit(mailbox=address, tenant_id="schuldnerberatung-nord", listed=len(states), emails=emails)


def mailboxes(width: int) -> list[str]:
    found = [summary(ADDRESSES[0]), summary(ADDRESSES[1], "has left")]
    return shown(mailboxes_table(found, now=NOW, width=width), width)


def email(outcome: str, subject: str = "Forderung") -> EmailSummary:
    return EmailSummary(
        email_id="e" * 36,
        tenant_id="t",
        mailbox=ADDRESSES[0],
        gmail_id="g",
        correlation_id="c",
        trace_id=None,
        status="settled",
        outcome=outcome,
        route="MANUAL_REVIEW",
        subject=subject,
        old_amount=Decimal(430),
        new_amount=Decimal(300),
        created_at=NOW,
        attempt=1,
        received_at=NOW,
        settled_at=NOW,
        message_id=None,
        intent=None,
        review_reason=None,
        inquiry_id=None,
        matched_by=None,
        confidence=None,
        delivered=True,
    )


class TestEmails:
    LEGEND = "(…): an amount that is not written"

    def test_an_amount_in_parentheses_is_explained_below(self) -> None:
        lines = shown(emails_table([email("review"), email("updated")], width=200), 200)
        assert "430.00 → (300.00)" in lines[1]
        assert lines[-1].strip() == self.LEGEND

    @pytest.mark.parametrize(("found", "width"), [(email("updated", "x → (1)"), 200), (email("review"), 40)])
    def test_where_none_is_shown_nothing_is_explained(self, found: EmailSummary, width: int) -> None:
        lines = shown(emails_table([found], width=width), width)
        assert not any("(300.00)" in line or self.LEGEND in line for line in lines)


class TestMailboxes:
    def test_a_narrow_screen_shows_whole_addresses_in_one_line_each(self) -> None:
        head, first, second, _, remark = mailboxes(80)
        assert head.split() == ["mailbox", "state", "looked", "at", "watch", "ends", "open"]
        assert first.split() == [ADDRESSES[0], "ok", "10-20", "08:00", "01-01", "00:00", "3"]
        assert second.startswith(f"{ADDRESSES[1]} ")
        assert remark == f"{ADDRESSES[1]}: disabled, until somebody enables it: has left"

    def test_a_wide_screen_shows_everything(self) -> None:
        head = mailboxes(200)[0]
        assert head.split() == ["mailbox", "state", "tenant", "looked", "at", "watch", "ends", "cursor", "open"]

    def test_an_address_wider_than_the_screen_is_cut_at_its_end(self) -> None:
        _, line = shown(mailboxes_table([summary("a" * 90 + "@b.example")], now=NOW, width=80), 80)
        assert "aaa… " in line


class TestAudit:
    AUDITS = (
        audited(ADDRESSES[0], State.SETTLED, State.SETTLED, State.MISSING, State.SET_ASIDE),
        audited(ADDRESSES[1], State.IN_WORK),
    )

    def test_a_narrow_screen_does_without_states_of_no_email_and_the_tenant(self) -> None:
        above, head, first, second = shown(summary_table(self.AUDITS, width=80), 80)
        assert above.split() == ["in", "set", "in"]
        assert head.split() == ["mailbox", "Gmail", "settled", "aside", "work", "missing", "gaps"]
        assert first.split() == [ADDRESSES[0], "4", "2", "1", "0", "1", "0"]
        assert second.split() == [ADDRESSES[1], "1", "0", "0", "1", "0", "0"]

    def test_a_narrower_one_keeps_what_is_wrong(self) -> None:
        _, head, first, _ = shown(summary_table(self.AUDITS, width=64), 64)
        assert head.split() == ["mailbox", "Gmail", "settled", "missing", "gaps"]
        assert first.split() == [ADDRESSES[0], "4", "2", "1", "0"]

    def test_a_wide_screen_shows_everything(self) -> None:
        above, head, *_ = shown(summary_table(self.AUDITS, width=200), 200)
        assert above.split() == ["in", "in", "set", "in"]
        for name in ("tenant", "review", "aside", "arriving", "dead"):
            assert name in head

    @pytest.mark.parametrize("width", [80, 200])
    def test_where_no_mailbox_could_be_looked_at_there_is_a_head_only(self, width: int) -> None:
        assert shown(summary_table([], width=width), width)[-1].startswith("mailbox")


def test_the_models_use_is_told_for_each_mail() -> None:
    use = ModelUse(mails=1, questions=3, tokens_in=3000, tokens_out=60, cost_usd=Decimal("0.0123"))
    lines = shown(model_use_table(Score(cases=2, model_use={"extract": use})), 80)
    assert lines[1].split() == ["extract", "1", "3", "1500", "30", "0.00615"]
