"""A creditor's answer to a settlement plan: accepted, declined, another offer, or unclear.

The reply is judged whole. Each sentence has a kind: it answers the plan, or it is known to change nothing beside that
answer. A plain answer among such sentences is written; one that may mean less, or stands beside what may take it back,
is unclear and goes to a person.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from claimstream.domain.language import Rule
from claimstream.domain.reader.dates import Spans
from claimstream.domain.records.extraction import Doubt, Evidence, Found, Settlement, SettlementDecision
from claimstream.domain.replies.answer_rules import (
    AGREES,
    BARE_NO,
    BARE_YES,
    BY_US,
    NO_TO_THAT,
    OFFERS,
    PERHAPS,
    SAID_BY_OTHERS,
    THINKS,
    UNDECIDED,
)
from claimstream.domain.replies.answers import (
    accepts_plainly,
    is_closed,
    refuses_plainly,
    stands_for_client,
    what_is_said,
)
from claimstream.domain.replies.beside import NO, leaves_accepted, leaves_declined, leaves_offered, ties_accepted
from claimstream.domain.replies.boxes import Box, find_boxes, find_marks
from claimstream.domain.replies.conditions import BY_LAW, REFERS_BACK, conditions_in
from claimstream.domain.replies.insertions import bare
from claimstream.domain.replies.kinds import SALUTATION
from claimstream.domain.replies.marks import Marks, spelled, without_names
from claimstream.domain.replies.offers import names_a_price, offered, offers_plainly
from claimstream.domain.replies.pieces import Piece, pieces_of
from claimstream.domain.replies.plan import ABOUT_PLAN, NAMES_PLAN
from claimstream.domain.replies.ties import UNKNOWN
from claimstream.domain.text import Sentence, Text

ACCEPTED, DECLINED = SettlementDecision.ACCEPTED, SettlementDecision.DECLINED
COUNTER_OFFER, UNCLEAR = SettlementDecision.COUNTER_OFFER, SettlementDecision.UNCLEAR

SPEAKS = Rule(
    "speaks_of_a_plan",
    ABOUT_PLAN.pattern + r"|{bare_yes}|{bare_no}|{no_to_that}|(?:\A|[,.!?] ){no_word}(?:[.,!:] |[.,!:]?\Z)",
    takes=("Ihr Plan liegt vor.", "Einverstanden.", "Abgelehnt.", "Nein. Das lehne ich ab."),
    leaves=("Die Forderung beträgt 400 EUR.",),
)
"""A reply without one of these answers no plan."""

NOT_PLAIN = "not_plain"
"""The class of an answer that says more than its answer."""

_NEAR = 3
"""Sentences back to the plan that a pronoun, or nothing, may stand for; the next one counts as well."""
SHE = re.compile(
    r"(?:sie|er|dieser?) (?:waere|ist|wuerde|koennte|bietet|schlaegt|stimmt|lehnt|nimmt|akzeptiert|verweigert|"
    r"hat|wird|kann|erklaert|verzichtet)\b"
)
"""In the sentence behind one about the writer's client."""
THEIR_CLIENT = re.compile(r"\b(?:ihre?|ihre[mnrs]|de[mnrs]|die) (?:mandant|schuldner|klient|kund)")
_CUT = re.compile(
    r",? (?:und|sowie|and) |[;:] | [–-] |, (?=(?:vielen|herzlichen|besten) dank|danke)|"
    r", (?:aber|jedoch|doch|sodass|so dass|weshalb|weswegen|but) |"
    r", (?=(?:\w{1,20} ){0,4}(?:daher|deshalb|somit|folglich|mithin|demnach|therefore)\b)"
)
_SPLICES = re.compile(r", (?=(?:wir|ich|we) \w)")
"""Between clauses that only a comma joins; beside an acceptance the first may be whose words the second tells."""
_REMARKS = re.compile(r", (?=(?:das|dies|es|der|die|ihr|dein) \w)")
"""The cut before a clause that is a sentence of its own beside a refusal: *ich lehne ab, das ist zu wenig*."""
_JOINS = re.compile(r"[,a-z;]")
"""Cuts between clauses of the same weight: behind a colon may be somebody else's words."""
_TURNS = re.compile(r"aber|jedoch|doch|but|dass|wes")
"""Cuts whose second half is the answer."""
_REPORTS = re.compile(r"\b(?:dass|ob|that|whether)\b")
_MOST_CUTS = 8
_LONGEST_LETTER = 6_000
"""Characters."""
_FIGURES_OF_STATEMENT = 3
"""Lines with an amount from which on an attachment is a statement."""
WORD_OF_CONSENT = Rule(
    "word_of_consent",
    r"{consent_noun}",
    takes=("Wir erklären unsere Zustimmung zu dem Zahlungsplan.", "Our consent is attached."),
    leaves=("Wir lehnen den Plan ab.",),
    but=r"\b(?:kein\w{0,3}|nicht|no|not)\b",
)
_PLURAL = re.compile(r"\b(\w{3,20})\((?:e?n|en)\)")
_AS_ONE = re.compile(r"\bich (?:\w{1,20} )?/ ?wir (\w)")
"""How forms leave to their signer who it is: *Ich/Wir stimme(n)*, *ich stimme / wir stimmen*."""


@dataclass(frozen=True)
class _Answer:
    decision: SettlementDecision
    start: int
    end: int
    conditions: tuple[str, ...] = ()
    counter_offer: Decimal | None = None
    doubt: tuple[str, Sentence] | None = None
    """The class of meaning that makes an acceptance unclear, and its sentence."""


class Part(StrEnum):
    """What a text is in its mail."""

    SUBJECT = "the subject"
    """Judged as a heading."""
    BODY = "body"
    ATTACHMENT = "attachment"
    """It may be a statement or a contract: only what it says of the plan counts."""


def read_settlement(text: Text, source_id: str, sender: str = "") -> Found[Settlement] | None:
    """Return the answer, with an acceptance's conditions and another offer's amount; None if there is none.

    Args:
        sender: display name and address that the text comes from, by which a writer may call itself.
    """
    if not _speaks(text):
        return None
    answer = _Reply(text, sender).answer()
    if answer is None:
        return None

    def evidence(start: int, end: int) -> Evidence:
        return Evidence(source_id=source_id, quote=text.written[start:end][:400], start=start)

    doubt = None
    if answer.doubt:
        rule, sentence = answer.doubt
        doubt = Doubt(rule=rule, evidence=evidence(sentence.start, sentence.end))
    return Found[Settlement](
        value=Settlement(
            decision=answer.decision,
            conditions=answer.conditions,
            counter_offer_amount=answer.counter_offer,
            doubt=doubt,
        ),
        confidence=1.0,
        evidence=evidence(answer.start, answer.end),
    )


def _speaks(text: Text) -> bool:
    return any(SPEAKS.find(sentence.folded) for sentence in text.sentences)


def taken_back(text: Text, decision: SettlementDecision, part: "Part") -> str | None:
    """Return a sentence of another part of the mail that may take an answer back; None if there is none."""
    if part is not Part.SUBJECT and decision in {ACCEPTED, DECLINED} and _speaks(text):
        answer = _Reply(text).answer()
        if answer is not None and answer.decision is decision and not answer.conditions:
            return None
    pieces = list(pieces_of(text, Marks(text.written)))
    tells = part is not Part.ATTACHMENT or _is_letter(text.written, pieces)
    for read in pieces:
        piece = replace(read, outside=read.outside or part is Part.SUBJECT)
        if not (tells or NAMES_PLAN.find(piece.low)):
            continue
        said = what_is_said(piece.low)
        if decision is ACCEPTED:
            leaves = accepts_plainly(piece.low, plan_known=True) or (said is None and leaves_accepted(piece, (), ()))
        elif decision is DECLINED:
            consents = said is not DECLINED and WORD_OF_CONSENT.find(piece.low)
            leaves = refuses_plainly(piece.low, plan_known=True) or (
                said is None and not consents and leaves_declined(piece)
            )
        else:
            leaves = said in {None, DECLINED, COUNTER_OFFER} and leaves_offered(piece)
        if not leaves:
            return piece.sentence.written
    return None


def _is_letter(text: str, pieces: Sequence[Piece]) -> bool:
    """Return whether an attachment is a letter, whose words count; a statement, a contract or its terms is none."""
    return len(text) <= _LONGEST_LETTER and sum("#money" in piece.low for piece in pieces) < _FIGURES_OF_STATEMENT


def open_door(text: Text) -> str | None:
    """Return a sentence beside a refusal in the same text that leaves a door open; None if there is none."""
    return next(
        (
            piece.sentence.written
            for piece in _Reply(text)._pieces
            if not (what_is_said(piece.low) is DECLINED or leaves_declined(piece))
        ),
        None,
    )


def bears_out(text: Text, decision: SettlementDecision, start: int, end: int) -> bool:
    """Return whether a text lets an answer count that somebody else has read at ``text.written[start:end]``.

    One sentence there must give this answer to the plan, and none of the text another one, a condition, or a word by
    which the answer may be less. Beside an acceptance, sentences that nobody knows may stand: they are what the other
    reader is for.
    """
    return decision in {ACCEPTED, DECLINED} and _speaks(text) and _Reply(text).bears_out(decision, start, end)


class _Reply:
    """One text, its pieces, and what each of them says of the plan."""

    def __init__(self, text: Text, sender: str = "") -> None:
        self._marks = Marks(text.written)
        self._boxes = find_boxes(text.written)
        self._names: list[bool] = []
        lines = Spans(list({(box.start, box.end) for box in self._boxes}))
        # Boxes that answer nothing may be the bullets of a list: their lines count.
        left_out = lines if any(self._says(box) is not None for box in self._boxes) else Spans([])
        self._pieces = [piece for piece in pieces_of(text, self._marks, sender) if not left_out.overlap(*_place(piece))]
        for number, piece in enumerate(self._pieces[1:], start=1):
            before = self._pieces[number - 1]
            told = SHE.match(piece.low) and stands_for_client(piece.low, before.low)
            if told and not THEIR_CLIENT.search(before.marked.lower()):
                self._pieces[number] = replace(piece, low=f"unsere mandantin {piece.low.partition(' ')[2]}")
        self._names = [NAMES_PLAN.find(piece.low) is not None for piece in self._pieces]
        about = [ABOUT_PLAN.find(piece.low) is not None for piece in self._pieces]
        self._said = {
            number: said
            for number, piece in enumerate(self._pieces)
            if (any(about[max(0, number - 1) : number + 2]) or self._is_bare(number))
            and (said := what_is_said(piece.low)) is not None
            and not BY_LAW.find(piece.low)
        }
        if ACCEPTED not in self._said.values():
            prices = (n for n, piece in enumerate(self._pieces) if self._said.get(n) in {None, UNCLEAR})
            # "Mit der Zahlung von 300 EUR einverstanden" agrees to a sum that was named before, by whomever.
            self._said |= {
                n: UNCLEAR if what_is_said(low) is ACCEPTED else COUNTER_OFFER
                for n in prices
                if names_a_price(low := self._pieces[n].low)
            }
        if self._said:
            # A mark that nobody knows may be a box that nobody ticked.
            marked = Spans([(mark, mark + 1) for mark in find_marks(text.written)])
            for number in [n for n, said in self._said.items() if said in {ACCEPTED, DECLINED}]:
                place = _place(self._pieces[number])
                if marked.overlap(*place) or lines.overlap(*place):
                    self._said[number] = UNCLEAR

    @cached_property
    def _opening(self) -> int:
        """The number of the first piece that is neither greeting nor letterhead."""
        opens = (
            number
            for number, piece in enumerate(self._pieces)
            if not (piece.outside or piece.is_name or SALUTATION.find(piece.sentence.folded))
        )
        return next(opens, len(self._pieces))

    def _is_bare(self, number: int) -> bool:
        """Return whether a piece answers by itself, or by a pronoun for what was asked, as a reply's first words do."""
        low = self._pieces[number].low
        if BARE_YES.find(low) or BARE_NO.find(low):
            return True
        if self._opening < number:
            return NO.fullmatch(self._pieces[self._opening].low) is not None and what_is_said(low) is DECLINED
        return NO_TO_THAT.find(low) is not None

    def answer(self) -> _Answer | None:
        if self._boxes and (chosen := self._chosen()) is not None:
            return chosen
        if not self._said:
            return self._announced()
        decision = _one_of(set(self._said.values()))
        number = next((n for n, said in self._said.items() if said is decision), next(iter(self._said)))
        quoted = self._pieces[number].sentence
        answer = _Answer(decision, quoted.start, quoted.end)
        if decision in {ACCEPTED, COUNTER_OFFER}:
            answer = replace(answer, conditions=self._conditions())
        if decision is COUNTER_OFFER:
            return replace(answer, counter_offer=self._counter_offer())
        if answer.conditions or self._is_plain(decision):
            return answer
        return replace(answer, decision=UNCLEAR, doubt=self._doubt() if decision is ACCEPTED else None)

    def _chosen(self) -> _Answer | None:
        """The answer of a form by its one ticked box; None if its boxes are about something else."""
        options = [(box, self._says(box)) for box in self._boxes]
        answering = [(box, said) for box, said in options if said is not None]
        if not answering:
            return None
        start, end = answering[0][0].start, answering[-1][0].end
        ticked = [(box, said) for box, said in options if box.ticked]
        filled = any(
            OFFERS.find(without_names(spelled(b.statement))) and self._marks.values(b.start, b.end) for b, _ in options
        )
        if filled or len(ticked) != 1 or ticked[0][1] in {None, UNCLEAR, COUNTER_OFFER} or self._said:
            return _Answer(UNCLEAR, start, end)
        box, decision = ticked[0]
        assert decision is not None
        leaves = self._leaves(decision)
        if conditions := self._conditions() if decision is ACCEPTED else ():
            return _Answer(decision, box.start, box.end, conditions)
        plain = all(map(leaves, self._pieces))
        return _Answer(decision if plain else UNCLEAR, box.start, box.end)

    def _says(self, box: Box) -> SettlementDecision | None:
        """The plain answer that a box stands for; unclear if it may be one."""
        low = _AS_ONE.sub(r"wir \1", _PLURAL.sub(r"\1n", without_names(spelled(box.statement))))
        said = what_is_said(low)
        if said is ACCEPTED and accepts_plainly(low, plan_known=any(self._names)):
            return DECLINED if box.contrary else ACCEPTED
        if said is DECLINED and refuses_plainly(low, plan_known=any(self._names)) and not box.contrary:
            return DECLINED
        return None if said is None and not NAMES_PLAN.find(low) else UNCLEAR

    def _is_plain(self, decision: SettlementDecision) -> bool:
        """Whether one sentence at least decides it plainly, and no other leaves room for another reading."""
        if decision not in {ACCEPTED, DECLINED}:
            return False
        leaves = self._leaves(decision)
        answering = [self._plainly(number, decision, leaves) for number in range(len(self._pieces))]
        return any(answering) and all(
            plain
            or (self._said.get(number) in {None, decision} and leaves(self._pieces[number]))
            or (decision is DECLINED and self._refuses_too(self._pieces[number].low))
            for number, plain in enumerate(answering)
        )

    def bears_out(self, decision: SettlementDecision, start: int, end: int) -> bool:
        """As the function of this name."""
        if self._boxes or set(self._said.values()) != {decision} or self._conditions():
            return False
        leaves = self._leaves(decision, unknown=True)
        plain = {number for number in self._said if self._plainly(number, decision, leaves)}
        quoted = any(start < self._pieces[n].sentence.end and self._pieces[n].sentence.start < end for n in plain)
        return quoted and all(
            number in plain or leaves(piece) or (decision is DECLINED and self._refuses_too(piece.low))
            for number, piece in enumerate(self._pieces)
        )

    @staticmethod
    def _refuses_too(low: str) -> bool:
        return what_is_said(low) is DECLINED and refuses_plainly(low, plan_known=True)

    def _doubt(self) -> tuple[str, Sentence] | None:
        """The sentence that makes an acceptance unclear: one beside a plain answer, or the answer itself."""
        leaves = self._leaves(ACCEPTED)
        plain = [self._plainly(number, ACCEPTED, leaves) for number in range(len(self._pieces))]
        for number, piece in enumerate(self._pieces):
            if plain[number]:
                continue
            rule = NOT_PLAIN if number in self._said else self._tie(piece) if any(plain) else None
            if rule:
                return rule, piece.sentence
        return None

    def _plainly(self, number: int, decision: SettlementDecision, leaves: Callable[[Piece], bool]) -> bool:
        """Whether a piece, or one half of it beside a harmless one, decides so and says nothing else."""
        if self._said.get(number) is not decision:
            return False
        low = self._pieces[number].low
        if decision is DECLINED and (SAID_BY_OTHERS.find(low) or PERHAPS.find(low)):
            return False
        judge = accepts_plainly if decision is ACCEPTED else refuses_plainly
        piece = self._pieces[number]
        around = self._names[max(0, number - _NEAR) : number] + self._names[number + 1 : number + 2]
        known = any(around) or self._is_bare(number)
        if judge(piece.low, plan_known=known) or (decision is ACCEPTED and _accepts_twice(piece.low, plan_known=known)):
            return True
        for cut in _REMARKS.finditer(piece.low) if decision is DECLINED else ():
            rest = piece.low[cut.end() :]
            remark = replace(piece, low=rest, marked=rest, sentence=_sentence(piece, rest))
            if judge(piece.low[: cut.start()], plan_known=known) and self._adds_nothing(remark, decision, leaves):
                return True
        splices = _SPLICES.finditer(piece.low) if decision is DECLINED else ()
        for cut in [*_CUT.finditer(piece.low), *splices][:_MOST_CUTS]:
            head, tail = piece.low[: cut.start()], piece.low[cut.end() :]
            subject = BY_US.find(head)
            carried = f"{subject.group()} {tail}" if subject and not BY_US.find(tail) else tail
            reports = _REPORTS.search(bare(head)) or THINKS.find(head)
            apart = _JOINS.search(cut.group()) is not None and reports is None
            for said, rest, near in ((head, tail, known), (carried, head, known or NAMES_PLAN.find(head) is not None)):
                if rest is tail and _TURNS.search(cut.group()):
                    continue
                half = replace(piece, low=rest, marked=rest, half=True, apart=apart, sentence=_sentence(piece, rest))
                if judge(said, plan_known=near) and self._adds_nothing(half, decision, leaves):
                    return True
        return False

    def _announced(self) -> _Answer | None:
        """A decision on the plan that is told of and is not in the text; None if there is none."""
        piece = next((p for p in self._pieces if NAMES_PLAN.find(p.low) and UNDECIDED.find(bare(p.low))), None)
        return None if piece is None else _Answer(UNCLEAR, piece.sentence.start, piece.sentence.end)

    @staticmethod
    def _adds_nothing(half: Piece, decision: SettlementDecision, leaves: Callable[[Piece], bool]) -> bool:
        """Return whether the other half of an answer is harmless, or one more refusal, of whatever."""
        also = what_is_said(half.low)
        if also is None:
            return leaves(half)
        return decision is DECLINED is also and is_closed(AGREES.without(half.low))

    def _leaves(self, decision: SettlementDecision, *, unknown: bool = False) -> Callable[[Piece], bool]:
        """The judge of the pieces beside an answer; ``unknown``: beside an acceptance they may be of no known kind."""
        if decision is DECLINED:
            return leaves_declined
        ties_nothing = {None, UNKNOWN} if unknown else {None}
        return lambda piece: self._tie(piece) in ties_nothing

    def _tie(self, piece: Piece) -> str | None:
        """The class of meaning by which a piece beside an acceptance may change it."""
        return ties_accepted(piece, self._sums, self._amounts(piece))

    @cached_property
    def _sums(self) -> set[Decimal]:
        """The amounts that the acceptance names."""
        accepting = [self._pieces[number] for number, said in self._said.items() if said is ACCEPTED]
        return {value for piece in accepting for value in self._amounts(piece)}

    def _amounts(self, piece: Piece) -> list[Decimal]:
        return [amount.value for amount in self._marks.values(*_place(piece)) if amount.value is not None]

    def _conditions(self) -> tuple[str, ...]:
        """The clauses that tie the answer to something; *under this condition* only where nothing says which."""
        found = [(REFERS_BACK.find(p.low) is not None, c) for p in self._pieces for c in conditions_in(p.sentence)]
        named = [condition for back, condition in found if not back]
        return tuple(dict.fromkeys(named or [condition for _, condition in found]))

    def _counter_offer(self) -> Decimal | None:
        """The one amount that the creditor names; None for a rate, for several amounts, and where a word is unsure."""
        wanted: set[Decimal] = set()
        used = set()
        for number, said in self._said.items():
            if said is not COUNTER_OFFER:
                continue
            used.add(number)
            if not offers_plainly(self._pieces[number].low):
                return None
            # "Unser Gegenvorschlag:" may have its amount in the next sentence or line.
            for near in (number, number + 1):
                if near >= len(self._pieces):
                    break
                piece = self._pieces[near]
                amounts = self._marks.values(*_place(piece))
                if not amounts:
                    continue
                values = offered(piece.low, amounts)
                if values is None or not offers_plainly(piece.low):
                    return None
                used.add(near)
                wanted |= values
                break
        if len(wanted) != 1:
            return None
        for number, piece in enumerate(self._pieces):
            if number not in used and self._said.get(number) is not DECLINED and not leaves_offered(piece):
                return None
        return wanted.pop()


def _one_of(decisions: set[SettlementDecision]) -> SettlementDecision:
    """One out of all sentences: a refusal beside another offer is the other offer; yes beside no is unclear."""
    clear = decisions - {UNCLEAR}
    if clear == {DECLINED, COUNTER_OFFER}:
        return COUNTER_OFFER
    if len(clear) != 1:
        return UNCLEAR
    # "Wir haben geprüft und lehnen ab" is a refusal; "wir stimmen zu, prüfen aber noch" is no acceptance.
    only = next(iter(clear))
    return UNCLEAR if only is ACCEPTED and UNCLEAR in decisions else only


def _accepts_twice(low: str, *, plan_known: bool) -> bool:
    """Return whether a marked sentence says yes in each of two clauses: *das passt, ich nehme ihn an*."""
    plan_known = plan_known or NAMES_PLAN.find(low) is not None
    return any(
        accepts_plainly(low[: cut.start()], plan_known=plan_known)
        and accepts_plainly(low[cut.end() :], plan_known=True)
        for cut in [*_SPLICES.finditer(low)][:_MOST_CUTS]
    )


def _place(piece: Piece) -> tuple[int, int]:
    return piece.sentence.start, piece.sentence.end


def _sentence(piece: Piece, part: str) -> Sentence:
    return Sentence(piece.sentence.start, piece.sentence.end, part, part)
