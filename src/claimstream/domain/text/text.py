"""The text of one source, cut into sentences once and handed on."""

from dataclasses import dataclass
from functools import cached_property

from claimstream.domain.reader.sentences import sentences
from claimstream.domain.reader.spelling import fold


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, a line of a list, or a row of a table: ``written`` stands at ``text[start:end]``."""

    start: int
    end: int
    written: str
    """White space as it stands there."""
    folded: str
    """For comparison: lower case, ``ä`` as ``ae``, white space as single blanks."""

    @classmethod
    def of(cls, written: str, start: int = 0) -> "Sentence":
        return cls(start, start + len(written), written, folded(written))


class Text:
    """One source's text. Positions are those of ``written``."""

    def __init__(self, written: str) -> None:
        self.written = written

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence in order, white space around it stripped."""
        return tuple(Sentence.of(span.of(self.written), span.start) for span in sentences(self.written))


def folded(written: str) -> str:
    """Return the form in which sentences are compared: lower case, ``ä`` as ``ae``, white space as single blanks."""
    return " ".join(fold(written).split())
