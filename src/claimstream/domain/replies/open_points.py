"""Sentences by which a figure is not the last word, or not all that is owed.

*Die Schlussrechnung folgt nach Ablesung*, *das Wasser rechnet der Zweckverband ab*, *der Widerspruch hat aufschiebende
Wirkung*: they speak of no amount, and often of no money at all. Letters beside whose figure nothing is open hold hardly
any of their words, so the meanings are a closed class, and taken broadly.
"""

from claimstream.domain.language import Rule
from claimstream.domain.replies.plan import ABOUT_PLAN

_SENTENCE = r"\A(?=.{0,300}?{makes})(?=.{0,300}?{later_on}).{0,300}?{account_item}"
_NONE = r"{there_is_none}|\bnicht(?= ?[.,;!]| ?\Z)"
_CALM = rf"{{enforced}}|{ABOUT_PLAN.pattern}"
"""Enforcement and the plan: what is said of them says nothing of the figure."""

OPEN_POINTS = (
    Rule(
        "still_to_come",
        r"{still}",
        takes=("Zwei Rückgaben stehen noch aus.", "Der Maler beziffert den Schaden noch.", "Our costs are pending."),
        leaves=("Der Betrag ist noch offen.", "Haben Sie noch Fragen?", "Es stehen noch zwei Mieten aus."),
        but=rf"{{still_owed}}|{_CALM}",
    ),
    Rule(
        "under_work",
        r"{under_work}",
        takes=("Ein Bescheid ist in Vorbereitung.", "Über den Antrag wurde nicht entschieden."),
        leaves=("Die Vollstreckung ist in Vorbereitung.", "Ihr Plan wird geprüft.", "Die Kosten sind berechnet."),
        but=rf"{_CALM}|{{there_is_none}}|\bnicht (?:beantragt|angefochten|beanstandet|geruegt)\b",
    ),
    Rule(
        "money_under_way",
        r"{money_going}{gap}{under_way}",
        takes=("Das Geld ist unterwegs.", "Der Bankeinzug läuft am 1. Dezember."),
        leaves=("Die Zahlung ging ein.",),
        but=rf"{_NONE}|{_CALM}",
    ),
    Rule(
        "comes_after",
        r"{comes_after}{gap}\bnach(?= ?[.,;!]| und\b| ?\Z)|{coming_after}",
        takes=("Die Beiträge melden wir Ihnen nach.", "Es ergeht eine Nachberechnung."),
        leaves=("Kopien reichen wir gern nach.", "Wir melden uns nach dem Urlaub."),
        but=rf"{{harmless_paper}}|{_CALM}|{{there_is_none}}|{{on_request}}",
    ),
    Rule(
        "made_later",
        _SENTENCE,
        takes=(
            "Die Schlussrechnung folgt nach Ablesung.",
            "Über die Kaution rechnen wir sechs Monate nach Auszug ab.",
            "Zum Ratenkredit erhalten Sie ein eigenes Schreiben.",
            "The final bill will be issued separately.",
        ),
        leaves=("Die Schlussrechnung erhalten Sie anbei.", "Die Rechnung im Januar blieb unbezahlt."),
        but=rf"{{come_along}}|{{please}}|{{on_request}}|\b(?:melden|teilen|geben|wenden) sie\b|\bdaten\b|{_CALM}|"
        r"{there_is_none}",
    ),
    Rule(
        "evidence_missing",
        r"\A(?=.{0,300}?{evidence}).{0,300}?{not_there}|"
        r"\berwart(?:e|en|et)\b{gap}(?:{evidence}|{account_item})|{account_item} erwartet\b",
        takes=("Die Steuererklärung 2025 steht aus.", "Für Oktober liegt die Meldung nicht vor."),
        leaves=("Ein Titel liegt nicht vor.", "Die Meldung liegt vor."),
        but=rf"{_CALM}|{{still_owed}}|\bnicht aus\b",
    ),
    Rule(
        "another_claim",
        r"{another}(?: [^\s,;:.]{1,30}){0,2}? {another_claim}|{another_claim}{gap}{also}|{also}{gap}{another_claim}|"
        r"\b(?:zwei|drei|vier|two|three) (?:[^\s,;:.]{1,30} )?{kept_apart}|{comes_on_top}(?!,? dass)",
        takes=(
            "Unter 77/B läuft eine weitere Sache gegen sie.",
            "Daneben führen wir ein Darlehen.",
            "Die Kirchensteuer kommt hinzu.",
            "There is a second account.",
        ),
        leaves=("Weitere Verträge bestehen nicht.", "Es gibt keine weiteren Rechnungen.", "Zuständig ist Frau Kern."),
        but=rf"{_NONE}|{_CALM}|{{interest_runs}}|{{reach}}|\bsaeumnis\w{{0,20}}",
    ),
    Rule(
        "claimed_elsewhere",
        r"\A(?:das|die|den) [^\s,;:.]{3,40}(?: (?:fuer|von|zur|zum|aus|im|am|der|des|dem|den|die|das|\d[\d ]{0,20}|"
        r"[a-z-]{3,30})){0,4}? {keeps_or_claims} (?:der|die|das|eine?|unsere?|meine?)\b|"
        r"{seeks_it}{gap}{by_itself}(?= ?[.,;!]| ab\b| ?\Z)|"
        r"\bfuer (?:das|die|den) [^,;:]{0,20}?{another_claim}[^,;:]{0,40}? {competent}|"
        r"\A(?:das|die|der) [^,;:]{0,20}?{another_claim}[^,;:]{0,60}? (?:von|bei|in|im|durch) (?!uns\b|mir\b)"
        r"[^,;:]{1,60}? {worked_on}",
        takes=(
            "Das Wasser rechnet der Zweckverband ab.",
            "Die Beiträge zur Pflegekasse erhebt die Pflegekasse.",
            "Für die Darlehen ist das Team 4 zuständig.",
            "Das Darlehen wird von unserem Center in Fulda bearbeitet.",
        ),
        leaves=(
            "Die Gebühr erheben wir.",
            "Die Vollstreckung betreibt das Hauptzollamt.",
            "Das Konto wird von uns geführt.",
        ),
        but=rf"{_CALM}|{{there_is_none}}",
    ),
    Rule(
        "somebody_may_pay",
        r"{may_pay}{gap}{will_pay}|{will_pay}{gap}{may_pay}",
        takes=("Das Sozialamt übernimmt zwei Monate.", "Um Regulierung haben wir die Versicherung gebeten."),
        leaves=("Die Versicherung hat die Übernahme abgelehnt.", "Die Vollmacht hat die Frau."),
        but=r"{there_is_none}|\bnicht\b|{remedy_failed}|{enforced}",
    ),
    Rule(
        "rough_figure",
        r"{roughly}",
        takes=("Die Zahl ist ungefähr.", "Angabe ohne Gewähr.", "Es ist eine vorläufige Zahl."),
        leaves=("Ihrer Bitte, vorläufig abzusehen, folgen wir.",),
        but=rf"{_CALM}",
    ),
    Rule(
        "credit_beside",
        r"{credit_noun}(?!.{0,300}?\d,\d\d)|{holds}{gap}{credit_noun}|{credit_noun}{gap}{holds}",
        takes=("Dem steht ein Guthaben gegenüber.", "Das Sparbuch weist ein Guthaben von 80,00 EUR aus."),
        leaves=("Ein Guthaben besteht nicht.", "Das Guthaben wurde verrechnet.", "Gutschrift 50,00 EUR"),
        but=rf"{{reckoned_with}}|{_NONE}|\bnie\b|{{enforced}}|\baus\b{{gap}}{{credit_noun}}|"
        r"{lent_for} {credit_noun}",
    ),
    Rule(
        "grows_less",
        r"{lessens}",
        takes=("Die Mieterin mindert seit März.", "Monatlich behalten wir 50,00 EUR ein.", "Der Bonus geht ab."),
        leaves=("Der Betrag ist nicht abzuziehen.", "Die Zahlung wurde abgezogen."),
        but=r"{reckoned_with}|\bnicht {lessens}|{enforced}",
    ),
    Rule(
        "contested",
        r"{remedy}{gap}{remedy_runs}|{remedy_runs}{gap}{remedy}|{suspended}",
        takes=("Gegen den Bescheid ist Klage anhängig.", "Der Widerspruch hat aufschiebende Wirkung."),
        leaves=("Ein Widerspruch wurde nicht eingelegt.", "Der Einspruch wurde zurückgewiesen."),
        but=r"{remedy_failed}|{there_is_none}|\bnicht\b(?! (?:entschieden|beschieden))|"
        r"{plan_name}|\bzwangsvollstreckung\b|\bmahnverfahren\b|\binsolvenz\w*|\bvollstreckung\b",
    ),
    Rule(
        "debtor_says_otherwise",
        r"{debtor_says}",
        takes=("Sie meint, es sei weniger.", "Ihre Mandantin hält davon 400 zurück."),
        leaves=("Ihre Mandantin zahlt.",),
        but=r"{enforced}",
    ),
    Rule(
        "something_was_given",
        r"{something}{gap}{given}",
        takes=("Letzte Woche hat sie mir was zugesteckt.",),
        leaves=("Ich habe ihr Geld geliehen.", "Sie hat nie etwas gezahlt."),
        but=r"{there_is_none}|\bnicht\b|\bnie\b|\d,\d\d|\b(?:ihr|ihm) \b",
    ),
    Rule(
        "part_taken_over",
        r"{takes_over}{gap}{part_of_it}|{part_of_it}{gap}{takes_over}",
        takes=("Das Bildungspaket übernimmt einen Teil.", "Die Hälfte trägt der Vater."),
        leaves=("Die Übernahme eines Teils lehnte sie ab.",),
        but=rf"{_NONE}|{_CALM}",
    ),
    Rule(
        "to_be_sold_still",
        r"{to_be_sold}",
        takes=("Der Wagen geht zum Händler.", "The car will be sold."),
        leaves=("Der Wagen wurde verkauft.",),
    ),
    Rule(
        "follows_without_a_day",
        r"(?<!wie )(?<!daraus ){follows_behind}(?= ?[.,;!]| ?\Z| (?:nach|noch|per|mit|in|im|demnaechst)\b)",
        takes=("Minderwert und Mehrkilometer folgen.",),
        leaves=("Es ergibt sich wie folgt:", "Kopien folgen per Post."),
        but=rf"{{harmless_paper}}|{_CALM}|\bsie uns\b",
    ),
    Rule(
        "another_number",
        r"\bunter (?:der |dem )?(?:[^\W\d_]{3,20} )?[\w./-]{0,12}\d[\w./-]{0,12} "
        r"(?:besteht|bestehen|laeuft|laufen|gibt)\b",
        takes=("Unter 4712 besteht eine Geldstrafe.",),
        leaves=("Unter dem Aktenzeichen 12/26 antworten wir.",),
        but=r"{there_is_none}|\bnicht\b",
    ),
    Rule(
        "will_be_set_off",
        r"{will_be_set_off}",
        takes=("Krankengeld wird mit den Beiträgen verrechnet.", "A payment will be credited."),
        leaves=("Zahlungen werden zunächst auf die Kosten verrechnet.", "Es wird nicht aufgerechnet."),
        but=rf"{{payment_noun}}{{gap}}\b(?:auf|zunaechst|zuerst)\b|{_NONE}|\bnicht\b|{_CALM}",
    ),
    Rule(
        "may_be_otherwise",
        r"{account_item}{gap}{becomes_another} {modal_verb}|"
        r"{modal_verb}{gap}{account_item}{gap}{becomes_another}|{account_item}{gap}{modal_verb}{gap}{becomes_another}",
        takes=("Die Schlussrechnung kann abweichen.", "Beachten Sie, dass die Rechnung abweichen kann."),
        leaves=("Die Rechnung kann bezahlt werden.",),
        but=rf"{_NONE}|\bnicht\b|{_CALM}",
    ),
    Rule(
        "not_in_here",
        r"{in_here}(?: [^\s,;:.]{1,20}){0,3}? nicht (?:mit )?(?:{counted}|{not_in_it}|dabei|erfasst)|"
        r"\b(?:does|do) not include\b",
        takes=("Der Zuschlag ist darin nicht enthalten.", "Die Pflegeversicherung ist hier nicht dabei."),
        leaves=("Die Anlage ist nicht dabei.",),
        but=r"{running_dues}|\b(?:nach|ab|seit) (?:dem )?\d",
    ),
    Rule(
        "figures_by_the_way",
        r"\b\d{2,6} (?:euro |eur |€ ?)?davon\b|\boder\b[^?]{0,60}\?",
        takes=("500 davon sind von meiner Mutter.", "Oder waren es 2.300?"),
        leaves=("Davon entfallen 50,00 EUR auf Zinsen.", "Haben Sie Fragen?"),
        but=r"\bfragen?\b",
    ),
    Rule(
        "handed_back",
        r"{matter}{gap}{hands_back}",
        takes=("Die Angelegenheit geben wir an die Auftraggeberin zurück.",),
        leaves=("Die Ware geben wir zurück.",),
    ),
    Rule(
        "figure_of_an_earlier_day",
        r"{figure_of_a_day}{gap}{earlier_day}|{decisive}{gap}{figure_of_a_day}",
        takes=("Es ist der Stand zum letzten Rechnungsabschluss.", "Maßgeblich ist der Saldo am Tag der Ablösung."),
        leaves=("Die Rechnung ist vom letzten Jahr.", "Das war der Stand im letzten Jahr."),
        but=r"\bwar(?:en)?\b|\d,\d\d(?!\d)",
    ),
    Rule(
        "terms_of_a_credit",
        r"{credit_terms}",
        takes=("effektiver Jahreszins: 5,99 %", "Wir haben eine Umstellung durchgerechnet.", "APR 19.9 %"),
        leaves=("Der Basiszinssatz",),
    ),
)
"""The meanings, each taken broadly."""
