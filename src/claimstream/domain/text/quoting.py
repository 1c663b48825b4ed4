"""Which part of a reply is new and which is quoted history (domain rules, Parse).

Quoted history is found by what mail programs write around it: ``> `` before each line, a line such as
*Am Mo., 4. Mai 2026 um 09:12 Uhr schrieb …:*, a separator such as *-----Ursprüngliche Nachricht-----*, or a block of
*Von: / Gesendet: / An: / Betreff:*, in the languages of ``domain/language``. Whatever form a program has for it, a line
that names us beside a date and holds hardly a word more introduces a letter of ours (:mod:`.ourselves`). HTML is
brought to the same forms before it comes here.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from claimstream.domain.language import Rule
from claimstream.domain.records.base import Record
from claimstream.domain.text.ourselves import CLOSING, SALUTATION, TO_US, WROTE, Ourselves, is_dated, is_day_and_time
from claimstream.domain.text.text import Text, folded

SHORT_CHARACTERS = 200
SHORT_SHARE = 0.20
"""Under both, too much was cut (domain rules, Parse)."""

_LONGEST_LINE = 2_000
_LONGEST_LABEL = 60
_FULL_LINE = 66
"""A shorter line was not wrapped."""
_LONGEST_WRAP = 6
_RARE_PREFIX = re.compile(r"\A\s{0,8}(?:\w{1,3}>|:)\s?")
"""*KB> *, *: *: seldom what a program puts before a quoted line, and often something else."""
_WRAPPED = 3
"""The most lines that a program makes of one."""


class QuotedSplit(Record):
    """``new`` is what the sender wrote now, ``quoted`` the history below or between; both with LF line ends."""

    new: str
    quoted: str
    answered_below: bool = False
    """True when somebody may have answered below a letter of ours that is quoted without any mark at its lines."""


# --- the forms of quoted history -------------------------------------------------------------------------------------

_SEPARATOR = Rule(
    "separator",
    r"\A[> ]{0,20}(?:[-_=*]{2,40} ?{quotation}(?: .{1,120}?)? ?[-_=*]{2,40}|{forwarded} ?:)\Z",
    takes=(
        "-----Ursprüngliche Nachricht-----",
        "> -------- Original Message --------",
        "---------- Forwarded message from a@b.example ---------",
        "-----Message d'origine-----",
        "Anfang der weitergeleiteten Nachricht:",
    ),
    leaves=("Die ursprüngliche Nachricht liegt vor.", "----- Forderung -----", "-----"),
)
_RULE = re.compile(r"^\s*[_\-=*]{5,}\s*$")
_ATTRIBUTION = Rule(
    "attribution",
    r"\A(?:(?:am|on) .{4,200}?{wrote}.{0,200}?|.{1,150}?(?:{wrote}|hat) (?:am|on) .{4,120}?|{wrote} .{3,150}?) ?:\Z",
    takes=(
        "Am Mo., 4. Mai 2026 um 10:15 Uhr schrieb Inkasso Aue <post@aue.example>:",
        "Inkasso Aue schrieb am 04.05.2026 10:15:",
        "Zitat von Inkasso Aue <post@aue.example>:",
    ),
    leaves=(
        "Ihr Mandant schrieb uns zuletzt Folgendes:",
        "Am 3. Mai schrieb uns Ihr Mandant.",
        "Am 3. Mai um 10:15 Uhr hat uns Ihr Mandant geschrieben:",
    ),
)
_ATTRIBUTION_START = re.compile(r"(?:am|on) ")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}(?::\d{2})?\b(?!\.\d)")
_ADDRESS = re.compile(r"[^\s<>@:;,]{1,64}@[^\s<>@:;,]{1,255}")
_BRACKETED = re.compile(r"[<(][^\s<>()@]{1,64}@[^\s<>()@]{1,255}[>)]")

_LABELLED = r"\A[>*| ]{{0,20}}{{{section}}} ?\*{{0,2}} ?:\*{{0,2}}(?: |\Z)"
_FIELDS = (
    Rule(
        "header_author",
        _LABELLED.format(section="header_author"),
        takes=("Von: Kanzlei Kern <post@kern.example>", "> *De :* Kanzlei Kern", "Od:"),
        leaves=("Von Kanzlei Kern", "Vonseiten: Kanzlei Kern", "Stand: 03.05.2026"),
    ),
    Rule(
        "header_date",
        _LABELLED.format(section="header_date"),
        takes=("Gesendet: Montag, 4. Mai 2026 10:15", "Envoyé : lundi 4 mai 2026 10:15", "**Sent:** May 4, 2026"),
        leaves=("Gesendet von meinem Telefon", "Fälligkeitsdatum: 03.05.2026"),
    ),
    Rule(
        "header_recipient",
        _LABELLED.format(section="header_recipient"),
        takes=("An: Stadtwerke Aue", "À : Stadtwerke Aue"),
        leaves=("An die Stadtwerke Aue", "Anlagen: 2"),
    ),
    Rule(
        "header_subject",
        _LABELLED.format(section="header_subject"),
        takes=("Betreff: Nele Brandt", "Oggetto: Nele Brandt"),
        leaves=("Betreffend Nele Brandt:", "Forderung: 500,00 EUR"),
    ),
    Rule(
        "header_more",
        _LABELLED.format(section="header_more"),
        takes=("Cc: Stadtwerke Aue", "Wichtigkeit: Hoch"),
        leaves=("Anlagen zu diesem Schreiben", "Kopie der Rechnung"),
    ),
)
"""The labels of a quoted header, over a folded line. What stands behind one is its value."""
_AUTHOR, *_, _MORE = _FIELDS
_YOURS = Rule(
    "your_letter",
    r"(?:\A\W{0,12}(?:ihre?|your)(?: \w{1,20})? {letter}|{you_wrote})[^:]{0,60}(?::[^:]{0,20}){0,3}[:*=_-]\W{0,12}\Z",
    takes=("Ihre Nachricht:", "----- Ihre Anfrage vom 04.05.2026 10:15 -----", "Am 04.05.2026 schrieben Sie:"),
    leaves=("Ihre Nachricht vom 04.05.2026", "Ihr Schreiben liegt uns vor.", "Antwort auf Ihre Nachricht:"),
)
_ANY_FIELD = re.compile(r"[>*|\s]{0,20}[^\W\d_][^:\n]{0,24}:\*{0,2}(?:\s|\Z)")

OUR_LETTER = Rule(
    "letter_of_ours",
    r"{we_ask}.{0,120}?{of_today}{gap}{their_claim}|{our_plan}.{0,80}?{put_forward}|"
    r"{we_show}.{0,100}?{their_debtor}.{0,100}?{we_speak_for}|{asks_your_claim}",
    takes=(
        "Bitte teilen Sie uns die aktuelle Höhe Ihrer Forderung mit.",
        "den wir Ihnen als Schuldenbereinigungsplan unterbreiten",
        "Wir zeigen Ihnen an, dass wir Ihren Schuldner vertreten.",
    ),
    leaves=("Die aktuelle Forderung beträgt 500,00 EUR.", "Wir vertreten die Nordbank AG."),
)
"""What a debt-counselling firm writes to a creditor, and a creditor does not write to it.

The last means to know our own letter when the quotation names no author.
"""


@dataclass
class _Block:
    """A run of lines of one kind. ``head`` are the lines that introduce a quotation, ``lines`` what it says."""

    quoted: bool
    head: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    author: str = ""
    """Who wrote what is quoted, as far as the head says, folded; "" when it does not."""
    ours: bool = False
    """True when the head names us as the author."""


def split_quoted(text: str, *, our_markers: Collection[str] = ()) -> QuotedSplit:
    """Split a mail's text into what is new and what is quoted.

    ``our_markers`` are strings that only our own letters carry: reply codes, addresses and names of our mailboxes, the
    name of the firm.

    Two rules meet here. *If cutting leaves under 200 characters and under 20 % of the text, cut less*: quoted messages
    are then given back from the top, without the lines that introduce them, because a forward or a wrongly recognised
    quotation holds what the mail is about. *No value is ever read from our own quoted letter*: giving back stops at the
    first message that is recognisably ours, and what stands below it stays cut too, being older still. A message is
    ours when its head names us as the author, when its text carries a marker or speaks like our letters, or when it is
    quoted as replies are (``> ``, *… schrieb …:*) and either nobody is named as its author or no marker is known:
    replies quote us. So what is given back can only be somebody else's words, and a short answer above our long letter
    stays short.
    """
    ourselves = Ourselves.of(our_markers)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blocks = list(_Blocks(lines, ourselves))
    kept = [not block.quoted for block in blocks]
    new_length = sum(len("\n".join(b.lines).strip()) for b, keep in zip(blocks, kept, strict=True) if keep)
    if new_length < SHORT_CHARACTERS and new_length < SHORT_SHARE * len(text.strip()):
        for number, block in enumerate(blocks):
            if block.quoted and _is_ours(block, ourselves):
                break
            kept[number] = True
    new: list[str] = []
    quoted: list[str] = []
    for block, keep in zip(blocks, kept, strict=True):
        quoted += block.head
        if not keep:
            quoted += block.lines
        elif block.quoted:
            new += [_unprefixed(line) for line in block.lines]
        else:
            new += block.lines
    answered = any(
        block.ours and not keep and _goes_on(block, ourselves) for block, keep in zip(blocks, kept, strict=True)
    )
    return QuotedSplit(new=_trimmed(new), quoted=_trimmed(quoted), answered_below=answered)


def written_by_others(quoted: str, *, our_markers: Collection[str] = ()) -> str:
    """Return what of quoted history is signed by somebody else, above the first letter of ours in it.

    Two of the creditor's offices may have written to each other before they answered us.
    """
    ourselves = Ourselves.of(our_markers)
    history = takewhile(lambda block: not _is_ours(block, ourselves), _Blocks(quoted.split("\n"), ourselves))
    return _trimmed([_unprefixed(line) for block in history if block.author for line in block.lines])


def is_below_our_head(text: str, position: int, ourselves: Ourselves) -> bool:
    """Whether a place of a text is history that begins with a letter of ours: what no reading may take for news.

    Stricter than the split, which needs to be sure: a line that names us beside a date counts wherever it stands.
    """
    number = text.count("\n", 0, position)
    lines = [_RARE_PREFIX.sub("", line) for line in text.split("\n")]
    history, end = False, 0
    for block in _Blocks(lines, ourselves, strict=False):
        history = block.quoted and (history or block.ours)
        end += len(block.head) + len(block.lines)
        if number < end:
            return history
    return history


class _Blocks:
    """The lines as blocks. ``> `` quotations end where the prefix ends, all others go on to the next one or the end.

    Args:
        strict: a line that names us beside a date begins a quotation only where nothing stands right above it.
    """

    def __init__(self, lines: list[str], ourselves: Ourselves, *, strict: bool = True) -> None:
        self._strict = strict
        self._lines = lines
        self._ourselves = ourselves
        marked = [number for number, line in enumerate(lines) if len(line) <= _LONGEST_LINE and ourselves.are_in(line)]
        self._prefixes = ">"
        self._may_name_us = {start for number in marked for start in range(number - _WRAPPED + 1, number + 1)}

    def __iter__(self) -> Iterator[_Block]:
        lines = self._lines
        block, prefixed = _Block(quoted=False), False
        position = 0
        while position < len(lines):
            line = lines[position]
            if length := self._head(position):
                yield block
                was_open = block.quoted and not prefixed and any(quoted.strip() for quoted in block.lines)
                block = self._quotation(lines[position : position + length])
                position += length
                following = _next_text(lines, position)
                if block.ours and following.startswith("|"):
                    self._prefixes += "|"  # not elsewhere: tables are drawn with it
                prefixed = not was_open and self._is_prefixed(following)
                continue
            if self._is_prefixed(line):
                if not block.quoted:
                    yield block
                    block, prefixed = _Block(quoted=True), True
            elif block.quoted and prefixed and line.strip() and not _is_wrapped_rest(lines, position):
                yield block
                block = _Block(quoted=False)
            block.lines.append(line)
            position += 1
        yield block

    def _is_prefixed(self, line: str) -> bool:
        return line.removeprefix(" ").startswith(tuple(self._prefixes))

    def _quotation(self, head: list[str]) -> _Block:
        """An empty block below the lines that introduce it."""
        if author := _labelled_author(head):
            return _Block(quoted=True, head=head, author=author, ours=self._ourselves.marked(author) is not None)
        joined = folded(" ".join(head))
        author = joined if WROTE.find(joined) else ""
        named = self._ourselves.marked(author)
        ours = named is not None and TO_US.find(named) is None
        ours = ours or self._ourselves.introduced_by(joined) or (not self._strict and _YOURS.find(joined) is not None)
        return _Block(quoted=True, head=head, author=author, ours=ours)

    def _head(self, position: int) -> int:
        """How many lines from ``position`` on introduce a quotation; 0 when none does."""
        lines = self._lines
        line = lines[position]
        if not line.strip() or len(line) > _LONGEST_LINE:
            return 0
        if _RULE.match(line):
            # Outlook draws a line above its header block; a line alone is just a line.
            below = _skip_blank(lines, position + 1)
            length = self._header_block(below)
            return below - position + length if length else 0
        if _is_separator(line):
            below = _skip_blank(lines, position + 1)
            return below - position + self._header_block(below, least=1)
        length = self._header_block(position) or _attribution(lines, position) or self._our_name(position)
        return length or int(not self._strict and self._is_your_letter(position))

    def _header_block(self, position: int, least: int = 3) -> int:
        """Lines of a *Von: / Gesendet: / An: / Betreff:* block: ``least`` kinds of field, the author among them.

        Two are enough where we are the author. Long fields wrap, so lines without a field name are allowed between two
        fields, but not blank ones.
        """
        lines = self._lines
        kinds: set[str] = set()
        end = position
        for number in range(position, min(position + 14, len(lines))):
            line = lines[number]
            if not line.strip(" >") or len(line) > _LONGEST_LINE:
                break
            if found := _field(line):
                kinds.add(found[0].name)
                end = number + 1
            elif number == position or number - end >= 4:
                break
        if _AUTHOR.name not in kinds:
            return 0
        if len(kinds - {_MORE.name}) >= least:
            return end - position
        if self._ourselves.marked(_labelled_author(lines[position:end])) is None:
            return 0
        if len(kinds) == 1 and end < len(lines) and _is_field(lines[end]) and is_dated(lines[end]):
            return end + 1 - position
        return end - position if len(kinds) > 1 else 0

    def _is_your_letter(self, position: int) -> bool:
        """Whether a line says *Ihre Nachricht:*, and a letter begins right below."""
        line = self._lines[position]
        if len(line) > 2 * _LONGEST_LABEL or not _YOURS.find(folded(line)):
            return False
        following = [text for text in self._lines[position + 1 : position + 9] if text.strip(" >|")][:_WRAPPED]
        return any(SALUTATION.find(folded(_unprefixed(text[:_LONGEST_LABEL]))) for text in following)

    def _our_name(self, position: int) -> int:
        """Lines that name us beside a date, in whatever form; they may be wrapped."""
        if position not in self._may_name_us:
            return 0
        above = self._lines[position - 1].strip(" \t>|") if position else ""
        alone = not (self._strict and above) or _RULE.match(above) is not None or _is_separator(above)
        wrapped: list[str] = []
        for line in self._lines[position : position + _WRAPPED]:
            if not line.strip(" \t>|"):
                below = position + len(wrapped) + 1
                stamped = below < len(self._lines) and is_day_and_time(self._lines[below])
                joined = " ".join([*wrapped, self._lines[below]]) if stamped else ""
                return below + 1 - position if self._ourselves.introduced_by(joined, alone=alone) else 0
            wrapped.append(line.lstrip(" >|") if wrapped else line)
            if self._ourselves.introduced_by(" ".join(wrapped), alone=alone):
                # The line above a whole introduction is none of it.
                rest = " ".join(wrapped[1:])
                if rest and self._ourselves.introduced_by(rest):
                    return 0
                length = len(wrapped)
                if _is_field(self._lines[position]) and length > 1:
                    # A header in a language that the vocabulary does not know.
                    length += sum(1 for _ in takewhile(_is_field, self._lines[position + length : position + 14]))
                return length
        return 0


def _is_separator(line: str) -> bool:
    return line.rstrip().endswith((":", "-", "_", "=", "*")) and _SEPARATOR.find(folded(line)) is not None


def _field(line: str) -> tuple[Rule, str] | None:
    """The kind of a header's line and its value, folded."""
    if not _is_field(line):
        return None
    line = folded(line)
    return next(((rule, line[found.end() :]) for rule in _FIELDS if (found := rule.find(line))), None)


def _is_field(line: str) -> bool:
    return _ANY_FIELD.match(line[:_LONGEST_LABEL]) is not None


def _labelled_author(head: list[str]) -> str:
    """Return what a header names as its author, folded, with the lines that it goes on in; "" where it names none."""
    author: list[str] = []
    for line in head:
        if found := _field(line):
            if author:
                break
            author = [found[1]] if found[0] is _AUTHOR else []
        elif author:
            author.append(folded(line))
    return " ".join(author)


def _attribution(lines: list[str], position: int) -> int:
    """Lines of *Am … schrieb …:* (it wraps to up to three lines), with a clock time or an address in it, or right above
    a ``>``: a letter may well say *Am 3. Mai schrieb uns Ihr Mandant:*."""
    prefix = ">" if lines[position].startswith(">") else ""
    wrapped = [line.removeprefix(prefix) for line in lines[position : position + _WRAPPED]]
    if not any(line.rstrip().endswith(":") for line in wrapped):
        return 0
    joined = ""
    for count, line in enumerate(wrapped, 1):
        if not line.strip(" >") or len(line) > 300:
            return 0
        joined = f"{joined} {folded(line).lstrip('> ')}".strip()
        if not joined.endswith(":"):
            if count == 1 and not (_ATTRIBUTION_START.match(joined) or WROTE.find(joined)):
                return 0
            continue
        if _ATTRIBUTION.find(joined) or (WROTE.find(joined) and _BRACKETED.search(joined)):
            sure = (_CLOCK.search(joined) or _ADDRESS.search(joined)) and any(c.isdigit() for c in joined)
            return count if sure or _next_text(lines, position + count).startswith(prefix + ">") else 0
    return 0


def _is_wrapped_rest(lines: list[str], position: int) -> bool:
    """The rest of a long quoted line that some program wrapped and forgot to mark: right between two marked lines.

    A short one counts whatever it says, a longer one or several where the line above them has not come to an end.
    """
    first, last = position, position
    while first > position - _LONGEST_WRAP and first > 0 and _is_bare(lines[first - 1]):
        first -= 1
    while last < position + _LONGEST_WRAP and last + 1 < len(lines) and _is_bare(lines[last + 1]):
        last += 1
    above, below = lines[first - 1] if first else "", lines[last + 1] if last + 1 < len(lines) else ""
    if not above.startswith(">") or not below.startswith(">") or len(above) < _FULL_LINE:
        return False
    short = first == last and len(lines[position]) <= 30
    return short or above.rstrip()[-1] not in ".!?:;>"


def _is_bare(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(">")


def _goes_on(block: _Block, ourselves: Ourselves) -> bool:
    """Whether a letter of ours is followed by another greeting below its signature."""
    if any(line.startswith(">") for line in block.lines):
        return False
    closing = next((n for n, line in enumerate(block.lines) if CLOSING.find(folded(line[:_LONGEST_LABEL]))), None)
    if closing is None or not ourselves.signs(block.lines[closing : closing + 12]):
        return False
    return any(SALUTATION.find(folded(line[:_LONGEST_LABEL])) for line in block.lines[closing:])


def _is_ours(block: _Block, ourselves: Ourselves) -> bool:
    if block.ours:
        return True
    prefixed = any(line.startswith(">") for line in block.lines)
    if not ourselves and (prefixed or WROTE.find(block.author)):
        return True
    if prefixed and not block.author:
        return True
    lines = [_unprefixed(line) for line in block.lines]
    content = "\n".join(lines)
    # A creditor's letter to us, forwarded, holds our name too; below the last greeting it is a signature.
    if ourselves.are_in(content, by_name=not block.author) or ourselves.signs(lines):
        return True
    return any(OUR_LETTER.find(sentence.folded) for sentence in Text(content).sentences)


def _unprefixed(line: str) -> str:
    return re.sub(r"^ ?(?:>\s?)+", "", line)


def _skip_blank(lines: list[str], position: int) -> int:
    while position < len(lines) and not lines[position].strip():
        position += 1
    return position


def _next_text(lines: list[str], position: int) -> str:
    """Return the next line that is neither blank nor a rule; "" at the end."""
    position = _skip_blank(lines, position)
    while position < len(lines) and _RULE.match(lines[position]):
        position = _skip_blank(lines, position + 1)
    return lines[position] if position < len(lines) else ""


def _trimmed(lines: list[str]) -> str:
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
