"""Whether the words around an amount say no more than that it is owed.

German and English have too many ways to say that a figure is *not* the claim (paid, sold, time-barred, estimated,
somebody else's, …) to list them. So the list is of the words that change nothing: a figure is sure only where every
word of its sentence or line is one of them. A word that is missing here costs a look by a person; one too many writes
a wrong figure.
"""

import re
from collections.abc import Collection
from functools import lru_cache

from claimstream.domain.reader.spelling import fold

_DATE = (
    r"(?:\s{1,2}(?:vom|of|dated)\s{1,2}\d[\d./ ]{5,10}|\s{1,2}(?:vom|of|dated)\s{1,2}\d{1,2}\.?\s[^\W\d]{3,9}\s\d{4})?"
)
_LETTER = r"(?:schreiben|anschreiben|anfrage|e-?mail|mail|nachricht|brief|letter|enquiry|inquiry|request|message)"
_MATTER = r"(?:angelegenheit|sache|forderungssache|forderungsangelegenheit|inkassosache|matter)"
_CLIENT = r"(?:mandant(?:in|en|schaft)?|mandats|partei|klient(?:in|en)?)"

_PHRASES = re.compile(
    r"(?<!\w)(?:"
    + "|".join(
        (
            # How a letter begins
            rf"(?:wir\snehmen\s)?(?:höflich\s)?bezug(?:nehmend)?\sauf\sihre?\s{_LETTER}{_DATE}",
            rf"ihre?\s{_LETTER}{_DATE}\shaben\swir\s(?:dankend\s)?erhalten",
            rf"(?:vielen\sdank|wir\sdanken(?:\sihnen)?|wir\sbedanken\suns)\sfür\sihre?\s{_LETTER}{_DATE}",
            rf"(?:auf|zu)\sihre?m?\s{_LETTER}{_DATE}",
            rf"(?:thank\syou\sfor|we\srefer\sto|with\sreference\sto|further\sto)\syour\s{_LETTER}{_DATE}",
            r"(?:wir\s|ich\s)?(?:teilen?|können)\s(?:wir\s|ich\s)?ihnen\s(?:hiermit\s|wunschgemäß\s|gerne?\s)?"
            r"(?:mit|mitteilen)(?![^\s,:.])",
            r"(?:wir\s|ich\s)?(?:teilen?)\s(?:wir\s|ich\s)?(?:hiermit\s|wunschgemäß\s)?mit(?![^\s,:.])",
            r"(?:we\s)?(?:hereby\s)?(?:confirm|inform\syou|advise\syou|can\sconfirm|write\sto\sconfirm)\sthat",
            rf"in\s(?:der\s)?(?:oben\sgenannten?|o\.\s?g\.|obigen|obiger|vorbezeichneten|vorbezeichneter|"
            rf"vorstehenden|dieser|der|rubrizierten)\s{_MATTER}",
            r"in\sthe\sabove\smatter",
            r"wie\sfolgt",
            r"may(?=\s\d)|(?<=\d\s)may",
            r"we\sact(?=\s(?:on\sbehalf|for))",
            r"(?:ist|sind)\s(?:vollständig\s)?(?:erledigt|ausgeglichen)(?=:\s0,00)",
            r"mit(?=\s(?:insgesamt\s)?(?:eur\s|€\s?)?\d[\d.]{0,9},\d\d)",
            r"(?:im\sauftrag|namens\sund\sim\sauftrag|on\sbehalf\sof)(?!\w)",
            r"(?:sehr\sgeehrte|guten\s(?:tag|morgen)|hallo|liebe[rs]?|dear|moin|grüß\sgott)(?:\s[^,.:?\d]{0,60})?,",
            r"(?:zu\s)?(?:beiliegendem|beigefügtem)\sschreiben",
            # Who owes
            rf"ihre[rnms]?\s(?:o\.\s?g\.\s|oben\sgenannten?\s)?{_CLIENT}",
            r"ihr\smandant",
            r"your\sclient(?:['’]s|s|s['’])?",
            r"ihre?\s(?:aktuelle\s|gesamte\s|offene\s)?(?:restschuld|rückstand|saldo|schulden)",
            r"your\s(?:(?:total|current|outstanding)\s){0,2}(?:balance|debt|arrears)",
            r"unsere[rnms]?\s(?:mandant(?:in|schaft|en)|auftraggeber(?:in|s)?)",
            # What is to be done with the figure
            r"zu\s(?:zahlen|begleichen|entrichten|leisten)",
            r"zur\szahlung(?=\s(?:offen|fällig))",
            r"(?:to\s(?:pay|be\spaid))",
            r"(?:nach|unter)\s(?:abzug|verrechnung|anrechnung|berücksichtigung)\s(?:(?:aller|der|ihrer|bisher|bereits|"
            r"geleisteten|geleisteter|eingegangenen|eingegangener|erhaltenen|bisherigen|bislang|sämtlicher)\s){0,4}"
            r"zahlung(?:en)?",
            r"after\s(?:(?:all|deduction|of|your|the|any)\s){0,3}payments?(?:\s(?:received|made))?",
            r"(?:noch\s)?nicht\s(?:bezahlt|beglichen|ausgeglichen)",
            r"(?:abzüglich|abzgl\.)\s(?:bereits\s)?(?:gezahlter|geleisteter)\s(?:raten|beträge|zahlungen)",
            r"nach\s(?:abzug|aufrechnung|verrechnung)\smit\slaufenden\sleistungen",
            r"statt\sder\s(?:von\s)?ihnen\sgenannten\s[\d.,]+\s(?:€|eur|euro)",
            r"zu\sunseren\sgunsten",
            r"(?:so\s)?dass",
            # What it is made of, and by when
            r"(?:sie|er|es|dies|diese|dieser|die)\s(?=setzt\ssich)",
            r"(?:\d+(?:,\d+)?\s?%|prozent\w*)\s(?:punkten?\s)?über\sdem\s(?:jeweiligen\s)?basiszins(?:satz)?",
            r"(?:unter\sdem|unser|unter|zum)\s(?:aktenzeichen|zeichen|geschäftszeichen|az\.?)",
            r"(?:no|ref|nr)\.?\s?(?=[\w/-]{0,12}\d)",
            # Companies, by their legal form
            r"(?:[\w&.,’'-]{1,60}\s){1,5}?(?:gmbh(?:\s&\sco\.?\skga?)?|ag(?:\s&\sco\.?\skg)?|kg|ohg|se|e\.\s?g\.|eg|ug|"
            r"e\.\s?v\.|ltd\.?|plc|inc\.?|s\.\s?a\.|b\.\s?v\.)(?!\w)",
        )
    )
    + r")(?!\w)"
)
_NAMED = re.compile(
    r"(?<!\w)(?:Frau|Herrn?|Eheleuten?|Mr|Mrs|Ms|Miss|[Mm]andant(?:in|en|schaft)?|[Ss]chuldner(?:in|s)?|"
    r"[Kk]und(?:e|in|en)|[Cc]lient|[Dd]ebtor)\.?,?\s(?:(?:Dr|Prof)\.\s){0,2}"
    r"(?:(?:(?:von|van|der|de|zu|und)\s){0,2}[A-ZÄÖÜ][\w’'-]+\.?,?\s?){1,5}"
)
_FULL_NAME = r"[A-ZÄÖÜ][\w’'-]+\s(?:(?:von|van|der|de|zu)\s){0,2}[A-ZÄÖÜ][\w’'-]+(?!\w)"
_NAMED_ALONE = re.compile(
    rf"(?<!\w)(?:gegen|von|für|against)\s{_FULL_NAME}|"
    rf"^\s?{_FULL_NAME}(?=,\s(?:Gesamtforderung|Forderung|Saldo)|\s(?:schuldet|owes)(?!\w))"
)
_BEFORE_NAMES = frozenset({"gegen", "von", "für", "against"})
_LEGAL_NOUNS = re.compile(
    r"Mandant\w*|Schuldner\w*|Kund\w*|Forderung\w*|Gesamt\w*|Zahl\w*|Rest\w*|\w*(?:ung|schaft|heit|keit|tion)"
)


def _vocabulary(words: str) -> frozenset[str]:
    """The words, folded and parted by blanks, as a set."""
    return frozenset(words.split())


_MONTHS = (
    "januar februar maerz april mai juni juli august september oktober november dezember "
    "january february march june july october december jan feb mar apr jun jul aug sep sept okt oct nov dez dec"
)
_NEUTRAL = _vocabulary(
    _MONTHS
    + " der die das den dem des ein eine einer eines einem einen und sowie nebst zzgl zuzueglich inkl inklusive "
    "incl einschl einschliesslich samt von vom auf in im aus bis seit gegen gegenueber zum zur per an am fuer "
    "ueber unser unsere unserer unseren unserem unseres wir uns hier hiermit wie folgt folgende folgender "
    "folgenden folgendes sich es damit somit mithin also dass noch nun nunmehr derzeit derzeitig derzeitige "
    "derzeitigen derzeitiger aktuell aktuelle aktueller aktuellen gegenwaertig gegenwaertige momentan heute "
    "heutige heutigen heutiger tag tage tages stand datum insgesamt gesamt gesamte gesamten gesamter zusammen "
    "summe hoehe ihv ist sind besteht bestehen bestehende bestehender betraegt betragen belaeuft belaufen "
    "valutiert valutieren ergibt ergeben verbleibt verbleiben verbleibend verbleibende verbleibender fordern "
    "fordert beanspruchen beansprucht verlangen machen macht geltend beziffern beziffert melden meldet "
    "anmelden haben hat steht stehen offen offene offener offenen offenes offenstehend offenstehende "
    "ausstehend ausstehende ausstehender ausstehenden faellig faellige faelliger faelligen schuldet schulden "
    "geschuldet geschuldete zahlbar unbezahlt unbezahlte unbeglichen weiterhin laufende laufender laufenden "
    "weitere weiterer weiteren aller alle bisher bislang angefallene angefallener angefallenen aufgelaufene "
    "aufgelaufener aufgelaufenen gesetzliche gesetzlicher davon darin enthalten hiervon setzt zusammensetzt "
    "auskunft aufstellung forderungsaufstellung forderungsuebersicht kontostand saldenbestaetigung mandant "
    "mandantin mandanten mandantschaft schuldner schuldnerin kunde kundin kunden frau herr herrn eheleute "
    "firma eur euro euros gesamtschuldner "
    # what is owed for
    "rechnung rechnungen vertrag vertrags vertrages vertragskonto konto kundenkonto kreditkonto girokonto "
    "mietkonto darlehen darlehenskonto darlehensvertrag kreditvertrag kredit mietverhaeltnis mietvertrag "
    "miete lieferung lieferungen vertragsverhaeltnis vertragsnummer rechnungsnummer kundennummer kontonummer "
    "rechnungsnr kundennr vertragsnr nummer nr no az aktenzeichen zeichen kd iban abrechnungsstand "
    # labels
    "forderungsbetrag forderungsbetrages forderungshoehe forderungsstand forderungssaldo forderungssumme "
    "betrag betrages betrags restbetrag restbetrages restsumme restsaldo restschuld restforderung "
    "restforderungen endbetrag endsumme endsaldo zahlbetrag rechnungsbetrag mahnbetrag mahnsumme schuldbetrag "
    "schuldsumme saldo kontosaldo sollsaldo salden kontostand rueckstand rueckstaende zahlungsrueckstand "
    "mietrueckstand mietrueckstaende beitragsrueckstand beitragsrueckstaende gesamtrueckstand gesamtbetrag "
    "gesamtbetrages gesamtsumme gesamtschuld gesamtsaldo gesamthoehe gesamtverbindlichkeit "
    "gesamtverbindlichkeiten gesamtobligo gesamtaussenstand verbindlichkeit verbindlichkeiten aussenstand "
    "aussenstaende abloesebetrag bruttogesamtforderung gesamtrestforderung ueberweisungsbetrag totalbetrag "
    "hauptsumme hauptbetrag kapital kapitalbetrag kapitalforderung auslagen nebenforderung nebenforderungen "
    "pauschale kostenpauschale saeumniszuschlag saeumniszuschlaege verzugsschaden schuldenstand nachzahlung "
    "nachzahlungsbetrag zahlungsrest "
    # headings
    "position positionen pos bezeichnung text beschreibung art waehrung beleg belegnummer faelligkeit "
    "uebersicht "
    # English
    "the a an our total overall grand outstanding current balance amount amounts sum debt debts claim claims "
    "claimed claiming due owed owing owes payable remaining remains remain unpaid open is are of as at per on "
    "to including inclusive incl plus together all accrued further interest costs cost fees fee charges "
    "charge principal expenses and we against for with from by stands amounting currently today now presently "
    "still date account number ref reference invoice invoices contract that which us comprising comprises "
    "this matter under stand creditor arrears today's agreement loan mr mrs ms made up contractual jetzt "
    "liegt bei stellt unveraendert unveraenderte mein meine meiner meinem meinen ich mitglied mitglieds jahr "
    "jahre jahren monat monate monaten quartal bestellung bestellungen behandlung behandlungen warenlieferung "
    "warenlieferungen beitrag beitraege mahn weist grund wegen so verein praxis sofort rate raten bank "
    "sparkasse mietsache wohnung forderungskonto rechnungsdatum faelligkeitsdatum vorgang kassenzeichen "
)
_NEUTRAL_ENDS = re.compile(
    r"(?:haupt|gesamt|geld|zahlungs|kaufpreis|miet|darlehens|kredit|beitrags|gebuehren|steuer|unterhalts|inkasso|"
    r"honorar|waren|entgelt|praemien|werkstatt)?-?forderung(?:en)?|[\w-]{0,24}(?:kosten|zinsen|gebuehren|gebuehr|"
    r"vertrag|vertrages|vertrags|konto|kontos|nummer)|mitgliedsbeitr\w{2,5}|\w+(?:str|strasse)"
)
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
_QUOTATION = re.compile(r"[?„“”»«\"]")
_REVERSED = re.compile(
    r"(?<!\w)(?:(?:wir|we)\s(?:\w+\s)?(?:schulden|owe)|(?:gegen|gegenüber)\suns|uns\sgegenüber|"
    r"(?<!gegen\s)(?<!von\s)ihre?\s(?:mandant|klient)\w*\s(?:\w+\s)?(?:hat|fordert|verlangt|beansprucht|macht)|"
    r"(?:hat|fordert|verlangt|beansprucht)\sihre?\s(?:mandant|klient)\w*|your\sclient\s(?:has|claims))(?!\w)"
)
"""Who owes whom, the other way round."""


@lru_cache(maxsize=8192)
def _is_neutral(word: str) -> bool:
    folded = fold(word)
    return folded in _NEUTRAL or bool(_NEUTRAL_ENDS.fullmatch(folded))


def odd_words(text: str) -> tuple[str, ...]:
    """The words of ``text`` that are not known to leave a figure as it is; numbers and single letters never count.

    A question and a quotation are odd by their marks.
    """
    text = " ".join(text.split())
    low = text.lower()
    found = _QUOTATION.findall(low)
    if len(low) == len(text):
        text = _without_names(text)
    low = text.lower()
    found += _REVERSED.findall(low)
    low = _PHRASES.sub(" ", low)
    found += [
        word
        for word in _WORD.findall(low)
        if len(word) > 1 and not any(char.isdigit() for char in word) and not _is_neutral(word)
    ]
    return tuple(found)


def _without_names(text: str) -> str:
    """``text`` without the names behind *Frau*, *Herr*, *Mandantin* and the like."""

    def kept(match: re.Match[str]) -> str:
        words = match.group().split()
        if words[0] not in _BEFORE_NAMES and match.re is _NAMED_ALONE:
            words.insert(0, "")
        rest = [word for word in words[1:] if _LEGAL_NOUNS.fullmatch(word.strip(".,"))]
        return " ".join([words[0], *rest, " "])

    return _NAMED_ALONE.sub(kept, _NAMED.sub(kept, text))


_PAST = _vocabulary(
    "urspruengliche urspruenglichen urspruenglicher urspruenglich betrug betrugen sie gezahlt bezahlt geleistet "
    "geleistete geleisteten zahlung zahlungen teilzahlung teilzahlungen ihrer ihre bereits wurden wurde haben auf "
    "darauf erhalten abzueglich abzgl abzuziehen gutschrift originally was were paid payment payments received "
    "less already has been have you nach abzug ratenrueckstand"
)
_AFTER = _vocabulary(
    "bitte wir bitten um ueberweisen ueberweisung zahlen begleichen ausgleich sofort innerhalb binnen spaetestens "
    "ihnen teilen mit mitteilen gern gerne geben nachstehend nachfolgend folgendermassen wie ergibt verzinsen "
    "taeglich einzelnen naeheren details ersichtlich beigefuegte beigefuegten beigefuegter anlage anliegend "
    "anliegende anliegenden uebersenden anbei sie er es dies diese dieser diesen dieses unter angabe oben genannte "
    "genannten bankverbindung setzen stellt dar please transfer pay within days below follows consists bear find "
    "enclosed attached detailed break down breakdown inform you follow it this"
)
_TELLS = re.compile(
    r"(?<!\w)(?:mit|mitteilen|mitzuteilen|stellung|auskunft|folgt|folgende\w?|nachstehend\w*|nachfolgend\w*|zutreffend|"
    r"bestätigen|melden|beziffern|beziffert|dar|auf|ab|schuldet|besteht|bestehen|setzt\ssich|ergibt\ssich|gewünscht\w*|übermitteln|übersenden|"
    r"schreiben|anfrage|übersicht|aufstellung|forderungsaufstellung|abrechnung|kontoauszug|below|follows?|following|"
    r"statement|breakdown|owes|confirm|query)(?!\w)"
)
_MADE_OF = re.compile(
    r"(?:dies\w*|das|sie|er|der\sbetrag|die\s(?:forderung|summe)|this|that|it)\s(?:\w+\s)?(?:ergibt\ssich|setzt\ssich|"
    r"resultiert|beruht|stammt|besteht\saus|enthält|umfasst|beinhaltet|is\smade\sup|consists|includes|comprises)(?!\w)"
)
_TAKES_BACK = re.compile(
    r"(?<!\w)(?:nicht|nie\w*|kein\w*|ohne|war|waren|wär\w*|wurde\w*|würde\w*|hatte\w*|hätte\w*|betrug\w*|lautete\w*|"
    r"galt\w*|stand(?=\s(?:die|der|in))|damals|früher\w*|ehemal\w*|bestr[ei]\w*|behaupt\w*|angeblich\w*|\w*vergleich\w*|"
    r"\w*angebot\w*|sollte\w*|könnte\w*|dürfte\w*|falls|wenn|sofern|schätz\w*|voraussicht\w*|vorläufig\w*|verjähr\w*|"
    r"erledig\w*|bezahlt\w*|gezahlt\w*|beglichen\w*|getilgt\w*|verkauf\w*|abgetreten\w*|parallel\w*|ander\w*|dritt\w*|"
    r"in\sihre[mr]|ihre[mrs]?\s(?:liste|aufstellung|verzeichnis|berechnung)|sie\s(?:schr\w+|nann\w+|nenn\w+|gaben|teilten|"
    r"geben|haben)|irr\w*|verseh\w*|storn\w*|verzicht\w*|gutschr\w*|zugunsten|beispiel\w*|muster\w*|entwurf|alle[rn]?|"
    r"not?|never|was|were|would|could|should|if|disput\w*|settled|written|alleged\w*|estimat\w*|former\w*|previous\w*|"
    r"offer\w*|other|waive\w*|in\syour|you\s\w+|according\sto)(?!\w)"
)
_REQUEST = re.compile(
    r"(?<!\w)(?:teilen\ssie\s(?:uns|mir)|bitten\s(?:wir\s)?(?:sie\s)?(?:uns|um)|(?:bitte\s)?(?:nennen|beziffern)\ssie)\s"
    r"[^.?!]{0,80}?(?:höhe|stand|forderung\w{0,14})(?!\w)"
)


def is_plain(text: str, names: Collection[str] = ()) -> bool:
    """Whether every word of ``text`` leaves the figure in it as it is. ``names`` are words of names, folded."""
    return all(fold(word) in names for word in odd_words(text))


def is_announcement(text: str, names: Collection[str] = ()) -> bool:
    """Whether the words before a colon only announce what is owed."""
    low = text.lower()
    return is_plain(text, names) or bool(_TELLS.search(low) and not _TAKES_BACK.search(low))


def is_plain_after(text: str, names: Collection[str] = ()) -> bool:
    """Whether a sentence that goes on about a figure takes nothing of it back."""
    low = text.lower()
    if _MADE_OF.match(low.lstrip()) and not _TAKES_BACK.search(low):
        return True
    return all(fold(word) in _AFTER or fold(word) in names for word in odd_words(text))


def is_past(text: str, names: Collection[str] = ()) -> bool:
    """Whether a clause tells of an earlier figure and payments, and nothing else."""
    return any(char.isdigit() for char in text) and all(
        fold(word) in _PAST or fold(word) in names for word in odd_words(text)
    )


def is_request(text: str) -> bool:
    """Whether a letter asks how high the claim is. Who asks that is not the one who claims: it is our own letter."""
    return bool(_REQUEST.search(" ".join(text.lower().split())))
