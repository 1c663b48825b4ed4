"""The inquiries a mail may answer, each with its client and creditor."""

import asyncio
import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import NamedTuple, TypeVar

from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.inquiry import CandidateFile, Client, Creditor
from claimstream.domain.records.intent import RoutingHit
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.work import AppliedUpdate, Email
from claimstream.domain.rules.deterministic_routing import Signs, is_pointed_at
from claimstream.domain.rules.shortlist import LetterIndex
from claimstream.pipeline.judging import judged
from claimstream.pipeline.ports import Clients
from claimstream.pipeline.services import Rules, Services

T = TypeVar("T")

_CODE = re.compile(r"[A-Za-z0-9]{4,20}")
_MOST_WORDS = 20_000
"""Of one mail that are looked up as reply codes: a bound on what a hostile mail can ask of the database."""

_READ_AT_ONCE = 200
"""Inquiries and their clients: some five milliseconds in which nothing else of the worker moves."""

_JUDGED_AT_ONCE = 200
"""Candidates: the rules take some 50 µs for each."""

_KEPT_WAITING = 100
"""Candidates that an email keeps while it waits for the model: at 4 KiB each, less than its own text."""

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


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


class Candidates(NamedTuple):
    """What a mail is held against."""

    signs: Signs
    files: list[CandidateFile]

    async def judged_by(self, rule: Callable[[], T]) -> T:
        """What a rule says of them: of many in a thread, so that the event loop has its turns meanwhile."""
        if len(self.files) > _JUDGED_AT_ONCE:
            return await asyncio.to_thread(rule)
        return await judged(rule, characters=self.signs.mail.characters)


class CandidateFiles:
    """Those that the rules could tell from absent ones (``domain/rules/shortlist.py``), each read once per attempt.

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
        self._files: dict[str, CandidateFile] = {}
        self._asked: set[str] = set()
        """Ids that were read, whether or not there is such a file."""
        self._named_are_read = False

    async def for_routing(self, mail: ParsedMail) -> Candidates:
        """Those that ``find_route`` needs. Only ever the tenant's own."""
        signs, clients = await self._signs(mail), self._services.clients
        if clients is None:
            return Candidates(signs, [])
        index = await self._index(clients)
        await self._read(index.pointed_at(signs), clients, mail)
        if not is_pointed_at(signs, self._ordered()):
            await self._read(index.of_sender(signs), clients)
        return Candidates(signs, self._ordered())

    async def for_match(self, mail: ParsedMail, consolidated: Consolidated, routing: RoutingHit | None) -> Candidates:
        """Those that ``match`` needs. Only ever the tenant's own."""
        signs, clients = await self._signs(mail), self._services.clients
        if clients is None:
            return Candidates(signs, [])
        if routing is not None:
            if not self._named_are_read:
                index = await self._index(clients)
                await self._read(index.pointed_at(signs), clients, mail)
            await self._read({routing.inquiry_id}, clients)
            return Candidates(signs, self._ordered())
        index = await self._index(clients)
        await self._read(index.alike(signs, consolidated, freemail=self._rules.freemail), clients, mail)
        await self._read_creditors(index, signs, clients)
        return Candidates(signs, self._ordered())

    async def _signs(self, mail: ParsedMail) -> Signs:
        return await judged(lambda: Signs.of(mail), characters=mail.characters)

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

    async def _read_creditors(self, index: LetterIndex, signs: Signs, clients: Clients) -> None:
        """Of each of the clients' creditors that the mail names, one inquiry that makes it known.

        The index may not know yet that a client has lost a creditor: then another one is read, and more each time.
        """
        since, turns = self._since, 0
        names = index.creditors_in(signs.wording)
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
        naming: ParsedMail | None = None,
        *,
        since: datetime | None = None,
    ) -> None:
        """Read what has not been read yet, as it is stored now; with ``naming`` also what this mail names by itself."""
        wanted = sorted(set(inquiry_ids) - self._asked)
        if naming is not None and not self._named_are_read:
            codes = await judged(lambda: _possible_codes(naming), characters=naming.characters)
            message_ids = {*naming.in_reply_to, *naming.references}
        else:
            codes, message_ids = set(), set()
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
