"""Turns of phrase that tell what a reply wants."""

from collections.abc import Iterable

from claimstream.domain.language import Rule
from claimstream.domain.text import Text

INSTALLMENTS_OFFERED = Rule(
    "installments_offered",
    r"{instalments}{gap}{grants_behind}|{grants}{gap}{instalments}",
    takes=(
        "Wir bieten Ihnen Raten von 50 EUR an.",
        "Mit einer Ratenzahlung sind wir einverstanden.",
        "We accept monthly payments.",
    ),
    leaves=("Die Forderung beträgt 500,00 EUR.", "Die erste Rate ist fällig."),
)
INSTALLMENTS_REFUSED = Rule(
    "installments_refused",
    r"{none_of_them}{gap}{instalments}|{instalments}{gap}{denies_them}|{turns_down}{gap}{instalments}",
    takes=("Keine Ratenzahlung.", "Eine Ratenzahlung lehnen wir ab.", "Wir lehnen Ratenzahlungen ab."),
    leaves=("Wir lehnen den Plan ab.", "Raten sind möglich."),
)
REFUSAL = Rule(
    "refusal_of_something",
    r"{refusal}|{passive}{gap}{turned_down}",
    takes=(
        "Wir lehnen dies ab.",
        "Ihr Vorschlag wird abgelehnt.",
        "Dem kann ich nicht zustimmen.",
        "Wir erteilen keine Auskunft.",
        "We must decline.",
        "We are unable to agree.",
    ),
    leaves=("Die Zahlung kann auf unser Konto erfolgen.", "Wir stimmen zu."),
    but=r"{refusal_denied}",
)
OF_THE_INQUIRY = Rule(
    "refusal_of_the_inquiry",
    r"{we_or_you}|{asked_thing}",
    takes=("Ihr Plan wird abgelehnt.", "Wir lehnen ab.", "Die Anfrage wurde zurückgewiesen."),
    leaves=("Ein Erlass wurde am 2. Mai abgelehnt.", "Die Übernahme wurde von der Versicherung abgelehnt."),
)
"""What is refused is asked for by us, or by the creditor itself; else it is something of the past."""
BY_PHONE = Rule(
    "by_phone",
    r"{by_phone}",
    takes=("Telefonisch erteilen wir keine Auskunft.", "Am Telefon können wir keine Auskünfte erteilen."),
    leaves=("Wir erteilen keine Auskunft.",),
)
UNMARKED_PAYMENT = Rule(
    "payment_without_its_number",
    r"{otherwise}{gap}(?:{settling}|{settling_noun}){gap}{cannot}|(?:{settling}|{settling_noun}){gap}{otherwise}{gap}{cannot}",
    takes=(
        "Überweisungen ohne Kassenzeichen können nicht zugeordnet werden.",
        "Geben Sie das Zeichen an, andernfalls kann der Eingang nicht zugeordnet werden.",
    ),
    leaves=(
        "Ohne Geburtsdatum können wir die Anfrage nicht zuordnen.",
        "Ihre Zahlung konnten wir nicht zuordnen.",
        "Ihre Zahlung ging ohne Zeichen ein und kann nicht zugeordnet werden.",
        "Die Zahlung vom 3. Mai kann ohne Zeichen nicht zugeordnet werden.",
    ),
    but=r"{has_happened}",
)
"""A payment that is still to come."""
PLAN_TO_COME = Rule(
    "plan_to_come",
    r"{decides_later}",
    takes=(
        "Vergleiche prüft unsere Zentrale.",
        "Über einen Plan wird nach seinem Eingang entschieden.",
        "Über einen Vergleich müsste die Geschäftsführung entscheiden.",
    ),
    leaves=(
        "Über Ihren Plan haben wir entschieden.",
        "Einen Plan prüfen wir nicht.",
        "Wir prüfen den Plan, lehnen ihn aber ab.",
        "Über einen Plan entscheiden wir ablehnend.",
        "Wir prüfen Ihren Vorschlag nur, wenn er 50 Prozent vorsieht.",
    ),
    but=r"{denial}|{limit}|{contrast}|{refuse}|{perfect}|{rejects}|\d ?(?:€|eur\b|euro\b|%|prozent)",
)
"""What a creditor says of plans in answer to a first letter, which carries none."""
REQUEST = Rule(
    "request",
    r"{please}{gap}{send_us}|{send_us_please}|{please}{gap}\bum {gap}{sending}|{we_need}|"
    r"\bum\b{gap}{to_act}{gap}{needs}|{asks}",
    takes=(
        "Bitte übersenden Sie uns die Vollmacht.",
        "Wir bitten um kurzfristige Mitteilung.",
        "Hierzu benötigen wir Unterlagen.",
        "Please send us the power of attorney.",
    ),
    leaves=("Wir bitten um Ausgleich.", "Die Forderung beträgt 500,00 EUR."),
)
REQUEST_OBJECT = Rule(
    "request_object",
    r"{asked_for_thing}",
    takes=("eine aktuelle Vollmacht", "das Geburtsdatum", "a power of attorney"),
    leaves=("die Forderung",),
)
CANNOT_ACT = Rule(
    "cannot_act",
    r"{cannot_assign}|{no_such} {matter_or_customer}{gap}{found_or_not}|"
    r"{without_it} (?:{authority_fill} ){0,4}{authority_paper}|"
    r"{authority}{gap}{is_missing}|{lies}{gap}{lies_not}{gap}{authority_of_any_kind}|"
    r"{matter_not_here}{gap}{lies}{gap}{not_here}",
    takes=(
        "Ihr Schreiben können wir nicht zuordnen.",
        "Es wurde kein Kunde dieses Namens gefunden.",
        "Ohne Vorlage einer Vollmacht geben wir nichts heraus.",
        "Die Vollmacht fehlt.",
        "Uns liegt keine Vollmacht vor.",
        "Der Vorgang liegt uns nicht mehr vor.",
        "We are unable to identify your client.",
    ),
    leaves=("Die Vollmacht liegt vor.", "Den Vorgang haben wir zugeordnet."),
)
"""The creditor says that without an answer it does nothing."""
DISPUTED = Rule(
    "disputed_figure",
    r"{disputed}",
    takes=("Sie nennen 500,00 EUR.", "Der Betrag ist nicht nachvollziehbar.", "You mention 500 EUR."),
    leaves=("Wir nennen Ihnen die Forderung.",),
)
"""The creditor repeats a figure of ours, or denies one."""
MACHINE = Rule(
    "machine_sign",
    r"{machine_sign}",
    takes=("Diese Mail wurde automatisch erzeugt.", "Ihre Ticket-Nr. lautet 4711."),
    leaves=("Wir antworten Ihnen.",),
)
"""Signs, each too weak alone, that no person wrote a text."""
INQUIRY = Rule(
    "inquiry",
    r"{asks_after}",
    takes=("Wir bitten um Mitteilung des Sachstands.", "Wann können wir mit Zahlung rechnen?", "Any news?"),
    leaves=("Die Sache ist erledigt.",),
)
STATEMENT = Rule(
    "statement",
    r"{statement_of+statement_paper}|{statement_name}",
    takes=("die Forderungsaufstellung", "eine Aufstellung unserer Forderung", "a statement of account"),
    leaves=("die Forderung", "eine Aufstellung der Gläubiger"),
)
ATTACHED = Rule(
    "attached",
    r"{attached}",
    takes=("anbei", "siehe Anlage", "in the attachment"),
    leaves=("die Geldanlage",),
)
AWAY = Rule(
    "away",
    r"{i_am}{gap}{away}|{on_holiday}|{this_is}{gap}{automatic_answer}|{automatic_reply}",
    takes=(
        "Ich bin bis zum 3. Mai nicht im Büro.",
        "Zurzeit befinde ich mich im Urlaub.",
        "Dies ist eine automatische Antwort.",
        "I am currently out of the office.",
    ),
    leaves=("Ich bin einverstanden.",),
)
RECEIVED = Rule(
    "received",
    r"{yours}{gap}{has_come}|{we_got}{gap}{will_see}|{confirms}{gap}{coming_in}|{we_received}",
    takes=(
        "Ihre Nachricht ist bei uns eingegangen.",
        "Wir haben Ihr Schreiben erhalten und prüfen es.",
        "Wir bestätigen den Eingang Ihrer E-Mail.",
        "We acknowledge receipt of your letter.",
    ),
    leaves=("Ihre Zahlung haben wir erhalten.",),
)


class Said:
    """Some texts, and what they say sentence by sentence."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._sentences = [sentence.folded for text in texts for sentence in Text(text).sentences]

    def find(self, rule: Rule, *, beside: Rule | None = None, unless: Rule | None = None) -> str | None:
        """Return the words by which the first sentence says it.

        Args:
            beside: what its sentence must say, too.
            unless: what its sentence must not say.
        """
        for sentence in self._sentences:
            found = rule.find(sentence)
            if found and (beside is None or beside.find(sentence)) and not (unless and unless.find(sentence)):
                return found.group()
        return None
