"""Labels of more than one word: *noch zu zahlen*, *pro Monat*, *einschließlich der Zinsen und Kosten*."""

from claimstream.domain.language import Rule

_UNTIL = r"(?: (?:bis|per) (?:zum )?(?:{day_word}|[\d.]{6,10}))?"
_COMPONENT = rf"(?:[^\W\d_]{{3,20}}- (?:und|sowie) )?{{component}}{_UNTIL}"
_COMPONENTS = rf"{_COMPONENT}(?:(?:,| und|/| sowie| and|, und| &) ?(?:\w{{2,12}} )?{_COMPONENT}){{0,4}}"
_ALL_OF_IT = r"(?:{component}|{with_all})"
_TAX = r"(?:\d{1,2} ?% )?{tax_in_it}\.?"
_PAYMENT = r"(?:{payment_fill} ){0,4}{payment_made}(?: (?:vom|am|of) [\d.]{6,10})?"

TAX_OWED = Rule(
    "label_tax_owed",
    r"hauptforderung\x20(?:aus\x20)?(?!{tax_of_a_price})[^\W\d_]{0,40}steuer",
    takes=("Hauptforderung Einkommensteuer",),
    leaves=("Hauptforderung Umsatzsteuer", "Hauptforderung Miete"),
)
"""A tax that is what is owed; alone it is a part of a price, as VAT is. One blank: two part columns."""

COUNTED_IN = Rule(
    "label_counted_in",
    rf"{{counted_in}} (?:{{component_fill}} ){{0,4}}(?:{_TAX}(?:(?:,| und| sowie) {_COMPONENTS})?|{_COMPONENTS})|"
    rf"mit (?:{{component_fill}} ){{0,4}}{_COMPONENTS}(?= {{figure_lead}})",
    takes=(
        "Gerichtskosten einschließlich Mahn- und Vollstreckungsgebühren",
        "Gesamtforderung einschließlich der bis dahin aufgelaufenen Zinsen und Kosten",
        "50,00 EUR inkl. 19 % MwSt. und Mahnkosten",
        "Sie schuldet mir mit Mahnkosten noch 50,00 EUR.",
    ),
    leaves=("inkl. Porto", "Zinsen und Kosten"),
)
COUNTED_ON = Rule(
    "label_counted_on",
    rf"{{counted_on}} (?:{{component_fill}} ){{0,4}}(?>{_COMPONENTS})(?! ?(?::|=|{{in_the_amount_of}})? ?(?:eur|€|\d))|"
    rf"(?<!eur\x20)(?<!euro\x20)(?<!€\x20)(?<!\d\x20){{counted_with}} (?:{{component_fill}} ){{0,4}}(?>{_COMPONENTS})"
    r"(?! ?(?::|=|{in_the_amount_of}))",
    takes=("1.000,00 EUR zuzüglich weiterer Zinsen.", "Er schuldet uns Miete nebst Mahngebühren 50,00 EUR."),
    leaves=("zuzüglich Zinsen in Höhe von 20,00 EUR", "zzgl. Porto", "50,00 EUR nebst Zinsen 5,00 EUR"),
)
DEDUCTED_BEFORE = Rule(
    "label_deducted_before",
    r"nach {deduction_word} (?:{payment_fill} ){0,3}{deposit}|"
    rf"{{deduction_lead}} (?:{{deduction_word}} |(?:\w{{2,14}} ){{0,3}}){_PAYMENT}"
    r"(?! ?(?::|{in_the_amount_of}|ueber|vom|of|des|der)? ?(?:(?:eur|€) ?)?[-−–]? ?\d)",
    takes=(
        "Nach Abzug aller bereits geleisteten Zahlungen",
        "after all payments received",
        "nach Abrechnung der Kaution",
    ),
    leaves=("abzüglich der Kaution", "abzüglich Zahlung vom 3.5.2026: 200,00 EUR", "nach Ablauf der Frist"),
)
PAYABLE_IN_PARTS = Rule(
    "label_may_be_paid",
    r"{may_be} [^.;,\d]{0,60}?{be_paid}",
    takes=("Der Betrag kann auch in Raten gezahlt werden.",),
    leaves=("Der Betrag ist zu zahlen.",),
)
NOT_ONLY = Rule(
    "label_not_only",
    r"{not_only}",
    takes=("nicht nur die Zinsen", "ohne Anerkennung einer Rechtspflicht"),
    leaves=("nicht gezahlt",),
)
COSTS_SO_FAR = Rule(
    "label_costs_so_far",
    r"bisherige[nrs]?(?= {component})",
    takes=("bisherigen Vollstreckungskosten",),
    leaves=("bisherigen Forderung",),
)
UNDULY = Rule(
    "label_unduly_paid",
    r"{unduly} {unduly_paid}",
    takes=("zu Unrecht gezahltes Kindergeld",),
    leaves=("gezahltes Kindergeld",),
)
"""A payment of an office that it claims back."""
INTEREST_RATE = Rule(
    "label_interest_rate",
    r"(?:{further_interest} )?{interest_word} (?:{in_the_amount_of} )?[\d,.]{1,5} ?(?:%|{percent})",
    takes=("weitere Zinsen in Höhe von 5 %", "Zinsen von 4,12 Prozentpunkten"),
    leaves=("Zinsen von 20,00 EUR",),
)

NOT_PAID_YET = Rule(
    "label_not_paid_yet",
    r"(?:{so_far} ){0,2}(?:nicht|nie) (?:\w{2,14} )?{paid_by_now}(?: {sum_noun})?|{not_been_paid}",
    takes=("noch nicht vollständig bezahlt", "nicht beglichene Rechnungen", "has not yet been paid"),
    leaves=("noch zu zahlen", "bereits bezahlt"),
)
OWED = Rule(
    "label_owed",
    r"{owed_phrase}|{demands} [^.;,\d]{0,60}?{payment_of_sum}|{lacking}(?= [^.;,\d]{0,50}?(?:noch|von)\b)|"
    r"{lacking}(?= (?:{lies_fill} )?(?:eur |€ )?[\d.,-]{1,12} ?(?:eur|euro|€)? (?:von|fuer|aus)\b)|"
    r"{client_of_ours} {demands_third}|"
    r"{we_are_at} (?:{lies_fill} ){0,3}bei(?= (?:eur|€|\d))|"
    r"{in_our_books} {lies_with_us}(?: [^\s,;:.\d]{1,30}){0,5}? mit(?= (?:eur|€|\d)(?![^;:!?]{0,40}haben\b))|"
    rf"{{lies_with_us}} bei (?:uns|mir)(?: {{lies_fill}}){{0,3}}"
    rf"(?: mit {_ALL_OF_IT}(?:(?:,| und) {_ALL_OF_IT}){{0,3}})?"
    r"(?: {lies_fill}){0,3} bei(?= (?:eur|€|\d))",
    takes=(
        "Unsere Mandantin verlangt 50,00 EUR.",
        "Damit sind wir jetzt bei 50,00 EUR.",
        "In unseren Büchern steht Herr Kern noch mit 50,00 EUR.",
        "Frau Kern liegt bei uns mit Zinsen und Kosten bei 50,00 EUR.",
        "Sie ist mit 50,00 EUR im Rückstand.",
        "Ich habe noch 50,00 EUR zu bekommen.",
        "Wir fordern von ihm die Zahlung von 50,00 EUR.",
        "Es fehlen noch 50,00 EUR.",
    ),
    leaves=("Im Mai fehlen Belege.", "Die Zahlung von 50,00 EUR", "Bleibt nur zu hoffen."),
)

STILL_TO_PAY = Rule(
    "label_still_to_pay",
    r"noch (?:{still_fill} ){0,3}{to_be_paid}(?: {sum_noun})?|{still_to_pay}",
    takes=("noch insgesamt zu zahlen", "noch offener Betrag", "still outstanding"),
    leaves=("noch nicht bezahlt", "zu zahlen"),
)
LEFT_OPEN = Rule(
    "label_left_open",
    r"{left_open} {rest_noun}|{remaining} {sum_noun}|{rest_of} {sum_noun}|{balance_word} (?:remaining|still \w{3,12})",
    takes=("offener Restbetrag", "verbleibende Schuld", "restliche Forderung", "the balance still outstanding"),
    leaves=("offener Betrag", "der Rest"),
)
IS_LEFT = Rule(
    "label_is_left",
    r"{is_left}(?: {is_left_fill}){0,3}|{stays}(?: {is_left_fill}){0,3}(?= (?:\d|eur|€))",
    takes=("Es verbleibt somit noch ein Betrag von", "Es bleiben also noch 50,00 EUR."),
    leaves=("der Rest", "Es bleibt bei unserem Angebot."),
)

NO_CLAIM = Rule(
    "label_no_claim",
    r"{never_the_claim}|{grows_daily}(?: \w{2,12}){0,3} {grows_by}|{within_a_plan}",
    takes=(
        "bis zu",
        "pro Tag",
        "erhöht sich täglich um",
        "full and final",
        "im Rahmen Ihres Schuldenbereinigungsplans",
    ),
    leaves=("bis zum 3. Mai", "erhöht sich dadurch auf"),
)
AS_YOU_SAY = Rule(
    "label_as_you_say",
    r"{by_you} (?:\w{2,14} ){0,2}{said_by_you}|{according_to_your} (?:\w{2,14} )?{your_paper}",
    takes=("die von Ihnen im Plan genannte Forderung", "laut Ihrer Aufstellung"),
    leaves=("laut unserer Aufstellung", "von uns genannt"),
)
UPON_PAYMENT = Rule(
    "label_upon_payment",
    r"{upon_lead} (?:{upon_article} )?(?:{upon_fill} )?{upon_payment}",
    takes=("bei fristgerechter Zahlung von", "gegen eine Einmalzahlung in"),
    leaves=("bei Zahlungsverzug", "Zahlung von"),
)

RATE = Rule(
    "label_rate",
    r"{rate_phrase}",
    takes=("50 EUR pro Monat", "5 % p. a.", "per calendar month"),
    leaves=("im Mai", "ein Monat"),
)

PAYMENT = Rule(
    "label_payment",
    r"{whose_payment} (?:\w{2,14} )?{payment_noun_alone}|zahlung {payment_of}|{taken_off_label}",
    takes=("Ihre letzte Zahlung", "Zahlung des Schuldners", "./.", "abzgl.", "wurden bereits", "payments received"),
    leaves=("die Zahlung", "wurde gemahnt"),
)

TOTAL = Rule(
    "label_total",
    r"{total_lead} (?:{total_noun} )?(?:now )?{total_due}|{total_phrase}|{payable_sum} {payable_noun}|"
    r"zu zahlen(?= ?(?::|\.{2,}|\t|\||eur\b|€|\d))|{whole} (?:\w{2,14} )?{whole_noun}",
    takes=("total amount now due", "in Summe", "zu zahlender Betrag", "zu zahlen: 100,00", "gesamte offene Forderung"),
    leaves=("zu zahlen sind", "die ganze Sache"),
)

CONDITION = Rule(
    "label_condition",
    r"(?:{condition_phrase})(?! (?:\w{0,3}\d|(?:von )?(?:frau|herrn?)\b))",
    takes=("unter der Bedingung", "im Falle der Kündigung", "provided that"),
    leaves=("unter der Nummer", "im Fall 4711", "im Fall von Frau Kern"),
)

DOUBT = Rule(
    "label_doubt",
    r"{without} (?:\w{2,14} )?{left_out}",
    takes=("ohne weitere Zinsen", "exkl. Kosten", "without interest"),
    leaves=("ohne Vollmacht", "inkl. Kosten"),
)

PART = Rule(
    "label_part",
    r"{part_phrase}",
    takes=("darin enthaltene", "bestehend aus", "of which"),
    leaves=("enthalten",),
)
