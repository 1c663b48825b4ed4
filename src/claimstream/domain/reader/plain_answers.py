"""Which sentences answer a settlement plan plainly, and which leave a plain answer alone.

The rule is not what speaks against an answer (nobody can list that) but what is known to be plain. A sentence accepts a
plan only when every word of it is known to; beside an acceptance every other sentence must be known to change
nothing. Whatever holds one word more is for a person.
"""

import re
from collections.abc import Sequence

_PLAN_NOUN = (
    r"(?:(?:schulden(?:bereinigungs|regulierungs)|regulierungs|vergleichs|zahlungs|einigungs|sanierungs|entschuldungs|"
    r"abfindungs|quoten)?(?:plan|vorschlag|angebot|planentwurf|planvorschlag)|vergleich)(?:e?s|e)?"
)
PLAN_OBJECT = re.compile(
    rf"\b(?:{_PLAN_NOUN}|schuldenbereinigung|(?:debt\s|settlement\s|repayment\s|payment\s)?"
    r"(?:plan|proposal|offer|settlement|arrangement))\b"
)
"""The plan as an object of consent: a closed list, so that a *Terminvorschlag* is none."""

_ACCEPTS = re.compile(
    r"\bstimm(?:en|e|t)\b.{0,140}?\bzu(?=\s*(?:$|[.!,:]|und\b))|\bzugestimmt\s+wird\b|\bwird\b.{0,80}?\bzugestimmt\b|"
    r"\bzustimmen(?=\s*[.!]?$)|"
    r"\b(?:erteil|erklär|geb)(?:en|e|t|te)\b.{0,60}?\bzustimmung\b|\bzustimmung\b.{0,80}?\b(?:erteilt|erklärt)\b|"
    r"\beinverstanden\b|\b(?:erklär|bestätig)(?:en|e|t)\b.{0,60}?\b(?:einverständnis|zustimmung)\b|"
    r"\bnehm(?:en|e)\b.{1,100}?\ban(?=\s*(?:$|[.!,]|und\b))|\bnimmt\b.{1,100}?\ban(?=\s*(?:$|[.!,]|und\b))|"
    r"\bwird\b.{0,60}?\bangenommen\b|\bakzeptier(?:en|e|t)\b|"
    r"\bkeine(?:rlei)?\s+(?:einwände|bedenken|einwendungen)\b|"
    r"\baccepts?\b|\bagrees?\s+(?:to|with)\b(?!\s+you\b)|\bconsents?\b|\bapproves?\b|\bno\s+objections?\b|"
    r"\bis\s+(?:hereby\s+)?accepted\b"
)
_WRITER = re.compile(
    r"\b(?:wir|ich|we|i|our|unsererseits)\b|\bunsere?\s+(?:mandant\w*|auftraggeber\w*|zustimmung|einverständnis)\b|"
    r"\b(?:meine|unserer?)\s+zustimmung\b|\bmein\s+einverständnis\b|\bkeine(?:rlei)?\s+(?:einwände|bedenken|"
    r"einwendungen)\b|"
    r"\bwird\b|\Aeinverstanden\b|\bis\s+(?:hereby\s+)?accepted\b"
)
_YOURS = re.compile(
    r"\b(?:ihre?[rsmn]?|der|aller?|seine[rsmn]?|deren)\s+(?:\w+\s+)?(?:zustimmung|einverständnis)\b|"
    r"\b(?:your|their|his|her)\s+(?:consent|agreement)\b"
)
_NEW_THOUGHT = re.compile(r"\bdass\b|\bthat\b")
_INDEFINITE = re.compile(
    rf"\b(?:ein|eine[mnrs]?|an?|any|some|another)\s+(?:\w+\s+){{0,2}}{_PLAN_NOUN}\b|"
    r"\b(?:an?|any|some|another)\s+(?:\w+\s+){0,2}(?:plan|proposal|offer|settlement|arrangement)\b"
)

# "Wird dem Plan zugestimmt, ..." is a condition without a word for it.
_CONDITIONAL_ORDER = re.compile(r"\A(?:wird|stimmen|nehmen|sind|akzeptieren|erteilen|werden|haben)\b[^.]*,\s")
_THEIR_PLAN = re.compile(rf"\b{_PLAN_NOUN}\s+(?:unsere[rs]|eines|einer|anderer)\b")

_MONEY = r"(?:(?:eur|euro|€)\s?\d[\d.,' ]{0,40}(?:,-{1,4})?|\d[\d.,' ]{0,40}(?:,-{1,4})?\s?(?:eur(?:o|os)?\b|€))"
_DATE = (
    r"(?:\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}(?:\.|st|nd|rd|th)?\s(?:of\s)?"
    r"(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|january|february|march|may|"
    r"june|july|october|december)(?:\s\d{4})?)"
)
# Stretches that say who, which paper and how we came to it; what is left of the sentence is its answer.
_SLOTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\A(?:sehr geehrte[rs]?|guten tag|hallo|moin|liebe[rs]?|dear|good (?:morning|day))\b[^,!\n]{0,80}[,!]",
        rf",\s*die\s(?:angelegenheit|sache|forderung)\s(?:durch|gegen|mit)\s(?:eine\s|einer\s)?(?:einmal)?zahlung\s"
        rf"(?:von|in höhe von)\s{_MONEY}\szu\s(?:erledigen|regeln|begleichen),",
        rf"\b(?:in höhe von|über|von|of|for|in the amount of)\s{_MONEY}(?=\s*(?:$|[,.!]|einverstanden|zu\b|an\b))",
        rf"(?:\bvom|\bdated|\bof|\bdatiert auf den|\bper e-?mail vom)\s(?:the\s)?{_DATE}",
        r"\b(?:az|aktenzeichen|unser zeichen|ihr zeichen|zeichen|kundennummer|rechnung|ref|reference)[.:]{0,2}\s?"
        r"(?=[\w./-]*\d)[\w./-]+",
        r"\b(?:namens und in vollmacht|im namen und (?:in vollmacht|im auftrag)|namens und im auftrag|"
        r"in vollmacht|im namen|namens|on behalf of|in the name of)\b",
        r"\bnach (?:(?:sorgfältiger|eingehender|interner|abschließender|reiflicher) )?(?:prüfung|beratung|"
        r"rücksprache)\b",
        r"\bafter (?:careful )?(?:consideration|review)\b|\bhaving (?:carefully )?(?:considered|reviewed)\b",
        r"\b(?:haben|habe)\b[^.,!?;]{0,70}\bgeprüft und\b|\bhaben\b[^.,!?;]{0,40}\bberaten(?: und|:)",
        r"\b(?:freuen uns|freue mich), ihnen mitteilen zu können, dass\b",
        r"\b(?:teilen|teile)\b[^.,!?;]{0,40}\bmit, dass\b|\b(?:bestätigen|erklären|bestätige|"
        r"erkläre)\b[^.,!?;]{0,30},? dass\b",
        r"\b(?:are|am) (?:pleased|happy|glad) to (?:confirm|inform you|advise|tell you|let you know) that\b|"
        r"\b(?:confirm|write to confirm|inform you|declare) that\b|\b(?:are|am) (?:pleased|happy|glad) to\b",
        r"\bund verzichten (?:auch |hiermit |ausdrücklich )*auf (?:die|den|unsere|alle) (?:restforderung|rest|"
        r"restliche forderung|"
        r"zinsen|übrige forderung|darüber hinausgehende forderung|weitergehenden? (?:forderung|ansprüche))\b|"
        r", wir verzichten auch auf die zinsen\b|\band waive the (?:rest|balance|remainder)\b",
        r"\b(?:ohne (?:jeden )?(?:vorbehalt|einschränkung(?:en)?|weiteres|bedingungen)|"
        r"without (?:any )?reservations?)\b",
        r"\bin vollem umfang\b|\bin full\b",
        r"\bnicht nur\b",
        r"\b(?:aus|in|mit|gemäß|from|in|with)\s(?:ihrem|your)\s(?:schreiben|brief|letter)(?=\s|,)",
        r"\bput forward\b(?= by\b|\.|$)",
        r"\bbestätig(?:en|e) (?:den )?(?:erhalt|eingang) ihres (?:schreibens|plans|vorschlags|angebots) und\b",
        r"\bin (?:der|dieser|obiger) (?:sache|angelegenheit)(?: [a-zäöü]\S+(?=,))?",
    )
)
# A person, after a title or a role; a bare *für* needs two names at least.
_NAME = r"[A-ZÄÖÜ][\w’'-]+"
_NAMES = rf"{_NAME}(?:\s(?:(?:von|der|zu|de|van|und|and|geb\.)\s){{0,2}}{_NAME}){{0,4}}"
_PERSON = re.compile(
    r"(?:(?:\b(?:[Ff]ür|[Dd]e[rs]|[Vv]on|[Bb]etreffend|for|of|behalf of)\s)?(?:\b(?:Ihre[rsn]?|unsere[rsn]?|Ihr|"
    r"your|our)\s)?"
    r"\b(?:Mandant(?:in|en|schaft)?|Auftraggeber(?:in|s)?|Schuldner(?:in|s)?|client|debtor)s?"
    r"(?:,?\s(?:(?:der|die|Herrn?|Frau|Eheleuten?|Mr\.?|Mrs\.?|Ms\.?)\s)?"
    rf"(?:Dr\.\s)?{_NAMES},?)?)|"
    rf"(?:\b(?:[Ff]ür|[Dd]e[rs]|[Vv]on|[Bb]etreffend|for|of)\s)?(?:\bder\s|\bdie\s|\bden\s)?\b(?:Herrn?|Frau|"
    rf"Eheleuten?|Familie|"
    rf"Mr\.?|Mrs\.?|Ms\.?|Miss)\s(?:Dr\.\s)?{_NAMES}|"
    rf"\b(?:für|von|betreffend|for|of|Sachen)\s{_NAME}(?:\s(?:von|der|zu|de|van)){{0,2}}\s{_NAME}(?:\s{_NAME})?"
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_ACCEPT_WORDS = _words(
    """
    wir ich uns unser unsere unserer unserem unseren mein meine meiner unsererseits hiermit hierdurch gern gerne
    ausdrücklich daher deshalb somit damit ja also nun auch sehr geehrte damen herren vollumfänglich vollständig
    uneingeschränkt vorbehaltlos bedingungslos verbindlich ihr ihre ihren ihrem ihrer ihres ihnen der die das dem
    den des dieser diesem diesen diese dieses ihm ihn vorgelegten vorgelegte vorgeschlagenen vorgeschlagene
    übersandten übersandte unterbreiteten unterbreitete genannten genannte beigefügten beigefügte außergerichtlichen
    außergerichtliche bezeichneten obigen übermittelten gemachten freundlichen oben von vom zu zum zur mit im in an
    am und sowie gegen bezüglich     sache angelegenheit bestehen erheben haben habe
    sind bin ist wird werden stimmen stimme stimmt zugestimmt zustimmen erteilen erteile erteilt erklären erkläre
    erklärt geben gebe zustimmung einverständnis einverstanden bestätigen bestätige bestätigt nehmen nehme nimmt
    angenommen akzeptieren akzeptiere akzeptiert keine keinerlei einwände bedenken einwendungen dagegen unterm datum
    nachdem eingereichten erstellten ausgearbeiteten we i our my hereby us accept accepts accepted agree agrees to
    with consent consents approve approves have has no objection objections the this your you and do is are it in
    its on gladly fully unconditionally unreservedly proposed submitted   made enclosed out-of-court
    behalf above  dated by of for yes thus therefore confirm dear sirs sir madam
    """
)
_NEUTRAL_WORDS = _ACCEPT_WORDS | _words(
    """
    bitte überweisen sie überweisung zahlungen auf unter angabe konto bankverbindung lautet folgendes unserem iban
    bic bank verwendungszweck rechnungsnummer kundennummer aktenzeichen geben vielen dank danken bedanken besten
    herzlichen für ihr mühe geduld bemühungen zusammenarbeit guten gute tag abend morgen hallo moin liebe lieber
    geehrter geehrtes grüße gruß grüßen freundlichen freundliche beste besten herzliche viele hochachtungsvoll aus
    nach unterschriebene unterschriebenes unterzeichnete unterzeichnetes unterzeichneten unterschriebenen exemplar
    ausfertigung kopie erhalten senden anbei liegt bei beigefügt anlage anhang antwort schreiben erhalten dankend
    mitteilung kenntnis bezug nehmen nehme bezugnehmend betreff betrifft heute gestern beraten geprüft sorgfältig
    eingehend hat haupt finanzausschuss verzichten zinsen restforderung rest wünschen wünsche alles gute ihrer
    mandantin mandanten mandant erfolg weiterhin weg freuen freue freut regelung einigung lösung über um als so es
    dies war im auftrag vertretung namen mandantschaft forderung akte az zeichen nr tel telefon fax mail web thank
    thanks kind regards best yours sincerely faithfully many very much please find attached signed copy enclosed
    bank details account payment payments transfer pay quoting reference below follows as hello good morning
    afternoon or madam mr mrs ms dr wish wishes well all client account letter schreibens brief received
    message refer reply regarding re
    """
)
_NEUTRAL_FORMS = re.compile(
    r"(?:wenn|falls|sofern|sollten|für|bei|if|should|in case of)\b[^.!?;]{0,45}\b(?:fragen|rückfragen|"
    r"questions?|queries)\b"
    r"(?:\s+(?:haben|bestehen|auftreten|auftauchen|sind|gibt|arise))?[\s,]*"
    r"(?:(?:rufen|melden|wenden|kontaktieren|schreiben|stehen|stehe|können|do|please|feel|we|"
    r"contact|call|let|"
    r"us|know|free|to|are|at|your|disposal|not|hesitate|sie|wir|ich|uns|mich|sich|gern|gerne|an|jederzeit|ihnen|zur|"
    r"verfügung|bitte|einfach|telefonisch)\b[\s,]*)*[.!]?|"
    r"(?:wir|ich)\s+(?:stehen|stehe)\s+(?:ihnen\s+)?(?:für|bei)\s+rückfragen\s+(?:(?:gerne?|jederzeit)"
    r"\s*)*zur\s+verfügung[.!]?|"
    r"(?:bitte\s+)?(?:senden|schicken|übersenden)\s+(?:sie\s+)?uns\s+(?:bitte\s+)?(?:das|den|die|ein|eine)\s+"
    r"(?:gegengezeichnete\w?|unterschriebene\w?|unterzeichnete\w?)\s+(?:exemplar|plan|ausfertigung|vergleich|"
    r"vereinbarung)"
    r"(?:\s+(?:zu|zurück))?[.!]?|"
    r"please\s+(?:let\s+us\s+know|contact\s+us|call\s+us|do\s+not\s+hesitate\s+to\s+contact\s+us)\s+"
    r"(?:if\s+you\s+have|with|should\s+you\s+have)\s+any\s+(?:further\s+)?(?:questions?|queries)[.!]?|"
    r"please\s+(?:send|return)\s+(?:us\s+)?(?:the|a)\s+(?:counter)?signed\s+(?:copy|plan|"
    r"agreement)(?:\s+to\s+us)?[.!]?|"
    r"lassen\s+sie\s+sich\s+beraten[.!]?|"
    rf"(?:unsere|die)\s+(?:gesamt)?forderung(?:\s+(?:von|in\s+höhe\s+von|über)\s+{_MONEY})?\s+ist\s+(?:damit|"
    r"(?:mit|nach)\s+(?:der\s+)?erfüllung\s+(?:des\s+plans|des\s+vergleichs))(?:\s+\w+)?\s+(?:erledigt|abgegolten|"
    r"ausgeglichen)[.!]?|"
    r"wir\s+haben\s+(?:ihr(?:e[nm]?)?|den|die|das)\s+(?:\w+\s)?(?:schreiben|plan|vorschlag|angebot|"
    r"schuldenbereinigungsplan)\s+"
    r"(?:vom\s[\d. ]+\s)?(?:dankend\s+)?(?:erhalten|geprüft)(?:\s+und\s+geprüft)?[.!]?|"
    r"(?:wir\s+bitten\s+um|bitte\s+um)\s+kenntnisnahme[.!]?"
)
_TROUBLE_NOUNS = re.compile(
    r"\b(?:\w*bedingung\w*|\w*voraussetzung\w*|\w*vorbehalt\w*|\w*maßgabe\w*|auflagen?|frist\w*|ablehnung|widerruf\w*|"
    r"widerspruch\w*|gegenvorschl\w*|gegenangebot\w*|(?:monats|teil|mindest)?raten?(?:zahlung\w*)?|\w*kosten|"
    r"\w*erhöhung\w*|mindest\w*|nachbesserung\w*|"
    r"genehmigung\w*|freigabe\w*|sicherheit\w*|bürgschaft\w*|\w*änderung\w*|prüfung|entwurf|muster|beispiel|ps|nachtrag|korrektur|"
    r"condition\w*|amendment\w*|draft|postscript)\b|\bp\.\s?s\."
)

HEDGE = re.compile(
    r"\b(?:aber|jedoch|allerdings|nur|wenn|falls|sofern|soweit|sobald|solange|bevor|außer|vorausgesetzt|vorbehaltlich|"
    r"vorbehalt\w*|maßgabe|voraussetzung\w*|bedingung\w*|bedingt\w*|erst|frühestens|spätestens|kaum|schwerlich|"
    r"schwer|nicht|"
    r"kein\w{0,2}|nie|niemals|keinesfalls|keineswegs|noch|derzeit|momentan|zurzeit|vorerst|zunächst|vorläufig|"
    r"hätten?|würden?|könnten?|möchten?|wären?|dürften?|müssten?|sollten?|müssen|muss|prüfen|prüft|erwägen|überlegen|"
    r"grundsätzlich|prinzipiell|zusätzlich|mehr|höher\w*|stattdessen|andererseits|anderenfalls|andernfalls|"
    r"ansonsten|sonst|"
    r"trotzdem|dennoch|doch|sondern|vielleicht|eventuell|möglicherweise|unverbindlich|teilweise|verlangen|"
    r"fordern|erwarten|"
    r"bestehen\s+auf|widerrufen|zurückziehen|hinfällig|gegenvorschlag\w*|gegenangebot\w*|ablehn\w*|lehnen|"
    r"once|unless|until|provided|providing|hardly|barely|scarcely|never|neither|nor|not|no|however|but|if|only|"
    r"subject\s+to|"
    r"in\s+principle|further|higher|although|though|except|without\s+prejudice|would|could|should|might|must|"
    r"may(?!\s+\d)|yet|"
    r"still|pending|assuming|bis(?!\s+\d{1,2}(?:[.:]\d\d)?\s*uhr)|instead|otherwise|withdraw\w*|revok\w*|"
    r"reject\w*|declin\w*|refus\w*|"
    r"conditional\w*|draft|entwurf)\b|\bes\s+sei\s+denn\b|\bunter\s+dem\b|\bp\.?\s?s\.?:|n't\b|\bcannot\b"
)
"""One of these outside a known sentence, and an acceptance is none."""

TENTATIVE = re.compile(
    r"\b(?:aber|jedoch|allerdings|wenn|falls|sofern|soweit|sobald|solange|bevor|vorbehaltlich|erst|derzeit|"
    r"momentan|zurzeit|"
    r"vorerst|zunächst|vorläufig|einstweilen|aktuell|gegenwärtig|hätten?|hatten?|würden?|könnten?|wären?|dürften?|kaum|"
    r"schwer|schwerlich|zögern\w*|vielleicht|eventuell|möglicherweise|unverbindlich|teilweise|grundsätzlich|"
    r"prinzipiell|"
    r"überdenken|erneut\w*|neue[nrs]?|überarbeit\w*|nachbesser\w*|nachgebessert\w*|anheb\w*|angehoben\w*|erhöh\w*|"
    r"höhere?\w?|stattdessen|ohne|nur|doch|dennoch|trotzdem|fehlen|fehlt|vermissen|prüfen|prüfung|früher\w*|"
    r"damals|seinerzeit|"
    r"seinerzeitig\w*|ursprünglich\w*|irrtümlich\w*|versehentlich|widerrufen|angeblich|ob|entwurf|anderen?|"
    r"if|unless|until|once|before|provided|currently|presently|yet|hardly|barely|scarcely|reluctant\w*|would|"
    r"could|might|"
    r"may(?!\s+\d)|bereits|schon|letzte[nrsm]?|vorige[nrsm]?|however|but|although|though|instead|without|"
    r"reconsider\w*|revis\w*|improv\w*|increase\w*|higher|pending|"
    r"previous\w*|earlier|formerly|initially|had|withdraw\w*|mistaken\w*|other|whether|draft)\b|"
    r"\bnoch\s+(?!in\b|in\s+anderer|auf\b)|\bat\s+(?:this\s+stage|present|the\s+moment)\b|\bfor\s+(?:now|"
    r"the\s+time\s+being)\b|"
    r"\bes\s+sei\s+denn\b|\bnicht\s+mehr\b|\bno\s+longer\b|\bso\s+nicht\b"
)
"""One of these in a letter of refusal, and the last word may not be spoken."""

CLOSING = re.compile(
    r"^[ \t]*(?:mit\s+(?:freundliche[nm]|besten|vielen|herzlichen|kollegialen)\s+gr(?:ü|ue)(?:ß|ss)\w*|"
    r"(?:freundliche|beste|"
    r"viele|herzliche|liebe)\s+gr(?:ü|ue)(?:ß|ss)\w*|gruß\b|hochachtungsvoll|mfg|(?:yours\s+(?:sincerely|"
    r"faithfully|truly))|"
    r"(?:(?:kind|best|warm)\s*)?regards|sincerely|i\.\s?a\.|im\s+auftrag)",
    re.MULTILINE,
)
SALUTATION = re.compile(
    r"^[ \t]*(?:sehr\s+geehrte|guten\s+tag|guten\s+morgen|hallo\b|moin\b|liebe[rs]?\s|dear\s)", re.MULTILINE
)

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_PARTICLES = _words("und der die das des von am an im zu zur & of and the for e de van")
_QUOTED = re.compile(r"[\"„“”»«]|\A(?:[^'‚‘]|(?<=\w)['‚‘])*+['‚‘].{3,}['’]")


def names_plan(sentence: str) -> bool:
    """Whether the plan itself stands in it, not another paper."""
    return PLAN_OBJECT.search(sentence.lower()) is not None


def _without_heading(sentence: str) -> str:
    """The sentence without the lines of names, addresses and greetings that stand above it without a full stop."""
    rows = sentence.split("\n")
    while len(rows) > 1 and (SALUTATION.match(rows[0].lower()) or _is_name(rows[0])):
        rows.pop(0)
    return "\n".join(rows)


def _is_name(line: str) -> bool:
    small = [word for word in _WORD.findall(line) if word[0].islower()]
    plain = HEDGE.search(line.lower()) is None and TENTATIVE.search(line.lower()) is None
    return plain and len(line) < 70 and all(word in _PARTICLES for word in small) and not line.rstrip().endswith(",")


def plainly_accepts(sentence: str, before: str = "") -> bool:
    """Whether the sentence, as written, accepts the plan and says nothing else. ``before`` may name the plan."""
    flat = " ".join(_without_heading(sentence).split())
    if "?" in flat or "%" in flat or _QUOTED.search(flat):
        return False
    if not (names_plan(flat) or (names_plan(before) and re.search(r"\b(?:ihm|ihn|diesem|dem|it)\b", flat.lower()))):
        return False
    if _YOURS.search(flat.lower()) and not re.search(r"\bunsere?r?\s+zustimmung\b", flat.lower()):
        return False
    if _INDEFINITE.search(flat.lower()) or _CONDITIONAL_ORDER.search(flat.lower()) or _THEIR_PLAN.search(flat.lower()):
        return False
    rest = _PERSON.sub(" ", flat)
    for slot in _SLOTS:
        rest = slot.sub(" ", rest)
    low = " ".join(PLAN_OBJECT.sub(" plan ", rest.lower()).split())
    if _NEW_THOUGHT.search(low) and not re.search(
        r"\bdass\b.{0,90}\b(?:zustimmen|zugestimmt wird|annehmen|einverstanden (?:sind|ist))", low
    ):
        return False
    if not _ACCEPTS.search(low) or not (_WRITER.search(low) or _WRITER.search(flat.lower())):
        return False
    if re.search(r"\d", low):
        return False
    return all(word in _ACCEPT_WORDS or word in {"plan", "dass"} for word in _WORD.findall(low))


def changes_nothing(sentence: str) -> bool:
    """Whether a sentence beside an acceptance is known to leave it alone: a greeting, thanks, bank details, a name."""
    flat = " ".join(sentence.split())
    low = flat.lower()
    if _NEUTRAL_FORMS.fullmatch(low.strip()):
        return True
    if _TROUBLE_NOUNS.search(low) or "?" in flat or re.search(_MONEY, low) or "%" in flat:
        return False
    rest = _SLOTS[0].sub(" ", _PERSON.sub(" ", flat))
    words = _WORD.findall(rest)
    small = [word for word in words if word[0].islower()]
    if not words or (all(word in _PARTICLES for word in small) and not re.search(r"[.!:]\s*$", flat)):
        return HEDGE.search(low) is None  # a name, an address, a heading
    known = _NEUTRAL_WORDS
    if any(word not in known and not any(c.isdigit() for c in word) for word in small):
        return False
    first = words[0].lower() if words else ""
    starts_as_name = len(words) > 1 and words[0][0].isupper() and words[1][0].isupper()
    return (first in known or starts_as_name or PLAN_OBJECT.fullmatch(first) is not None) and HEDGE.search(low) is None


_REFUSED_PLAN = re.compile(
    rf"(?<!über )(?<!zu )(?<!von )(?<!aus )(?<!bei )(?<!gegen )(?<!nach )(?<!an )(?<!auf )(?<!für )"
    rf"\b(?:den|dem|der|das|ihr(?:e[nmr]?)?|diese[nmrs]?|eine?[nmr]?|jede[nmrs]?|solche[nmr]?|any|the|your|this|"
    rf"such|an?)\s+"
    rf"(?:[\w-]+\s+(?:vom\s[\d.]+\s)?){{0,4}}?(?:{_PLAN_NOUN}|schuldenbereinigung|einigung|regulierung|plan|"
    rf"proposal|offer|"
    r"settlement|arrangement)\b|\b(?:zustimmung|annahme|ablehnung|einwilligung)\s+(?:zu[mr]?|de[srm])\b|\bihm\b|"
    r"\bihn\b|\bit\b"
)
_REFUSER = re.compile(
    r"\b(?:wir|ich|we|i)\b|\bunsererseits\b|\bunsere?\s+(?:mandant\w*|auftraggeber\w*|client)\b|\bour\s+client\b|"
    r"\b(?:von|für|seitens)\s+uns\b|\bunsere\s+zustimmung\b|\b(?:wird|werden|ist)\s+(?:\w+\s+){0,4}(?:abgelehnt|"
    r"zurückgewiesen|nicht|"
    r"angenommen|akzeptiert|zugestimmt|erteilt)\b|\bis\s+(?:\w+\s+)?(?:rejected|declined|refused|unacceptable|not)\b|"
    r"\bkommt\b.{0,40}\bnicht\s+in\s+(?:betracht|frage)\b|\bkann\b.{0,60}\bnicht\b"
)
_OTHER_SUBJECT = re.compile(
    r"\b(?:lehnt|verweigert|versagt|stimmt|weist)\b|\b(?:abgelehnt|zurückgewiesen|zugestimmt)\s+(?:hat|"
    r"haben\s+soll\w*)\b|"
    r"\bhat\b.{0,80}\b(?:abgelehnt|zurückgewiesen|verweigert)\b|\bwird\s+(?:\w+\s+)?(?:von|vom|durch)\s+(?!uns)|"
    r"\b(?:rejects|declines|refuses)\b|"
    r"\bes\s+ab\b|\blehnen\s+(?:wir\s+)?es\b|\bsie\s+(?:schreiben|meinen|behaupten|haben)\b|\byou\s+(?:say|"
    r"write|wrote|assume)\b|"
    r"\b(?:gläubiger|creditors|banken)\b|\bkollege\w*\b"
)
_OWN_CLIENT = re.compile(r"\b(?:unsere?|meine?)\s+(?:mandant\w*|auftraggeber\w*)|\bour\s+client\b")
_UNMEANT = re.compile(
    r"\b(?:nicht|kein\w{0,2}|not|no|nie|niemals|never)\b[^.,;]{0,30}\b(?:abzulehnen|ablehnen|ablehnung|"
    r"abgelehnt|lehnen|verweigern|"
    r"reject\w*|declin\w*|refus\w*)\b|\bverweiger\w*\b[^.;]{0,60}\bnicht\b|\b(?:lehnen|"
    r"lehne)\b[^.;]{0,100}\bnicht\s+ab\b|\bweder\b.{0,60}(?:\bablehn|\babzulehn)|"
    r"\bneither\b.{0,40}\bnor\b.{0,20}\b(?:reject|declin|refus)"
)


_REFUSE_WORDS = _ACCEPT_WORDS | _words(
    """
    leider bedauerlicherweise nicht kein keinen keinem keiner lehnen lehne lehnt ab ablehnen abgelehnt ablehnung
    müssen muss können kann möchten wollen werde zurück weisen zurückgewiesen zurückweisen bedauern mitteilen
    mitzuteilen müssen dass sehen sehe außerstande ausserstande stande außer lage zuzustimmen annehmen akzeptabel
    annehmbar möglich nähertreten näher treten folgen entsprechen einlassen darauf betracht frage scheidet aus kommt
    für verweigern verweigere verweigert versagen weder noch anderer dieser form keinesfalls niemals nie keineswegs
    solchen solcher solchem einem einen eine einer ein jeden jede jedem erhalten gar fall umständen unter annahme
    einwilligung nicht akzeptieren zustimmen einigung regulierung schuldenbereinigung mitteilung insgesamt endgültig
    entschieden gänzlich wir seitens gerichtliche vergleiches zu teilen es wie vorliegenden vorgelegter
    grundsätzliche gegeben finden zustimmungsfähig außergerichtlichen außergerichtliche außergerichtlicher
    abzulehnen sie auf cannot can not do don't can't won't will unable reject rejects rejected decline declines declined
    refuse refuses refused must regret that under no circumstances acceptable unacceptable any such position a an
    considered having hereby therefore be sorry afraid am or we're compelled obliged have to decided never way at
    all
    """
)
_REASON = re.compile(
    r"(?:,\s*|(?<!\s)\s+)?\b(?:da|weil|denn|aufgrund|auf\s+grund|wegen|mit\s+blick\s+auf|angesichts|because|since|due\s+to|"
    r"in\s+view\s+of|"
    r"on\s+account\s+of)\b(?:(?!\bnicht\b)[^.!?]){0,160}?(?=\bnicht\b|[.!]?\s*$)|"
    r"(?:(?<!\s)\s+)?\bund\s+(?:werden|setzen|betreiben|verfolgen|halten)\b(?![^.]{0,80}\bplan).*$",
)


def _known(sentence: str, words: frozenset[str]) -> bool:
    """Whether a sentence holds no word but ``words``, names, papers and their dates."""
    rest = _PERSON.sub(" ", sentence)
    for slot in _SLOTS:
        rest = slot.sub(" ", rest)
    low = PLAN_OBJECT.sub(" ", _REASON.sub(" ", rest.lower()))
    return not re.search(r"\d|%", low) and all(word in words for word in _WORD.findall(low))


def plainly_refuses(sentence: str, before: str = "") -> bool:
    """Whether the writer, nobody else, refuses the plan itself, now and for good. That it refuses at all is known."""
    flat = " ".join(_without_heading(sentence).split())
    low = flat.lower()
    if not _known(flat, _REFUSE_WORDS):
        return False
    if re.search(r"\b(?:have|has)\s+no\s+(?:consent|agreement)\b|\bhaben\s+keine\s+zustimmung\b", low):
        return False
    if "?" in flat or _QUOTED.search(flat) or TENTATIVE.search(low) or _UNMEANT.search(low):
        return False
    if not (names_plan(flat) or re.search(r"\beinigung|\bregulierung", low) or names_plan(before)):
        return False
    if _OTHER_SUBJECT.search(low) and not _OWN_CLIENT.search(low):
        return False
    return _REFUSED_PLAN.search(low) is not None and _REFUSER.search(low) is not None


_DOUBTFUL_OFFER = re.compile(
    r"\b(?:früher\w*|damals|seinerzeit\w*|vorige\w{0,2}|letzte\w{0,2}|letztes|nicht\s+mehr|hätten?|hatten?|"
    r"hatte|ob|vielleicht|"
    r"eventuell|evtl|möglicherweise|denkbar|prüfen|prüfung|erlass\w*|nachlass\w*|ca|etwa|rund|ungefähr|zwischen|"
    r"bis\s+zu|zuzüglich|zzgl|"
    r"plus|nebst|sowie|danach|anschließend|jährlich\w*|quartal\w*|wöchentlich\w*|andere\w{0,2}\s+(?:fall|sache|"
    r"angelegenheit|mandant\w*)|"
    r"parallel\w*|kein\w{0,2}\s+gegen\w*|weder|falls|sofern|unverbindlich\w*|grundsätzlich|noch\s+nicht|"
    r"zurückgezogen|ziehen|"
    r"perhaps|maybe|might|about|approximately|around|up\s+to|discount|had|previous\w*|earlier|considering|"
    r"unless|whether|withdraw\w*|"
    r"no\s+counter\w*|could|weekly|annual\w*|between)\b|\bverzicht\w*\s+auf\s+(?:eur\s*|€\s*)?\d|"
    r"\bwaive\s+(?:eur\s*|€\s*)?\d|\?"
)


_OFFER_WORDS = _REFUSE_WORDS | _words(
    """
    gegenvorschlag gegenvorschlags gegenangebot alternativvorschlag alternativangebot lautet lauten zahlung
    einmalzahlung einmalbetrag betrag einmalig einmalige einmaligen zahlt zahlen bereit wären wäre würden bieten
    biete schlagen schlage vor vergleichen höhe statt anstelle angebotenen folgenden folgendes machen unterbreiten
    verzichten rest restforderung weitere weiteren beitreibung vollstreckung abgeltung erledigung aller sämtlicher
    ansprüche schließen summe damit ist sache dann vom tisch insgesamt könnten uns vorstellen nur mindestens jedoch
    aber allerdings um zu auf den die abschließend abschließenden quote gegen bei einen ihr ihnen mandant mandantin
    wenn hierfür dafür forderung erlassen wert überweist euro eur einverstanden möge gern bekommen vergleichsbetrag
    vergleichssumme abfindungsbetrag abfindungssumme akzeptieren über von counter- counter offer proposal counter-
    offer counter-proposal as one-off one single lump sum payment pay pays settle settlement matter for full final
    in and is are prepared willing ready accept would propose instead of however but our at least the amount
    discharge claim balance waive rest remainder euros
    """
)
_NOT_OURS_TO_OFFER = re.compile(
    r"\b(?:sie|er|schuldner\w*|mandant\w*)\s+(?:bieten|bietet|boten|schlagen|schlägt)\b|\b(?:bieten|bietet)\s+sie\b|"
    r"\byou\s+(?:offer|propose)\w*\b|\bhaben\b.{0,80}\b(?:genannt|gemacht|unterbreitet|angeboten)\b|"
    rf"\bauf\s+{_MONEY}\s+(?:zu\s+)?verzicht\w*|\bverzicht\w*\s+auf\s+{_MONEY}|{_MONEY}\s+(?:zu\s+)?erlassen|"
    rf"\bwaive\s+(?:the\s+)?{_MONEY}|\b(?:nicht|keinen)\s+bereit\b"
)


def offers_plainly(sentence: str) -> bool:
    """Whether another offer stands there as one: not a past one, a rough one, or one of several parts."""
    flat = " ".join(_without_heading(sentence).split())
    low = flat.lower()
    if _DOUBTFUL_OFFER.search(low) or _NOT_OURS_TO_OFFER.search(low) or _QUOTED.search(flat):
        return False
    return _known(re.sub(rf"{_MONEY}|\b\d{{1,2}}\s?%", " ", flat, flags=re.IGNORECASE), _OFFER_WORDS)


def undisturbed(sentence: str) -> bool:
    """Whether a line of a letterhead or a signature holds no word that takes an acceptance back."""
    low = " ".join(sentence.lower().split())
    unknown = [w for w in _WORD.findall(sentence) if w[0].islower() and w not in _NEUTRAL_WORDS | _PARTICLES]
    return not (HEDGE.search(low) or _TROUBLE_NOUNS.search(low) or re.search(_MONEY, low)) and (
        len(unknown) < 4 or "@" in sentence or "www" in low
    )


def is_final(sentence: str) -> bool:
    """Whether a sentence beside a refusal leaves it the last word."""
    low = " ".join(sentence.lower().split())
    if _NEUTRAL_FORMS.fullmatch(low) is not None:
        return True
    return TENTATIVE.search(low) is None and not ("%" in low and re.search(r"\bsie\b|\byou\b", low))


def takes_back(sentences: Sequence[str], *, accepted: bool) -> str | None:
    """Which sentence of another part of the same mail may take an answer back; None where none does."""
    for sentence in sentences:
        if not (changes_nothing(sentence) or (undisturbed(sentence) if accepted else is_final(sentence))):
            return sentence
    return None
