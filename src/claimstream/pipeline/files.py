"""The inquiries a mail may answer, each with its client and creditor."""

import re
from datetime import timedelta

from claimstream.domain.records.inquiry import CandidateFile, Client, Creditor
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.work import AppliedUpdate, Email
from claimstream.pipeline.services import Rules, Services

_CODE = re.compile(r"[A-Za-z0-9]{4,20}")
_MOST_WORDS = 20_000
"""Of one mail that are looked up as reply codes: a bound on what a hostile mail can ask of the database."""


def _possible_codes(mail: ParsedMail) -> set[str]:
    texts = [a.address for a in (*mail.to, *mail.cc)] + list(mail.delivered_to) + [s.text for s in mail.sources]
    # A reply code holds a digit or is written in capitals: plain words need not be asked for.
    words: set[str] = set()
    for text in texts:
        for match in _CODE.finditer(text):
            word = match.group()
            if not word.islower() or any(c.isdigit() for c in word):
                words.add(word.upper())
            if len(words) >= _MOST_WORDS:
                return words
    for address in texts[: len(mail.to) + len(mail.cc) + len(mail.delivered_to)]:
        _, plus, tag = address.partition("@")[0].partition("+")
        if plus:
            words.add(tag.upper())
    return words


class CandidateFiles:
    """Loads them once per attempt: they are needed before the classification and again for the match.

    That the stored amount may change meanwhile does no harm: it is compared again when the update is applied.
    """

    def __init__(self, email: Email, services: Services, rules: Rules, *, applied: AppliedUpdate | None = None) -> None:
        """
        Args:
            applied: what an earlier run of this email has written. The mail is then held against the amount that stood
                there before, or it would be judged by its own trace.
        """
        self._email = email
        self._services = services
        self._rules = rules
        self._applied = applied
        self._files: list[CandidateFile] | None = None

    async def load(self, mail: ParsedMail) -> list[CandidateFile]:
        """Only ever the tenant's own."""
        if self._files is None:
            self._files = await self._load(mail)
        return self._files

    async def _load(self, mail: ParsedMail) -> list[CandidateFile]:
        clients_source = self._services.clients
        if clients_source is None:
            return []
        tenant_id = self._email.tenant_id
        inquiries = await self._services.inquiries.candidates(
            tenant_id,
            since=self._rules.clock() - timedelta(days=self._rules.thresholds.inquiry_age_days),
            reply_codes=_possible_codes(mail),
            message_ids={*mail.in_reply_to, *mail.references},
        )
        clients = {c.client_id: c for c in await clients_source.get(tenant_id, {i.client_id for i in inquiries})}
        files = []
        for inquiry in inquiries:
            client = clients.get(inquiry.client_id)
            creditor = client.creditor(inquiry.creditor_id) if client else None
            if client is not None and creditor is not None:
                creditor = self._as_before(client, creditor)
                files.append(CandidateFile(inquiry=inquiry, client=client, creditor=creditor))
        return files

    def _as_before(self, client: Client, creditor: Creditor) -> Creditor:
        applied = self._applied
        if applied is None or applied.update is None or applied.update.amount is None:
            return creditor
        update = applied.update
        if (update.client_id, update.creditor_id) != (client.client_id, creditor.creditor_id):
            return creditor
        return creditor.model_copy(update={"current_amount": applied.old_amount})
