"""The inquiries a mail may answer, each with its client and creditor."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, islice

from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.inquiry import CandidateFile, Client, Creditor
from claimstream.domain.records.intent import RoutingHit
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.mail_keys import MailKeys
from claimstream.domain.records.questions import FindKeys
from claimstream.domain.records.work import AppliedUpdate, Email
from claimstream.domain.rules.shortlist import LetterIndex
from claimstream.pipeline.judging import Judge
from claimstream.pipeline.ports import Clients
from claimstream.pipeline.services import Rules, Services

_READ_AT_ONCE = 200
"""Inquiries and their clients: some five milliseconds in which nothing else of the worker moves."""

_KEPT_WAITING = 100
"""Candidates that an email keeps while it waits for the model: at 4 KiB each, less than its own text."""

_KEPT_CHARACTERS = 100_000
"""Words of a mail that are kept meanwhile, for the match; of a longer mail they are asked for again."""

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class CandidateFiles:
    """The tenant's files that the rules could tell from absent ones (``domain/rules/shortlist.py``), each read once per
    attempt.

    That the stored amount may change meanwhile does no harm: it is compared again when the update is applied.
    """

    def __init__(
        self, email: Email, services: Services, rules: Rules, judge: Judge, *, applied: AppliedUpdate | None = None
    ) -> None:
        """
        Args:
            applied: what an earlier run of this email has written. The mail is then held against the amount that stood
                there before, or it would be judged by its own trace.
        """
        self._email = email
        self._services = services
        self._rules = rules
        self._judge = judge
        self._applied = applied
        self._keys: MailKeys | None = None
        self._files: dict[str, CandidateFile] = {}
        self._asked: set[str] = set()
        """Ids that were read, whether or not there is such a file."""
        self._named_are_read = False

    async def pointed_at(self, mail: ParsedMail) -> list[CandidateFile]:
        """Return the files that a signal in the mail may point to."""
        clients = self._services.clients
        if clients is None:
            return []
        index, keys = await self._index(clients), await self._keys_of(mail)
        await self._read(await _looked_up(keys, index.pointed_at), clients, keys)
        return self._ordered()

    async def with_the_senders(self, mail: ParsedMail) -> list[CandidateFile]:
        """Return those, and the files whose answer is expected from this very sender."""
        clients = self._services.clients
        if clients is None:
            return []
        index, keys = await self._index(clients), await self._keys_of(mail)
        await self._read(index.of_sender(keys), clients)
        return self._ordered()

    async def for_match(
        self, mail: ParsedMail, consolidated: Consolidated, routing: RoutingHit | None
    ) -> list[CandidateFile]:
        """Return the files that ``match`` needs."""
        clients = self._services.clients
        if clients is None:
            return []
        if routing is not None:
            if not self._named_are_read:
                await self.pointed_at(mail)
            index, keys = await self._index(clients), await self._keys_of(mail)
            # Another claim's file number or creditor beside the figure speaks against the signal.
            await self._read({routing.inquiry_id, *await _looked_up(keys, index.referred_to)}, clients)
            await self._read_creditors(index, keys, clients)
            return self._ordered()
        index, keys = await self._index(clients), await self._keys_of(mail)
        read = (*keys.references, *(reference.normalised for reference in consolidated.references))
        with_read = keys.model_copy(update={"references": read})
        alike = await _looked_up(with_read, lambda part: index.alike(part, freemail=self._rules.freemail))
        await self._read(alike, clients, keys)
        await self._read_creditors(index, keys, clients)
        return self._ordered()

    async def _keys_of(self, mail: ParsedMail) -> MailKeys:
        if self._keys is None:
            self._keys = await self._judge.ask(FindKeys(mail=mail), MailKeys)
        return self._keys

    async def one(self, inquiry_id: str | None) -> CandidateFile | None:
        """The file of an inquiry that the mail was found to be about."""
        clients = self._services.clients
        if clients is None or inquiry_id is None:
            return None
        if inquiry_id not in self._files:
            self._asked.discard(inquiry_id)
            await self._read({inquiry_id}, clients, since=_EVER)
        return self._files.get(inquiry_id)

    def let_go(self) -> None:
        """Before a long wait: a few are kept, many are read again where they are needed again."""
        if self._keys is not None and len(self._keys.words) > _KEPT_CHARACTERS:
            self._keys = None
        if len(self._files) > _KEPT_WAITING:
            self._files, self._asked, self._named_are_read = {}, set(), False

    @property
    def _since(self) -> datetime:
        return self._rules.clock() - timedelta(days=self._rules.thresholds.inquiry_age_days)

    async def _index(self, clients: Clients) -> LetterIndex:
        services = self._services
        return await services.letters.of(
            self._email.tenant_id, since=self._since, inquiries=services.inquiries, clients=clients
        )

    def _ordered(self) -> list[CandidateFile]:
        """The newest first, as the rules name the first that contradicts."""
        files = sorted(self._files.values(), key=lambda f: f.inquiry.inquiry_id)
        return sorted(files, key=lambda f: f.inquiry.sent_at, reverse=True)

    async def _read_creditors(self, index: LetterIndex, keys: MailKeys, clients: Clients) -> None:
        """Of each of the clients' creditors that the mail names, one inquiry that makes it known.

        The index may not know yet that a client has lost a creditor: then another one is read, and more each time.
        """
        since, turns = self._since, 0
        vocabulary = frozenset(keys.vocabulary)
        names = await _looked_up(keys, lambda part: index.creditors_in(part, vocabulary))
        while True:
            recent = (f for f in self._files.values() if f.inquiry.sent_at >= since)
            names -= {creditor.name for f in recent for creditor in f.client.creditors}
            more = set(chain.from_iterable(self._bearers(index, name, since, 1 << turns) for name in names))
            if not more:
                return
            await self._read(more, clients)
            turns += 1

    def _bearers(self, index: LetterIndex, name: str, since: datetime, number: int) -> Iterator[str]:
        return islice((one for one in index.bearers(name, since) if one not in self._asked), number)

    async def _read(
        self,
        inquiry_ids: Collection[str],
        clients: Clients,
        naming: MailKeys | None = None,
        *,
        since: datetime | None = None,
    ) -> None:
        """Read what has not been read yet, as it is stored now; with ``naming`` also what a mail names by itself."""
        wanted = sorted(set(inquiry_ids) - self._asked)
        codes: Collection[str] = ()
        message_ids: Collection[str] = ()
        if naming is not None and not self._named_are_read:
            codes, message_ids = naming.possible_codes, set(naming.message_ids)
        tenant_id = self._email.tenant_id
        # In parts: a sender may have thousands of letters, and the event loop has other mails to serve.
        for start in range(0, len(wanted) or bool(codes or message_ids), _READ_AT_ONCE):
            part = wanted[start : start + _READ_AT_ONCE]
            inquiries = await self._services.inquiries.candidates(
                tenant_id,
                inquiry_ids=part,
                since=since or self._since,
                reply_codes=codes if start == 0 else (),
                message_ids=message_ids if start == 0 else (),
            )
            known = {c.client_id: c for c in await clients.get(tenant_id, {i.client_id for i in inquiries})}
            self._asked.update(part)
            for inquiry in inquiries:
                client = known.get(inquiry.client_id)
                creditor = client.creditor(inquiry.creditor_id) if client else None
                if client is not None and creditor is not None:
                    creditor = self._as_before(client, creditor)
                    self._files[inquiry.inquiry_id] = CandidateFile(inquiry=inquiry, client=client, creditor=creditor)
        self._named_are_read = self._named_are_read or naming is not None

    def _as_before(self, client: Client, creditor: Creditor) -> Creditor:
        applied = self._applied
        if applied is None or applied.update is None or applied.update.amount is None:
            return creditor
        update = applied.update
        if (update.client_id, update.creditor_id) != (client.client_id, creditor.creditor_id):
            return creditor
        return creditor.model_copy(update={"current_amount": applied.old_amount})


async def _looked_up(keys: MailKeys, look: Callable[[MailKeys], set[str]]) -> set[str]:
    """Look the keys up part by part, so that the event loop has its turns."""
    found: set[str] = set()
    for part in keys.parts():
        found |= look(part)
        await asyncio.sleep(0)
    return found
