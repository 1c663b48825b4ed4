"""Words by which a reply takes its claim back, hands it on, or says that nothing is owed any more.

An ending counts wherever it stands, so its words are wide. What looks like one and ends nothing (*nicht verjährt*,
*nach Zahlung ist die Sache erledigt*, *an uns abgetreten*) is named, rule by rule, and is overlooked. A wording that
nobody has named goes to a person.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from claimstream.domain.language import Rule, entries
from claimstream.domain.reader.layout import Span, cells, lines
from claimstream.domain.reader.spelling import fold
from claimstream.domain.records.extraction import Ending, Evidence
from claimstream.domain.text import Sentence, Text
from claimstream.domain.text.text import folded

_WORD = r" [^\s,;:]{1,30}"
_CLAUSE = r"(?:[^,;:]|(?<=\d),(?=\d)){0,100}?"
"""Words up to the next comma."""
_ON = r"[^;:]{0,100}?"
_UPON = r"{upon}(?: (?!{their})[^\s,;:]{1,30}){0,3}? {settling}(?! vom| am| of| on \d)"
_AMOUNT = r"(?:{currency} ?)?\b\d[\d.,]{0,12} ?{currency}"
_TO_US = (
    r"(?<!\bvon )(?<!\bbei )(?<!\bdurch )(?<!\bfuer )(?<!\bby ){us}(?: (?!wir |we |zusteh|gehoer)[^\s,;:]{1,30}){0,6}?"
)
_BY_PAYMENT = r"(?:{done}|{void}|{cleared}|{closed}|{waived}|{taken_back}|{not_pursued}|{outdated}|{none} {claim_word})"
_ANY = (
    r"(?:{done}|{void}|{cleared}|{closed}|{waived}|{taken_back}|{written_off}|{assigned}|{handed_on}|{barred}|{cancelled}|"
    r"{ended})"
)
_DENIABLE = (
    r"(?:{written_off}|{assigned}|{barred}|{waived}|{cleared}|{arrived}|{ended}|{cancelled}|{void}|{done}|{closed}|"
    r"{discharged}|{taken_back}|{handed_on}|{mistaken}|{by_mistake})"
)

NOT_YET = (
    Rule(
        "without_waiver",
        r"\b(?:ohne|without) (?:[^\s,;:]{1,30} ){0,5}?{waived}",
        takes=("Dies geschieht ohne Verzicht auf unsere Rechte.", "This is without waiver of our rights."),
        leaves=("Wir verzichten ohne Wenn und Aber.",),
        but=r"\b(?:anerkenn\w{0,5}|praejudiz)\b",
    ),
    Rule(
        "end_denied_behind",
        rf"(?:{{barred}}|{{waived}}|{{assigned}}|{{written_off}}){_CLAUSE}"
        r"(?:{denied_behind}|\bnicht(?: zu)?(?= ?[.,;!]| ?\Z))|"
        rf"{{denied_behind}}{_CLAUSE}(?:{{barred}}|{{waived}})",
        takes=(
            "Verjährung ist nicht eingetreten.",
            "Ein Verzicht kommt für uns nicht in Betracht.",
            "Auf die Forderung verzichten wir nicht.",
            "Die Verjährung ist gehemmt.",
            "Einen Erlass lehnen wir ab.",
        ),
        leaves=("Wir verzichten auf die nicht titulierte Forderung.", "Die Forderung ist verjährt."),
    ),
    Rule(
        "end_upon_payment",
        rf"{_UPON}{_ON}{_BY_PAYMENT}|"
        rf"{_BY_PAYMENT}{_CLAUSE}{_UPON}|"
        rf"(?:{{pays}}{_ON}\bdamit\b|{{thereupon}}){_ON}{_BY_PAYMENT}",
        takes=(
            "Nach Zahlungseingang ist die Angelegenheit erledigt.",
            "Mit Zahlung des Vergleichsbetrages sind alle Ansprüche abgegolten.",
            "Wir verzichten auf den Rest gegen Zahlung von 400 EUR.",
            "Ihr Mandant zahlt 400 EUR, damit ist die Sache erledigt.",
            "Dann ist dieses Schreiben gegenstandslos.",
            "Upon receipt of payment we will consider the matter closed, and the file is closed.",
        ),
        leaves=(
            "Nach Zahlung vom 03.11.2026 ist die Angelegenheit erledigt.",
            "Mit Ihrer Zahlung ist die Sache erledigt.",
            "Die Sache ist erledigt.",
        ),
        but=r"{perfect}",
    ),
    Rule(
        "end_if_paid",
        rf"{{supposed}}{_ON}{{settled}}[^.;:]{{0,60}}?,? {{goes_on}}{_ON}{_BY_PAYMENT}|"
        rf"{_BY_PAYMENT}[^.;:]{{0,60}}?,? {{supposed}}{_ON}{{settled}}|"
        rf"\bhaben sie {_CLAUSE}{{settled}}[^.;:]{{0,30}}?,{_ON}{_BY_PAYMENT}|"
        rf"{{supposed}}[^;:]{{0,100}}?, (?:ist|sind|gilt|wird|werden|is) {_CLAUSE}{_BY_PAYMENT}",
        takes=(
            "Sollten Sie bereits gezahlt haben, betrachten Sie dieses Schreiben als gegenstandslos.",
            "Wir betrachten die Angelegenheit als erledigt, sobald der Betrag eingegangen ist.",
            "Haben Sie zwischenzeitlich gezahlt, ist diese Mahnung gegenstandslos.",
            "Wenn es sich um einen anderen Kunden handelt, ist diese Angabe hinfällig.",
            "If you have already paid, please disregard this letter.",
        ),
        leaves=("Die Forderung ist gegenstandslos.", "Sie haben gezahlt, die Sache ist erledigt."),
    ),
    Rule(
        "supposed_end",
        rf"{{supposed}}{_CLAUSE}{_ANY}|{{modal}}{_CLAUSE}{_ANY} werden|{{cleared}} (?:wird|werden)\b",
        takes=(
            "Sollte die Forderung bereits beglichen sein, melden Sie sich bitte.",
            "Bitte teilen Sie mit, ob die Angelegenheit erledigt ist.",
            "Die Ansprüche dürfen nicht abgetreten werden.",
            "Andernfalls wird die Sache an ein Inkassobüro abgegeben.",
            "Bitte sorgen Sie dafür, dass der Betrag ausgeglichen wird.",
        ),
        leaves=("Falls Sie Fragen haben: die Forderung wurde verkauft.", "Die Forderung wurde abgetreten."),
    ),
)
"""Ends that are tied to a payment, supposed, or ruled out: the claim stands as it was stated."""

LOOKALIKES = (
    *NOT_YET,
    Rule(
        "denied_end",
        rf"{{denies}}(?:(?! {{breaks_off}}){_WORD}){{0,4}}(?<! mehr) {_DENIABLE}",
        takes=(
            "Die Forderung ist nicht verjährt.",
            "Der Betrag ist noch nicht vollständig ausgeglichen.",
            "Darin liegt kein Verzicht.",
            "Wir werden nicht auf die Forderung verzichten.",
            "The debt is not statute-barred.",
        ),
        leaves=("Die Forderung ist verjährt.", "Nicht nur das ist erledigt.", "Wir verzichten auf die Forderung."),
    ),
    Rule(
        "plea_of_limitation",
        r"{waived}.{0,40}?{barred}|{barred}.{0,40}?{waived}|\bverjaehrungsfrist\b(?!.{0,40}?{run_out})|"
        r"(?<!\bist )(?<!\bsind ){barred} (?:tritt )?(?:am|zum|in|nach|{ahead})|{ahead} (?:der )?{barred}",
        takes=(
            "Wir bitten um Verzicht auf die Einrede der Verjährung.",
            "Der Titel verjährt erst in 30 Jahren.",
            "Die Verjährungsfrist beträgt 30 Jahre.",
        ),
        leaves=("Die Forderung ist verjährt.", "Wir verzichten auf unsere Forderung."),
    ),
    Rule(
        "part_payment",
        rf"{{currency}}(?: (?!{{perfect}}|ist|sind|was|is)[^\s,;:]{{1,30}}){{0,3}} (?:{{cleared}}|{{arrived}})|"
        rf"(?:\A|,(?!\d)|{{of_it}})(?: [^\s,;:]{{1,30}}){{0,3}}? ?{_AMOUNT} (?:ist|sind|{{perfect}}){_CLAUSE}"
        rf"(?:{{cleared}}|{{arrived}})|(?:{{cleared}}|{{arrived}})(?: [^\s,;]{{1,30}}){{0,3}}? ?:? ?{_AMOUNT}",
        takes=(
            "Auf die Forderung wurden 50,00 EUR gezahlt.",
            "Die Forderung beträgt 950 EUR, davon sind 50,00 EUR bereits getilgt.",
            "Rechnungsbetrag 500,00 EUR, bereits bezahlt: 50,00 EUR",
        ),
        leaves=("Die Rechnung über 348,90 EUR wurde bezahlt.", "Die Forderung ist bezahlt."),
    ),
    Rule(
        "paid_in_part",
        rf"{{partly}}{_CLAUSE}{{cleared}}",
        takes=("Ihr Mandant hat zuletzt im Mai gezahlt.", "Die Raten wurden teilweise gezahlt."),
        leaves=("Ihr Mandant hat gezahlt.",),
    ),
    Rule(
        "counted_already",
        rf"(?:{{cleared}}|{{arrived}}){_CLAUSE}{{counted}}|{{counted}}{_CLAUSE}(?:{{cleared}}|{{arrived}})",
        takes=("Der Betrag von 50,00 EUR wurde am 3. Mai gezahlt und ist bereits berücksichtigt.",),
        leaves=("Der Betrag wurde gezahlt.",),
    ),
    Rule(
        "no_more_of_it",
        rf"{{silence}}{_CLAUSE}{{nothing_left}}|{{nothing_left}}{_CLAUSE}{{silence}}|{{sits}}{_CLAUSE}{_AMOUNT}",
        takes=(
            "Seither kam nichts mehr.",
            "Wir haben dem nichts mehr hinzuzufügen.",
            "Der Saldo liegt jetzt bei 500,00 EUR.",
        ),
        leaves=("Es ist nichts mehr offen.",),
    ),
    Rule(
        "nothing_paid_on_it",
        r"{cleared}(?: (?!und|and)[^\s,;:]{1,30}){0,4}? (?:{denies}|nichts\b)",
        takes=(
            "Den Betrag schuldet sie noch vollständig, gezahlt wurde darauf nichts.",
            "Gezahlt hat er bis heute nicht.",
        ),
        leaves=("Die Forderung ist bezahlt und nichts mehr offen.", "Die Rechnung ist bezahlt."),
    ),
    Rule(
        "columns_of_a_table",
        r"{cleared} ?\|? ?(?:(?!nicht)\w{1,20} )?\b(?:{open}|offene\w?|rest\w{0,8}|saldo|differenz)\b",
        takes=("Rechnung Betrag bezahlt offen", "invoice amount paid outstanding"),
        leaves=("Die Rechnung ist bezahlt, nichts ist offen.", "Die Forderung ist beglichen."),
    ),
    Rule(
        "assigned_to_the_writer",
        rf"{_TO_US} (?:{{assigned}}|{{handed_on}})|(?:{{assigned}}|{{handed_on}}) (?:an|auf|to) {{us}}|"
        rf"(?:{{assigned}}|{{handed_on}}){_CLAUSE}{{for_collection}}|"
        rf"{{for_collection}}{_CLAUSE}(?:{{assigned}}|{{handed_on}})|"
        rf"{{we_are}}(?: (?!nicht |no |not |kein)[^\s,;:]{{1,30}}){{0,8}}? {{owner}}|{{owner}}{_CLAUSE}{{we_are}}",
        takes=(
            "Die Alt GmbH hat die Forderung an uns abgetreten.",
            "Die Gläubigerin hat uns die Forderung zum Inkasso übergeben.",
            "Die Ansprüche wurden zur Einziehung abgetreten.",
            "Wir sind seit dem 1. Mai neue Gläubigerin.",
            "The debt was assigned to us.",
        ),
        leaves=(
            "Die Forderung wurde von uns abgetreten.",
            "Die uns zustehende Forderung haben wir verkauft.",
            "Die Forderung wurde an die Beta GmbH abgetreten.",
        ),
    ),
    Rule(
        "assigned_to_our_client",
        r"\b(?:an|auf|to)\b[^.;:]{0,60}?{our_client},? {assigned}|"
        r"{our_client}(?: [^\s,;:]{1,30}){0,4} (?:{owner}|{new_owner})|"
        r"(?:{owner}|{new_owner})[^;:]{0,60}?{our_client}",
        takes=(
            "Die Forderung wurde von der Alt AG an die Beta GmbH, unsere Mandantin, abgetreten.",
            "Unsere Mandantin ist seit 2020 Inhaberin der Forderung.",
        ),
        leaves=("Unsere Mandantin hat die Forderung an die Beta GmbH abgetreten.",),
    ),
    Rule(
        "bought_by_the_writer",
        rf"{{we_have}}{_CLAUSE}{{acquired}}|{{acquired}}{_CLAUSE}{{we_have}}",
        takes=("Wir haben die Forderung von der Alt AG erworben.", "We have acquired the debt."),
        leaves=("Die Beta GmbH hat die Forderung gekauft.",),
    ),
    Rule(
        "passed_by_law",
        r"{by_law}{gap}{assigned}|{assigned}{gap}{by_law}|{by_transfer}",
        takes=(
            "Der Anspruch ist gemäß § 7 UVG auf das Land übergegangen.",
            "Wir machen die Forderung aus abgetretenem Recht geltend.",
        ),
        leaves=("Die Forderung ist auf die Beta GmbH übergegangen.",),
    ),
    Rule(
        "pledge",
        rf"{{pledged}}{_CLAUSE}{{assigned}}|{{assigned}}{_CLAUSE}{{pledged}}|{{pledge_paper}}",
        takes=(
            "Ihr Mandant hat seine pfändbaren Bezüge abgetreten.",
            "Eine Lohnabtretung und Gehaltsabtretung liegt vor.",
        ),
        leaves=("Die Forderung wurde abgetreten.",),
    ),
    Rule(
        "goods_sold",
        rf"{{goods}}{_CLAUSE}{{assigned}}|\b(?:verkauft|sold) (?:durch|von|by)\b",
        takes=("Das Fahrzeug wurde für 2.000 EUR verkauft.", "Verkauft durch Händler Nord"),
        leaves=("Die Forderung wurde verkauft.",),
    ),
    Rule(
        "decree_issued",
        rf"{{decree}}{_CLAUSE}{{waived}}|{{waived}}{_CLAUSE}{{decree}}",
        takes=("Der Vollstreckungsbescheid wurde am 3. Mai erlassen.", "Der Erlass eines Mahnbescheids ist beantragt."),
        leaves=("Die Schuld wurde erlassen.", "Wir verzichten auf die Forderung."),
    ),
    Rule(
        "contract_ended",
        rf"{{contract}}{_CLAUSE}(?:{{cancelled}}|{{closed}}|{{ended}}|{{taken_back}})|"
        rf"{{closed}}(?: [^\s,;:]{{1,30}}){{0,2}} {{contract}}",
        takes=(
            "Der Vertrag wurde wegen Zahlungsverzugs storniert.",
            "In der Sache wurde eine Ratenzahlungsvereinbarung abgeschlossen.",
        ),
        leaves=("Die Rechnung wurde storniert.", "Die Akte ist geschlossen."),
    ),
    Rule(
        "measure_waived",
        rf"{{waived}}{_ON}{{measure}}|{{measure}}{_CLAUSE}{{waived}}",
        takes=(
            "Auf weitere Vollstreckungsmaßnahmen verzichten wir vorerst.",
            "Wir verzichten auf eine Eingangsbestätigung.",
        ),
        leaves=("Wir verzichten auf die Forderung.",),
    ),
    Rule(
        "wished_waiver",
        rf"{{wished}}{_ON}{{waived}}|{{waived}}{_ON}{{wished}}",
        takes=(
            "Wir wären bereit, auf 50 % zu verzichten.",
            "Sie verlangen einen Verzicht auf unsere Forderung.",
            "Die Voraussetzungen für einen Erlass liegen nicht vor.",
        ),
        leaves=("Wir verzichten auf die Forderung.",),
    ),
    Rule(
        "discharge_leaves_it",
        r"{exempt}(?! mehr).{0,100}?{discharged}|{discharged}.{0,100}?{exempt}(?! mehr)",
        takes=(
            "Die Forderung ist von der Restschuldbefreiung ausgenommen.",
            "Wir beantragen die Versagung der Restschuldbefreiung.",
        ),
        leaves=("Dem Schuldner wurde am 3. Mai die Restschuldbefreiung erteilt.",),
    ),
    Rule(
        "no_other_claims",
        rf"{{none}}(?:{_WORD}){{0,2}}? (?:{{other_claim}}|{{beside}}(?:{_WORD}){{0,2}}? {{claim_word}})|"
        rf"(?:{{beside}}|{{other_claim}})(?: [^\s,;]{{1,30}}){{0,4}} {{none}}|"
        rf"(?:{{beside}}|{{other_claim}}){_CLAUSE}(?:{{taken_back}}|{{not_pursued}})|"
        rf"{{none}}(?:{_WORD}){{0,2}}? {{claim_word}} (?:auf|aus {{beside}})\b",
        takes=(
            "Weitere Forderungen bestehen nicht.",
            "Es bestehen keine weiteren Forderungen.",
            "Forderungen aus unerlaubter Handlung bestehen nicht.",
            "Es besteht kein Anspruch auf Ratenzahlung.",
        ),
        leaves=("Es bestehen keine Forderungen.", "Die Forderung besteht nicht."),
    ),
    Rule(
        "inquiry_answered",
        rf"{{inquiry}}{_CLAUSE}{{done}}|{{done}}{_CLAUSE}{{inquiry}}",
        takes=("Ihre Anfrage ist damit erledigt.",),
        leaves=("Die Forderung ist erledigt.",),
    ),
    Rule(
        "slip_beside_the_claim",
        r"{by_mistake}.{0,60}?{slip}|{slip}.{0,60}?{by_mistake}|{slip}",
        takes=(
            "Die Anlage hatten wir versehentlich vergessen.",
            "Irrtum vorbehalten.",
            "Wenn Sie diese E-Mail irrtümlich erhalten haben, löschen Sie sie.",
        ),
        leaves=("Die Mahnung wurde versehentlich verschickt.",),
    ),
    Rule(
        "handed_on_inside",
        rf"{{inside}}{_CLAUSE}{{handed_on}}|{{handed_on}}{_CLAUSE}{{inside}}",
        takes=("Den Vorgang haben wir an unser Team Insolvenz übergeben.",),
        leaves=("Den Vorgang haben wir an unsere Auftraggeberin zurückgegeben.",),
    ),
    Rule(
        "small_claims_not_charged",
        rf"(?:{{interest_runs}}|{{part}}|{{right}}){_CLAUSE}{{not_pursued}}",
        takes=("Weitere Kosten werden nicht geltend gemacht.", "Ein Zurückbehaltungsrecht mache ich nicht geltend."),
        leaves=("Die Forderung wird nicht geltend gemacht.",),
    ),
    Rule(
        "no_longer_paid",
        rf"{{no_more}}{_CLAUSE}{{default}}",
        takes=("Ihr Mandant hat die Rechnungen seit Mai nicht mehr bezahlt.", "Eine Stundung ist nicht mehr möglich."),
        leaves=("Wir führen die Akte nicht mehr.",),
    ),
    Rule(
        "details_out_of_date",
        rf"{{details}}{_CLAUSE}(?:{{outdated}}|{{cancelled}})",
        takes=("Unsere frühere Bankverbindung ist nicht mehr gültig.",),
        leaves=("Unsere Aufstellung ist nicht mehr gültig.",),
    ),
    Rule(
        "whereabouts_unknown",
        rf"{{whereabouts}}{_CLAUSE}{{unknown_here}}",
        takes=("Die Anschrift Ihres Mandanten ist uns nicht bekannt.",),
        leaves=("Ihr Mandant ist uns nicht bekannt.",),
    ),
    Rule(
        "cancelled_item",
        r"\bstorno\b.{0,40}?\d",
        takes=("Storno Rücklastschrift -8,00 EUR",),
        leaves=("Die Rechnung 4711 ist storniert.",),
    ),
    Rule(
        "clerk_in_charge",
        rf"(?:{{owner}}{_CLAUSE}{{by_now}}|{{by_now}}{_CLAUSE}{{owner}}|{{turn}}{_CLAUSE}{{elsewhere}}){_CLAUSE}{{clerk}}|"
        rf"{{by_now}}{_CLAUSE}{{clerk}}{_CLAUSE}(?:{{owner}}|{{handled}})",
        takes=("Zuständig ist seit dem 1. Oktober Frau Kern.",),
        leaves=("Zuständig ist nun die Beta GmbH.",),
    ),
    Rule(
        "share_of_a_plan",
        rf"\bauf{_CLAUSE}\bentf(?:aellt|allen)\b|\bentf(?:aellt|allen)\b{_CLAUSE}\bauf\b",
        takes=("Auf uns entfällt monatlich ein Betrag von 20 EUR.", "Davon entfallen 20 EUR auf Zinsen."),
        leaves=("Die Forderung entfällt.",),
    ),
    Rule(
        "your_mandate",
        rf"\b(?:ihre?|ihre[sm]|sie|your) {{mandate}}{_CLAUSE}{{ended}}",
        takes=("Haben Sie Ihr Mandat niedergelegt?",),
        leaves=("Unser Mandat ist beendet.",),
    ),
    Rule(
        "data_deleted",
        r"\bdaten\b.{0,80}?(?:\bgeloescht\b|{taken_back})|\bnach abschluss (?:der|des)\b.{0,80}?{taken_back}",
        takes=("Die Daten werden drei Jahre nach Abschluss der Akte gelöscht.",),
        leaves=("Die Forderung wurde gelöscht.",),
    ),
    Rule(
        "waiver_by_law",
        # Who may grant one, on which conditions, by which law: nobody has.
        r"{waived}.{0,120}?(?:{decides}|\bnach §|\bscheidet\b)|{decides}.{0,120}?{waived}|"
        r"\berlass\b.{0,120}?(?:{decides}|\bnach §|\bscheidet\b)",
        takes=(
            "Über Stundung oder Erlass befindet allein die Gläubigerin.",
            "Der Erlass von Säumniszuschlägen ist gesondert zu beantragen.",
            "Ein Erlass nach § 44 SGB II scheidet daher aus.",
        ),
        leaves=("Wir haben Ihrem Mandanten die Forderung erlassen.", "Die Säumniszuschläge sind erlassen."),
    ),
    Rule(
        "discharge_as_a_topic",
        r"{topic}.{0,60}?{discharged}",
        takes=("Rechtsprechung des BGH zur Restschuldbefreiung", "über den Zeitraum der Restschuldbefreiung"),
        leaves=("Ihrem Mandanten wurde Restschuldbefreiung erteilt.",),
    ),
    Rule(
        "plan_refused",
        r"\bstimm(?:t|en|e)(?: [^\s,;:]{1,20}){0,4}? nicht zu\b",
        takes=("Sie stimmt nicht zu.", "Wir stimmen dem Plan nicht zu."),
        leaves=("Die Angabe stimmt nicht.",),
    ),
    Rule(
        "something_else_is_void",
        r"{lesser}.{0,120}?(?:{void}|{cancelled}|{done})",
        takes=("Das Ruhen der Leistungen ist gegenstandslos geworden.", "Die Sperrandrohung ist hinfällig."),
        leaves=("Unsere Forderung ist gegenstandslos geworden.",),
    ),
    Rule(
        "goods_taken",
        r"{secured}.{0,120}?{assigned}|{assigned}.{0,60}?{secured}",
        takes=("Es wurde sichergestellt und zum Schätzwert veräußert.",),
        leaves=("Die Forderung wurde veräußert.",),
    ),
    Rule(
        "crossed_letters",
        r"\b(?:gekreuzt|ueberschnitten)\b.{0,80}",
        takes=("Hat sich Ihre Zahlung mit diesem Schreiben gekreuzt, ist es zu ignorieren.",),
        leaves=("Dieses Schreiben ist zu ignorieren.",),
    ),
    Rule(
        "nothing_came",
        r"\b(?:einwendungen|widerspruch|rechtsmittel)\b.{0,200}?\bnicht erhoben\b|"
        r"{barred}.{0,80}?\berst nach\b|\bnichts mehr (?:gekommen|eingegangen|gezahlt)\b|\bnicht mehr zur verfuegung\b",
        takes=(
            "Danach ist nichts mehr gekommen.",
            "Einwendungen hat er nicht erhoben.",
            "Die Verjährung tritt erst nach dreißig Jahren ein.",
        ),
        leaves=("Es ist nichts mehr offen.",),
    ),
    Rule(
        "paper_waived",
        r"{paper_form}.{0,40}?{waived}|{waived}.{0,40}?{paper_form}",
        takes=("Sie möchten auf Papierrechnungen verzichten?",),
        leaves=("Wir verzichten auf die Rechnung.",),
    ),
)
"""Sentences that hold the words of an end and end nothing."""

PART = Rule(
    "part_let_go",
    r"{part}.{0,80}?(?:{written_off}|{waived}|{cancelled}|{taken_back})|"
    r"(?:{written_off}|{waived}|{cancelled}).{0,80}?{part}",
    takes=("Die Mahnkosten haben wir storniert.", "Wir verzichten auf die Restforderung."),
    leaves=("Wir verzichten auf unsere Forderung.", "Die Zinsen betragen 20 EUR."),
)
"""Part of the claim, or what a plan leaves of it: nothing against a plan that is accepted."""

EARLIER = Rule(
    "earlier_letter",
    rf"(?:(?:{{letter}}|{{notice}}|{{statement}})(?:{_WORD}){{0,2}}? {{dated}}|"
    rf"{{former}}(?:{_WORD}){{0,2}}? (?:{{letter}}|{{notice}}|{{statement}})){_CLAUSE}"
    r"(?:{cancelled}|{void}|{outdated})",
    takes=("Unser Schreiben vom 3. Mai ist überholt.", "Unsere frühere Aufstellung ist damit gegenstandslos."),
    leaves=("Die beigefügte Aufstellung ist überholt.", "Die Forderung vom 3. Mai ist gegenstandslos."),
)
"""A paper that came before: nothing against a figure that this text states in another sentence."""

ENDINGS = (
    PART,
    Rule(
        "written_off",
        rf"{{written_off}}|{{books}} {_ON}(?:{{owed}}|{{matter}}){_ON}{{off}}(?= ?[.,!]| und| ?\Z)|"
        rf"(?:{{owed}}|{{matter}}) {{books}} {_ON}{{off}}(?= ?[.,!]| und| ?\Z)",
        takes=(
            "Die Forderung wurde ausgebucht.",
            "Wir buchen den Betrag aus.",
            "Die Forderung treten wir an Beta ab.",
            "The debt has been written off.",
        ),
        leaves=("Die Zahlung wurde gebucht.",),
        but=r"{part}",
    ),
    Rule(
        "assigned",
        r"{assigned}|{new_owner}|{claim_word}{gap}{acquired}|{acquired}{gap}{claim_word}|"
        r"(?:{owed}|{matter}){gap}{handed_on}|{handed_on}{gap}(?:{owed}|{matter})|"
        r"{owner}{gap}{by_now}|{by_now}{gap}{owner}|"
        r"(?:{owed}|{matter}|{pursuit}){gap}(?:{by_now}{gap}{handled}|{handled}{gap}{by_now})|{turn}{gap}{elsewhere}",
        takes=(
            "Die Forderung haben wir an die Beta GmbH verkauft.",
            "Die Angelegenheit haben wir an die Beta Inkasso GmbH abgegeben.",
            "Inhaberin der Forderung ist seit Mai die Beta S.à r.l.",
            "Neue Gläubigerin ist die Beta AG.",
            "Die Sache wird inzwischen von der Beta Inkasso GmbH bearbeitet.",
            "Bitte wenden Sie sich künftig an die Beta GmbH.",
            "We have sold the debt.",
        ),
        leaves=("Gläubigerin: Alt GmbH", "Wir haben eine Erklärung abgegeben."),
    ),
    Rule(
        "mandate_ended",
        r"{mandate}{gap}{ended}|{ended}{gap}{mandate}|{not_competent}|{acts_for}{gap}{no_more}",
        takes=(
            "Unser Mandat ist beendet.",
            "Die Gläubigerin hat uns den Auftrag entzogen.",
            "Wir sind in dieser Sache nicht mehr zuständig.",
            "We are no longer instructed.",
        ),
        leaves=("Der Vertrag ist beendet.", "Zuständig ist Frau Kern."),
    ),
    Rule(
        "time_barred",
        r"{barred}",
        takes=("Die Forderung ist verjährt.", "The claim is time-barred."),
        leaves=("Die Jahresrechnung liegt bei.",),
    ),
    Rule(
        "waived",
        r"{waived}|{not_pursued}|(?:{refrain}(?! sie){gap}{pursuit}|{pursuit}{gap}{refrain})|{let}{gap}{fall}|"
        r"{pursues}{gap}{not_on}",
        takes=(
            "Wir verzichten auf unsere Forderung.",
            "Die Schuld wird erlassen.",
            "Wir machen die Forderung nicht mehr geltend.",
            "Von einer weiteren Beitreibung sehen wir ab.",
            "We waive our claim.",
        ),
        leaves=("Wir machen die Forderung geltend.", "Die Zahlungen wurden eingestellt."),
        but=r"{part}",
    ),
    Rule(
        "paid_off",
        r"(?:{owed}|{matter}|{in_full}|{client_word}){gap}{cleared}|{cleared}{gap}{in_full}|"
        r"(?:{in_full}|{sum_word}){gap}{arrived}(?! sie)",
        takes=(
            "Die Rechnung ist bezahlt.",
            "Das Konto ist ausgeglichen.",
            "Der Betrag ist am 3. Mai eingegangen.",
            "Ihr Mandant hat inzwischen bezahlt.",
            "The debt has been paid in full.",
        ),
        leaves=("Bitte zahlen Sie den Betrag.", "Ihr Schreiben ist eingegangen."),
    ),
    Rule(
        "nothing_owed",
        rf"{{nothing_left}}|{{none}}(?:{_WORD}){{0,3}}? (?:{{claim_word}}|{{stranger}})(?! ?[:=]| ?\d| {{currency}})|"
        rf"{{none}}(?:{_WORD}){{0,3}}? {{open}}|{{claim_word}}(?: [^\s,;]{{1,30}}){{0,3}}?:? ?{{none}}(?= ?[.,]| ?\Z)|"
        r"(?:{owed}|{matter}){gap}{no_more}|{no_more}{gap}{owed}|{wants}{gap}{no_more}|"
        r"{settling}{gap}{no_more} {needed}",
        takes=(
            "Wir haben keine Forderung gegen Ihren Mandanten.",
            "Es ist nichts mehr offen.",
            "Ihr Mandant ist kein Kunde von uns.",
            "Offene Posten: keine",
            "Es sind keine Rechnungen offen.",
            "There is no outstanding balance.",
        ),
        leaves=("Wir haben eine Forderung gegen Ihren Mandanten.", "Titel: keine Forderung: 20,00 EUR"),
    ),
    Rule(
        "cancelled",
        r"{cancelled}|{void}",
        takes=("Die Rechnung wurde storniert.", "Unsere Aufstellung ist überholt.", "Our invoice is void."),
        leaves=("Die Stornogebühr beträgt 5 EUR.",),
        but=r"{part}",
    ),
    Rule(
        "taken_back",
        r"(?:{owed}|{matter}|{notice}){gap}{taken_back}|{taken_back}{gap}(?:{owed}|{notice}|{creditor_list})|"
        r"(?:{owed}|{stranger}).{0,40}?{exists}(?: [^\s,;:]{1,30}){0,5}? nicht(?= ?[.,;!]| und| ?\Z)|"
        r"{withdraw}.{0,40}?(?:{owed}|{notice}).{0,60}?{back}",
        takes=(
            "Die Forderung haben wir zurückgenommen.",
            "Der Bescheid wurde aufgehoben.",
            "Die Forderung besteht nicht.",
            "Wir nehmen die Forderung zurück.",
            "We withdraw our claim.",
        ),
        leaves=("Wir haben die Ware zurückgenommen.",),
    ),
    Rule(
        "done",
        r"{done}",
        takes=("Die Sache ist erledigt.", "Status: erledigt"),
        leaves=("Bitte erledigen Sie das.",),
    ),
    Rule(
        "file_closed",
        r"{matter}{gap}{closed}|{closed}{gap}{matter}",
        takes=("Wir haben die Akte geschlossen.", "Der Vorgang ist abgeschlossen.", "We have closed our file."),
        leaves=("Das Konto wurde geschlossen.", "Der Vertrag ist beendet."),
    ),
    Rule(
        "discharged",
        r"{discharged}",
        takes=("Ihm wurde Restschuldbefreiung erteilt.", "The debtor was discharged."),
        leaves=("Die Restschuld beträgt 500 EUR.",),
    ),
    Rule(
        "superseded",
        r"{outdated}|{current}{gap}{statement}{gap}{follows}|{destroy}{gap}{statement}|{statement}{gap}{no_more}|"
        r"{use}{gap}{statement} nicht(?= ?[.,!]| ?\Z)",
        takes=(
            "Die beigefügte Aufstellung ist nicht mehr aktuell.",
            "Eine aktuelle Aufstellung reichen wir nach.",
            "Please disregard our statement.",
        ),
        leaves=("Diese Aufstellung ersetzt unsere letzte.", "Die aktuelle Aufstellung liegt bei."),
    ),
    Rule(
        "mistaken",
        r"{mistaken}|{by_mistake}|(?:{client_word}|{owed})[^,;]{0,60}?(?:{unknown_here}|{not_liable})|"
        r"(?:{client_word}|{owed}){gap}{not_the_client}",
        takes=(
            "Es handelt sich um eine Verwechslung.",
            "Die Mahnung erging versehentlich.",
            "Ihr Mandant ist hier nicht bekannt.",
            "It was sent in error.",
        ),
        leaves=("Die Rechnung ist richtig.",),
    ),
    Rule(
        "status",
        r"{status_label}[ :=|-]{1,4}(?:{status}|{cleared}|{closed})",
        takes=("Status: bezahlt", "Bearbeitungsstand: abgeschlossen", "Status: closed"),
        leaves=("Status: offen", "Bezahlt wird am Monatsende."),
    ),
    EARLIER,
)
"""The sentences by which a claim ends. The first that takes a sentence names the ending."""

STATUS_CELL = Rule(
    "status_cell",
    r"\A(?:{status}|{cleared}|{closed})(?: (?:am |seit |per |on )?\d[\d. ]{3,10})?\Z",
    takes=("bezahlt", "geschlossen am 03.05.2026", "paid"),
    leaves=("offen", "bezahlt werden 20 EUR"),
)
"""A cell, or a line by itself, that is a status."""

OPEN_CELL = Rule(
    "open_cell",
    r"\A{open}\Z",
    takes=("offen", "unpaid"),
    leaves=("bezahlt", "Tag der offenen Tür"),
)
"""A cell beside which another one's status is that of one item among others."""

_AMOUNT_CELL = re.compile(r"\d,\d\d(?!\d)")
_LONGEST = 300
"""Characters of a sentence that is quoted whole."""
_AROUND = 100
_MOST = 5
"""Endings of one rule that are kept of a text."""


_KEYS = {
    "part_let_go": "written_off waived cancelled taken_back",
    "earlier_letter": "cancelled void outdated",
    "assigned": "assigned acquired handed_on new_owner owner handled elsewhere",
    "mandate_ended": "ended not_competent no_more",
    "written_off": "written_off books",
    "time_barred": "barred",
    "waived": "waived not_pursued refrain fall not_on",
    "paid_off": "cleared arrived",
    "nothing_owed": "nothing_left none open no_more needed",
    "cancelled": "cancelled void",
    "taken_back": "taken_back back exists",
    "file_closed": "closed",
    "superseded": "outdated follows destroy no_more use",
    "mistaken": "mistaken by_mistake unknown_here not_liable not_the_client",
    "status": "status cleared closed",
    "status_cell": "status cleared closed",
}
"""The sections, by rule, of which what it finds holds an entry; of the others the one of their name. A sentence
without one needs no search."""


def _last_words(rule: Rule) -> re.Pattern[str]:
    last = [entry.split()[-1] for section in _KEYS.get(rule.name, rule.name).split() for entry in entries(section)]
    words = [fold(word).rpartition("-")[2].replace("*", r"\w{0,30}") for entry in last for word in entry.split("|")]
    return re.compile("|".join(words))


_KEY_WORDS = tuple((rule, _last_words(rule)) for rule in (*ENDINGS, STATUS_CELL))
_WORDS = re.compile(r"\w+")


@lru_cache(maxsize=16_384)
def _rules_for(word: str) -> frozenset[str]:
    """The names of the rules that may find something in a sentence with this word."""
    return frozenset(rule.name for rule, words in _KEY_WORDS if words.fullmatch(word))


def find_endings(text: Text, source_id: str) -> tuple[Ending, ...]:
    """Return the sentences, lines and cells by which the claim of a text ends, in order; of each rule the first few."""
    found: list[Ending] = []
    kept: Counter[str] = Counter()
    has_status = False
    for sentence in text.sentences:
        possible = set[str]().union(*filter(None, map(_rules_for, _WORDS.findall(sentence.folded))))
        if not possible:
            continue
        has_status = has_status or STATUS_CELL.name in possible
        rules = [rule for rule in ENDINGS if rule.name in possible and kept[rule.name] < _MOST]
        if ending := _in_sentence(sentence, rules, source_id):
            kept[ending.rule] += 1
            found.append(ending)
    if has_status:
        found += islice(_in_cells(text.written, source_id), _MOST)
    by_place = {ending.evidence.start: ending for ending in reversed(found)}
    return tuple(by_place[start] for start in sorted(by_place))


def _in_sentence(sentence: Sentence, rules: Sequence[Rule], source_id: str) -> Ending | None:
    words = sentence.folded
    if not any(rule.find(words) for rule in rules):
        return None
    for rule in LOOKALIKES:
        words = _blanked(rule, words)
    beside = _blanked(EARLIER, words)
    for rule in rules:
        if found := rule.find(words if rule is EARLIER else beside):
            return Ending(rule=rule.name, evidence=_quoted(sentence, found.start(), found.end(), source_id))
    return None


def _blanked(rule: Rule, words: str) -> str:
    """A folded sentence with blanks for what a rule takes of it; every other word keeps its place."""
    return rule.compiled.sub(lambda match: " " * len(match.group()), words) if rule.find(words) else words


def _in_cells(text: str, source_id: str) -> Iterator[Ending]:
    """The endings that stand in a cell or a line by themselves, unless others beside it are open."""
    rows = [(line, cell) for line in lines(text) for cell in cells(text, line) if cell.end - cell.start <= _AROUND]
    found = [(line, cell) for line, cell in rows if STATUS_CELL.find(folded(cell.of(text)))]
    if any(OPEN_CELL.find(folded(cell.of(text))) for _, cell in rows):
        return
    for line, cell in found:
        if _is_payment(text, cell, line):
            continue
        # With what the row says it is the status of.
        begin = max(0, cell.start - _LONGEST)
        start = max(begin, text.rfind("\n", begin, cell.start) + 1)
        evidence = Evidence(source_id=source_id, quote=text[start : cell.end], start=start)
        yield Ending(rule=STATUS_CELL.name, evidence=evidence)


def _is_payment(text: str, cell: Span, line: Span) -> bool:
    """Return True for a cell that begins a row and has an amount behind it: how much was paid, not that all was."""
    return not text[line.start : cell.start].strip() and _AMOUNT_CELL.search(text, cell.end, line.end) is not None


def _quoted(sentence: Sentence, start: int, end: int, source_id: str) -> Evidence:
    """The sentence, or as much of a long one as stands around ``folded[start:end]``."""
    written = sentence.written
    begin, stop = 0, len(written)
    if stop > _LONGEST:
        begin = max(0, _place(written, start) - _AROUND)
        stop = min(stop, begin + _LONGEST, _place(written, end) + _AROUND)
    return Evidence(source_id=source_id, quote=written[begin:stop], start=sentence.start + begin)


def _place(written: str, position: int) -> int:
    """Where in ``written`` its folded form has ``position``."""
    return bisect_left(range(len(written)), position, key=lambda length: len(folded(written[:length])))
