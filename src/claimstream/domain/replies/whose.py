"""What a letter says of its figures as a whole: whose they are, and what they leave out."""

from bisect import bisect_left
from collections.abc import Sequence

from claimstream.domain.language import Rule, Rules
from claimstream.domain.replies.debtors import other_debtor
from claimstream.domain.replies.due import not_owed_today
from claimstream.domain.text import Sentence

OTHER_ROLE = Rule(
    "role_of_another",
    r"{other_role}",
    takes=(
        "Hauptschuldnerin: Weber Bau GmbH",
        "Ihre Mandantin haftet als Bürgin in Höhe von 10.000,00 EUR.",
        "Your client is liable as guarantor.",
    ),
    leaves=("Sie haften als Gesamtschuldner.", "Bürgeramt Nord", "Der Bürgermeister", "Bürgschaftsbank Nord GmbH"),
)
NO_GUARANTOR = Rule(
    "no_guarantor",
    # Not "der Bürge", who exists, and not "keine weiteren Bürgen".
    r"(?:\A|[,;:.] ?|\b(?:eine?|und|oder|or) ){guarantor}(?: (?:oder|und|or) \w{1,30})?"
    r"((?: [^\s,;:]{1,30}){0,8}?) (?:{there_is}(?: \w{1,30})? nicht(?: vor)?(?= ?[.,;!]| ?\Z)|"
    r"nicht {security_given})|"
    r"\b(?:kein|keine|keinen|keinerlei|no|not any) {guarantor}(?= ?[.,;!]|"
    r" (?:oder|und|or) \w{1,30} ?[.,;!]|"
    r" (?:wurde |wurden |ist |sind |has been |is )?(?:{there_is}|{security_given})| ?\Z)",
    takes=(
        "Bürgen gibt es nicht.",
        "Bürgen oder Mitschuldner sind nicht vorhanden.",
        "Eine Bürgschaft nach § 5 besteht nicht.",
        "Es gibt keinen Bürgen.",
        "There is no guarantor.",
    ),
    leaves=(
        "Der Bürge zahlt nicht.",
        "Die Bürgschaft besteht nicht mehr.",
        "Es gibt keine weiteren Bürgen.",
        "Kein Bürge hat gezahlt.",
        "Ihre Mandantin ist nicht Hauptschuldnerin.",
        "Bürge ist nicht Ihr Mandant.",
        "Neben Ihrer Mandantin gibt es keine Bürgen.",
    ),
    but=r"{beside_the_client}",
)
HEIRS_WRITE = Rule(
    "heirs_are_the_creditor",
    r"\b(?:wir|ich) {speaks_for} (?:die|eine) {heirs}|"
    r"\b(?:wir|ich) (?:\w{1,20} )?(?:die|eine) {heirs}(?: [^\s,;:]{1,30}){0,4}? {speaks_for}(?= ?[.,;!]| ?\Z)|"
    r"\A(?:ich \w{1,20} )?{in_the_name} (?:der|einer) {heirs}|"
    r"\Afuer die {heirs}(?: [^\s,;:]{1,30}){0,4}? (?:teil|schreib|meld|antwort|zeig)en? (?:wir|ich)\b|"
    r"{creditor_role}(?: ist| sind| war)?[:,]? ?(?:(?:die|der|eine) )?{heirs}|"
    r"\b(?:wir sind|von (?:mir|uns) vertretene\w?) (?:(?:die|eine) )?{heirs}",
    takes=(
        "Ich zeige an, dass ich die Erbengemeinschaft Sommer vertrete.",
        "Namens und in Vollmacht der Erbengemeinschaft Sommer teilen wir mit, was offen ist.",
        "Vermieterin ist die Erbengemeinschaft Sommer.",
    ),
    leaves=(
        "Schuldnerin ist die Erbengemeinschaft Sommer.",
        "Ihre Mandantin vertritt die Erbengemeinschaft Sommer.",
        "Ich vertrete die Vermieterin gegen die Erbengemeinschaft Sommer.",
    ),
)
"""The creditor is several heirs."""
HEIRS = Rule(
    "heirs",
    r"{heirs}",
    takes=("Die Miete steht der Erbengemeinschaft zu.",),
    leaves=("Die Erbengemeinschaft schuldet die Miete.", "Die Erben zahlen."),
    but=r"{against}|{the_client}",
)
IDENTITY = Rule(
    "identity_of_the_client",
    r"{our_customer}{gap}{born_on}{gap}{born}|{born_on}{gap}{our_customer}{gap}{born}|"
    r"{our_customer}{gap}{lives_at}|{personal_data}{gap}(?:{our_customer}{gap}{reads}|{differs})|"
    r"{another_of_the_name}{gap}(?:nicht|keine|not)\b|"
    r"\b(?:keine?n?|no) {another_of_the_name}|{same_person}|{the_client}{gap}{not_on_file}|{identity}{gap}{to_clear}|"
    r"{in_the_name_of}[^;:]{1,80}?\b(?:nicht|keine?n?|not|no)\b",
    takes=(
        "Unser Kunde ist nach unseren Daten am 03.05.1961 geboren.",
        "Unsere Kundin wohnt in der Ringstraße 4.",
        "Das Geburtsdatum unseres Kunden lautet 03.05.1961.",
        "Das von Ihnen genannte Geburtsdatum weicht ab.",
        "Einen zweiten Herrn Kern führen wir nicht.",
        "Bitte prüfen Sie, ob es sich um dieselbe Person handelt.",
        "Es ist die einzige Kundin dieses Namens.",
        "Ihre Mandantin kommt in unserer Kartei nicht vor.",
        "Wir bitten, die Identität zu prüfen.",
        "Ein Konto auf den Namen Kern war nicht zu ermitteln.",
    ),
    leaves=(
        "Ihr Mandant, geboren am 03.05.1961, wohnhaft Ringstraße 4",
        "Danke für Geburtsdatum und Anschrift.",
        "Weitere Forderungen gegen Herrn Kern bestehen nicht.",
        "Unser Kunde Karl Kern, geboren am 03.05.1961, zahlt seit Mai nicht.",
        "Die neue Anschrift unseres Kunden ist uns nicht bekannt.",
    ),
)
"""Doubt whether its customer is the client, or somebody of the same name."""
SEVERAL_DEBTORS = Rule(
    "several_debtors",
    r"{several} (?:(?:ihre|ihrer|ihren|der|die|den|genannten|the|your|of|of the|of your) ){0,2}{debtors}",
    takes=(
        "Die Gesamtforderung gegen Ihre beiden Mandanten beträgt 4.000,00 EUR.",
        "Summe aller Schuldner: 4.000,00 EUR",
        "The total owed by both clients is EUR 4,000.00.",
    ),
    leaves=("Die Gesamtforderung gegen Ihren Mandanten beträgt 4.000,00 EUR.", "Alle Zahlungen der Kundin: 40,00 EUR"),
)
SHARE = Rule(
    "share_of_the_client",
    r"{share}{gap}{the_client}|{the_client}{gap}{share}",
    takes=(
        "Auf Ihren Mandanten entfällt die Hälfte.",
        "Der Anteil Ihrer Mandantin beläuft sich auf 2.000,00 EUR.",
        "Your client's share is EUR 2,000.00.",
    ),
    leaves=("Auf uns entfällt monatlich der Betrag von 31,20 EUR.", "Ihr Mandant schuldet uns 2.000,00 EUR."),
)
UNCOUNTED_PAYMENT = Rule(
    "payment_not_counted",
    r"{made_payment}{gap}\b(?:nicht|not){gap}(?:{counted}|{booked})|"
    r"\b(?:nicht|not) (?:{counted}|{booked}){gap}{made_payment}|"
    r"{not_counting} {made_payment}",
    takes=(
        "Ihre Zahlung ist noch nicht berücksichtigt.",
        "Die Zahlung vom 18.11.2026 ist darin noch nicht enthalten.",
        "Noch nicht berücksichtigt ist Ihre letzte Überweisung.",
        "Your payment of 18 November has not yet been credited.",
        "Ohne Berücksichtigung Ihrer Zahlung vom 18.11.2026",
    ),
    leaves=(
        "Ihre Zahlung vom 18.11.2026 ist berücksichtigt.",
        "Zahlungen, die nach dem 20.11.2026 eingegangen sind, sind nicht berücksichtigt.",
        "Etwaige Zahlungen sind nicht berücksichtigt.",
        "Sollte Ihre Zahlung noch nicht berücksichtigt sein, ist dies gegenstandslos.",
    ),
    but=r"{later}",
)
PART_ELSEWHERE = Rule(
    "part_claimed_by_another",
    r"{only_so_far}(?: (?!mit\b)[^\s,;:.]{1,30}){0,5}? {mandated}|{claim_or_part}{gap}{claims_itself}|"
    r"{height_of_it}{gap}(?:\b{creditor_there}{gap}{ask_for}|{ask_for}{gap}\b{creditor_there})",
    takes=(
        "Nur hierfür haben wir Mandat.",
        "Die Hauptforderung macht unsere Mandantin selbst geltend.",
        "Deren Höhe erfragen Sie bitte dort.",
    ),
    leaves=(
        "Nur wir sind mandatiert.",
        "Wir machen die Forderung geltend.",
        "Die Höhe ergibt sich aus der Anlage.",
        "Die Forderung macht er selbst nicht streitig.",
    ),
)
"""Somebody else claims the rest."""
_RULES = Rules(OTHER_ROLE, SHARE, UNCOUNTED_PAYMENT, PART_ELSEWHERE, IDENTITY)
_RULES_OF_A_FIGURE = Rules(*_RULES, SEVERAL_DEBTORS)
_REASONS = {
    IDENTITY.name: "it may be somebody of the same name",
    OTHER_ROLE.name: "it speaks of somebody else who owes, or of another role",
    SEVERAL_DEBTORS.name: "the figure is several debtors'",
    SHARE.name: "the client owes a share of it",
    UNCOUNTED_PAYMENT.name: "a payment is not counted yet",
    PART_ELSEWHERE.name: "somebody else claims another part",
}


def said_of_all(sentences: Sequence[Sentence], figures: Sequence[int]) -> str | None:
    """What a sentence says against every total of its letter, in words; ``figures`` are their positions, ascending."""
    owed_to_heirs = any(HEIRS_WRITE.find(sentence.folded) for sentence in sentences)
    for sentence in sentences:
        holds_figure = bisect_left(figures, sentence.start) < bisect_left(figures, sentence.end)
        words = sentence.folded
        if OTHER_ROLE.find(words):
            words = NO_GUARANTOR.without(words)
            if owed_to_heirs:
                words = HEIRS.without(HEIRS_WRITE.without(words))
        if rule := (_RULES_OF_A_FIGURE if holds_figure else _RULES).find(words):
            return f"{_REASONS[rule.name]}: {' '.join(sentence.written.split())[:120]}"
    return said_elsewhere(sentences, figures)


def said_elsewhere(sentences: Sequence[Sentence], figures: Sequence[int] = ()) -> str | None:
    """What a sentence says against a figure wherever that stands: in its own letter, or in what is sent with it."""
    return other_debtor(sentences, figures) or not_owed_today(sentences)
