"""Which of a firm's thousands of letters a mail could be about: all others may as well not be there.

A shortlist holds every inquiry that ``find_route``, ``contradiction`` and ``match`` could tell from an absent one, and
some that they cannot. It is made from keys alone; what is decided is decided by the records, read anew.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from claimstream.domain.reader.spelling import normalise
from claimstream.domain.records.keys import ClientKeys, LetterKeys
from claimstream.domain.records.mail_keys import MailKeys
from claimstream.domain.rules.forms import bare_address, bare_message_id, core_words_of, needs_no_label, words_of
from claimstream.domain.rules.freemail import domain_of, telling_domain
from claimstream.domain.rules.postings import Postings, Texts
from claimstream.domain.rules.reply_codes import fault_of_code

# What a word is meant as; any numbers of 62 bits that differ.
_POINTS = 0x1D8AF066F2A6E2C3
"""Of a reply code or a case reference, in the text."""
_LIKENS = 0x2545F4914F6CDD1D
"""Of a client's last name, in the text."""
_REFERRED = 0x4BE98134A5976FD3
"""Of a creditor's reference, in the text."""
_ORGANISATION = 0x0F1357AEA2E62A9B
_CODE = 0x369DEA0F31A53F85
"""A reply code in an address."""
_MESSAGE = 0x27BB2EE687B0B0FD
_CASE = 0x12B9B0A4F5D7A3C1
"""Normalised, as a reference with a label has it."""
_REFERENCE = 0x0CE1A3B4D5F60719
_SENDER = 0x3C6EF372FE94F82B
"""An address, or a domain behind its ``@``."""
_BEARER = 0x1F83D9ABFB41BD6B
"""A creditor's name as it is stored: the clients that have the creditor."""
_CLIENT = 0x05BE0CD19137E217
_FORM = 0x22312194FC2BF72C
"""One form of a client's record."""
_LETTER = 0x0AEB1CCE9C4A1F35
"""One form of an inquiry."""
_ANYWHERE = ""
"""Stands for what has no word, and is looked up with every mail."""


class LetterIndex:
    """The letters of one tenant, by what a mail may show of them.

    Keys are only ever added: what is no longer so makes a shortlist longer, and is dropped with the whole index. Behind
    a key a client is a number below zero, a letter one from zero on.
    """

    def __init__(self, expected: int = 0) -> None:
        """
        Args:
            expected: how many letters will be entered, about.
        """
        self._postings = Postings(expected)
        self._inquiry_ids = Texts()
        self._sent = array("d")
        self._creditors = array("i")
        """Of each letter, as a hash of the creditor's id."""
        self._earlier = array("i")
        """The letter about the same client that was entered before, or -1."""
        self._client_ids = Texts()
        self._latest = array("i")
        """Of each client the letter entered last, or -1."""
        self._names: list[str] = []
        """Of creditors, each once."""

    def __len__(self) -> int:
        return len(self._inquiry_ids)

    @property
    def client_count(self) -> int:
        return len(self._client_ids)

    def client_ids(self, start: int, stop: int) -> list[str]:
        """Those of the letters' clients, in the order of their first letters."""
        return [self._client_ids[number] for number in range(start, min(stop, self.client_count))]

    def knows(self, form: int) -> bool:
        """Whether this form of a client's record has been entered."""
        return self._postings.count(form ^ _FORM) > 0

    def has(self, letter: LetterKeys) -> bool:
        """Whether the letter has been entered as it is."""
        return self._postings.count(hash(letter) ^ _LETTER) > 0

    # --- entering

    def add_letter(self, letter: LetterKeys) -> None:
        """Unless it is there. Its client is to be entered after it, known or not."""
        if self.has(letter):
            return
        number = len(self)
        client = self._client(letter.client_id)
        self._inquiry_ids.append(letter.inquiry_id)
        self._sent.append(letter.sent_at.timestamp())
        self._creditors.append(_short(letter.creditor_id))
        self._earlier.append(self._latest[client])
        self._latest[client] = number
        self._postings.add(hash(letter) ^ _LETTER, number)
        if letter.reply_code:
            self._postings.add(hash(letter.reply_code.lower()) ^ _CODE, number)
            if fault_of_code(letter.reply_code) is None:
                self._add_words(_POINTS, words_of(letter.reply_code), number)
        if letter.message_id:
            self._postings.add(hash(bare_message_id(letter.message_id)) ^ _MESSAGE, number)
        if letter.creditor_reference:
            self._add_reference(letter.creditor_reference, number, _REFERENCE, _REFERRED)
        self._add_sender(letter.to_address, number)

    def add_client(self, client: ClientKeys) -> None:
        """Of letters that have been entered; another one is left out."""
        numbers = list(self._postings.numbers(hash(client.client_id) ^ _CLIENT))
        if not numbers:
            return
        number = numbers[0]
        self._postings.add(client.form ^ _FORM, number)
        self._add_reference(client.case_reference, number, _CASE, _POINTS)
        if last := words_of(client.last_name):
            self._add_words(_LIKENS, last, number)
        for creditor in client.creditors:
            self._add_bearer(creditor.name, number)
            short = _short(creditor.creditor_id)
            for letter in self._letters(~number):
                if self._creditors[letter] == short:
                    self._add_sender(creditor.email, letter)
                    self._add_sender(creditor.representative_email, letter)

    def _client(self, client_id: str) -> int:
        """Its place, made now if need be."""
        for number in self._postings.numbers(hash(client_id) ^ _CLIENT):
            return ~number
        client = self.client_count
        self._client_ids.append(client_id)
        self._latest.append(-1)
        self._postings.add(hash(client_id) ^ _CLIENT, ~client)
        return client

    def _add_words(self, meaning: int, words: Sequence[str], number: int) -> None:
        """Under the one word that the fewest others are under: all of them must stand in the mail anyway."""
        count = self._postings.count
        rarest = min(words, key=lambda w: (count(hash(w) ^ meaning), -len(w))) if len(words) > 1 else words[0]
        self._postings.add(hash(rarest) ^ meaning, number)

    def _add_reference(self, reference: str, number: int, labelled: int, unlabelled: int) -> None:
        self._postings.add(hash(normalise(reference)) ^ labelled, number)
        if needs_no_label(reference):
            words = words_of(reference) or (_ANYWHERE,)
            self._add_words(unlabelled, words, number)
            self._postings.add(hash("".join(words)) ^ unlabelled, number)

    def _add_sender(self, address: str | None, number: int) -> None:
        if address:
            self._postings.add(hash(bare_address(address)) ^ _SENDER, number)
            if domain := domain_of(address):
                self._postings.add(hash(f"@{domain}") ^ _SENDER, number)

    def _add_bearer(self, name: str, number: int) -> None:
        words = core_words_of(name)
        if not words:
            return
        bearer = hash(name) ^ _BEARER
        if not self._postings.count(bearer):
            self._add_words(_ORGANISATION, words, len(self._names))
            self._names.append(name)
        self._postings.add(bearer, number)

    # --- looking up

    def pointed_at(self, keys: MailKeys) -> set[str]:
        """Ids of the inquiries that a signal may point to: code, message id, case reference."""
        return self._ids(self._postings.find(self._pointing(keys)))

    def referred_to(self, keys: MailKeys) -> set[str]:
        """Ids of the inquiries whose creditor's file number may stand in the mail."""
        return self._ids(self._postings.find(self._referring(keys)))

    def of_sender(self, keys: MailKeys) -> set[str]:
        """Of those that an answer from this very address is expected to."""
        return self._ids(self._postings.numbers(hash(keys.sender) ^ _SENDER)) if keys.sender else set()

    def alike(self, keys: MailKeys, *, freemail: frozenset[str]) -> set[str]:
        """Of those that are candidates for the match, or may contradict it.

        The people read are not looked up: they are held against candidates, and make none.

        Args:
            keys: also with the references that were read, which may stand in no text of the mail (a scan's was
                transcribed).
        """
        domain = telling_domain(keys.sender, freemail)
        wanted = [*self._pointing(keys), *self._referring(keys), *(hash(word) ^ _LIKENS for word in keys.vocabulary)]
        wanted += [hash(text) ^ _SENDER for text in (keys.sender, domain and f"@{domain}") if text]
        return self._ids(self._postings.find(wanted))

    def creditors_in(self, keys: MailKeys, vocabulary: Collection[str]) -> set[str]:
        """The names of the clients' creditors that may stand there: the match asks of all, whoever the client is.

        Args:
            vocabulary: all words of the mail, where ``keys`` is a part.
        """
        found = self._postings.find(hash(word) ^ _ORGANISATION for word in keys.vocabulary)
        names = map(self._names.__getitem__, found)
        return {name for name in names if all(word in vocabulary for word in core_words_of(name))}

    def bearers(self, name: str, since: datetime) -> Iterator[str]:
        """Ids of inquiries sent since, whose client has a creditor of this name: one of them makes it known."""
        earliest = since.timestamp()
        for client in self._postings.numbers(hash(name) ^ _BEARER):
            for letter in self._letters(~client):
                if self._sent[letter] >= earliest:
                    yield self._inquiry_ids[letter]
                    break

    @staticmethod
    def _pointing(keys: MailKeys) -> Iterator[int]:
        yield hash(_ANYWHERE) ^ _POINTS
        for word in keys.vocabulary:
            yield hash(word) ^ _POINTS
        for code in keys.codes_in_addresses:
            yield hash(code) ^ _CODE
        for message_id in keys.message_ids:
            yield hash(bare_message_id(message_id)) ^ _MESSAGE
        for normalised in keys.references:
            yield hash(normalised) ^ _CASE

    @staticmethod
    def _referring(keys: MailKeys) -> Iterator[int]:
        yield hash(_ANYWHERE) ^ _REFERRED
        for word in keys.vocabulary:
            yield hash(word) ^ _REFERRED
        for normalised in keys.references:
            yield hash(normalised) ^ _REFERENCE

    def _ids(self, numbers: Iterable[int]) -> set[str]:
        letters: set[int] = set()
        for number in numbers:
            if number < 0:
                letters.update(self._letters(~number))
            else:
                letters.add(number)
        return {self._inquiry_ids[letter] for letter in letters}

    def _letters(self, client: int) -> Iterator[int]:
        letter = self._latest[client]
        while letter >= 0:
            yield letter
            letter = self._earlier[letter]


def _short(creditor_id: str) -> int:
    """Of 31 bits: two creditors of one client that share it are taken for each other in shortlists, one in 2**31."""
    return hash(creditor_id) & 0x7FFFFFFF
