"""The keys by which letters are found that a mail may be about."""

from collections.abc import Iterator

from claimstream.domain.records.base import Record

_WORDS_AT_ONCE = 5_000
"""Words of one part: a few milliseconds to look up."""


class MailKeys(Record):
    """The keys of one mail: of its headers, its subject and all its texts."""

    sender: str | None = None
    """The sender's address, lower-cased."""
    words: str = ""
    """All words of the subject and the texts, folded, each once, with a blank between them."""
    references: tuple[str, ...] = ()
    """File numbers that stand there with a label, normalised."""
    message_ids: tuple[str, ...] = ()
    """Ids of the messages that the mail answers or names."""
    codes_in_addresses: tuple[str, ...] = ()
    """The texts behind the plus of a receiving address, lower-cased."""
    possible_codes: tuple[str, ...] = ()
    """Words that may be a reply code, in capitals."""

    @property
    def vocabulary(self) -> list[str]:
        return self.words.split()

    def parts(self) -> Iterator["MailKeys"]:
        """The same keys in parts that take a few milliseconds each to look up."""
        words = self.vocabulary
        yield self.model_copy(update={"words": " ".join(words[:_WORDS_AT_ONCE])})
        for start in range(_WORDS_AT_ONCE, len(words), _WORDS_AT_ONCE):
            yield MailKeys(words=" ".join(words[start : start + _WORDS_AT_ONCE]))
