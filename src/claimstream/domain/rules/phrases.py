"""Turns of phrase that tell what a reply wants, in German and English.

All patterns are written for ``plain`` text: lower case, umlauts as two letters, white space as single blanks.
"""

import re

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


# Points that end no sentence: in numbers and dates, and behind abbreviations.
_NO_END = re.compile(r"(?<=\d)\.(?=\d|\s?(?:[a-zäöü]|Jan|Feb|Mär|Mar|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez))")
_ABBREVIATION = re.compile(
    r"\b(?P<word>z\.\s?B|d\.\s?h|u\.\s?a|i\.\s?H|i\.\s?V|o\.\s?g|Nr|Az|bzw|ggf|inkl|zzgl|abzgl|ca|Dr|Str|geb|Abs|evtl|"
    r"lt|gem|vgl|etc|Tel|Kd|Hr|Fr|mtl|max|Mr|Mrs|Ms|No)\."
)


def plain(text: str) -> str:
    """Lower case, ``ä`` as ``ae``, one blank between words; a point left in it ends a sentence."""
    text = _ABBREVIATION.sub(lambda match: match["word"].replace(".", ""), _NO_END.sub("", text))
    return " ".join(text.lower().translate(_UMLAUTS).split())


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?:{a})" for a in alternatives))


# A few words in between, but never over the end of a sentence.
_GAP = r"[^.!?;]{0,60}?"

PLAN = _any(
    r"\b(?:schulden)?bereinigungs(?:plan|plaene|vorschlag|angebot)\w*",
    r"\bregulierungs(?:plan|vorschlag|angebot)\w*",
    r"\bzahlungsplan\w*",
    r"\bvergleich(?:s|es|svorschlag\w*|sangebot\w*)?\b",
    r"\beinigungs(?:vorschlag|versuch|angebot)\w*",
    r"\bquote\b|\bquotenzahlung\b|\beinmalzahlung\b|\bnullplan\w*",
    r"\bsettlement\b|\bdebt plan\b|\brepayment plan\b",
    rf"\b(?:ihr\w*|dem|den|der) {_GAP}(?:vorschlag|plan|angebot)\b",
)
"""Words for the plan of a second letter."""

INSTALLMENTS_OFFERED = _any(
    rf"\b(?:raten|ratenzahlung\w*|teilzahlung\w*|monatsraten|ratenplan|ratenvereinbarung)\b{_GAP}"
    r"\b(?:an|einverstanden|anbieten|angeboten|zustimmen|akzeptieren|gewaehren|einraeumen|vereinbaren|bereit)\b",
    rf"\b(?:einverstanden|bieten|anbieten|stimmen|akzeptieren|gewaehren|raeumen|bereit)\b{_GAP}"
    r"\b(?:raten|ratenzahlung\w*|teilzahlung\w*|monatsraten|ratenplan|ratenvereinbarung)\b",
    rf"\b(?:offer|agree|accept|propose)\b{_GAP}\b(?:installments?|instalments?|monthly (?:payments?|rates?))\b",
)

INSTALLMENTS_REFUSED = _any(
    rf"\b(?:kein\w*|nicht)\b{_GAP}\b(?:raten|ratenzahlung\w*|teilzahlung\w*)\b",
    rf"\b(?:raten|ratenzahlung\w*|teilzahlung\w*)\b{_GAP}\b(?:nicht|lehnen|ablehnen|abgelehnt|ausgeschlossen)\b",
    rf"\blehn\w+\b{_GAP}\b(?:raten|ratenzahlung\w*|teilzahlung\w*)\b",
)

REFUSAL = _any(
    rf"\b(?:lehnen|lehne)\b{_GAP}\bab\b",
    rf"\b(?:muessen|moechten|wollen|werden)\b{_GAP}\bablehnen\b",
    r"\b(?:wird|werden|ist|sind|haben|wurde)\b[^.!?;]{0,50}?\b(?:abgelehnt|zurueckgewiesen)\b",
    rf"\b(?:kann|koennen)\b{_GAP}\bnicht (?:zustimmen|entsprechen|nachkommen|annehmen|akzeptieren|folgen|zugestimmt)\b",
    rf"\bweisen?\b{_GAP}\bzurueck\b",
    r"\b(?:nicht (?:bereit|einverstanden)|verweigern)\b",
    rf"\berteilen\b{_GAP}\bkeine? ?(?:auskunft|auskuenfte|informationen)\b",
    r"\bkeine (?:auskunft|auskuenfte) (?:erteilt|erteilen|geben)\b",
    r"\b(?:we|i) (?:must |have to )?(?:reject|refuse|decline)\b",
    rf"\b(?:cannot|can not|unable to|not (?:willing|able) to)\b{_GAP}\b(?:agree|accept|comply)\b",
)

REFUSAL_DENIED = re.compile(r"\blehnen?\b[^.!?;]{0,60}?\bnicht ab\b|\bnicht ablehnen\b")

_ASKED_FOR = (
    r"(?:vollmacht\w*|geburtsdat\w+|geburtsname\w*|anschrift\w*|adress\w+|ausweis\w*|nachweis\w*|unterlagen|"
    r"bescheinigung\w*|kopien?|kundennummern?|vertragsnummern?|rechnungsnummern?|einkommen\w*|"
    r"glaeubiger(?:liste|verzeichnis|aufstellung)\w*|vermoegens\w+|belege?|bankverbindung|"
    r"power of attorney|date of birth|proof|documents?|customer number|address)"
)

REQUEST = _any(
    rf"\bbitte\b{_GAP}\b(?:uebersenden|senden|schicken|reichen|uebermitteln|legen|teilen|nennen|weisen|mailen)\b",
    r"\b(?:uebersenden|senden|schicken|reichen|uebermitteln|teilen|nennen|legen) sie (?:uns|mir)\b",
    rf"\bbitten?\b{_GAP}\bum {_GAP}\b(?:uebersendung|zusendung|mitteilung|vorlage|angabe|nachreichung|uebermittlung|"
    r"einreichung|klaerung|nennung|erlaeuterung|ergaenzung)\b",
    r"\b(?:benoetigen|brauchen) wir\b|\bwir (?:benoetigen|brauchen)\b",
    rf"\bplease\b{_GAP}\b(?:send|provide|let us know|forward|submit|confirm|supply)\b",
    r"\bwe (?:need|require)\b",
    rf"\bum\b{_GAP}\b(?:koennen|bearbeiten|zuordnen)\b{_GAP}\bbenoetigen\b",
)

REQUEST_OBJECT = re.compile(rf"\b{_ASKED_FOR}\b")

CANNOT_ACT = _any(
    r"\bnicht (?:eindeutig |sicher |mehr )?(?:zuordnen|zugeordnet|zuzuordnen|auffinden|ermitteln|identifizieren)\b",
    rf"\bkein\w* (?:vorgang|kund\w+|vertrag|konto|schuldner\w*)\b{_GAP}\b(?:gefunden|finden|feststellen|ermitteln)\b",
    r"\bohne (?:vorlage )?(?:einer |eine |die |der |gueltige |unterschriebene |schriftliche )*(?:original)?vollmacht\b",
    rf"\bvollmacht\w*\b{_GAP}\b(?:fehlt|liegt\b{_GAP}\bnicht|nicht (?:bei|vor)|nicht beigefuegt)\b",
    rf"\bliegt\b{_GAP}\b(?:keine|nicht)\b{_GAP}\b(?:vollmacht|mandat|legitimation)\w*",
    rf"\b(?:vorgang|auftrag|mandat|legitimation|anfrage|anschreiben)\w*\b{_GAP}\bliegt\b{_GAP}\bnicht (?:mehr )?vor\b",
    rf"\b(?:unable to|cannot|could not)\b{_GAP}\b(?:locate|identify|match|assign|find)\b",
)
"""The creditor says that without an answer it does nothing."""

DISPUTED = _any(
    r"\b(?:nennen|nannten|beziffern|bezifferten|behaupten|behaupteten|fuehrten|erwaehnen|erwaehnten|errechnen) sie\b",
    r"\bsie (?:nennen|nannten|beziffern|bezifferten|behaupten|behaupteten|erwaehnen|erwaehnten)\b",
    r"\bnicht (?:nachvollzieh\w*|nachvollzogen|korrekt|richtig|zutreffend)\b",
    r"\b(?:bestreiten|bestritten|unzutreffend\w*)\b",
    r"\byou (?:state|claim|mention|quote)\b|\bwe dispute\b",
)
"""The creditor repeats a figure of ours, or denies one."""

MACHINE = _any(
    r"\bautomatisch\w*\b|\bautomat(?:ed|ic|ically)\b",
    r"\b(?:ticket|vorgangs?|bearbeitungs)-?(?:nummer|nr|id)\b",
    r"\bantworten sie (?:bitte )?nicht\b|\bdo not reply\b",
)
"""Signs, each too weak alone, that no person wrote a text."""

INQUIRY = _any(
    r"\bsachstand\w*\b",
    r"\bstand der (?:dinge|angelegenheit|sache|bearbeitung|verhandlungen)\b",
    r"\bhaben sie (?:unser|unsere|mein|meine)\b",
    r"\bwann (?:ist|koennen|kann|duerfen|darf|wird|werden|erhalten|bekommen|rechnen)\b",
    r"\b(?:um|einen) (?:telefonischen )?(?:rueckruf|rueckmeldung)\b|\brufen sie (?:uns|mich)\b",
    r"\bwie ist der (?:aktuelle )?stand\b|\bgibt es (?:schon |bereits )?(?:neuigkeiten|etwas neues)\b",
    r"\bvertreten sie\b|\bist (?:das|ihr) mandat\b",
    r"\bwhat is the (?:current )?status\b|\bany (?:news|update)\b|\b(?:please )?call (?:us|me) back\b",
)

STATEMENT = _any(
    r"\b(?:forderungs|schuld(?:en)?|saldo|salden|zins)(?:aufstellung|uebersicht|berechnung|meldung|nachweis|abrechnung)\w*",
    r"\baufstellung (?:unserer|der|ueber|ihrer) (?:\w+ )?forderung\w*",
    r"\b(?:konto|forderungs)(?:auszug|stand)\w*",
    r"\bhoehe (?:unserer|der) forderung\w*|\bforderungshoehe\b",
    r"\b(?:claim|account) statement\b|\bstatement of (?:claim|claims|account|debt)\b",
)

ATTACHED = _any(
    r"\b(?:anbei|anliegend\w*|beiliegend\w*|beigefuegt\w*|angefuegt\w*|im anhang|in der anlage|als anlage|"
    r"siehe anlage|anlage[n]?|anhang)\b",
    r"\b(?:attached|enclosed|attachment)\b",
)

AWAY = _any(
    r"\b(?:ich bin|wir sind|bin ich)\b[^.!?;]{0,50}?\b(?:nicht im (?:buero|haus|dienst)|abwesend|ausser haus|im urlaub|"
    r"nicht erreichbar|nicht zu erreichen)\b",
    r"\bbefinde ich mich\b[^.!?;]{0,40}?\burlaub\b",
    r"\b(?:i am|i'm)\b[^.!?;]{0,40}?\b(?:out of (?:the )?office|on (?:annual )?(?:leave|vacation|holiday))\b",
    r"\b(?:diese|dies ist eine)\b[^.!?;]{0,30}?\bautomatisch\w* (?:\w+ )?"
    r"(?:antwort|eingangsbestaetigung|rueckmeldung)\b",
    r"\bthis is an automat(?:ed|ic) (?:reply|response|acknowledge?ment)\b",
)

RECEIVED = _any(
    r"\b(?:ihre?|deine?)\b[^.!?;]{0,40}?\b(?:ist|sind)\b[^.!?;]{0,30}?\b(?:eingegangen|eingetroffen)\b",
    r"\b(?:haben|habe)\b[^.!?;]{0,50}?\b(?:dankend )?erhalten\b[^.!?;]{0,60}?\b(?:bearbeit|pruef|melden)\w*",
    r"\bbestaetigen\b[^.!?;]{0,40}?\b(?:den )?(?:eingang|erhalt)\b",
    r"\bwe (?:have received|acknowledge receipt of)\b",
)
