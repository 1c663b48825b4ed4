"""The kinds of sentence that letters are full of and that say nothing about the claim or the plan.

A sentence is of a kind by a construction that is typical of it, not by every single word. What it holds beside that
construction may still say something, so :func:`is_harmless` looks for words that must not stand there.
"""

from claimstream.domain.language import Rule, Rules
from claimstream.domain.replies.conditions import COURTESY
from claimstream.domain.text import Sentence

SALUTATION = Rule(
    "salutation",
    r"\A{salutation}",
    takes=("Sehr geehrte Damen und Herren,", "Guten Tag Frau Kern,", "Dear Sir or Madam,"),
    leaves=("Wir lehnen den Plan ab.", "Der liebe Frieden ist uns 500 EUR wert."),
)

CLOSING = Rule(
    "closing",
    r"\A{closing}",
    takes=("Mit freundlichen Grüßen", "i. A. Sabine Mohr", "Yours sincerely"),
    leaves=("Wir grüßen Sie und lehnen ab.",),
)

HEADING = Rule(
    "heading",
    r"\A{heading}",
    takes=("Betreff: Ihr Plan", "Unser Zeichen: K 4471", "Re: Marion Lenz, our ref. 88"),
    leaves=("Das Aktenzeichen ist uns nicht bekannt.",),
)

CONTACT = Rule(
    "contact",
    r"{reach}",
    takes=(
        "Für Rückfragen stehen wir gern zur Verfügung.",
        "Sie erreichen uns montags bis freitags von 8 bis 16 Uhr.",
        "Sollten Sie noch Fragen haben, rufen Sie uns an.",
        "Please do not hesitate to contact us.",
    ),
    leaves=("Die Forderung ist erledigt.",),
    but=r"\bnicht (?:mehr )?(?:zur verfuegung|erreichbar)\b|\bin frage\b",
)

ENCLOSURE = Rule(
    "enclosure",
    r"{enclosed}{gap}{paper}|{paper}{gap}{enclosed}",
    takes=(
        "Anbei erhalten Sie unsere Forderungsaufstellung.",
        "Die Einzelheiten entnehmen Sie bitte der beigefügten Aufstellung.",
        "Please find the statement attached.",
    ),
    leaves=("Die Anlage des Geldes war riskant.",),
)

KINDS = (
    SALUTATION,
    CLOSING,
    HEADING,
    Rule(
        "reference_to_letter",
        r"\A.{0,20}?(?:{thanks}|{refer}){gap}{letter}|"
        r"{letter}{gap}(?:haben wir|habe ich|ist) {gap}(?:erhalten|eingegangen)",
        takes=(
            "Vielen Dank für Ihr Schreiben vom 12.10.2026.",
            "Wir nehmen Bezug auf Ihre E-Mail vom gestrigen Tage.",
            "Bezugnehmend auf Ihre Anfrage teilen wir Folgendes mit:",
            "Ihr Schreiben vom 3. Mai haben wir erhalten.",
            "Thank you for your letter of 3 May.",
        ),
        leaves=("Die Forderung beträgt 500,00 EUR.", "Das Schreiben ist hinfällig."),
        but=r"\b(?:beilage|forderung)\b.{0,40}\bbetraegt\b",
    ),
    Rule(
        "payment_instruction",
        r"{please}{gap}{remit}|{remit}{gap}{please}|{remit}{gap}(?:{quote_number}|{bank_detail})|"
        r"(?:{please}{gap})?{quote_number}{gap}{number_of_file}|{number_of_file}{gap}{quote_number}",
        takes=(
            "Bitte überweisen Sie den Betrag auf das Konto DE41 5001 0517 0123 4567 89.",
            "Zahlungen leisten Sie bitte nur unter Angabe des Aktenzeichens.",
            "Bei Zahlungen bitte stets das Kassenzeichen angeben.",
            "Wir bitten um Ausgleich bis zum 30.11.2026.",
            "Please quote our reference with any payment.",
        ),
        leaves=("Ihre Zahlung vom 3. Mai haben wir verbucht.", "Der Plan wird angenommen."),
    ),
    Rule(
        "bank_details",
        r"{bank_detail}",
        takes=("IBAN: DE41 5001 0517 0123 4567 89", "Unsere Bankverbindung lautet wie folgt:"),
        leaves=("Die Bank stimmt zu.",),
    ),
    CONTACT,
    Rule(
        "machine_made",
        r"{machine_made}",
        takes=(
            "Dieses Schreiben wurde maschinell erstellt und ist ohne Unterschrift gültig.",
            "This letter is computer-generated and valid without signature.",
        ),
        leaves=("Der Vergleich ist ohne Ihre Unterschrift nicht wirksam.",),
        but=r"\b(?:ohne ihre|nicht wirksam|unwirksam)\b",
    ),
    Rule(
        "footer",
        r"{footer}|\bwww\b|https?:|@",
        takes=(
            "Geschäftsführer: Dr. Karl Brenner · Amtsgericht Aue HRB 4711",
            "Hinweise zum Datenschutz finden Sie unter www.stadtwerke-aue.example.",
        ),
        leaves=("Die Gesellschaft stimmt zu.",),
    ),
    ENCLOSURE,
    Rule(
        "running_interest",
        r"{interest_runs}{gap}{runs}|{runs}{gap}{interest_runs}",
        takes=(
            "Weitere Zinsen fallen ab dem 01.11.2026 an.",
            "Die Zinsen laufen in Höhe von 5 Prozentpunkten über dem Basiszinssatz weiter.",
            "Interest continues to accrue.",
            "Die Hauptforderung wird ab dem 01.11.2026 verzinst.",
        ),
        leaves=("Die Zinsen betragen 80,00 EUR.", "Ab dem 01.11.2026 sind die Zinsen nicht berechnet."),
        but=r"\b(?:nicht|keine|not|no)\b",
    ),
    Rule(
        "title_state",
        r"{title_state}",
        takes=("Die Forderung ist nicht tituliert.", "Ein Titel liegt vor."),
        leaves=("Der Titel wurde herausgegeben.",),
    ),
    Rule(
        "wish",
        r"{wish}",
        takes=(
            "Wir bitten um Kenntnisnahme.",
            "Ihrer Rückmeldung sehen wir entgegen.",
            "We wish your client all the best.",
        ),
        leaves=("Wir stimmen zu.",),
    ),
)
"""The first that takes a sentence names its kind."""
_KINDS = Rules(*KINDS)

FIRM_KINDS = tuple(kind for kind in KINDS if kind.name not in {"contact", "footer"})
"""Kinds that are made of more than one word."""


def kind_of(sentence: Sentence) -> Rule | None:
    """Return the kind of a sentence; None where it is of no known one."""
    return _KINDS.find(sentence.folded)


def is_harmless(sentence: Sentence, veto: Rule | None = None, also: tuple[Rule, ...] = ()) -> bool:
    """Whether a sentence is of a known kind, one of ``also`` included, and holds nothing that ``veto`` finds.

    Courtesies (*should you have any questions*) hold words of doubt and mean none.
    """
    if veto is not None and veto.find(COURTESY.without(sentence.folded)) is not None:
        return False
    return _KINDS.find(sentence.folded) is not None or any(rule.find(sentence.folded) for rule in also)
