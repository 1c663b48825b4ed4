"""Words by which a reply takes its claim back, hands it on, or says that nothing is owed any more.

An ending counts wherever it stands, so its words are wide. What looks like one and ends nothing (*nicht verjährt*,
*nach Zahlung ist die Sache erledigt*, *an uns abgetreten*) is named, rule by rule, and is overlooked. A wording that
nobody has named goes to a person.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from claimstream.domain.language import Rule, Rules
from claimstream.domain.reader.layout import Span, cells, lines
from claimstream.domain.records.extraction import Ending, Evidence
from claimstream.domain.replies.lookalikes import CLAUSE, LOOKALIKES, ON, WORD
from claimstream.domain.text import Sentence, Text
from claimstream.domain.text.text import folded

PART = Rule(
    "part_let_go",
    r"{part}.{0,80}?(?:{written_off}|{waived}|{cancelled}|{taken_back})|"
    r"(?:{written_off}|{waived}|{cancelled}).{0,80}?{part}",
    takes=("Die Mahnkosten haben wir storniert.", "Wir verzichten auf die Restforderung."),
    leaves=("Wir verzichten auf unsere Forderung.", "Die Zinsen betragen 20 EUR."),
)
"""Part of the claim, or what a plan leaves of it: nothing against a plan that is accepted."""

EARLIER = Rule(
    "earlier_letter",
    rf"(?:(?:{{letter}}|{{notice}}|{{statement}})(?:{WORD}){{0,2}}? {{dated}}|"
    rf"{{former}}(?:{WORD}){{0,2}}? (?:{{letter}}|{{notice}}|{{statement}})){CLAUSE}"
    r"(?:{cancelled}|{void}|{outdated})",
    takes=("Unser Schreiben vom 3. Mai ist überholt.", "Unsere frühere Aufstellung ist damit gegenstandslos."),
    leaves=("Die beigefügte Aufstellung ist überholt.", "Die Forderung vom 3. Mai ist gegenstandslos."),
)
"""A paper that came before: nothing against a figure that this text states in another sentence."""

ENDINGS = (
    PART,
    Rule(
        "written_off",
        rf"{{written_off}}|{{books}} {ON}(?:{{owed}}|{{matter}}){ON}{{off}}(?= ?[.,!]| und| ?\Z)|"
        rf"(?:{{owed}}|{{matter}}) {{books}} {ON}{{off}}(?= ?[.,!]| und| ?\Z)",
        takes=(
            "Die Forderung wurde ausgebucht.",
            "Wir buchen den Betrag aus.",
            "Die Forderung treten wir an Beta ab.",
            "The debt has been written off.",
        ),
        leaves=("Die Zahlung wurde gebucht.",),
        but=r"{part}",
    ),
    Rule(
        "assigned",
        r"{assigned}|{new_owner}|{claim_name}{gap}{acquired}|{acquired}{gap}{claim_name}|"
        r"(?:{owed}|{matter}){gap}{handed_on}|{handed_on}{gap}(?:{owed}|{matter})|"
        r"{owner}{gap}{by_now}|{by_now}{gap}{owner}|"
        r"(?:{owed}|{matter}|{pursuit}){gap}(?:{by_now}{gap}{handled}|{handled}{gap}{by_now})|"
        r"{by_now}{gap}(?:{owed}|{matter}){gap}{handled}|{turn}{gap}{elsewhere}|"
        r"{by_now}{gap}{keeps}{gap}(?:{claim_name}|{matter})|(?:{claim_name}|{matter}){gap}{keeps}{gap}{by_now}|"
        r"(?:{claim_name}|{matter}){gap}{by_now} {at_another}(?! {in_court})|"
        r"{portfolio}{gap}(?:{acquired}|{bought}|{owner})|(?:{acquired}|{bought}|{owner}){gap}{portfolio}|"
        r"{portfolio}{gap}{keeps}{gap}{by_now}|{sold_in+sale}|"
        r"{buyer} {of_the}(?: \w{1,30})? (?:{claim_name}|{portfolio})|"
        r"{owed} steh(?:t|en){gap}{by_now}(?! uns| mir){gap}\bzu(?= ?[.,;!]| ?\Z)|{owed}{gap}{keeps}{gap}{by_now}|"
        r"{freeing}(?!.{0,80}?\bun(?:s|ser\w{0,2})\b)|{owed}{gap}{bought_up}|{by_now}{gap}{pursuit}{gap}{entrusted}|"
        r"(?:{claim_name}|\brechte\b){gap}{sits} bei de[rm](?! {in_court})|"
        r"(?:{claim_name}|{portfolio}){gap}\ban (?:die|den|das|eine?n?)\b{gap}\bgegangen\b|"
        r"\b(?:der|dem|denen) (?:die|diese|unsere) {claim_name}{gap}\bgehoer(?:t|en)\b|{elsewhere}{gap}{turn}|"
        r"(?:{claim_name}|{portfolio}){gap}{went}{gap}\ban (?:die|den|das)\b|"
        r"{went}{gap}\bueber(?= ?[.,;!]| ?\Z)",
        takes=(
            "Die Forderung haben wir an die Beta GmbH verkauft.",
            "Die Angelegenheit haben wir an die Beta Inkasso GmbH abgegeben.",
            "Inhaberin der Forderung ist seit Mai die Beta S.à r.l.",
            "Neue Gläubigerin ist die Beta AG.",
            "Die Sache wird inzwischen von der Beta Inkasso GmbH bearbeitet.",
            "Bitte wenden Sie sich künftig an die Beta GmbH.",
            "Diese Sache führt nun die Kanzlei Sommer.",
            "Die Forderung ist mittlerweile bei der Beta GmbH.",
            "Den Bestand hat die Beta GmbH übernommen.",
            "Die Forderung ging auf die Beta AG über.",
            "We have sold the debt.",
        ),
        leaves=("Gläubigerin: Alt GmbH", "Wir haben eine Erklärung abgegeben."),
    ),
    Rule(
        "mandate_ended",
        r"{mandate}{gap}(?:{ended}|{acquired})|{ended}{gap}{mandate}|{not_competent}|{acts_for}{gap}{no_more}|"
        r"(?:{owner}|{our_client}|{matter}|{pursuit}){gap}{itself}|"
        r"{our_mandate}{gap}(?:{no_more}|{handed_on})|{no_more}{gap}{our_mandate}|{none}{gap}{our_mandate} mehr\b|"
        r"{by_now}{gap}\b(?:von|durch) (?:de[rmn]|die|eine[rm]?|rechtsanw\w{1,10})(?! {in_court}){gap}{acted}",
        takes=(
            "Unser Mandat ist beendet.",
            "Die Gläubigerin hat uns den Auftrag entzogen.",
            "Wir sind in dieser Sache nicht mehr zuständig.",
            "We are no longer instructed.",
        ),
        leaves=("Der Vertrag ist beendet.", "Zuständig ist Frau Kern."),
    ),
    Rule(
        "time_barred",
        r"{barred}",
        takes=("Die Forderung ist verjährt.", "The claim is time-barred."),
        leaves=("Die Jahresrechnung liegt bei.",),
    ),
    Rule(
        "waived",
        r"{waived}|{not_pursued}|(?:{refrain}(?! sie){gap}{pursuit}|{pursuit}{gap}{refrain})|{let}{gap}{fall}|"
        r"{pursues}{gap}{not_on}",
        takes=(
            "Wir verzichten auf unsere Forderung.",
            "Die Schuld wird erlassen.",
            "Wir machen die Forderung nicht mehr geltend.",
            "Von einer weiteren Beitreibung sehen wir ab.",
            "We waive our claim.",
        ),
        leaves=("Wir machen die Forderung geltend.", "Die Zahlungen wurden eingestellt."),
        but=r"{part}",
    ),
    Rule(
        "paid_off",
        r"(?:{owed}|{matter}|{in_full}|{client_word}){gap}{cleared}|{cleared}{gap}{in_full}|"
        r"(?:{in_full}|{sum_word}){gap}{arrived}(?! sie)",
        takes=(
            "Die Rechnung ist bezahlt.",
            "Das Konto ist ausgeglichen.",
            "Der Betrag ist am 3. Mai eingegangen.",
            "Ihr Mandant hat inzwischen bezahlt.",
            "The debt has been paid in full.",
        ),
        leaves=("Bitte zahlen Sie den Betrag.", "Ihr Schreiben ist eingegangen."),
    ),
    Rule(
        "nothing_owed",
        rf"{{nothing_left}}|{{none}}(?:{WORD}){{0,3}}? (?:{{claim_name}}|{{stranger}})(?! ?[:=]| ?\d| {{currency}})|"
        rf"{{none}}(?:{WORD}){{0,3}}? {{open}}|{{claim_name}}(?: [^\s,;]{{1,30}}){{0,3}}?:? ?{{none}}(?= ?[.,]| ?\Z)|"
        r"(?:{owed}|{matter}){gap}{no_more}|{no_more}{gap}{owed}|{wants}{gap}{no_more}|"
        r"{settling}{gap}(?:{no_more}|nicht|keine|no|not) {needed}|{none} {settling}(?: is| are)? {needed}",
        takes=(
            "Wir haben keine Forderung gegen Ihren Mandanten.",
            "Es ist nichts mehr offen.",
            "Ihr Mandant ist kein Kunde von uns.",
            "Offene Posten: keine",
            "Es sind keine Rechnungen offen.",
            "There is no outstanding balance.",
        ),
        leaves=("Wir haben eine Forderung gegen Ihren Mandanten.", "Titel: keine Forderung: 20,00 EUR"),
    ),
    Rule(
        "cancelled",
        r"{cancelled}|{void}",
        takes=("Die Rechnung wurde storniert.", "Unsere Aufstellung ist überholt.", "Our invoice is void."),
        leaves=("Die Stornogebühr beträgt 5 EUR.",),
        but=r"{part}",
    ),
    Rule(
        "taken_back",
        r"(?:{owed}|{matter}|{notice}){gap}{taken_back}|{taken_back}{gap}(?:{owed}|{notice}|{creditor_list})|"
        r"(?:{owed}|{stranger}).{0,40}?{exists}(?: [^\s,;:]{1,30}){0,5}? nicht(?= ?[.,;!]| und| ?\Z)|"
        r"{exists} (?:[^\s,;:]{1,10} )?{claim_name}(?: [^\s,;:]{1,30}){0,3}? nicht(?= ?[.,;!]| und| ?\Z)|"
        r"{withdraw}.{0,40}?(?:{owed}|{notice}).{0,60}?{back}",
        takes=(
            "Die Forderung haben wir zurückgenommen.",
            "Der Bescheid wurde aufgehoben.",
            "Die Forderung besteht nicht.",
            "Wir nehmen die Forderung zurück.",
            "We withdraw our claim.",
        ),
        leaves=("Wir haben die Ware zurückgenommen.",),
    ),
    Rule(
        "done",
        r"{done}",
        takes=("Die Sache ist erledigt.", "Status: erledigt"),
        leaves=("Bitte erledigen Sie das.",),
    ),
    Rule(
        "file_closed",
        r"{matter}{gap}{closed}|{closed}{gap}{matter}",
        takes=("Wir haben die Akte geschlossen.", "Der Vorgang ist abgeschlossen.", "We have closed our file."),
        leaves=("Das Konto wurde geschlossen.", "Der Vertrag ist beendet."),
    ),
    Rule(
        "discharged",
        r"{discharged}",
        takes=("Ihm wurde Restschuldbefreiung erteilt.", "The debtor was discharged."),
        leaves=("Die Restschuld beträgt 500 EUR.",),
    ),
    Rule(
        "superseded",
        r"{outdated}|{current}{gap}{statement}{gap}{follows}|{destroy}{gap}{statement}|{statement}{gap}{no_more}|"
        r"{use}{gap}{statement} nicht(?= ?[.,!]| ?\Z)",
        takes=(
            "Die beigefügte Aufstellung ist nicht mehr aktuell.",
            "Eine aktuelle Aufstellung reichen wir nach.",
            "Please disregard our statement.",
        ),
        leaves=("Diese Aufstellung ersetzt unsere letzte.", "Die aktuelle Aufstellung liegt bei."),
    ),
    Rule(
        "mistaken",
        r"{mistaken}|{by_mistake}|(?:{client_word}|{owed})[^,;]{0,60}?(?:{unknown_here}|{not_liable})|"
        r"(?:{client_word}|{owed}){gap}{not_the_client}",
        takes=(
            "Es handelt sich um eine Verwechslung.",
            "Die Mahnung erging versehentlich.",
            "Ihr Mandant ist hier nicht bekannt.",
            "It was sent in error.",
        ),
        leaves=("Die Rechnung ist richtig.",),
    ),
    Rule(
        "status",
        r"{status_label}[ :=|-]{1,4}(?:{status}|{cleared}|{closed})",
        takes=("Status: bezahlt", "Bearbeitungsstand: abgeschlossen", "Status: closed"),
        leaves=("Status: offen", "Bezahlt wird am Monatsende."),
    ),
    EARLIER,
)
"""The sentences by which a claim ends. The first that takes a sentence names the ending."""

STATUS_CELL = Rule(
    "status_cell",
    r"\A(?:{status}|{cleared}|{closed})(?: (?:am |seit |per |on )?\d[\d. ]{3,10})?\Z",
    takes=("bezahlt", "geschlossen am 03.05.2026", "paid"),
    leaves=("offen", "bezahlt werden 20 EUR"),
)
"""A cell, or a line by itself, that is a status."""

OPEN_CELL = Rule(
    "open_cell",
    r"\A{open}\Z",
    takes=("offen", "unpaid"),
    leaves=("bezahlt", "Tag der offenen Tür"),
)
"""A cell beside which another one's status is that of one item among others."""

ASSIGNMENT_TOLD = Rule(
    "assignment_told",
    r"\A(?:die|diese|eine|der|the|this) {assignment}(?:(?! (?:an|auf|durch|von|to|by|nicht|not)\b)[^,;:]){1,120}? "
    r"{told} ?\.?\Z",
    takes=("Die Abtretung wurde Ihrer Mandantin am 14.03.2026 angezeigt.", "Die Abtretungsanzeige liegt bei."),
    leaves=("Die Abtretung an die Beta AG wurde angezeigt.", "Die Abtretung haben wir durch die Beta AG angezeigt."),
)
"""In the letter of a claim's new owner, what it says of how the claim came to it."""
TO_THE_WRITER = {"assigned_to_the_writer", "assigned_to_our_client", "bought_by_the_writer"}

_AMOUNT_CELL = re.compile(r"\d,\d\d(?!\d)")
_LONGEST = 300
"""Characters of a sentence that is quoted whole."""
_AROUND = 100
_MOST = 5
"""Endings of one rule that are kept of a text."""
_ENDINGS = Rules(*ENDINGS)
_LOOKALIKES = Rules(*LOOKALIKES)
_TO_THE_WRITER = Rules(*(rule for rule in LOOKALIKES if rule.name in TO_THE_WRITER))


def find_endings(text: Text, source_id: str) -> tuple[Ending, ...]:
    """Return the sentences, lines and cells by which the claim of a text ends, in order; of each rule the first few."""
    found: list[Ending] = []
    kept: Counter[str] = Counter()
    has_status = False
    for sentence in text.sentences:
        rules = [rule for rule in _ENDINGS.that_may_find(sentence.folded) if kept[rule.name] < _MOST]
        has_status = has_status or STATUS_CELL.needs.are_in(sentence.folded)
        if ending := _in_sentence(sentence, rules, source_id):
            kept[ending.rule] += 1
            found.append(ending)
    if has_status:
        found += islice(_in_cells(text.written, source_id), _MOST)
    if any(map(_tells_of_assignment, found)) and _is_new_owner(text):
        found = [ending for ending in found if not _tells_of_assignment(ending)]
    by_place = {ending.evidence.start: ending for ending in reversed(found)}
    return tuple(by_place[start] for start in sorted(by_place))


def _tells_of_assignment(ending: Ending) -> bool:
    return ASSIGNMENT_TOLD.find(folded(ending.evidence.quote)) is not None


def _is_new_owner(text: Text) -> bool:
    """Return True when a letter says that the claim has come to its writer, or to the writer's client."""
    return any(_TO_THE_WRITER.find(sentence.folded) for sentence in text.sentences)


def _in_sentence(sentence: Sentence, rules: Sequence[Rule], source_id: str) -> Ending | None:
    words = sentence.folded
    if not any(rule.find(words) for rule in rules):
        return None
    for rule in _LOOKALIKES.that_may_find(words):
        words = _blanked(rule, words)
    beside = _blanked(EARLIER, words)
    for rule in rules:
        if found := rule.find(words if rule is EARLIER else beside):
            return Ending(rule=rule.name, evidence=_quoted(sentence, found.start(), found.end(), source_id))
    return None


def _blanked(rule: Rule, words: str) -> str:
    """A folded sentence with blanks for what a rule takes of it; every other word keeps its place."""
    return rule.sub(lambda match: " " * len(match.group()), words) if rule.find(words) else words


def _in_cells(text: str, source_id: str) -> Iterator[Ending]:
    """The endings that stand in a cell or a line by themselves, unless others beside it are open."""
    rows = [(line, cell) for line in lines(text) for cell in cells(text, line) if cell.end - cell.start <= _AROUND]
    found = [(line, cell) for line, cell in rows if STATUS_CELL.find(folded(cell.of(text)))]
    if any(OPEN_CELL.find(folded(cell.of(text))) for _, cell in rows):
        return
    for line, cell in found:
        if _is_payment(text, cell, line):
            continue
        # With what the row says it is the status of.
        begin = max(0, cell.start - _LONGEST)
        start = max(begin, text.rfind("\n", begin, cell.start) + 1)
        evidence = Evidence(source_id=source_id, quote=text[start : cell.end], start=start)
        yield Ending(rule=STATUS_CELL.name, evidence=evidence)


def _is_payment(text: str, cell: Span, line: Span) -> bool:
    """Return True for a cell that begins a row and has an amount behind it: how much was paid, not that all was."""
    return not text[line.start : cell.start].strip() and _AMOUNT_CELL.search(text, cell.end, line.end) is not None


def _quoted(sentence: Sentence, start: int, end: int, source_id: str) -> Evidence:
    """The sentence, or as much of a long one as stands around ``folded[start:end]``."""
    written = sentence.written
    begin, stop = 0, len(written)
    if stop > _LONGEST:
        begin = max(0, _place(written, start) - _AROUND)
        stop = min(stop, begin + _LONGEST, _place(written, end) + _AROUND)
    return Evidence(source_id=source_id, quote=written[begin:stop], start=sentence.start + begin)


def _place(written: str, position: int) -> int:
    """Where in ``written`` its folded form has ``position``."""
    return bisect_left(range(len(written)), position, key=lambda length: len(folded(written[:length])))
