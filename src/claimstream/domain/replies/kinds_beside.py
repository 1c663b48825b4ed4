"""The kinds of sentence that stand beside an answer to a settlement plan and leave it what it is."""

from claimstream.domain.language import Rule

BESIDE_ANSWERS = (
    Rule(
        "plan_received",
        r"(?:{thanks}|{refer}){gap}(?:{received}|{plan_first+plan_head}|{plan_head})",
        takes=(
            "In der Angelegenheit Ihrer Mandantin nehmen wir Bezug auf Ihr Schreiben.",
            "Wir bedanken uns für die Übersendung des Regulierungsvorschlags.",
        ),
        leaves=("Der Plan ist hier.",),
    ),
    Rule(
        "comes_with_answer",
        "{comes_with}{gap}{paper_of_answer}|{paper_of_answer}{gap}{comes_with}",
        takes=("Eine von uns unterzeichnete Ausfertigung fügen wir bei.", "Die Zustimmungserklärung liegt bei."),
        leaves=("Die Erklärung fehlt.",),
    ),
    Rule(
        "paid_to_account",
        r"{remit}.{0,60}?\b(?:konto|account)\b",
        takes=("Payments can be made to the account stated on our invoices.", "Zahlungen auf unser Konto erbeten."),
        leaves=("Das Konto ist geschlossen.",),
    ),
    Rule(
        "plan_examined",
        r"(?:{received}|{plan_first+plan_head}|{plan_head}).{0,80}?{we_examined}|"
        r"{we_examined}.{0,60}?(?:{received}|{plan_first+plan_head}|{plan_head})",
        takes=("Ihren Vorschlag haben wir geprüft.", "We have received your proposal."),
        leaves=("Wir prüfen Ihren Vorschlag.", "Wir erhalten dafür das Auto."),
    ),
)
"""Kinds of sentence that stand beside any answer to a plan."""

CLAIM_REPEATED = Rule(
    "claim_repeated",
    "{claim_of_ours}{gap}{stands}",
    takes=("Unsere Forderung beträgt unverändert 4.100,00 EUR.", "The outstanding balance is EUR 410.00."),
    leaves=("Wir verzichten auf die Forderung.", "Unsere Forderung ist verjährt."),
)

SHARE_OF_PLAN = Rule(
    "share_of_plan",
    "{share_of_plan}",
    takes=("Auf uns entfällt monatlich der Betrag von 31,20 EUR.",),
    leaves=("Auf Sie entfällt ein Betrag von 31,20 EUR.",),
)

RATES_OF_PLAN = Rule(
    "rates_of_plan",
    r"\b\w{0,30}raten?\b.{0,80}?(?:\b\w{0,30}konto\b|\biban\b|{noted})|"
    r"{noted}.{0,60}?\b\w{0,30}raten?\b|\A\W{0,3}plan: .{0,40}?\b\w{0,30}raten?\b",
    takes=(
        "Die Raten von monatlich 50,00 Euro sollen auf das Mietkonto überwiesen werden.",
        "Wir haben uns die 60 Raten zu je 15,00 EUR notiert.",
        "Plan: 30 Monatsraten zu je 10,00 EUR ab Dezember 2026",
    ),
    leaves=("Die Rate muss 100,00 EUR betragen.",),
)
"""The rates that the plan gives, on their way."""

BESIDE_ACCEPTANCES = (
    *BESIDE_ANSWERS,
    RATES_OF_PLAN,
    CLAIM_REPEATED,
    SHARE_OF_PLAN,
    Rule(
        "waiver_of_rest",
        r"{by_plan}.{0,120}?{waive}.{0,60}?{what_is_waived}|{by_plan}.{0,120}?{what_is_waived}.{0,60}?{waive}|"
        r"{waive}.{0,60}?{what_is_waived}|{what_is_waived}.{0,120}?{by_plan}.{0,60}?{waive}",
        takes=(
            "Mit Erfüllung des Plans verzichten wir auf die Restforderung.",
            "Nach Eingang der letzten Zahlung ist die Angelegenheit erledigt.",
            "Unsere Gesamtforderung von 3.340,00 EUR ist mit Erfüllung des Plans erledigt.",
            "On receipt we shall close the account.",
        ),
        leaves=("Die Angelegenheit ruht.",),
    ),
    Rule(
        "copy_asked",
        r"{send}.{0,60}?{copy_asked}|{copy_asked}.{0,60}?{send}",
        takes=(
            "Bitte senden Sie uns ein gegengezeichnetes Exemplar zurück.",
            "Wir bitten um Rücksendung der unterschriebenen Ausfertigung zu unseren Akten, zurück an uns.",
            "Please return a signed copy.",
        ),
        leaves=("Bitte senden Sie uns Geld.",),
    ),
    Rule(
        "first_payment_asked",
        r"{payment_asked}.{0,60}?{payment}",
        takes=("Bitte teilen Sie uns mit, wann mit der ersten Rate zu rechnen ist.",),
        leaves=("Die erste Rate fehlt.",),
    ),
    Rule(
        "inform_us",
        r"{inform_when}.{0,60}?{inform}|{inform}.{0,60}?{inform_when}",
        takes=("Wir bitten Sie, uns nach Abschluss des Verfahrens zu informieren.",),
        leaves=("Der Abschluss ist ungewiss.",),
    ),
    Rule(
        "enforcement_stopped",
        "{enforcement}.{0,80}?{stopped}",
        takes=("Die Vollstreckung werden wir einstellen.", "Die Pfändung stellen wir ruhend."),
        leaves=("Die Vollstreckung wird fortgesetzt.",),
    ),
)
"""Kinds of sentence that leave an acceptance of the plan what it is."""

BESIDE_REFUSALS = (
    *BESIDE_ANSWERS,
    CLAIM_REPEATED,
    Rule(
        "insists",
        "{insists}",
        takes=("Unsere Mandantin besteht auf der vollständigen Zahlung.", "Die Einigung ist damit gescheitert."),
        leaves=("Es besteht Einigkeit.",),
    ),
    Rule(
        "procedure_paper_asked",
        "{send}.{0,80}?{procedure_paper}|{procedure_paper}.{0,80}?{send}",
        takes=("Bitte senden Sie uns den Eröffnungsbeschluss.",),
        leaves=("Der Beschluss ist gefasst.",),
    ),
    Rule(
        "reason_of_refusal",
        "{reason}",
        takes=(
            "Die angebotene Quote ist zu gering.",
            "Die Forderung ist tituliert.",
            "Rechtsgrundlage ist § 76 SGB IV.",
        ),
        leaves=("Wir sprechen gern.",),
    ),
    Rule(
        "enforcement_announced",
        "{enforcement}",
        takes=(
            "Die Vollstreckung wird fortgesetzt.",
            "Wir werden die Forderung im Insolvenzverfahren anmelden.",
            "We shall continue with enforcement.",
        ),
        leaves=("Wir melden uns.",),
    ),
)
"""Kinds of sentence that leave a refusal of the plan what it is."""

BESIDE_OFFERS = (
    *BESIDE_ACCEPTANCES,
    *BESIDE_REFUSALS[len(BESIDE_ANSWERS) + 1 :],
    Rule(
        "offer_holds_until",
        "{offer_holds}",
        takes=("An dieses Angebot halten wir uns bis zum 31.12.2026 gebunden.",),
        leaves=("Wir halten nichts davon.",),
    ),
    Rule(
        "answer_asked",
        "{answer_asked}",
        takes=("Bitte teilen Sie uns mit, ob Ihre Mandantin einverstanden ist.", "We look forward to your reply."),
        leaves=("Wir sind einverstanden.",),
    ),
    Rule(
        "after_payment",
        "{after_payment}",
        takes=("Den Titel senden wir Ihnen entwertet zurück.", "Den Eintrag lassen wir löschen."),
        leaves=("Den Titel behalten wir.",),
    ),
    Rule(
        "rest_let_go",
        "{rest_let_go}.{0,80}?{waive}|{waive}.{0,60}?{rest_let_go}",
        takes=("Auf die weitergehende Forderung verzichten wir dann.", "Der Restbetrag wird ausgebucht."),
        leaves=("Der Restbetrag ist im Mai fällig.",),
    ),
    Rule(
        "favour",
        "{favour}",
        takes=("Damit kommen wir Ihrem Mandanten entgegen.", "Das erspart beiden Seiten Aufwand."),
        leaves=("Wir kommen am Montag.",),
    ),
)
"""Kinds of sentence that leave a counter offer what it is."""

WILLING = Rule(
    "willing_at_all",
    "{willing}",
    takes=("Einem Vergleich stehen wir grundsätzlich positiv gegenüber.",),
    leaves=("Wir sind nicht bereit.",),
)
