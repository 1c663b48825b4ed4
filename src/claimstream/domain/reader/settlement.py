"""A creditor's answer to a settlement plan: accepted, declined, another offer, or unclear.

Sentence by sentence; what a sentence says counts with its negation. Sentences that contradict each other are unclear,
and so is every answer that is not plain (``plain_answers``): only a plain one may be written.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from claimstream.domain.reader.amounts import find_amounts
from claimstream.domain.reader.layout import Span, lowered
from claimstream.domain.reader.plain_answers import (
    CLOSING,
    SALUTATION,
    changes_nothing,
    is_final,
    offers_plainly,
    plainly_accepts,
    plainly_refuses,
    undisturbed,
)
from claimstream.domain.reader.sentences import sentences
from claimstream.domain.records.extraction import AmountFlaw, Evidence, Found, Settlement, SettlementDecision

_PLAN = re.compile(
    r"(?<![\w])(?:[\w-]{0,30}plan(?:s|es|e|ung|vorschlag\w*|entwurf\w*)?|[\w-]{0,30}vergleich(?:s\w*|e\w?)?|"
    r"[\w-]{0,30}vorschl(?:ag|age|ags|ages|äge|ägen|aege)|[\w-]{0,30}angebot\w{0,2}|schuldenbereinigung\w*|"
    r"regulierung\w*|quote|einigung\w*|"
    r"forderungsverzicht\w*|teilverzicht\w*|verzicht\w*|settlement\w*|proposals?|offers?|einmalzahlung\w*|"
    r"ratenzahlung\w*|regelung\w*|composition|nullplan)(?![\w])"
)
_SPEAKER = re.compile(
    r"\b(?:wir|uns|unser\w{0,2}|ich|mandant\w*|mandantschaft|auftraggeber\w*|hiermit|wird|werden|gläubiger\w*|"
    r"we|us|our|i|hereby|is|are|client|kann|können|konnte|erfolgt|besteht|bestehen|namens|finanzamt|bank|kasse|gesellschaft|"
    r"haus)\b"
)
_NOT = (
    r"(?:nicht|kein\w{0,2}|not|no|never|n't|cannot|unable|weder|nie|niemals|keinesfalls|keineswegs|neither|nor|"
    r"außerstande|au(?:ß|ss)er\s+stande)"
)
_ACCEPT = re.compile(
    r"\bstimm(?:en|t|e)\b[^!?;]{0,160}?\bzu\b(?!\s+(?:sein|können|dürfen|wollen|spät))|\bzu(?:ge)?stimm(?:en|"
    r"t)\b|\bzuzustimmen\b|\b(?:erteil|geb|erklär)\w*\b[^!?;]{0,80}?\bzustimmung\b|"
    r"\bzustimmung\b[^!?;]{0,60}?\b(?:erteilt|erteilen|gegeben|erklärt)\b|"
    r"\bkeine\s+zustimmung\b|"
    r"\beinverstanden\b|\beinverständnis\b|\b(?:nehmen|nimmt|nehme)\b[^!?;]{0,160}?\ban(?=[\s.,;!]*$|[.,;!]|"
    r"\s+(?:und|sofern|wenn))|\bannehmen\b|\bangenommen\b|\bakzeptier\w*|\bkein\w{0,2}\s+(?:einw[aä]nd\w*|"
    r"bedenken|einwendung\w*)|\bzusage\b|"
    r"\baccept(?:s|ed|ing)?\b|\bagree(?:s|d)?\b|\bconsent(?:s|ed)?\b|\bno\s+objections?\b|\bapprov(?:e|es|ed|al)\b"
)
_REFUSE = re.compile(
    r"\blehn(?:en|t|e)\b[^!?;]{0,160}?\bab\b|\bab(?:ge)?lehn(?:en|t)\b|\babzulehnen\b|\bablehnung\b|"
    r"\bverweiger\w*|\bversag(?:en|t)\b|\bweisen\b[^!?;]{0,100}?\bzurück\b|\bzurück(?:ge)?wiesen?\b|"
    r"\bzurückweisen\b|"
    r"\bnicht\s+in\s+der\s+lage\b|\b(?:kommt|kommen)\b[^!?;]{0,60}?\bnicht\s+in\s+(?:betracht|frage)\b|"
    r"\bnicht\s+(?:möglich|akzeptabel|annehmbar|zustimmungsfähig|nähertreten|näher\s+treten|folgen|"
    r"entsprechen|einlassen)\b|\bscheidet\b[^!?;]{0,40}?\baus\b|"
    r"\breject(?:s|ed|ion)?\b|\bdecline[sd]?\b|\brefuse[sd]?\b|\bunable\s+to\b|\bunacceptable\b|\b(?:erheben|"
    r"haben|machen)\b[^!?;]{0,40}?(?<!keine )(?<!keinerlei )\beinw(?:ände|endungen)\b"
)
_COUNTER = re.compile(
    r"\bgegen(?:vorschlag|angebot)\w*|\bcounter[\s-]?(?:offer|proposal)\w*|\b(?:wären|wäre|sind|ist|"
    r"erklären\s+uns|würden)\b[^!?;]{0,80}?\bbereit\b|\bbereitschaft\b|\b(?:bieten|biete|"
    r"bietet)\b[^!?;]{0,120}?\ban\b|"
    r"\bschlagen\b[^!?;]{0,120}?\bvor\b|\bschlage\b[^!?;]{0,120}?\bvor\b|\bvorstellen\b|"
    r"\balternativ(?:vorschlag|angebot|)\w{0,2}\b|\bim\s+gegenzug\b|\b(?:prepared|willing|"
    r"ready)\s+to\s+(?:accept|settle|agree|consider)\b|\bwould\s+(?:accept|settle|agree|consider)\b|"
    r"\binstead\s+(?:we\s+)?(?:propose|offer)\b|\bwe\s+(?:propose|offer|suggest)\b|\bmindestens\b|"
    r"\bmindestbetrag\w*|\bmindestquote\w*|\bat\s+least\b|\berhöh(?:en|ung)\b[^!?;]{0,40}?\b(?:quote|angebot|"
    r"betrag)\b|\bnachbesser\w*"
)
_OPEN = re.compile(
    r"\b(?:prüfen|prüft|überprüfen|in\s+prüfung|wird\s+(?:\w+\s+){0,3}geprüft)\b|\bnoch\s+(?:nicht|"
    r"keine)\b[^!?;]{0,60}?\b(?:entschieden|entscheidung|entscheiden|abschließend)\b|"
    r"\bentscheidung\b[^!?;]{0,60}?\b(?:folgt|mitteilen|steht|vorbehalten|treffen)\b|"
    r"\bunder\s+review\b|\bconsidering\b|\breviewing\b|\bgrundsätzlich\b|\bprinzipiell\b|\bin\s+principle\b|"
    r"\bnur\s+teilweise\b|\bteilweise\b"
)
_CONDITION = re.compile(
    r"\bnur,?\s+(?:wenn|falls|dann|unter|sofern|bei|gegen)\b|\bsofern\b|\bsoweit\b|\bvorbehaltlich\b|"
    r"\bvorbehalt\w{0,2}\b|\bvorausgesetzt\b|\bunter\s+(?:den?\s+|der\s+|folgende[nr]\s+|"
    r"nachstehende[nr]\s+)?(?:voraussetzung|bedingung|vorbehalt|maßgabe)(?:en)?\b|"
    r"\b(?:voraussetzung|bedingung)\s+(?:ist|hierfür|dafür|dabei)\b|\bunter\s+der\s+auflage\b|\bonly\s+if\b|"
    r"\bprovided\s+(?:that|the|we|you)?\b|\bsubject\s+to\b|\bon\s+(?:the\s+)?condition\b|\bconditional\w*\b|"
    r"\bso\s+long\s+as\b|\bas\s+long\s+as\b|\bsolange\b|\berst\s+(?:wenn|nach)\b"
)
# Beside an acceptance a plain "if" makes a condition too.
_IF = re.compile(r"\bwenn\b|\bfalls\b|\bif\b|\bunless\b|\bes\s+sei\s+denn\b|\bexcept\b")
_COURTESY = re.compile(
    r"\b(?:sofern|soweit|wenn|falls|sollten|if|should)\b[^!?;]{0,60}?\b(?:fragen|rückfragen|questions?|"
    r"queries|wünschen|möchten|benötigen|require|need)\b|\b(?:sofern|soweit|falls|"
    r"wenn)\s+(?:noch\s+)?(?:nicht\s+)?(?:bereits\s+|schon\s+)?(?:geschehen|erfolgt|vorhanden|bekannt|"
    r"möglich)\b"
)
_QUESTION = re.compile(
    r"\bob\b|\bwhether\b|\?\s*$|\bbitten\s+(?:wir\s+)?(?:sie\s+)?um\s+(?:ihre\s+)?zustimmung\b|"
    r"\bbitten\s+sie\s+um\b|\bum\s+(?:(?:unsere|ihre|die)\s*)?zustimmung\s+(?:zu|gebeten|bitten|baten)"
)
_OTHERS = re.compile(
    r"\b(?:alle|anderen|übrigen|sämtliche|mehrheit|other|all|majority)\b[^!?;]{0,30}\b(?:gläubiger\w*|creditors)\b"
)
_SUBJUNCTIVE = re.compile(r"\b(?:würden?|könnten?|wären?|would|could|might)\b")
_NEGATION = re.compile(rf"\b{_NOT}\b|n't\b")
_NO_OBJECTION = re.compile(
    r"\bkein\w{0,2}\s+(?:einw[aä]nd\w*|bedenken|einwendung\w*)|\bno\s+objections?\b|\bnicht\s+nur\b|"
    r"\bnicht\s+(?:zuletzt|mehr\s+erforderlich)\b|\bkeine\s+(?:weiteren\s+)?(?:forderungen|ansprüche)\b"
)
_NOT_THE_OFFER = re.compile(
    r"(?:\bihr\w{0,2}\s+(?:\w+\s+){0,2}(?:angebot\w*|vorschlag\w*|plan\w*|vergleich\w*)|\bangebotene[nrsm]?|"
    r"\bvorgeschlagene[nrsm]?|\bstatt|\banstelle|\banstatt|\binstead\s+of|\byour\s+(?:\w+\s+){0,2}(?:offer|"
    r"proposal)|(?<!vergleichs)(?<!teil)\b\w*forderung\w*|"
    r"\brestschuld|\bmonatlich\w*|\braten?\b|\bje\b|\bclaim\b|\bdebt\b|\boffered|\bproposed|\bschuld\w*|"
    r"\bsaldo)\b[^.!?;:\d]{0,50}\Z"
)
_MONTHLY = re.compile(
    r"\s*(?:/\s?monat|(?:pro|im|je|per|a)\s+(?:monat|month)|monatlich|mtl|monthly|angeboten|geboten|offered|proposed)"
)


@dataclass(frozen=True, slots=True)
class _Statement:
    decision: SettlementDecision
    span: Span


def read_settlement(text: str, source_id: str) -> Found[Settlement] | None:
    """The answer, with the conditions of an acceptance and the amount of another offer; None where there is none."""
    low = lowered(text)
    if not _PLAN.search(low):
        return None
    spans = sentences(text)
    statements: list[_Statement] = []
    for number, span in enumerate(spans):
        context = low[spans[max(0, number - 1)].start : spans[min(len(spans) - 1, number + 1)].end]
        if not _PLAN.search(context):
            continue
        statements += _statements(low, span)
    if not statements:
        return None
    decision = _decision({s.decision for s in statements})
    conditions = _conditions(text, low, spans, statements) if decision is not SettlementDecision.DECLINED else ()
    if not conditions and not _plain(text, low, spans, statements, decision):
        decision = SettlementDecision.UNCLEAR
    amount = None
    if decision is SettlementDecision.COUNTER_OFFER:
        offers = [s.span for s in statements if s.decision is SettlementDecision.COUNTER_OFFER]
        answered = {s.span for s in statements}
        if all(is_final(span.of(text)) for span in spans if span not in answered):
            amount = _offered(text, low, spans, offers)
    span = next((s.span for s in statements if s.decision is decision), statements[0].span)
    quote = text[span.start : span.end][:400]
    return Found[Settlement](
        value=Settlement(decision=decision, conditions=conditions, counter_offer_amount=amount),
        confidence=1.0,
        evidence=Evidence(source_id=source_id, quote=quote, start=span.start),
    )


def _statements(low: str, span: Span) -> list[_Statement]:
    """What one sentence decides. Main clauses are judged apart where *aber*, *jedoch* or *but* parts them."""
    sentence = low[span.start : span.end]
    if _QUESTION.search(sentence) or not _SPEAKER.search(sentence):
        return []
    found: list[SettlementDecision] = []
    parts = re.split(r"(?:,|\s[–-])\s*(?:aber|jedoch|allerdings|sondern|but|however)\s", sentence)
    for part in parts:
        refused = bool(_REFUSE.search(part))
        accepted = _ACCEPT.search(part) is not None
        counter = bool(_COUNTER.search(part))
        negated = bool(_NEGATION.search(_NO_OBJECTION.sub(" ", _CONDITION.sub(" ", part))))
        others = bool(_OTHERS.search(part)) and not re.search(r"\b(?:wir|we|hiermit|hereby)\b", _OTHERS.sub(" ", part))
        if others:
            continue
        if counter and not (negated and not refused and not accepted):
            found.append(
                SettlementDecision.DECLINED
                if negated and re.search(r"\bnicht\s+bereit\b|\bnot\s+(?:prepared|willing)\b|\bunwilling\b", part)
                else SettlementDecision.COUNTER_OFFER
            )
            if accepted and negated and re.search(r"\bnicht\s+(?:\w+\s+)?(?:zustimmen|annehmen|akzeptieren)", part):
                found.append(SettlementDecision.DECLINED)
        elif refused and accepted and re.search(r"\b(?:verweiger|versag)", part):
            found.append(SettlementDecision.DECLINED)
        elif refused:
            double = re.search(
                r"\bnicht\s+(?:ab(?:ge)?lehn|ab\b|zurück)|\b(?:do|does|did|will)\s+not\s+(?:reject|decline|refuse)",
                part,
            )
            found.append(SettlementDecision.UNCLEAR if double else SettlementDecision.DECLINED)
        elif accepted and negated:
            found.append(
                SettlementDecision.UNCLEAR if _OPEN.search(part) and "noch" in part else SettlementDecision.DECLINED
            )
        elif accepted and (_OPEN.search(part) or _SUBJUNCTIVE.search(part)):
            found.append(SettlementDecision.UNCLEAR)
        elif accepted:
            found.append(SettlementDecision.ACCEPTED)
        elif _OPEN.search(part) and _PLAN.search(part):
            found.append(SettlementDecision.UNCLEAR)
    return [_Statement(decision, span) for decision in found]


def _decision(decisions: set[SettlementDecision]) -> SettlementDecision:
    """One out of all sentences: a refusal beside another offer is the other offer; yes beside no is unclear."""
    clear = decisions - {SettlementDecision.UNCLEAR}
    if clear == {SettlementDecision.DECLINED, SettlementDecision.COUNTER_OFFER}:
        return SettlementDecision.COUNTER_OFFER
    if len(clear) != 1:
        return SettlementDecision.UNCLEAR
    # "Wir haben geprüft und lehnen ab" is a refusal; "wir stimmen zu, prüfen aber noch" is no acceptance.
    only = next(iter(clear))
    if only is SettlementDecision.ACCEPTED and SettlementDecision.UNCLEAR in decisions:
        return SettlementDecision.UNCLEAR
    return only


def _plain(
    text: str, low: str, spans: tuple[Span, ...], statements: list[_Statement], decision: SettlementDecision
) -> bool:
    """Whether nothing in the whole text leaves room for another reading of the decision."""
    written = [span.of(text) for span in spans]
    before = ["", *written]
    if decision is SettlementDecision.ACCEPTED:
        salutation, closing = SALUTATION.search(low), CLOSING.search(low)
        begin = salutation.start() if salutation else 0
        end = closing.start() if closing else len(text)
        accepting = [plainly_accepts(sentence, before[i]) for i, sentence in enumerate(written)]
        return any(accepting) and all(
            accepts or (changes_nothing(sentence) if begin <= span.start < end else undisturbed(sentence))
            for span, sentence, accepts in zip(spans, written, accepting, strict=True)
        )
    if decision is SettlementDecision.DECLINED:
        refusing = {s.span for s in statements if s.decision is SettlementDecision.DECLINED}
        return any(
            plainly_refuses(sentence, before[i]) for i, sentence in enumerate(written) if spans[i] in refusing
        ) and all(map(is_final, written))
    return True


def _conditions(text: str, low: str, spans: tuple[Span, ...], statements: list[_Statement]) -> tuple[str, ...]:
    """The clauses that make an answer conditional, as written."""
    accepting = {s.span for s in statements if s.decision in {SettlementDecision.ACCEPTED, SettlementDecision.UNCLEAR}}
    found = []
    for span in spans:
        courtesy = [match.span() for match in _COURTESY.finditer(low, span.start, span.end)]
        for pattern in (_CONDITION, _IF) if span in accepting else (_CONDITION,):
            match = pattern.search(low, span.start, span.end)
            if match and not any(a <= match.start() < b for a, b in courtesy):
                found.append(" ".join(text[match.start() : span.end].split()).rstrip(" .")[:300])
                break
    return tuple(dict.fromkeys(found))


def _offered(text: str, low: str, spans: tuple[Span, ...], offers: list[Span]) -> Decimal | None:
    """The one amount the other offer names; None for a monthly rate, or where several amounts stand there."""
    wanted: set[Decimal] = set()
    everything = find_amounts(text)
    for offer in offers:
        number = spans.index(offer)
        # "Unser Gegenvorschlag:" may have its amount in the next sentence or line
        stretches = [offer, *spans[number + 1 : number + 2]]
        for stretch in stretches:
            tokens = [t for t in everything if stretch.start <= t.start < stretch.end and t.currency in (None, "EUR")]
            values = set()
            for token in tokens:
                if _NOT_THE_OFFER.search(low[max(stretch.start, token.start - 90) : token.start]) or _MONTHLY.match(
                    low, token.end
                ):
                    continue
                if token.flaw is AmountFlaw.AMBIGUOUS or token.value is None or token.value <= 0:
                    return None
                values.add(token.value)
            if tokens and not (offers_plainly(offer.of(text)) and offers_plainly(stretch.of(text))):
                return None
            if tokens:
                wanted |= values
                break
    return wanted.pop() if len(wanted) == 1 else None
