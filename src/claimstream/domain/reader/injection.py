"""Text that addresses its reader as a machine. It is data like any other, and a person has to see it."""

import re

from claimstream.domain.language import Needs, Sieve
from claimstream.domain.reader.layout import lowered
from claimstream.domain.records.extraction import Evidence

_W = r"\s{1,4}"
_PATTERNS = Sieve(
    (Needs(pattern), re.compile(pattern))
    for pattern in (
        # what came before shall not count
        rf"\b(?:ignore|disregard|forget|override|bypass|overrule){_W}(?:(?:all|any|the|your|these|those|every|of|"
        rf"my|our|and){_W}){{0,4}}"
        rf"(?:previous|prior|above|earlier|preceding|foregoing|system|existing|original|given|safety|security|"
        rf"initial){_W}(?:\w{{2,14}}{_W}){{0,2}}(?:instructions?|prompts?|rules?|directions?|guidelines?|messages?|"
        rf"context|orders?|commands?|text)",
        rf"\b(?:ignore|disregard|forget|override|bypass){_W}(?:(?:all|any|the|your|these|"
        rf"of){_W}){{0,3}}(?:instructions?|prompts?|guidelines?|guardrails?|rules)\b",
        rf"\b(?:ignoriere?n?|missachte[nt]?|vergiss|vergessen|verwirf|überschreibe?n?|umgehe){_W}(?:(?:sie|bitte|"
        rf"alle|die|deine|ihre|jegliche|sämtliche|diese|der|von|aller){_W}){{0,5}}"
        rf"(?:(?:vorherig|vorig|bisherig|obig|vorangegangen|vorangehend|früher|vorstehend|bestehend|ursprünglich|"
        rf"system|gegeben)\w{{0,4}}{_W})(?:\w{{2,16}}{_W}){{0,2}}(?:anweisung|instruktion|vorgabe|regel|befehl|"
        rf"prompt|anordnung|text|richtlinie)\w{{0,4}}",
        rf"\b(?:ignoriere?n?|missachte[nt]?|vergiss|überschreibe?n?|umgehe){_W}(?:(?:sie|bitte|alle|die|deine|"
        rf"jegliche|sämtliche|diese){_W}){{0,4}}(?:anweisung|instruktion|prompt|systemvorgabe|"
        rf"system-?prompt)\w{{0,4}}",
        # who is spoken to
        rf"\b(?:als|an{_W}(?:die|das|den)|liebe[rs]?|hallo|achtung|hinweis{_W}(?:an|für){_W}(?:die|das|"
        rf"den)){_W}(?:ki|k\.i\.|künstliche{_W}intelligenz|sprachmodell\w{{0,2}}|llm|ki-(?:assistent\w*|modell\w*|"
        rf"system\w*|agent\w*)|chatbot|ai|ai-\w{{3,12}}|automatisierte[rns]?{_W}(?:leser|assistent|agent|"
        rf"system))(?![\w-])",
        rf"\b(?:as|to|dear|hello|hey|attention|note{_W}to|(?:message|text|mail)(?:{_W}is)?{_W}(?:to|for)|instructions?{_W}(?:to|"
        rf"for)){_W}(?:(?:an|the|any|all|this){_W})?(?:ai|a\.i\.|llms?|language{_W}models?|"
        rf"large{_W}language{_W}models?|ai[ -](?:assistants?|models?|agents?|systems?|readers?)|chatbots?|claude|"
        rf"chatgpt|gpt(?:-\w+)?)(?![\w-])",
        rf"\byou{_W}are{_W}(?:now{_W}|no{_W}longer{_W})?(?:an?{_W})?(?:\w{{2,14}}{_W}){{0,2}}(?:ai|assistant|"
        rf"language{_W}model|llm|chatbot|gpt|bot|dan|agent)\b",
        rf"\b(?:du{_W}bist|sie{_W}sind){_W}(?:jetzt{_W}|nun{_W}|ab{_W}sofort{_W}|"
        rf"nicht{_W}mehr{_W})?(?:eine?{_W})?(?:\w{{2,14}}{_W}){{0,2}}(?:ki|assistent|sprachmodell|ki-\w{{3,14}}|"
        rf"chatbot|bot|llm|agent)\b",
        rf"\bif{_W}you{_W}are{_W}an?{_W}(?:ai|llm|language|automated|bot|machine)\b",
        rf"\b(?:wenn|falls|sofern){_W}(?:du|sie){_W}(?:eine?{_W})?(?:ki|sprachmodell|llm|bot|maschine|automat\w*|"
        rf"künstliche)\b",
        # its own words
        r"\bsystem[\s_-]?prompts?\b|\bprompt[\s_-]?injection\b|\bjailbreak\b|\bdeveloper{_W}mode\b|"
        r"\bentwickler-?modus\b".replace("{_W}", _W),
        r"<\|?\s?/?(?:im_start|im_end|system|endoftext|begin_of_text|eot_id|start_header_id)\s?\|?>|\[/?inst\]|"
        r"<</?sys>>|</?(?:system|assistant|instructions?|prompt|tool_call|function_calls?|email)>|"
        # not the root of an ISO 20022 message
        r"(?<=[^\s>])\s{0,4}<document>|</document>(?=\s{0,4}\S)",
        r"(?:^|\n)\s{0,4}(?:#{1,4}\s?)?(?:system|assistant|human|user)\s{0,2}:\s{0,4}(?:you|ignore|du|the|set|"
        r"please|antworte|answer|respond|new|neue|ignoriere)\b",
        rf"\b(?:new|neue|updated|aktualisierte){_W}(?:system\s?)?(?:instructions?|anweisungen?|instruktionen?|"
        rf"prompt)\s{{0,2}}:",
        # what shall be written
        rf"\b(?:set|change|update|overwrite|replace|record|write|put|enter){_W}(?:the{_W}|its?{_W}|"
        rf"this{_W})?(?:\w{{2,16}}{_W}){{0,3}}(?:amount|total|claim|balance|debt|field|value|confidence|intent|"
        rf"decision|route|claim_amount|total_claim|current_amount){_W}(?:\w{{2,12}}{_W}){{0,2}}(?:to|as|=|with)\b",
        rf"\bsetze?n?{_W}(?:sie{_W})?(?:den|die|das){_W}(?:\w{{2,20}}{_W}){{0,2}}(?:betrag|forderung|"
        rf"gesamtforderung|gesamtbetrag|wert|feld|summe|konfidenz|status|saldo|restschuld|"
        rf"entscheidung){_W}(?:\w{{2,12}}{_W}){{0,2}}(?:auf|=|gleich){_W}(?!null{_W}\w+{_W}verzinst)",
        rf"\b(?:trage?n?|gib|geben|schreibe?n?|antworte?n?|"
        rf"erfasse?n?){_W}(?:sie{_W})?[^.\n]{{0,60}}\b(?:als{_W}json|json-?feld|json{_W}aus|in{_W}json|total_claim|"
        rf"current_amount|claim_amount|settlement_decision|confidence)\b",
        rf"\b(?:respond|reply|answer|output|return){_W}(?:only{_W})?(?:with|in|"
        rf"as){_W}(?:\w{{1,14}}{_W}){{0,3}}(?:json|yaml|xml|the{_W}following)\b",
        r"\b(?:total_claim|current_amount|claim_amount|settlement_decision|counter_offer_amount|auto_update|"
        r"manual_review)\b",
        rf"\bmark{_W}(?:this|the){_W}(?:\w{{2,14}}{_W}){{0,2}}(?:as{_W})?(?:approved|accepted|settled|paid|"
        rf"verified|safe|trusted|auto)\b",
        rf"\b(?:markiere?|stufe|klassifiziere?|classify|treat|behandle?){_W}(?:sie{_W})?(?:diese|die|this|"
        rf"the){_W}(?:e-?mail|mail|nachricht|message|letter|document|dokument|"
        rf"schreiben){_W}(?:\w{{2,14}}{_W}){{0,2}}(?:als|as)\b",
        rf"\b(?:do{_W}not|don't|never){_W}(?:tell|inform|alert|notify|flag|escalate|mention|reveal){_W}(?:this{_W}|"
        rf"it{_W}|any{_W}|the{_W}|to{_W}|a{_W}){{0,3}}(?:user|human|operator|person|anyone|reviewer|review|"
        rf"instructions?|staff)\b",
        rf"\b(?:ohne|keine){_W}(?:menschliche[nr]?|manuelle[nr]?){_W}(?:prüfung|freigabe|kontrolle|überprüfung)\b|"
        rf"\bwithout{_W}(?:human|manual){_W}(?:review|approval|check)\b",
    )
)
# Tag characters and runs of invisible ones carry text that no person sees.
_HIDDEN = re.compile("[\U000e0020-\U000e007f]{3,}|[\u200b\u200c\u2060\u2063\u2064]{8,}")


def find_injection(text: str, source_id: str) -> Evidence | None:
    """The first stretch that instructs its reader as a machine, or None. A creditor's letter speaks to people."""
    low = lowered(text)
    patterns = (*_PATTERNS.that_may_find(low), _HIDDEN)
    first = min(
        (match for pattern in patterns if (match := pattern.search(low))),
        key=lambda match: match.start(),
        default=None,
    )
    if first is None:
        return None
    quote = text[first.start() : first.end()]
    start = first.start() + len(quote) - len(quote.lstrip())
    return Evidence(source_id=source_id, quote=quote.strip(), start=start)
