"""Remarks of a statement that may make its figure another one.

Beside its figure a letter may say that the car is still to be sold, that the decision was revoked, that the second line
is a projection. Nobody can list those. So a sentence that speaks of money and holds a word of doubt is a remark,
unless it is of a kind that is known to leave the figure as it is.
"""

from bisect import bisect_left
from collections.abc import Sequence

from claimstream.domain.language import Rule, Rules
from claimstream.domain.replies.kinds import ENCLOSURE, KINDS
from claimstream.domain.replies.lookalikes import NOT_YET
from claimstream.domain.replies.open_points import OPEN_POINTS
from claimstream.domain.text import Sentence, Text

MONEY = Rule(
    "money",
    r"\d,\d\d(?!\d)|\d ?(?:€|eur(?:o|os)?\b)|(?:€|\beur) ?\d",
    takes=("Es bleibt bei 400 Euro.", "Wir bekommen 400,00."),
    leaves=("Ich bin bis Montag nicht im Büro.", "Ticket 4711"),
)

ABOUT_MONEY = Rule(
    "about_money",
    r"{claim_named}|{money_word}",
    takes=("Der Erlös wird dem Vertrag gutgeschrieben.", "The payment was late."),
    leaves=("Wir kommen auf Sie zu.", "Mit freundlichen Grüßen"),
)
ABOUT_THE_CLAIM = Rule(
    "about_the_claim",
    r"{claim_named}",
    takes=("Wie hoch unsere Forderung ist, wissen wir nicht.", "The debt was settled."),
    leaves=("Die Zahlung ging ein.",),
)
CHANGES = Rule(
    "the_figure_changes",
    r"{figure_changes}|{basis}{gap}{lifted}",
    takes=(
        "Der Erlös wird dem Vertrag gutgeschrieben.",
        "Den Bescheid haben wir aufgehoben.",
    ),
    leaves=("Die Forderung beträgt 500,00 EUR.", "Die Festsetzung des Kindergeldes wurde aufgehoben."),
)
IN_DOUBT = (
    Rule(
        "claim_on_condition",
        r"{condition}|{subjunctive}",
        takes=("Wir fordern das, sofern die Ware bleibt.",),
        leaves=("Die Forderung beträgt 500,00 EUR.",),
    ),
    Rule(
        "claim_limited",
        r"{limit}|{contrast}",
        takes=("Wir fordern nur 5.000,00 EUR.", "Er haftet uns jedoch bis 500 EUR."),
        leaves=("Heute schuldet er den Betrag der ersten Zeile.",),
    ),
    Rule(
        "claim_denied",
        r"{denial}",
        takes=("Den Betrag schuldet er nicht.",),
        leaves=("Die Forderung beträgt 500,00 EUR.",),
    ),
    Rule(
        "claim_changes",
        r"{remark_doubt}",
        takes=("Ob davon noch etwas abgeht?", "Die Forderung wird sinken."),
        leaves=("Die Forderung beträgt 500,00 EUR.",),
    ),
)
"""What a sentence may say of the claim itself."""
LEFT_OUT = Rule(
    "left_out",
    r"\bnicht {not_in_it}|\bnot (?:yet )?included\b",
    takes=("Die Anfahrt ist da noch nicht mit drin.",),
    leaves=("Die Anlage ist nicht dabei.",),
)
"""Something is said not to be in the figure, whatever it is."""
NOT_FINAL = Rule(
    "figure_not_final",
    r"{not_final}|{extra_noun}{gap}{still_missing}|\A\W{0,4}{draft}\W{0,4}(?:\Z|(?<=\W)noch )",
    takes=(
        "Eine neue Abrechnung ist in Arbeit.",
        "Frau Dorn bestreitet das.",
        "Die Hälfte trägt ihr Mann.",
        "Die Kosten des Gerichtsvollziehers fehlen noch.",
        "ENTWURF",
        "Dem Einspruch hat die Stelle in der vergangenen Woche stattgegeben.",
        "Die Minderung ist in der Erhebung noch nicht umgesetzt.",
    ),
    leaves=("Wir haben abgerechnet.", "Die Zinsen sind enthalten.", "Ihren Entwurf haben wir erhalten."),
)
"""Somebody disputes it, bears a share of it, or it will be another one."""
TAKEN_ELSEWHERE = Rule(
    "taken_from_a_figure_elsewhere",
    r"{taken_from_it}",
    takes=("Bitte ziehen Sie 400 EUR ab.", "Wir haben 400 EUR erhalten.", "Anbei die alte Forderungsaufstellung."),
    leaves=("Anbei unsere Forderungsaufstellung.",),
)
"""What changes a figure that stands in another part of the mail, where no arithmetic sees it."""
HARMLESS = (
    Rule(
        "no_further_claims",
        r"(?:{further}|\bkeine (?:{further}|{claim_noun})){gap}(?:{claim_noun}|{extra_noun}){gap}"
        r"(?:nicht|keine|not|none|no)\b(?: (?:mehr|bekannt|ermittelt|vor|gegen|erhoben|geltend|gemacht|offen))*|"
        r"\b(?:keine|no) {further} (?:{claim_noun}|{extra_noun})|"
        r"\bes gibt (?:keine|keinen) {further}? ?{claim_noun}|{further} {claim_noun} gibt es nicht",
        takes=(
            "Weitere Forderungen bestehen nicht.",
            "Es bestehen keine weiteren Ansprüche.",
            "Andere Rechnungen sind nicht offen.",
            "There are no further claims.",
        ),
        leaves=("Die Forderung besteht nicht.", "Wir haben keine Forderung gegen ihn."),
    ),
    Rule(
        "no_extras",
        r"{extra_noun}(?: (?:oder|und|sowie|or|and) {extra_noun})?{gap}\b(?:nicht|keine|not)\b(?:{gap}{charged})?|"
        r"{extra_noun}{gap}{charged} (?:wir |ich )?(?:nicht|keine)\b|\bkeine {extra_noun}|"
        r"{extra_noun}{gap}{charged} (?:we do |are )?not\b",
        takes=(
            "Zinsen werden nicht erhoben.",
            "Mahngebühren oder Zinsen berechnen wir nicht.",
            "Mahnkosten haben wir keine berechnet.",
        ),
        leaves=(
            "Die Zinsen sind noch nicht berechnet.",
            "Die Kosten sind darin nicht enthalten.",
            "Inkassokosten wurden bisher nicht berechnet.",
        ),
        but=r"\bnoch (?:nicht|keine)\b|\bbis(?:her|lang)\b|\benthalten\b|\bberuecksichtigt\b|"
        r"\bausser acht\b|\bnot yet\b",
    ),
    Rule(
        "no_security",
        r"{security_noun}{gap}\b(?:nicht|keine|kein)\b(?: (?:gestellt|bestellt|vor|vorhanden|geltend))?|"
        r"\b(?:keine|kein) {security_noun}",
        takes=("Sicherheiten wurden nicht gestellt.", "Ein Zurückbehaltungsrecht mache ich nicht geltend."),
        leaves=("Die Kaution ist noch nicht abgerechnet.",),
    ),
    Rule(
        "nothing_paid",
        r"{payment_noun}{gap}\b(?:nicht|keine|nichts|nie)\b(?: (?:eingegangen|geleistet|erfolgt|verbucht))?|"
        r"\b(?:keine|keinerlei) {payment_noun}(?: (?:eingegangen|geleistet|erfolgt))?|"
        r"\b(?:gezahlt|bezahlt)\b{gap}\b(?:nichts|nicht)\b|\bnichts (?:gezahlt|bezahlt|eingegangen)\b|"
        r"\b(?:noch )?(?:nicht|nie) (?:bezahlt|gezahlt|beglichen|ausgeglichen)(?:e[rnsm]?)?\b|"
        r"\bohne(?: [^\s,;:]{1,30}){0,4}? zu (?:bezahlen|zahlen|begleichen)\b|"
        r"\b(?:kam|kamen|ging|gingen)\b(?: [^\s,;:]{1,30}){0,4}? "
        r"(?:nie (?:etwas|was)\b|nichts(?: mehr)?\b|keine {payment_noun}(?: mehr)?|nicht(?: mehr)?(?= ?[.,;!]|\Z))",
        takes=(
            "Zahlungen sind bisher nicht eingegangen.",
            "Gezahlt hat Frau Kern bis jetzt nichts.",
            "Es gingen keine Zahlungen ein.",
            "Die Rechnung ist noch nicht bezahlt.",
            "Auf den Betrag kam nie etwas.",
        ),
        leaves=("Die Zahlung ist eingegangen.", "Ihre Zahlung ist noch nicht berücksichtigt."),
        but=r"\b(?:beruecksichtigt|verbucht|verrechnet|enthalten|zugeordnet)\b",
    ),
    Rule(
        "already_counted",
        r"{payment_noun}{gap}{counted}|\b(?:sind|ist|wurden?|haben wir)\b{gap}"
        r"\b(?:bereits|schon|hierin|darin)\b{gap}{counted}|"
        r"\b(?:darin|hierin) {counted}|\b{counts} (?:(?:bereits|schon) )?(?:alle|saemtliche)\b{gap}{payment_noun}",
        takes=(
            "Ihre Zahlungen sind bereits berücksichtigt.",
            "Mahngebühren sind in der genannten Schuld bereits enthalten.",
            "Der Saldo berücksichtigt alle bis gestern gebuchten Zahlungen.",
        ),
        leaves=("Ihre Zahlung ist noch nicht berücksichtigt.", "Zahlungen wurden nicht verbucht."),
        but=r"\b(?:nicht|keine|teilweise|wird|werden|will)\b|{to_come}|{limit}",
    ),
    Rule(
        "for_collection",
        r"{collection}",
        takes=("Unsere Mandantin hat uns mit der Einziehung der Forderung beauftragt.",),
        leaves=("Die Forderung wurde verkauft.",),
    ),
    Rule(
        "paid_already",
        r"\b(?:sollten?|falls|wenn|sofern)\b{gap}\b(?:bereits|zwischenzeitlich|inzwischen|schon|zahlung|"
        r"zahlungen)\b{gap}"
        r"\b(?:gezahlt|bezahlt|ueberwiesen|beglichen|geleistet|erfolgt|ausgeglichen|ueberschnitten|gekreuzt)\b.{0,160}",
        takes=(
            "Sollten Sie bereits gezahlt haben, betrachten Sie dieses Schreiben als gegenstandslos.",
            "Sollte sich Ihre Zahlung mit diesem Schreiben überschnitten haben, ist es gegenstandslos.",
        ),
        leaves=("Sie haben bereits gezahlt.",),
    ),
    Rule(
        "interest_goes_on",
        r"\b(?:wird|werden)\b.{0,160}?\b(?:verzinst|zu verzinsen)\b|"
        r"{interest_runs}.{0,80}?\b(?:wird|werden|laufen|fallen|kommen)\b.{0,80}?\b(?:an|weiter|berechnet|hinzu|"
        r"verzinst)\b",
        takes=(
            "Die Hauptforderung wird ab dem 01.11.2026 mit 5 % verzinst.",
            "Weitere Zinsen werden ab dem 01.11.2026 berechnet.",
        ),
        leaves=("Die Zinsen werden erlassen.",),
    ),
    Rule(
        "not_barred",
        r"\bnicht (?:verjaehrt|verwirkt)\b|\b(?:verjaehrung|verwirkung)\b{gap}\bnicht\b(?: eingetreten)?|"
        r"\bkein(?:e|en)? verzicht\b|\bohne verzicht\b",
        takes=("Verjährung ist nicht eingetreten.", "Die Forderung ist nicht verjährt."),
        leaves=("Die Forderung ist verjährt.",),
    ),
    Rule(
        "later_payments",
        r"{payment_noun} (?:ab|nach|seit)(?: dem)? \d.{0,40}?\bnicht {counted}",
        takes=("Zahlungen ab dem 15.10.2026 sind nicht berücksichtigt.",),
        leaves=("Ihre Zahlung ist noch nicht berücksichtigt.",),
    ),
    Rule(
        "sent_with",
        r"\b(?:wird|werden)\b(.{0,60}?){sent_with}",
        takes=("Die Rückstandsaufstellung wird anliegend übermittelt.",),
        leaves=("Die Forderung wird herabgesetzt.",),
    ),
    Rule(
        "claimed_now",
        r"\b(?:wird|werden)\b(.{0,60}?){claimed_now}|{claimed_now} (?:wird|werden)\b",
        takes=(
            "Geschuldet werden 500,00 EUR.",
            "Der Beitrag wird kraft Satzung geschuldet.",
            "Die Forderung wird hiermit angemeldet.",
        ),
        leaves=("Die Forderung wird erlassen.",),
        but=r"\bneu\b",
    ),
    Rule(
        "terms_of_business",
        r"{terms_of_business}",
        takes=("Nach unseren Allgemeinen Geschäftsbedingungen haben wir gekündigt.",),
        leaves=("Unter der Bedingung, dass er zahlt.",),
    ),
    Rule(
        "one_of_them",
        r"\bnur (?:ein|eine|einen|diese[rs]?|die|der) (?:(?:genannte|obige)[rn]? )?(?:{claim_noun}|{claim_named})",
        takes=("Bei uns ist nur eine Rechnung offen.", "Es bestehen nur diese Rückstände."),
        leaves=(
            "Wir fordern nur die Hälfte.",
            "Davon ist nur eine Rechnung berechtigt.",
            "Das ist nur die Hauptforderung.",
        ),
        but=r"\b(?:davon|hiervon|daraus|berechtigt|anerkannt|noch|erkennt|faellig|bezahl\w*|zahl\w*|hoehe|haupt\w*)\b|\d,\d\d",
    ),
    Rule(
        "denied_beside_the_claim",
        r"\b(?:nicht|nie|niemals|not|never)\b(?: (?:durch|mit|auf|an|von) [^\s,;:]{1,30})?(?: been)? {denied_fact}|"
        r"\b(?:kein|keine|keinen|keinerlei|ohne|no|without)\b(?: (?!{claim_named})[^\s,;:]{1,30})?? {denied_noun}|"
        r"{denied_noun}(?: (?:(?:ueber|gegen|wegen|auf) )?[^\s,;:]{1,10} {claim_named})?"
        r"((?: (?!{claim_named})[^\s,;:]{1,30}){0,6}?) (?:nicht|keine|keinen|nie) {denied_verb}",
        takes=(
            "Die Forderung ist nicht abgetreten.",
            "Die Ansprüche sind nicht an Dritte verpfändet.",
            "Der Rückstand wurde nie bestritten.",
            "Auf die Mahnung über den Betrag kam keine Antwort.",
            "Ein Vergleich über die Forderung kam nicht zustande.",
            "The debt has not been assigned.",
        ),
        leaves=(
            "Die Forderung ist nicht begründet.",
            "Die Forderung wurde noch nicht erlassen.",
            "Die Forderung wird nicht mehr beigetrieben.",
        ),
        but=r"\bnicht (?:mehr|weiter|laenger|nur)\b|\bnot only\b|\b(?:sondern|aber|jedoch|but|although)\b",
    ),
    Rule(
        "not_needed",
        r"(?:\b(?:jedoch|aber|dafuer|hierfuer) )?\b(?:nicht|not) {not_needed}|"
        r"\bstehen((?: [^\s,;:]{1,30}){0,4}?) nicht(?: mehr)? zur verfuegung\b",
        takes=("Eine Genehmigung war wegen der Höhe der Rückstände nicht erforderlich.",),
        leaves=("Die Forderung ist nicht richtig.", "Eine Zahlung ist nicht erforderlich."),
        but=r"{payment_noun}|{settling}|\bzahl\w*|\bbezahl\w*|\bueberweis\w*",
    ),
    Rule(
        "no_deposit",
        r"{deposit}((?: [^\s,;:]{1,30}){0,8}?) (?:nicht|keine) {deposited}"
        r"(?:, (?:sie|diese) wurde((?: [^\s,;:]{1,30}){0,4}?) nicht {deposited})?|\bkeine {deposit}",
        takes=("Eine Kaution wurde bei Einzug nicht geleistet.",),
        leaves=("Die Kaution ist noch nicht verrechnet.",),
    ),
    Rule(
        "running_dues",
        r"{running_dues}((?: [^\s,;:]{1,30}){0,5}?) (?:nicht|not) {counted}",
        takes=("Künftige Mieten sind im Betrag nicht enthalten.",),
        leaves=("Die laufenden Zinsen sind nicht enthalten.", "Die Kaution ist nicht enthalten."),
        but=r"\bnoch nicht\b|\bnot yet\b",
    ),
    Rule(
        "does_not_grow",
        r"(?<!noch )\bnicht (?:weiter |mehr )?{grows}|{grows}(?: sich)? nicht\b(?: weiter| mehr)?",
        takes=("Der Rückstand erhöht sich nicht weiter.", "so dass der Rückstand nicht weiter wächst"),
        leaves=("Die Aufstellung ist noch nicht geändert.",),
        but=r"\bsondern\b|\baber\b",
    ),
    Rule(
        "no_waiver",
        r"\bverzicht\b{gap}\b(?:nicht|kein)\b(?: moeglich)?",
        takes=("Ein Verzicht auf Inkassokosten ist nicht möglich.",),
        leaves=("Wir verzichten auf die Inkassokosten.",),
    ),
    Rule(
        "not_returned",
        r"\bnicht zurueckgegeben(?:e[rnsm]?)?\b|\bnichts mehr (?:gekommen|eingegangen|gezahlt)\b|"
        r"\b(?:keine|nicht) (?:[^\W\d_]{3,20} )?(?:bezahlt|gezahlt|zurueckgezahlt)\b|"
        r"\bkam(?:en)?\b{gap}\b(?:nichts?|keine|nie)\b(?: (?:mehr|was))?|"
        r"\bunveraendert\w{0,2}\b|\Amehr\b{gap}\bnicht\b|\bnichts (?:mehr|weiter|weiteres) (?:dazu|hinzu|offen)\b",
        takes=(
            "Es kommt also nichts mehr dazu.",
            "Ab Mai kam die Miete nicht mehr.",
            "Router nicht zurückgegeben",
            "Sie hat keine Miete bezahlt.",
            "Mehr will ich nicht.",
        ),
        leaves=("Sie hat die Miete nicht anerkannt.",),
    ),
)
"""Kinds of sentence that speak of money and leave the figure as it is."""


MEASURES = Rule(
    "measures",
    r"{measures}",
    takes=(
        "Sofern keine Zahlung eingeht, werden wir die Zwangsvollstreckung betreiben.",
        "Ein Widerspruch wurde nicht erhoben.",
        "Sollte ein Insolvenzverfahren eröffnet werden, melden wir unsere Forderung an.",
    ),
    leaves=("Sofern keine Zahlung eingeht, sehen wir weiter.",),
    but=r"{figure_changes}|{claim_named}{gap}\b(?:erlassen|verzicht\w*|aufgehoben|ausgebucht)\b|\d,\d\d",
)

SAY_NOTHING = (
    MEASURES,
    Rule(
        "on_request",
        r"\b(?:sollten?|falls|wenn|sofern|if|should)\b{gap}{on_request}|{on_request}{gap}\b(?:falls|wenn|sofern)\b",
        takes=(
            "Falls Sie die Rechnung brauchen, melden Sie sich gern.",
            "Rechnungen kann ich nachreichen, falls nötig.",
        ),
        leaves=("Falls er zahlt, erlassen wir den Rest.",),
    ),
)
"""Sentences that say nothing about the figure, whatever else stands in them."""

PAID = Rule(
    "paid",
    r"{paid}",
    takes=("Darauf wurden 150,00 EUR gezahlt.",),
    leaves=("Wir verzichten auf 150,00 EUR.",),
)


ADDED = Rule(
    "added_to_it",
    r"{comes_on_top}|{on_top_of_it}",
    takes=("Hinzu kommen Mahnkosten von 40,00 EUR.", "Dazu kommt noch die Heizung mit 80,00 EUR."),
    leaves=("Die Mahnkosten betragen 40,00 EUR.",),
)
"""Said of an amount that the total of the letter holds."""


_OPEN_POINTS = Rules(*OPEN_POINTS)
_SAY_NOTHING = Rules(*SAY_NOTHING)
_DOUBTS = Rules(CHANGES, LEFT_OUT)
_DOUBTS_OF_A_CLAIM = Rules(*_DOUBTS, *IN_DOUBT)
_SAY_NO_MORE = Rules(*HARMLESS, *NOT_YET, *KINDS)
# "Den Bescheid erhalten Sie im Januar" encloses nothing.
_LEAVE_NOTHING_OPEN = Rules(*(rule for rule in (*HARMLESS, *KINDS) if rule is not ENCLOSURE))


def doubtful_remark(
    text: Text, plain: Sequence[int], parts: Sequence[int] = (), *, stated: bool = True
) -> tuple[Sentence, Rule] | None:
    """Return the first sentence that may make the figure of its letter another one, and the rule that says so.

    Args:
        plain: the positions of the figures, ascending, whose own sentences are known to say no more than that so much
            is owed.
        parts: the positions of the amounts, ascending, of which the figure is known to be the sum.
        stated: the text states what is owed; else the figure stands in another part of the mail.
    """
    for sentence in text.sentences:
        told = bisect_left(plain, sentence.start) != bisect_left(plain, sentence.end)
        added = bisect_left(parts, sentence.start) != bisect_left(parts, sentence.end)
        words = ADDED.without(sentence.folded) if added else sentence.folded
        if not told and (rule := _change(words, stated=stated) or _open_point(words)):
            return sentence, rule
    return None


def _change(folded: str, *, stated: bool) -> Rule | None:
    """Return the rule by which a sentence that speaks of money may change a figure."""
    with_amount = MONEY.find(folded) is not None
    if NOT_FINAL.find(folded):
        return NOT_FINAL
    if not stated and TAKEN_ELSEWHERE.find(folded):
        return TAKEN_ELSEWHERE
    if not with_amount and ABOUT_MONEY.find(folded) is None and LEFT_OUT.find(folded) is None:
        return None
    about_the_claim = with_amount or ABOUT_THE_CLAIM.find(folded) is not None
    rules = _DOUBTS_OF_A_CLAIM if about_the_claim else _DOUBTS

    def doubted(folded: str) -> Rule | None:
        return rules.find(folded) or (PAID if not stated and PAID.find(folded) else None)

    if doubted(folded) is None or _SAY_NOTHING.find(folded):
        return None
    folded = _SAY_NO_MORE.without(folded)
    if with_amount and stated:
        # How much was paid is arithmetic.
        folded = PAID.sub(" ", folded)
    return doubted(folded)


def _open_point(folded: str) -> Rule | None:
    """Return the rule by which a sentence leaves a point of the figure open."""
    found = list(_OPEN_POINTS.that_find(folded))
    folded = _LEAVE_NOTHING_OPEN.without(folded) if found else folded
    return next((rule for rule in found if rule.find(folded)), None)
