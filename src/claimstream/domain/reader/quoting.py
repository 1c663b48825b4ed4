"""Which part of a reply is new, which is quoted history, and which is a legal disclaimer (domain rules, Parse).

Quoted history is found by what mail programs write around it: ``> `` before each line, a line such as
*Am Mo., 4. Mai 2026 um 09:12 Uhr schrieb …:*, a separator such as *-----Ursprüngliche Nachricht-----*, or a block of
*Von: / Gesendet: / An: / Betreff:*. HTML is brought to the same forms before it comes here.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from claimstream.domain.records.base import Record

SHORT_CHARACTERS = 200
SHORT_SHARE = 0.20
"""Under both, too much was cut (domain rules, Parse)."""

_LONGEST_LINE = 2_000
_MARKER_CHARACTERS = 4
"""A shorter marker would be found in any text."""


class QuotedSplit(Record):
    """``new`` is what the sender wrote now, ``quoted`` the history below or between; both with LF line ends."""

    new: str
    quoted: str


# --- the forms of quoted history -------------------------------------------------------------------------------------

_SEPARATOR = re.compile(
    r"""^[\s>]*
    (?:[-_=*]{2,}\s*
       (?:urspr(?:ü|ue|\.)(?:ngliche)?\s*(?:nachricht|e-?mail|mail)
         |original[\s-]?(?:nachricht|mail|message|e-mail)
         |weitergeleitete\s+(?:nachricht|e-?mail)
         |forwarded\s+(?:message|mail)(?:\s+from\s.{0,120})?
         |nachricht\s+weitergeleitet
         |(?:weitergeleitet|forwarded)\s+(?:von|by)\s.{0,120}?)
       \s*[-_=*]{2,}
     |anfang\s+der\s+weitergeleiteten\s+(?:nachricht|e-mail)\s*:
     |begin\s+forwarded\s+message\s*:)
    \s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_RULE = re.compile(r"^\s*[_\-=*]{5,}\s*$")

_ATTRIBUTION = re.compile(
    r"""^\s*
    (?:(?:am|on)\s.{4,200}?\b(?:schrieb(?:en)?|wrote)\b.{0,200}?
      |(?:von\s*:?\s)?.{1,150}?\b(?:schrieb(?:en)?|wrote|hat)\s+(?:am|on)\s.{4,120}?(?:\bgeschrieben\b.{0,10}?)?
      |(?:zitat\s+von|quoting)\s.{3,150}?)
    \s*:\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_ATTRIBUTION_WORD = re.compile(r"\b(?:schrieb|schrieben|wrote|geschrieben|zitat von|quoting)\b", re.IGNORECASE)
_ATTRIBUTION_START = re.compile(r"^\s*(?:am|on)\s", re.IGNORECASE)
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}(?::\d{2})?\b(?!\.\d)")
_ADDRESS = re.compile(r"[^\s<>@:;,]{1,64}@[^\s<>@:;,]{1,255}")

_FIELDS = {
    "from": "von|from|absender",
    "date": "gesendet|gesendet am|sent|datum|date",
    "to": "an|to|empfänger",
    "cc": "cc|kopie|bcc",
    "subject": "betreff|subject|betr",
    "reply": "antwort an|reply-to|wichtigkeit|priorität|importance|anlagen|attachments",
}
_FIELD_OF = {name: group for group, names in _FIELDS.items() for name in names.split("|")}
_FIELD = re.compile(
    rf"^[\s>*|]{{0,20}}({'|'.join(sorted(_FIELD_OF, key=len, reverse=True))})\s?\*{{0,2}}\s?:\*{{0,2}}(?:\s+(.*))?$",
    re.IGNORECASE,
)

# What a debt-counselling firm writes to a creditor, and a creditor does not write to it: the last means to know our
# own letter when the quotation names no author.
_OUR_LETTER = re.compile(
    r"""(?:bitte[nt]?|ersuchen|fordern)\b[^.!?]{0,120}
        \b(?:aktuelle\w*|derzeitige\w*|genaue\w*|detaillierte\w*|heutige\w*)\s[^.!?]{0,60}
        \b(?:forderung\w*|forderungsstand\w*|forderungsaufstellung\w*)\b
      |\bschuldenbereinigungs(?:plan|versuch)\w*\s[^.!?]{0,80}\b(?:unterbreiten|übersenden|überreichen|zuzustimmen)\b
      |\b(?:zeigen|teilen)\b[^.!?]{0,60}\bdass\s+wir\b[^.!?]{0,100}\b(?:schuldner\w*|mandant\w*)\b[^.!?]{0,100}\bvertreten\b
      |\bplease\s+(?:let\s+us\s+know|tell\s+us|send\s+us)\b[^.!?]{0,80}\bclaim\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass
class _Block:
    """A run of lines of one kind. ``head`` are the lines that introduce a quotation, ``lines`` what it says."""

    quoted: bool
    head: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def author(self) -> str:
        """Who wrote what is quoted, as far as the introduction says: names and addresses, "" when it does not."""
        for line in self.head:
            found = _FIELD.match(line)
            if found and _FIELD_OF[found[1].lower()] == "from":
                return found[2] or ""
        joined = " ".join(line.strip() for line in self.head)
        return joined if _ATTRIBUTION_WORD.search(joined) else ""


def split_quoted(text: str, *, our_markers: Collection[str] = ()) -> QuotedSplit:
    """Split a mail's text into what is new and what is quoted.

    ``our_markers`` are strings that only our own letters carry: reply codes, addresses and names of our mailboxes.

    Two rules meet here. *If cutting leaves under 200 characters and under 20 % of the text, cut less*: quoted messages
    are then given back from the top, without the lines that introduce them, because a forward or a wrongly recognised
    quotation holds what the mail is about. *No value is ever read from our own quoted letter*: giving back stops at the
    first message that is recognisably ours, and what stands below it stays cut too, being older still. A message is
    ours when its author line carries a marker, when its text carries one or speaks like our letters, or when it is
    quoted as replies are (``> ``, *… schrieb …:*) and either nobody is named as its author or no marker is known:
    replies quote us. So what is given back can only be somebody else's words, and a short answer above our long letter
    stays short.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blocks = list(_blocks(lines))
    kept = [not block.quoted for block in blocks]
    new_length = sum(len("\n".join(b.lines).strip()) for b, keep in zip(blocks, kept, strict=True) if keep)
    if new_length < SHORT_CHARACTERS and new_length < SHORT_SHARE * len(text.strip()):
        markers = [m.casefold() for m in our_markers if len(m.strip()) >= _MARKER_CHARACTERS]
        for number, block in enumerate(blocks):
            if block.quoted and _is_ours(block, markers):
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
    return QuotedSplit(new=_trimmed(new), quoted=_trimmed(quoted))


def _blocks(lines: list[str]) -> Iterator[_Block]:
    """The lines as blocks. ``> `` quotations end where the prefix ends, all others go on to the next one or the end."""
    block = _Block(quoted=False)
    prefixed = False
    position = 0
    while position < len(lines):
        line = lines[position]
        length = _introduction(lines, position)
        if length:
            yield block
            head = lines[position : position + length]
            following = _next_text(lines, position + length)
            was_open = block.quoted and not prefixed
            prefixed = following is not None and following.startswith(">") and not was_open
            block = _Block(quoted=True, head=head)
            position += length
            continue
        if line.startswith(">"):
            if not block.quoted:
                yield block
                block = _Block(quoted=True)
                prefixed = True
        elif block.quoted and prefixed and line.strip() and not _is_wrapped_rest(lines, position):
            yield block
            block = _Block(quoted=False)
        block.lines.append(line)
        position += 1
    yield block


def _introduction(lines: list[str], position: int) -> int:
    """How many lines from ``position`` on introduce a quotation; 0 when none does."""
    line = lines[position]
    if not line.strip() or len(line) > _LONGEST_LINE:
        return 0
    if _RULE.match(line):
        # Outlook draws a line above its header block; a line alone is just a line.
        below = _skip_blank(lines, position + 1)
        length = _header_block(lines, below)
        return below - position + length if length else 0
    if _SEPARATOR.match(line):
        below = _skip_blank(lines, position + 1)
        return below - position + _header_block(lines, below, least=1)
    return _header_block(lines, position) or _attribution(lines, position)


def _header_block(lines: list[str], position: int, least: int = 3) -> int:
    """Lines of a *Von: / Gesendet: / An: / Betreff:* block: at least ``least`` kinds of field, the author among them.

    Long fields wrap, so lines without a field name are allowed between two fields, but not blank ones.
    """
    groups: set[str] = set()
    end = position
    for number in range(position, min(position + 14, len(lines))):
        line = lines[number]
        if not line.strip(" >") or len(line) > _LONGEST_LINE:
            break
        found = _FIELD.match(line)
        if found:
            groups.add(_FIELD_OF[found[1].lower()])
            end = number + 1
        elif number == position or number - end >= 4:
            break
    enough = len(groups - {"cc", "reply"}) >= least and "from" in groups
    return end - position if enough else 0


def _attribution(lines: list[str], position: int) -> int:
    """Lines of *Am … schrieb …:* (it wraps to up to three lines), with a clock time or an address in it, or right above
    a ``>``: a letter may well say *Am 3. Mai schrieb uns Ihr Mandant:*."""
    prefix = ">" if lines[position].startswith(">") else ""
    joined = ""
    for count in range(1, 4):
        if position + count > len(lines):
            return 0
        line = _unprefixed(lines[position + count - 1]) if prefix else lines[position + count - 1]
        if not line.strip() or len(line) > 300:
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if count == 1 and not (_ATTRIBUTION_START.match(line) or _ATTRIBUTION_WORD.search(line)):
            return 0
        if _ATTRIBUTION.match(joined):
            below = _next_text(lines, position + count)
            sure = (_CLOCK.search(joined) or _ADDRESS.search(joined)) and any(c.isdigit() for c in joined)
            if sure or (below is not None and below.startswith(prefix + ">")):
                return count
            return 0
    return 0


def _is_wrapped_rest(lines: list[str], position: int) -> bool:
    """The end of a long quoted line that some program wrapped and forgot to mark: short, between two marked lines."""
    above, line = lines[position - 1] if position else "", lines[position]
    below = lines[position + 1] if position + 1 < len(lines) else ""
    return above.startswith(">") and len(above) >= 66 and below.startswith(">") and len(line) <= 30


def _is_ours(block: _Block, markers: list[str]) -> bool:
    author = block.author.casefold()
    if any(marker in author for marker in markers):
        return True
    prefixed = any(line.startswith(">") for line in block.lines)
    if not markers and (prefixed or _ATTRIBUTION_WORD.search(author)):
        return True
    content = "\n".join(_unprefixed(line) for line in block.lines)
    if prefixed and not author:
        return True
    folded = content.casefold()
    return any(marker in folded for marker in markers) or _OUR_LETTER.search(content) is not None


def _unprefixed(line: str) -> str:
    return re.sub(r"^(?:>\s?)+", "", line)


def _skip_blank(lines: list[str], position: int) -> int:
    while position < len(lines) and not lines[position].strip():
        position += 1
    return position


def _next_text(lines: list[str], position: int) -> str | None:
    position = _skip_blank(lines, position)
    return lines[position] if position < len(lines) else None


def _trimmed(lines: list[str]) -> str:
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")


# --- legal disclaimers -----------------------------------------------------------------------------------------------

_DISCLAIMER_SIGNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:e-?mail|nachricht|mitteilung|message|communication)\b[^.]{0,160}\b(?:vertraulich\w*|confidential)\b"
        r"|\b(?:vertrauliche?|confidential)\b[^.]{0,80}\binformation",
        r"\b(?:nicht|kein)\s+(?:(?:der|die|die/der|der/die)\s*)?(?:richtige|beabsichtigte|vorgesehene|bestimmungsgemäße)\w*"
        r"(?:\s*/\s*\w+)?\s+(?:adressat|empfänger)|\bnot\s+(?:the|an)\s+intended\s+recipient",
        r"\birrtümlich\s+(?:erhalten|zugegangen|zugesandt)|\breceived\s+(?:this\s+[\w-]+\s+)?in\s+error",
        r"\b(?:unerlaubte|unbefugte|unautorisierte)\w*\s[^.]{0,60}\b(?:kopieren|weitergabe|weiterleitung|nutzung|verwendung)"
        r"|\bunauthori[sz]ed\s[^.]{0,60}\b(?:copying|disclosure|distribution|use)\b",
        r"\b(?:informieren|benachrichtigen|verständigen)\s+sie\s[^.]{0,60}\babsender"
        r"|\bnotify\s+(?:the\s+sender|us)\b",
        r"\b(?:vernichten|löschen)\s+sie\s+(?:bitte\s+)?(?:diese|die)\b|\bund\s+(?:vernichten|löschen)\s+(?:sie\s+)?diese"
        r"|\b(?:delete|destroy)\s+(?:this|the|all)\b",
        r"\b(?:denken|umwelt|environment)\b[^.]{0,120}\b(?:ausdruck|ausdrucken|drucken|print)",
        r"\b(?:ausschließlich|allein|nur)\s+für\s+(?:den|die)\s[^.]{0,60}\b(?:adressat|empfänger|person)"
        r"|\bintended\s+(?:solely|only|exclusively)\s+for\b",
    )
)
# A paragraph that holds any of these says something, however it goes on.
_CONTENT = re.compile(
    r"€|\bEUR\b|\beuro\b|\d,\d{2}\b|\b[A-Z]{2}\d{2}\s?\d{4}\b|\baktenzeichen\b|\baz\.|\bzeichen\s*:|\bforderung"
    r"|\brate\b|\bvergleich|\bzustimm|\bablehn",
    re.IGNORECASE,
)


def cut_disclaimers(text: str) -> tuple[str, str]:
    """Return the text without legal disclaimers, and the disclaimers.

    A disclaimer is one paragraph that shows at least two of the phrases such texts are made of and nothing a creditor
    would want to say. Only that paragraph goes: what follows it may be the claim.
    """
    kept: list[str] = []
    cut: list[str] = []
    for piece in re.split(r"(\n[ \t]*(?:\n[ \t]*)+)", text):
        (cut if _is_disclaimer(piece) else kept).append(piece)
    return "".join(kept).strip("\n"), "\n\n".join(piece.strip() for piece in cut)


def _is_disclaimer(paragraph: str) -> bool:
    if len(paragraph) < 40 or len(paragraph) > 6_000 or _CONTENT.search(paragraph):
        return False
    flat = " ".join(paragraph.split())
    return sum(sign.search(flat) is not None for sign in _DISCLAIMER_SIGNS) >= 2
