"""Sentences that hold the words of an end and end nothing: *nicht verjährt*, *an uns abgetreten*.

Each is overlooked only as far as its own words reach: an end beside them counts (``endings.py``).
"""

from claimstream.domain.language import Rule

WORD = r" (?![-–—] )[^\s,;:]{1,30}"
CLAUSE = r"(?:[^,;:]|(?<=\d),(?=\d)){0,100}?"
"""Words up to the next comma."""
_WITHIN = r"(?:(?! {joins} | [-–—] )(?:[^,;:]|(?<=\d),(?=\d))){0,100}?"
"""Words up to the next comma, dash, *und* or *da*."""
_APART = r"(?: (?!{owed}|{matter})[^\s;:]{1,30}(?<!,)){0,12}? ?"
"""Words of a clause that speak of no claim."""
_ALONE = r"(?:\A|[,;:](?!\d) ?)(?:(?!{owed}|{matter})[^\s;:]{1,30}(?<!,) ){0,12}?"
"""A clause from its beginning."""
ON = r"[^;:]{0,100}?"
_UPON = r"{upon}(?: (?!{their})[^\s,;:]{1,30}){0,3}? {settling}(?! vom| am| of| on \d)"
_AMOUNT = r"(?:{currency} ?)?\b\d[\d.,]{0,12} ?{currency}"
_TO_US = (
    r"(?<!\bvon )(?<!\bbei )(?<!\bdurch )(?<!\bfuer )(?<!\bby ){us}(?: wurden?| ist| sind)?"
    r"(?: (?!{perfect}|{we_have}|ist|sind|wir|we|zusteh|gehoer)[^\s,;:]{1,30}){0,12}?"
)
_LET_OFF = r"(?:(?:(?! {finite}| {joins})" + WORD + r"){0,12}? )?{let_off}(?! (?:wir|ich|we)\b)"
"""A waiver behind words of its clause, in a form that is not the main verb."""
_BY_PAYMENT = r"(?:{done}|{void}|{cleared}|{closed}|{waived}|{taken_back}|{not_pursued}|{outdated}|{none} {claim_name})"
_ANY = (
    r"(?:{done}|{void}|{cleared}|{closed}|{waived}|{taken_back}|{written_off}|{assigned}|{handed_on}|{barred}|{cancelled}|"
    r"{ended})"
)
_DENIABLE = (
    r"(?:{written_off}|{assigned}|{barred}|{cleared}|{arrived}|{ended}|{cancelled}|{void}|{done}|{closed}|"
    r"{discharged}|{taken_back}|{handed_on}|{mistaken}|{by_mistake})"
)

NOT_YET = (
    Rule(
        "without_waiver",
        r"\b(?:ohne|without)(?: auf(?: [^\s,;:]{1,30}){1,4}? zu| einen| jeden| jeglichen| den| any)? {waived}",
        takes=("Dies geschieht ohne Verzicht auf unsere Rechte.", "This is without waiver of our rights."),
        leaves=("Wir verzichten ohne Wenn und Aber.",),
        but=r"\b(?:anerkenn\w{0,5}|praejudiz)\b",
    ),
    Rule(
        "nothing_waived",
        rf"\bauf nichts(?:{WORD}){{0,3}}? {{waived}}|{{waived}} auf nichts\b|"
        r"\b(?:jetzt|nun|da) (?:soll|sollen) (?:ich|wir)\b[^?;:]{0,120}?{waived}[^?;:]{0,20}\?",
        takes=(
            "Ich werde auf nichts verzichten.",
            "Wir verzichten auf nichts.",
            "Und jetzt soll ich auf alles verzichten?",
        ),
        leaves=("Wir verzichten auf alles.", "Sollen wir darauf verzichten? Ja."),
    ),
    Rule(
        "end_denied_behind",
        rf"(?:(?<!\bwegen )(?<!\bnach )(?<!\bals ){{barred}}|{{waived}}|"
        rf"\b(?:ein|eine|einer|der|die|keine) (?:{{assigned}}|{{written_off}})){_WITHIN}"
        r"(?:{denied_behind}|\bnicht(?: zu)?(?= ?[.,;!]| ?\Z))|"
        rf"{{waived}} {{modal}}{CLAUSE}\bnicht(?= ?[.,;!]| ?\Z)|{{denied_behind}}{_WITHIN}(?:{{barred}}|{{waived}})",
        takes=(
            "Verjährung ist nicht eingetreten.",
            "Ein Verzicht kommt für uns nicht in Betracht.",
            "Auf die Forderung verzichten wir nicht.",
            "Auf die Forderung verzichten können und dürfen wir nicht.",
            "Die Verjährung ist gehemmt.",
            "Einen Erlass lehnen wir ab.",
        ),
        leaves=("Wir verzichten auf die nicht titulierte Forderung.", "Die Forderung ist verjährt."),
    ),
    Rule(
        "let_off_restricted",
        # Who may let go, when and by which law: nobody has.
        rf"{{permits}}{_WITHIN}{{denies}}{_LET_OFF}|{{permits}}{_LET_OFF}[^;:]{{0,60}}?, (?:nur )?{{supposed}}|"
        rf"{{let_off_noun}}{_WITHIN}{{permits}}{_WITHIN}(?:{{denies}}|\bnur\b)|"
        rf"{{denies}}(?:(?! {{breaks_off}}){WORD}){{0,5}} (?:zu|to) {{let_off}}|"
        rf"{{no_reason}},?(?: (?!als )[^\s,;:]{{1,30}}){{0,8}}? (?:zu|to) {{let_off}}",
        takes=(
            "Ein Anspruch darf nur niedergeschlagen werden, wenn die Einziehung keinen Erfolg verspricht.",
            "Säumniszuschläge können zur Hälfte erlassen werden, wenn Not vorliegt.",
            "Ein Erlass kann nur im Rahmen eines gerichtlichen Plans erfolgen.",
            "Für uns fehlt jeder Anlass, auf Gebühren zu verzichten.",
            "Our insurer does not permit us to waive any part of it.",
        ),
        leaves=(
            "Die Forderung kann ausgebucht werden.",
            "Die Forderung kann nur noch ausgebucht werden.",
            "Da er nicht zahlen kann haben wir die Forderung ausgebucht.",
            "Wir können nicht länger warten und verzichten auf die Forderung.",
            "Uns bleibt kein Grund, als auf die Forderung zu verzichten.",
        ),
        but=r"\bnicht nur\b|\bnot only\b|\bnur noch\b",
    ),
    Rule(
        "end_upon_payment",
        rf"{_UPON}{ON}(?:{_BY_PAYMENT}|\b(?:wird|werden)\b{ON}{{written_off}})|"
        rf"{_BY_PAYMENT}{CLAUSE}{_UPON}|"
        rf"(?:{{pays}}{ON}\bdamit\b|{{thereupon}}){ON}{_BY_PAYMENT}",
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
        rf"{{supposed}}{ON}{{settled}}[^.;:]{{0,60}}?,? {{goes_on}}{ON}{_BY_PAYMENT}|"
        rf"{_BY_PAYMENT}[^.;:]{{0,60}}?,? {{supposed}}{ON}{{settled}}|"
        rf"\bhaben sie {CLAUSE}{{settled}}[^.;:]{{0,30}}?,{ON}{_BY_PAYMENT}|"
        r"(?:{supposed}|\A(?:\w{1,30} )?{verb_first})[^;:]{0,100}?, (?:so )?(?:ist|sind|gilt|wird|werden|is) "
        rf"{CLAUSE}{_BY_PAYMENT}",
        takes=(
            "Sollten Sie bereits gezahlt haben, betrachten Sie dieses Schreiben als gegenstandslos.",
            "Wir betrachten die Angelegenheit als erledigt, sobald der Betrag eingegangen ist.",
            "Haben Sie zwischenzeitlich gezahlt, ist diese Mahnung gegenstandslos.",
            "Geht der Betrag bis Freitag ein, ist die Sache erledigt.",
            "Wenn es sich um einen anderen Kunden handelt, ist diese Angabe hinfällig.",
            "If you have already paid, please disregard this letter.",
        ),
        leaves=("Die Forderung ist gegenstandslos.", "Sie haben gezahlt, die Sache ist erledigt."),
    ),
    Rule(
        "supposed_end",
        rf"{{supposed}}{CLAUSE}{_ANY}|{{modal}}{CLAUSE}(?:{{assigned}}|{{handed_on}}|{{cleared}}) werden|"
        r"{cleared} (?:wird|werden)\b",
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
        rf"{{denies}}(?:(?! {{breaks_off}}){WORD}){{0,4}}(?<! mehr) {_DENIABLE}|"
        rf"{{denies}}(?: auf(?:{WORD}){{1,5}}?|(?! {{breaks_off}}){WORD})? {{waived}}|"
        rf"{{denies}}(?:{WORD}){{0,2}}? (?:als|ein|einen|a|any) {{waived}}",
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
        "waiver_examined",
        rf"{{let_off_noun}} {{perfect}}{_WITHIN}(?:und |and )?{CLAUSE}{{refused}}",
        takes=("Ein Erlass wurde geprüft und mit Bescheid vom 2. Mai abgelehnt.",),
        leaves=("Ein Erlass wurde gewährt und der Widerspruch abgelehnt.",),
        but=r"{granted}",
    ),
    Rule(
        "part_payment",
        rf"(?:{{perfect}}|\bist|\bsind|\bwas|\bis)(?: (?!{{owed}}|{{matter}}|{{in_full}})"
        rf"[^\s;:]{{1,30}}){{0,6}}? ?{_AMOUNT}"
        rf"(?: (?!{{in_full}})[^\s,;:]{{1,30}}){{0,3}}? (?:{{cleared}}|{{arrived}})|"
        rf"(?:\A|,(?!\d)|{{of_it}})(?: (?!{{owed}})[^\s,;:]{{1,30}}){{0,3}}? ?{_AMOUNT} "
        rf"(?:ist|sind|{{perfect}}){CLAUSE}"
        rf"(?:{{cleared}}|{{arrived}})|"
        rf"(?:{{cleared}}|{{arrived}})(?: (?!{{owed}})[^\s,;]{{1,30}}){{0,3}}? ?:? ?{_AMOUNT}",
        takes=(
            "Auf die Forderung wurden 50,00 EUR gezahlt.",
            "Die Forderung beträgt 950 EUR, davon sind 50,00 EUR bereits getilgt.",
            "Rechnungsbetrag 500,00 EUR, bereits bezahlt: 50,00 EUR",
        ),
        leaves=("Die Rechnung über 348,90 EUR wurde bezahlt.", "Die Forderung ist bezahlt."),
    ),
    Rule(
        "paid_in_part",
        rf"{{partly}}{CLAUSE}{{cleared}}|{{cleared}} {{perfect}}(?:(?! nicht\b){WORD}){{0,2}}? {{only}}(?! noch)",
        takes=(
            "Ihr Mandant hat zuletzt im Mai gezahlt.",
            "Die Raten wurden teilweise gezahlt.",
            "Der Herd hat 900 EUR gekostet, das meiste ist bezahlt.",
            "Bezahlt wurden leider nur drei Monate.",
        ),
        leaves=("Ihr Mandant hat gezahlt.", "Bezahlt wurde nur noch der Rest."),
    ),
    Rule(
        "paid_by_the_writer",
        rf"\b(?:ich hab|{{we_have}}){_APART}{{paid_out}}(?! bekommen| erhalten| worden)|"
        rf"\bwurden?(?: (?!{{owed}})[^\s,;:]{{1,30}}){{0,3}}? {{benefit}}"
        rf"(?: (?!{{owed}})[^\s,;:]{{1,30}}){{0,3}}? {{cleared}}",
        takes=(
            "Herrn Kern wurde Arbeitslosengeld gezahlt.",
            "Ich habe die Kacheln selber bezahlt.",
            "Den Lieferanten haben wir aus eigener Tasche bezahlt.",
        ),
        leaves=("Wir haben die Rechnung von ihm bezahlt bekommen.", "Er hat die Forderung bezahlt."),
    ),
    Rule(
        "conditions_met",
        rf"{{requirement}}(?: (?!{{owed}}|{{matter}}|{{settling}}|{{part}})[^\s,;:]{{1,30}}){{0,8}}? {{met}}|"
        rf"{{met}}(?:{WORD})? {{requirement}}",
        takes=("Nach unserer Prüfung sind die Voraussetzungen erfüllt.", "Die Bedingungen waren damit erfüllt."),
        leaves=(
            "Die Voraussetzungen liegen vor, die Forderung ist erfüllt.",
            "Die Bedingungen des Vergleichs sind erfüllt.",
        ),
    ),
    Rule(
        "counted_already",
        rf"(?:{{cleared}}|{{arrived}}){CLAUSE}{{allowed_for}}|{{allowed_for}}{CLAUSE}(?:{{cleared}}|{{arrived}})",
        takes=("Der Betrag von 50,00 EUR wurde am 3. Mai gezahlt und ist bereits berücksichtigt.",),
        leaves=("Der Betrag wurde gezahlt.",),
    ),
    Rule(
        "no_more_of_it",
        rf"{{silence}}(?:{WORD}){{0,3}}? {{nothing_left}}|"
        r"{nothing_left}(?: (?!offen|zu|und|da|weil|ist)[^\s,;:]{1,30}){0,2}? {silence}|"
        rf"{{sits}}{CLAUSE}{_AMOUNT}",
        takes=(
            "Seither kam nichts mehr.",
            "Wir haben dem nichts mehr hinzuzufügen.",
            "Der Saldo liegt jetzt bei 500,00 EUR.",
        ),
        leaves=("Es ist nichts mehr offen.",),
    ),
    Rule(
        "nothing_paid_on_it",
        r"{cleared}(?: (?!und|and|wir|es|ist|sind)[^\s,;:]{1,30}){0,4}? (?:{denies}|nichts\b)",
        takes=(
            "Den Betrag schuldet sie noch vollständig, gezahlt wurde darauf nichts.",
            "Gezahlt hat er bis heute nicht.",
        ),
        leaves=("Die Forderung ist bezahlt und nichts mehr offen.", "Die Rechnung ist bezahlt."),
    ),
    Rule(
        "columns_of_a_table",
        r"{owed} ?\|? ?{cleared} ?\|? ?(?:(?!nicht)\w{1,20} )?\b"
        r"(?:{open}|offene\w?|rest\w{0,8}|saldo|differenz)\b",
        takes=("Rechnung Betrag bezahlt offen", "invoice amount paid outstanding"),
        leaves=("Die Rechnung ist bezahlt, nichts ist offen.", "Die Forderung ist beglichen."),
    ),
    Rule(
        "assigned_to_the_writer",
        rf"{_TO_US} (?:{{assigned}}|{{handed_on}})|(?:{{assigned}}|{{handed_on}}) (?:an|auf|to) {{us}}|"
        rf"{{assigned}}{CLAUSE}{{for_collection}}|{{for_collection}}{CLAUSE}{{assigned}}|"
        rf"{{we_are}}(?: (?!nicht |no |not |kein|dass )[^\s,;:]{{1,30}}){{0,8}}? {{owner}}|"
        rf"{{owner}}{CLAUSE}{{we_are}}|\bals (?:\w{{1,20}} )?{{owner}}{CLAUSE}\b(?:wir|ich)\b",
        takes=(
            "Als Zessionarin der Alt AG fordern wir den Betrag.",
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
        rf"{{we_have}}{CLAUSE}{{acquired}}|{{acquired}} (?:durch uns|by us)\b|"
        rf"\b(?:wir|ich){CLAUSE}{{acquired}} haben?\b|\b(?:we|our client) {{new_owner}}",
        takes=("Wir haben die Forderung von der Alt AG erworben.", "We have acquired the debt."),
        leaves=("Die Beta GmbH hat die Forderung gekauft.",),
    ),
    Rule(
        "passed_by_law",
        rf"{{by_law}}{CLAUSE}(?:{{assigned}}|{{handed_on}})|{{assigned}}{CLAUSE}{{by_law}}|{{by_transfer}}",
        takes=(
            "Der Anspruch ist gemäß § 7 UVG auf das Land übergegangen.",
            "Wir machen die Forderung aus abgetretenem Recht geltend.",
        ),
        leaves=("Die Forderung ist auf die Beta GmbH übergegangen.",),
    ),
    Rule(
        "pledge",
        rf"{_ALONE}{{pledged}}{_APART}{{assigned}}|{{assigned}}{CLAUSE}{{pledged}}|{{pledge_paper}}",
        takes=(
            "Ihr Mandant hat seine pfändbaren Bezüge abgetreten.",
            "Eine Lohnabtretung und Gehaltsabtretung liegt vor.",
        ),
        leaves=("Die Forderung wurde abgetreten.",),
    ),
    Rule(
        "goods_sold",
        rf"{_ALONE}{{goods}}{_APART}{{assigned}}|\b(?:verkauft|sold) (?:durch|von|by)\b",
        takes=("Das Fahrzeug wurde für 2.000 EUR verkauft.", "Verkauft durch Händler Nord"),
        leaves=("Die Forderung wurde verkauft.",),
    ),
    Rule(
        "goods_owned",
        rf"{_ALONE}{{goods}}{_APART}{{owner}}|{{owner}} {{of_the}} {{goods}}",
        takes=("Das Haus gehört seit Mai einer Erbin.", "Er ist seit 2019 Eigentümer der Wohnung."),
        leaves=("Die Forderung gehört der Beta AG.", "Unser Haus ist nicht mehr Inhaber."),
        but=r"\bunser\w{0,2} {goods}",
    ),
    Rule(
        "decree_issued",
        rf"{_ALONE}{{decree}}{_APART}\berlassen\b|\berlass(?:en)?\b(?:{WORD}){{0,3}}? {{decree}}|"
        rf"{{decree}}(?:{WORD}){{0,3}}? \b(?:zu )?erlassen\b",
        takes=("Der Vollstreckungsbescheid wurde am 3. Mai erlassen.", "Der Erlass eines Mahnbescheids ist beantragt."),
        leaves=("Die Schuld wurde erlassen.", "Wir verzichten auf die Forderung."),
    ),
    Rule(
        "contract_ended",
        rf"{_ALONE}(?!{{mandate}}){{agreement}}{_APART}"
        rf"(?:{{cancelled}}|{{closed}}|{{ended}}|{{taken_back}}|{{void}})|\beine {{agreement}} {{closed}}",
        takes=(
            "Der Vertrag wurde wegen Zahlungsverzugs storniert.",
            "In der Sache wurde eine Ratenzahlungsvereinbarung abgeschlossen.",
        ),
        leaves=("Die Rechnung wurde storniert.", "Die Akte ist geschlossen."),
    ),
    Rule(
        "measure_waived",
        rf"{{waived}} auf(?: (?!{{owed}}|{{matter}}|{{pursuit}})[^\s,;:]{{1,30}}){{0,4}}? {{measure}}|"
        rf"\bauf(?: (?!{{owed}}|{{matter}}|{{pursuit}})[^\s,;:]{{1,30}}){{0,4}}? {{measure}}"
        rf"(?:{WORD}){{0,6}}? {{waived}}",
        takes=(
            "Auf weitere Vollstreckungsmaßnahmen verzichten wir vorerst.",
            "Wir verzichten auf eine Eingangsbestätigung.",
        ),
        leaves=("Wir verzichten auf die Forderung.",),
    ),
    Rule(
        "wished_waiver",
        rf"{{wished}}{ON}{{waived}}|{{waived}}{ON}{{wished}}",
        takes=(
            "Wir wären bereit, auf 50 % zu verzichten.",
            "Sie verlangen einen Verzicht auf unsere Forderung.",
            "Die Voraussetzungen für einen Erlass liegen nicht vor.",
        ),
        leaves=("Wir verzichten auf die Forderung.",),
    ),
    Rule(
        "discharge_leaves_it",
        r"{exempt}.{0,100}?{discharged}|{discharged}.{0,100}?(?:{exempt}|{not_covered})",
        takes=(
            "Die Forderung ist von der Restschuldbefreiung ausgenommen.",
            "Wir beantragen die Versagung der Restschuldbefreiung.",
        ),
        leaves=("Dem Schuldner wurde am 3. Mai die Restschuldbefreiung erteilt.",),
    ),
    Rule(
        "no_other_claims",
        rf"{{none}}(?:{WORD}){{0,2}}? "
        rf"(?:{{other_claim}}|(?:{{beside}}|{{of_a_kind}})(?:{WORD}){{0,2}}? {{claim_name}})|"
        rf"(?:{{beside}}|{{other_claim}})(?: [^\s,;]{{1,30}}){{0,4}} {{none}}|"
        rf"(?:{{beside}}|{{other_claim}})(?:{WORD}){{0,2}}? (?:{{claim_name}}|{{owed}}){_WITHIN}"
        rf"(?:{{exists}}(?:{WORD}){{0,3}}? nicht|nicht {{exists}}|{{not_pursued}}|{{unknown_here}})|"
        rf"{{claim_name}} (?:auf|aus {{beside}}){CLAUSE}{{exists}} nicht|"
        rf"{{none}}(?:{WORD}){{0,2}}? {{claim_name}} (?:auf|aus {{beside}})\b|"
        rf"\A(?:\w{{1,12}} )?{{besides}}(?:{WORD}){{0,6}}? {{none}}(?:{WORD}){{0,2}}? {{claim_name}}",
        takes=(
            "Weitere Forderungen bestehen nicht.",
            "Weitere Forderungen gegen Ihren Mandanten bestehen bei uns nicht.",
            "Andere Verbindlichkeiten sind hier nicht bekannt.",
            "Weitere Rechnungen bestehen nicht.",
            "Sonst bestehen bei uns keine Verbindlichkeiten.",
            "Es bestehen keine weiteren Forderungen.",
            "Forderungen aus unerlaubter Handlung bestehen nicht.",
            "Es besteht kein Anspruch auf Ratenzahlung.",
        ),
        leaves=(
            "Es bestehen keine Forderungen.",
            "Die Forderung besteht nicht.",
            "Aus weiteren Gründen besteht die Forderung nicht.",
        ),
    ),
    Rule(
        "no_title",
        rf"\b(?:ein|eine)(?:{WORD}){{0,2}}? (?:{{title}}|{{security_noun}}|{{no_claim}})"
        rf"(?:{WORD}){{0,2}}? (?:{{exists}}|liegt)(?:{WORD}){{0,2}}? nicht"
        r"(?! mehr)",
        takes=("Eine Grundschuld besteht nicht.", "Ein vollstreckbarer Titel liegt bislang nicht vor."),
        leaves=("Der Titel besteht nicht mehr.", "Eine Forderung besteht nicht."),
    ),
    Rule("no_claim", r"{no_claim}", takes=("Die Grundschuld ist gelöscht.",), leaves=("Die Schuld ist gelöscht.",)),
    Rule(
        "proceeds_counted",
        rf"{{proceeds}}{_APART}(?:\b(?:dem|ihrem|seinem) \w{{0,20}}konto\b{_APART})?{{arrived}}",
        takes=("Der Verkaufserlös ist dem Konto in voller Höhe gutgeschrieben.",),
        leaves=("Durch den Erlös wurde die Forderung vollständig beglichen.",),
        but=r"{cleared}|\bdamit\b|\bdadurch\b|{nothing_left}",
    ),
    Rule(
        "acting_since",
        rf"\b(?:wir|ich) {{acts_for}}{_WITHIN}{{owner}}(?:(?:{WORD}){{0,2}} {{by_now}})?|"
        rf"(?:{{we_are}}|\b(?:wir|ich) wurden?|\bwurden? (?:wir|ich)){CLAUSE}{{entrusted}}",
        takes=(
            "Wir sind seit Mai mit der Einziehung betraut.",
            "Wir vertreten die Gläubigerin seit Mai 2024.",
            "Wir vertreten seit Mai die Gläubigerin.",
        ),
        leaves=("Gläubigerin ist seit Mai die Beta GmbH.",),
        but=r"\bnicht\b|\bkein\w{0,2}\b|{new_owner}",
    ),
    Rule(
        "inquiry_answered",
        rf"{{inquiry}}{_APART}{{done}}|{{done}}{_APART}{{inquiry}}",
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
        "message_gone_astray",
        rf"{{supposed}}(?:(?! {{owed}}| {{statement}}| {{notice}}){WORD}){{0,8}}? {{by_mistake}}{ON}{{of_a_message}}",
        takes=("If it has reached you by mistake, please delete it.",),
        leaves=("The letter was sent by mistake, please delete it.",),
    ),
    Rule(
        "handed_on_inside",
        rf"{{inside}}{CLAUSE}{{handed_on}}|{{handed_on}}{CLAUSE}{{inside}}",
        takes=("Den Vorgang haben wir an unser Team Insolvenz übergeben.",),
        leaves=("Den Vorgang haben wir an unsere Auftraggeberin zurückgegeben.",),
    ),
    Rule(
        "small_claims_not_charged",
        rf"(?:{{interest_runs}}|{{part}}|{{right}}){CLAUSE}{{not_pursued}}|{{application}}{CLAUSE}{{not_filed}}",
        takes=("Weitere Kosten werden nicht geltend gemacht.", "Strafantrag wurde nicht gestellt."),
        leaves=(
            "Die Klage wird nicht weiter verfolgt.",
            "Die Forderung wird nicht geltend gemacht.",
        ),
    ),
    Rule(
        "no_longer_paid",
        r"{no_more}(?: (?!offen|zustaendig|da|weil|und|ist)[^\s,;:]{1,30}){0,4}? {default}",
        takes=("Ihr Mandant hat die Rechnungen seit Mai nicht mehr bezahlt.", "Eine Stundung ist nicht mehr möglich."),
        leaves=("Wir führen die Akte nicht mehr.",),
    ),
    Rule(
        "details_out_of_date",
        rf"{{details}}{CLAUSE}(?:{{outdated}}|{{cancelled}})",
        takes=("Unsere frühere Bankverbindung ist nicht mehr gültig.",),
        leaves=("Unsere Aufstellung ist nicht mehr gültig.",),
    ),
    Rule(
        "whereabouts_unknown",
        rf"{{whereabouts}}{CLAUSE}{{unknown_here}}",
        takes=("Die Anschrift Ihres Mandanten ist uns nicht bekannt.",),
        leaves=("Ihr Mandant ist uns nicht bekannt.",),
    ),
    Rule(
        "clerk_in_charge",
        rf"(?:{{owner}}{CLAUSE}{{by_now}}|{{by_now}}{CLAUSE}{{owner}}|{{turn}}{CLAUSE}{{elsewhere}}){CLAUSE}"
        rf"(?<!fuer )(?<!gegen ){{clerk}}|"
        rf"{{by_now}}{CLAUSE}\b(?:von|durch|ist) {{clerk}}{CLAUSE}(?:{{owner}}|{{handled}})|"
        rf"(?:{{keeps}}{CLAUSE}{{by_now}}|{{by_now}}{CLAUSE}{{keeps}}){CLAUSE}{{clerk}}",
        takes=("Zuständig ist seit dem 1. Oktober Frau Kern.",),
        leaves=("Zuständig ist nun die Beta GmbH.",),
    ),
    Rule(
        "share_of_a_plan",
        rf"\bauf (?:uns|sie|mich|jeden|{{part}}){CLAUSE}\bentf(?:aellt|allen)\b|"
        rf"\bentf(?:aellt|allen)\b{_APART}\bauf\b",
        takes=("Auf uns entfällt monatlich ein Betrag von 20 EUR.", "Davon entfallen 20 EUR auf Zinsen."),
        leaves=("Die Forderung entfällt.",),
    ),
    Rule(
        "your_mandate",
        rf"\b(?:ihre?|ihre[sm]|sie|your) {{mandate}}{CLAUSE}(?:{{ended}}|{{no_more}})",
        takes=("Haben Sie Ihr Mandat niedergelegt?",),
        leaves=("Unser Mandat ist beendet.",),
    ),
    Rule(
        "data_deleted",
        rf"\bdaten\b{_APART}\bgeloescht\b|\bnach abschluss (?:der|des)\b.{{0,80}}?\bgeloescht\b",
        takes=("Die Daten werden drei Jahre nach Abschluss der Akte gelöscht.",),
        leaves=("Die Forderung wurde gelöscht.",),
    ),
    Rule(
        "waiver_by_law",
        # Who may grant one, on which conditions, by which law: nobody has.
        r"{let_off_noun}.{0,120}?(?:{decides}|\bnach §|\bscheidet\b)|{decides}.{0,120}?{let_off_noun}|"
        r"{extent} {let_off_noun}",
        takes=(
            "Über Stundung oder Erlass befindet allein die Gläubigerin.",
            "Der Erlass von Säumniszuschlägen ist gesondert zu beantragen.",
            "Ein Erlass nach § 44 SGB II scheidet daher aus.",
            "Wegen der Höhe des Verzichts ist ein Beschluss nötig.",
        ),
        leaves=("Wir haben Ihrem Mandanten die Forderung erlassen.", "Der Erlass nach § 227 AO ist erfolgt."),
        but=r"{granted}",
    ),
    Rule(
        "discharge_as_a_topic",
        r"{topic}.{0,60}?{discharged}",
        takes=("Rechtsprechung des BGH zur Restschuldbefreiung", "über den Zeitraum der Restschuldbefreiung"),
        leaves=("Ihrem Mandanten wurde Restschuldbefreiung erteilt.",),
        but=r"\b(?:erteilt|erhalten|erlangt|gewaehrt)\b",
    ),
    Rule(
        "plan_refused",
        r"\bstimm(?:t|en|e)(?: [^\s,;:]{1,20}){0,4}? nicht zu\b",
        takes=("Sie stimmt nicht zu.", "Wir stimmen dem Plan nicht zu."),
        leaves=("Die Angabe stimmt nicht.",),
    ),
    Rule(
        "something_else_is_void",
        rf"{{lesser}}{_APART}(?:{{void}}|{{cancelled}}|{{done}})",
        takes=("Das Ruhen der Leistungen ist gegenstandslos geworden.", "Die Sperrandrohung ist hinfällig."),
        leaves=("Unsere Forderung ist gegenstandslos geworden.",),
    ),
    Rule(
        "goods_taken",
        rf"{_ALONE}{{secured}}{_APART}{{assigned}}|{_ALONE}{{assigned}}{_APART}{{secured}}",
        takes=("Es wurde sichergestellt und zum Schätzwert veräußert.",),
        leaves=("Die Forderung wurde veräußert.",),
    ),
    Rule(
        "crossed_letters",
        r"\b(?:gekreuzt|ueberschnitten)\b.{0,80}?(?:{void}|{outdated})",
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
        rf"{{paper_form}}{_APART}{{waived}}|{{waived}}{_APART}{{paper_form}}",
        takes=("Sie möchten auf Papierrechnungen verzichten?",),
        leaves=("Wir verzichten auf die Rechnung.",),
    ),
)
"""Sentences that hold the words of an end and end nothing."""
