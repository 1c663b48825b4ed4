"""Our own firm in a text: its mailboxes, their reply codes and its name, and the lines that name it as an author.

Mail programs write countless forms of *X wrote on this date* above what they quote. Instead of all those forms, a line
is known by what it holds: our address or our name, a date, and hardly a word more.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from claimstream.domain.language import Rule
from claimstream.domain.reader.dates import MONTHS
from claimstream.domain.reader.organisations import distinctive_words, looks_like_organisation, significant_words
from claimstream.domain.reader.spelling import fold
from claimstream.domain.records.mail import mailbox_of
from claimstream.domain.text.text import folded

US = "@us"
"""Stands for our address or our name in a line that is judged."""
_LEAST_CHARACTERS = 4
"""A shorter mark would be found in any text."""
_LEAST_OF_A_WORD = 3
_LONGEST_HEAD = 300
_SIGNATURE_LINES = 4
"""How far below a closing the firm's name stands: under the writer's, his title, his department."""
_ADDRESS = re.compile(r"[^\s<>()\[\]\"'@:;,|]{1,64}@[^\s<>()\[\]\"'@:;,|]{1,255}")
_DAY = re.compile(r"(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?!\d)|(?<!\d)(?:19|20)\d{2}(?!\d)")
_DAY_ALONE = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_CLOCK = re.compile(r"(?<![\d.])\d{1,2}[:.h]\d{2}(?::\d{2})?(?![\d.])")
_WORD = re.compile(r"[^\W\d_]+")
_DASHES = re.compile(r"-{2,}.{4,60}?-{2,}")
_OPENED = re.compile(r"\A\W{0,3}(?:>{2}|[-_=*#~+]{2})")
_CLOSED = re.compile(r"(?:[<>]{2}|[-_=*#~+]{2})\Z")
_BRACKETS = re.compile(rf"[<(\[](?:mailto:)?{US}[^<>()\[\]]{{0,80}}[>)\]]")

WROTE = Rule(
    "wrote",
    r"{wrote}|{written}",
    takes=("Am 03.05.2026 schrieb @us:", "Il giorno 3 maggio 2026 @us ha scritto:", "3 May 2026, @us wrote:"),
    leaves=("Das Schreiben von @us liegt vor.", "@us, 03.05.2026"),
)
TO_US = Rule(
    "to_us",
    rf"(?:{{addressee}}|{{header_recipient}} ?:)[^@]{{0,80}}{US}|{{speaks_to_firm}}",
    takes=(
        "Telefax an @us, 03.05.2026 10:15",
        "Termin bei @us: 03.05.2026 10:15",
        "Komu: Hella Kern <@us>",
        "Ihre E-Mail von @us vom 03.05.2026",
        "Wir schrieben @us am 03.05.2026:",
    ),
    leaves=("Am 03.05.2026 schrieb @us:", "@us an mich, 03.05.2026 10:15"),
)
"""Where it is found the line does not introduce what we wrote, but speaks to us or of us."""
WRITTEN_BY_US = Rule(
    "written_by_us",
    rf"\A\W{{0,12}}{{header_author}}\W{{0,5}}:[^:@]{{0,80}}{US}",
    takes=("Von: @us Gesendet: 4. Mai 2026 10:15 An: Aue Betreff: unser Zeichen 4711", "*De :* Hella Kern <@us>"),
    leaves=("Von: Aue An: @us", "Vollmacht von @us: liegt vor"),
)
BESIDE_A_DATE = Rule(
    "beside_a_date",
    "|".join(f"{{{section}}}" for section in ("date_word", "wrote", "written", "header_author", "law_firm", *MONTHS)),
    takes=("Mo, 4. Mai 2026 um 10:15 Uhr", "Von: @us"),
    leaves=("Rückstand 4711",),
)
SALUTATION = Rule(
    "begins_letter",
    r"\A{salutation}",
    takes=("Sehr geehrte Damen und Herren,", "Guten Tag,"),
    leaves=("Die Damen und Herren,",),
)
CLOSING = Rule(
    "ends_letter",
    r"\A{closing}",
    takes=("Mit freundlichen Grüßen", "Best regards, Kim Voss"),
    leaves=("Wir grüßen Sie.", "Die Grüße sind ausgerichtet."),
)


@dataclass(frozen=True)
class Ourselves:
    """The firm whose mail this is, as far as a text may show it. Lines and texts are given folded."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @classmethod
    def of(cls, marks: Collection[str]) -> "Ourselves":
        """Sort marks by their form: addresses, domains (*@firm.example*), names, and reply codes."""
        known = {fold(mark.strip()) for mark in marks}
        plain = {mark for mark in known if "@" not in mark and len(mark) >= _LEAST_CHARACTERS}
        return cls(
            addresses=frozenset(mailbox_of(mark) for mark in known if mark.find("@") > 0),
            domains=frozenset(mark[1:] for mark in known if mark.startswith("@")),
            names=tuple(sorted(mark for mark in plain if not _is_code(mark))),
            codes=tuple(sorted(mark for mark in plain if _is_code(mark))),
        )

    def __bool__(self) -> bool:
        return bool(self.addresses or self.domains or self.names or self.codes)

    @cached_property
    def _named(self) -> re.Pattern[str] | None:
        patterns = [pattern for name in self.names if (pattern := _name_pattern(name))]
        return re.compile("|".join(patterns)) if patterns else None

    def are_in(self, text: str, *, by_name: bool = True) -> bool:
        """Whether a text, as written, holds an address, a reply code or, ``by_name``, a name of ours anywhere."""
        text = fold(text)
        if any(code in text for code in self.codes):
            return True
        ours = self if by_name else replace(self, names=())
        return ours.marked(text) is not None

    def signs(self, lines: Sequence[str]) -> bool:
        """Whether we sign: below a closing, our name is the first of an organisation, and nobody's address."""
        left, above = 0, ""
        for line in lines:
            if not line.strip() or len(line) > _LONGEST_HEAD:
                continue
            flat = folded(line)
            marked = self.marked(flat) if left else None
            if marked and not TO_US.find(f"{above} {marked}"):
                return True
            another = marked or (looks_like_organisation(line) and "anw" not in flat)
            left = _SIGNATURE_LINES if CLOSING.find(flat) else 0 if another else max(0, left - 1)
            above = flat
        return False

    def marked(self, line: str) -> str | None:
        """Return the line with :data:`US` for each address and name of ours; None where it holds none."""
        found = False

        def ours(address: re.Match[str]) -> str:
            nonlocal found
            known = self.is_ours(address.group())
            found = found or known
            return US if known else address.group()

        if "@" in line and (self.addresses or self.domains):
            line = _ADDRESS.sub(ours, line)
        if self._named is not None:
            line, named = self._named.subn(US, line)
            found = found or named > 0
        return line if found else None

    def is_ours(self, address: str) -> bool:
        """Whether an address is a mailbox of ours, whatever its reply code, or another address of our domain."""
        address = address.strip(".")
        return mailbox_of(address) in self.addresses or address.rpartition("@")[2] in self.domains

    def introduced_by(self, line: str, *, alone: bool = True) -> bool:
        """Whether a line says that we wrote what stands below it.

        Args:
            line: several lines in one where the program wrapped it.
            alone: nothing stands right above the line. Between other lines, only a verb or a decoration is proof.
        """
        line = folded(line[:_LONGEST_HEAD])
        if dashed := _DASHES.search(line):
            line = line[: dashed.end()] if dashed.start() > 3 and is_dated(dashed.group()) else line
        marked = self.marked(line)
        if marked and alone and WRITTEN_BY_US.find(marked) and is_dated(marked):
            return True
        if marked is None or TO_US.find(marked):
            return False
        opened, closed = _OPENED.search(marked) is not None, _CLOSED.search(marked) is not None
        core = marked.strip("-_=*#~+<> ")
        ends = core.endswith(":")
        timed = _CLOCK.search(core) is not None
        dated = is_dated(core) or (timed and _DAY_ALONE.search(_CLOCK.sub(" ", core)) is not None)
        if ends and WROTE.find(marked) and (dated or timed):
            return True
        bracketed = _BRACKETS.search(marked) is not None
        strangers = _strangers(core.replace(US, " "))
        # Beside an address in brackets stands a display name, perhaps weekday and month in another language.
        if strangers > (10 if bracketed else 6 if "@" in line else 0):
            return False
        if opened or closed or (ends and WROTE.find(marked)):
            return dated or timed or ends or (opened and closed and "@" in line)
        return dated and (ends or (alone and (timed or (WROTE.find(marked) is not None and not strangers))))


def is_dated(line: str) -> bool:
    """Whether a line holds a day in figures, or a year."""
    return _DAY.search(line) is not None


def is_day_and_time(line: str) -> bool:
    """Whether a line holds a day, a time of day, and nothing else."""
    line = folded(line[:_LONGEST_HEAD])
    return is_dated(line) and _CLOCK.search(line) is not None and not _strangers(line)


def _strangers(line: str) -> int:
    """The number of words in a folded line that do not belong to a date."""
    return len(_WORD.findall(BESIDE_A_DATE.sub(" ", line)))


def _is_code(mark: str) -> bool:
    return " " not in mark and any(character.isdigit() for character in mark)


@lru_cache(maxsize=256)
def _name_pattern(name: str) -> str:
    """A regular expression for a firm's name: without its legal form, perhaps without its trade; *and* in any form."""
    between = r"[\W_]{1,4}(?:\w{1,3}[\W_]{1,3}){0,2}"  # "Voss & Kern", "Voss und Kern", "Kanzlei an der Elbe"
    distinctive = distinctive_words(name)
    # "Kanzlei", "Schuldnerberatung", "Wagner": a word alone stands in any letter.
    short = sum(len(word) >= _LEAST_OF_A_WORD for word in distinctive) > 1
    spellings = {significant_words(name), *([distinctive] if short else [])}
    written = [between.join(map(re.escape, words)) for words in spellings if len(words) > 1]
    return rf"(?<!\w)(?:{'|'.join(sorted(written, key=len, reverse=True))})(?!\w)" if written else ""
