"""Turns of phrase and sentences around a figure: what leaves it as it is, and what makes it another one."""

from claimstream.domain.language import Rule

_DATE = r"(?: (?:vom|of|dated) (?:\d[\d./ ]{5,10}|\d{1,2}\.? [^\W\d]{3,9} \d{4}))?"
_MONEY = r"(?:eur |€ ?)?\d[\d.]{0,9},\d\d"
_DAY = r"(?:(?:zum )?(?:heutigen |gestrigen )?(?:{day_word}|\d[\d./]{5,9}|\d{1,2}\. [^\W\d_]{3,9}(?: \d{4})?))"
_COMPONENTS = r"{component}(?:(?:,| und|/| sowie|,? and| oder) ?{component}){0,3}"
PHRASES = (
    Rule(
        "turn_of_owing",
        r"{turn_of_owing}|(?<=€ )soll\b|(?<=eur )soll\b|(?<=euro )soll\b",
        takes=("Sie ist mit 50,00 EUR im Rückstand.", "Mir stehen noch 50,00 EUR zu.", "Saldo: 50,00 EUR Soll"),
        leaves=("Der Saldo steht Ihrer Mandantin zu.", "Die Kreide ist alle.", "50,00 EUR sollen gezahlt werden."),
    ),
    Rule(
        "opening_of_a_letter",
        rf"ihre?[rns]? (?:{{polite_adjective}} )?{{letter}}{_DATE} haben wir (?:dankend )?erhalten|{{asked_by}}|"
        rf"{{opening_lead}} (?:ihre?[mrns]?|das|die) (?:{{polite_adjective}} )?{{letter}}{_DATE}|"
        r"(?:zu )?(?:beiliegendem|beigefuegtem) schreiben|"
        rf"{{opening_lead}} your {{letter}}{_DATE}|"
        r"{salutation}(?: [^,.:?\d]{0,60})?[,!]",
        takes=("zu Ihrem Schreiben vom 03.05.2026", "Sehr geehrte Frau Kern,", "Further to your letter of 3 May 2026"),
        leaves=("Ihr Schreiben ist hinfällig.",),
    ),
    Rule(
        "telling",
        r"{telling}|{telling_first}(?= mit(?![^\s,:.]))|\brichtig ist(?=:)|"
        r"(?:we )?(?:hereby )?(?:confirm|inform you|advise you|can confirm|write to confirm) that|"
        r"wie folgt(?: dar)?\b|(?:so )?dass\b",
        takes=(
            "Hiermit teilen wir Ihnen mit,",
            "We confirm that EUR 5.00 is due.",
            "geben wir Ihnen den Stand bekannt",
        ),
        leaves=("Er teilt die Forderung.", "Wir geben Ihnen einen Nachlass."),
    ),
    Rule(
        "in_this_matter",
        r"in (?:der )?(?:oben genannten?|o\. ?g\.|obigen|obiger|vorbezeichneten|vorbezeichneter|vorstehenden|dieser|"
        r"der|rubrizierten) (?:angelegenheit|sache|forderungssache|forderungsangelegenheit|inkassosache|matter)|"
        r"in the above matter|{in_whose_name}|"
        r"\bim (?:vorliegenden )?fall(?= (?:\w{0,3}\d|(?:von )?(?:frau|herrn?)\b))|we act(?= (?:on behalf|for))",
        takes=("In der obigen Angelegenheit beträgt der Saldo 50,00 EUR.", "Namens und in Vollmacht der Gläubigerin"),
        leaves=("In anderer Sache beträgt der Saldo 50,00 EUR.",),
    ),
    Rule(
        "whose_debt",
        r"ihre[rnms]? (?:o\. ?g\. |oben genannten? )?(?:mandant(?:in|en|schaft)?|mandats|partei|klient(?:in|en)?)\b|"
        r"ihr mandant\b|ihre? (?:aktuelle |gesamte |offene )?(?:restschuld|rueckstand|saldo|schulden)\b|"
        r"unsere[rnms]? (?:mandant(?:in|schaft|en)|auftraggeber(?:in|s)?)\b|"
        r"your client(?:['’]s|s|s['’])?(?!\w)|your (?:(?:total|current|outstanding) ){0,2}(?:balance|debt|arrears)\b|"
        r"{debtor_owes}",
        takes=(
            "Ihr Mandant schuldet uns 50,00 EUR.",
            "Your client's debt is EUR 50.00.",
            "Also schuldet sie mir 50 EUR.",
        ),
        leaves=("Ihre Forderung gegen uns beträgt 50,00 EUR.",),
    ),
    Rule(
        "to_be_paid",
        r"\b(?:zu|to) {payable}|zur zahlung(?= (?:offen|faellig|steht|stehen|an|aus)\b)|"
        r"(?:{so_far} ){0,2}(?:nicht|nie) {paid_by_now}|"
        r"in voller hoehe|zu (?:unseren|meinen) gunsten|\bmay(?= \d)|(?<=\d )may\b|"
        rf"\bmit(?= (?:insgesamt )?{_MONEY})|(?:ist|sind) (?:vollstaendig )?(?:erledigt|ausgeglichen)(?=: 0,00)",
        takes=("Es sind 50,00 EUR zu zahlen.", "Zu zahlender Betrag", "Die Rechnung ist in voller Höhe offen."),
        leaves=("Es ist nichts zu tun.",),
    ),
    Rule(
        "payments_counted",
        r"(?:nach|unter|abzueglich|abzgl\.|after) (?:{reckoning}(?: of)? )?(?:{reckoned} ){0,4}{money_in_hand}"
        r"(?: (?:received|made))?\b|"
        r"nach (?:{reckoning}|{deduction_word}) (?:{reckoned} ){0,4}{deposit}"
        r"(?: und (?:{reckoned} ){0,2}[^\W\d_]{3,30}kosten)?|"
        r"(?:nach|unter) {reckoning} (?:{reckoned} ){0,4}(?:am [\d.]{6,10} )?{paid_over} (?=(?:eur |€ ?)?\d)|"
        r"statt der (?:von )?ihnen genannten [\d.,]+ (?:€|eur|euro)",
        takes=(
            "nach Abzug aller bisher geleisteten Zahlungen",
            "nach Abzug der am 03.05.2026 gezahlten 50,00 EUR",
            "after deduction of all payments received",
            "unter Anrechnung des Verwertungserlöses",
        ),
        leaves=("Nach Abzug der Provision beträgt er 50,00 EUR.",),
    ),
    Rule(
        "all_of_it",
        r"\b(?:da|das|damit|darin|hierin) (?:ist|sind|waere) (?:{all_fill} ){0,3}alles(?: {in_it})?"
        r"(?= ?(?:[(,.;!)]|\Z))",
        takes=("das ist dann wirklich alles", "Da ist alles drin (Miete, Strom)", "damit wäre alles abgedeckt."),
        leaves=("Das ist alles falsch.", "Das ist nicht alles.", "Damit ist alles bezahlt."),
    ),
    Rule(
        "passed_to_the_creditor",
        r"\bauf (?:uns|mich|(?:das|den|die) {public_creditor}) uebergegangene[nrs]?\b",
        takes=("Die auf das Land übergegangenen Ansprüche",),
        leaves=("Die auf den Käufer übergegangenen Ansprüche",),
    ),
    Rule(
        "counted_in_already",
        rf"{_COMPONENTS}(?:,? (?:bis|per|zum|seit|ab|einschliesslich) {_DAY}){{0,2}} "
        r"(?:{counted_verb} )?(?:{counted_fill} ){0,3}{reckoned_in}",
        takes=(
            "Zinsen bis gestern sind gebucht",
            "Mahngebühren eingeschlossen",
            "Zinsen bis zum 31.10.2026 eingerechnet",
        ),
        leaves=("Zinsen sind noch nicht gebucht.", "Mahngebühren ausgeschlossen", "Die Zahlung ist gebucht."),
    ),
    Rule(
        "nothing_besides",
        rf"({{all_or_rest}}(?:[^.;:!?]|[.:](?=\s?\d)|:(?= ?(?:eur|€))){{1,160}}), (?:ohne|without) "
        rf"(?:{{besides_fill}} )?{_COMPONENTS}(?:(?: und|,|/| oder) ohne (?:{{besides_fill}} )?{_COMPONENTS})?"
        r"(?= ?(?:[.!;)]|\Z))",
        takes=("Insgesamt bekomme ich 50,00 EUR, ohne Zinsen.", "Restforderung: 50,00 EUR, ohne sonstige Kosten."),
        leaves=("Die Forderung beträgt 50,00 EUR, ohne Zinsen.", "Insgesamt 50,00 EUR, ohne Zinsen, die noch folgen."),
    ),
    Rule(
        "looked_again",
        r"\b(?:ich habe|wir haben|habe ich|haben wir) (?:{looked_fill} ){0,5}"
        r"(?:(?:in|auf|im|am) (?:{ground_article} )?[^\W\d_]{3,24} )?{looked_again}",
        takes=("Ich habe eben noch mal in der Kartei nachgesehen.", "Das haben wir gerade nachgerechnet."),
        leaves=("Ich habe die Forderung falsch gerechnet.", "Wir haben nur auf die Rechnung geschaut."),
    ),
    Rule(
        "claimed_in_the_present",
        r"\b(?:wird|werden)\b"
        r"(?=(?:(?!(?<!hoehe) von | durch | ab )(?:[^.;:!?]|\.(?=\d))){1,160}? {claimed_now})|"
        r"{claimed_now} (?:wird|werden)\b(?! (?:von|durch|ab)\b)|"
        r"\bwurden?\b(?=(?:[^.;:!?]|\.(?=\d)){1,160}? faellig\b)|"
        r"\b(?:zum zwecke|fuer zwecke|zwecks|zum|zur) (?:(?:der|einer|ihrer) )?(?:{out_of_court} )?{settling_of_debts}",
        takes=("Die Schuld wird zum Zwecke der Schuldenregulierung mit 50,00 EUR beziffert.",),
        leaves=("Die Schuld wird erlassen.", "Die Schuld wird von Ihnen mit 50,00 EUR beziffert."),
    ),
    Rule(
        "costs_so_far",
        r"\b(?:bisherige[nrs]?) (?={component})|\bthe above(?:[- ]{named_above})? (?={plain_heading}|{ground})",
        takes=("nebst bisherigen Vollstreckungskosten", "the balance on the above agreement is EUR 50.00"),
        leaves=("die bisherige Forderung", "the balance is above EUR 50.00"),
    ),
    Rule(
        "dues_until_the_end",
        r"\b{dues_of_a_contract} bis (?:zum |zur )?{end_of_contract}",
        takes=("Beiträge bis Vertragsende", "Miete bis zum Auszug"),
        leaves=("Beiträge bis Jahresende",),
    ),
    Rule(
        "so_many_times",
        r"(?:\b\d{1,3}|{numeral}) (?:(?!{label_rate})[^\W\d_]{2,30} ){1,3}"
        r"(?:zu je|je|zu|à|jeweils) (?=(?:eur |€ ?)?\d)",
        takes=("fünf Monate zu je 78,00 EUR", "12 Kisten je 9,00 EUR"),
        leaves=("fünf Monate zu spät", "zu je 78,00 EUR", "fünf Raten zu je 78,00 EUR"),
    ),
    Rule(
        "looked_up",
        r"\b(?:nach|laut|gemaess|ausweislich)(?: {reckoned}){0,2} {looked_up}(?: {reckoned} [^\W\d_]{3,30}){0,2}",
        takes=("nach Prüfung des Vertragskontos", "laut unserer Buchhaltung", "nach Kündigung des Vertrages"),
        leaves=("laut Ihrer Aufstellung", "nach Vergleich der Akten", "bei Kündigung des Vertrages"),
    ),
    Rule(
        "composition",
        r"\b(?:sie|er|es|dies|diese|dieser|die) (?=setzt sich|betraegt|belaeuft sich)|"
        r"(?:(?<!\d)\d{1,3}(?:,\d{1,4})? ?%|\bprozent\w{0,12}) (?:punkten? )?"
        r"ueber dem (?:jeweiligen )?basiszins(?:satz)?",
        takes=("Sie setzt sich wie folgt zusammen:", "5 % über dem Basiszinssatz"),
        leaves=("Sie ist erledigt.", "Die Hundesteuer beträgt 50,00 EUR."),
    ),
    Rule(
        "file_number",
        r"\b(?:unter|zu) (?:der|dem) (?:o\. ?g\. |(?:oben )?genannten |obigen )?"
        r"[^\W\d_]{0,20}(?:nummer|zeichen|nr)(?!\w)|"
        r"(?:unter dem|unser|unter|zum) (?:aktenzeichen|zeichen|geschaeftszeichen|az\.?)(?!\w)|"
        r"\b(?:no|ref|nr)\.? ?(?=[\w/-]{0,12}\d)",
        takes=("Forderung unter dem Aktenzeichen 12/26", "Invoice no. 4711"),
        leaves=("Das Zeichen der Zeit.",),
    ),
    Rule(
        "title",
        r"\b(?:aus|gemaess|gem\.?|laut|lt\.?|nach|durch|mit|per|auf ?grund|wegen|infolge) "
        r"(?:des )?(?:(?:dem|der|unserem|unserer) )?(?:"
        r"(?:rechtskraeftigen|vollstreckbaren) )?(?:{title})(?: des)?\b",
        takes=("Forderung aus dem Vollstreckungsbescheid vom 03.05.2024", "gemäß Urteil"),
        leaves=("Der Vollstreckungsbescheid lautet über 500,00 EUR.",),
    ),
    Rule(
        "court",
        r"\b(?:(?:des|vom|beim|am|das|dem) )?(?:{court})(?: [^\W\d_]+(?:-[^\W\d_]+)?)?",
        takes=("Kostenrechnung des Amtsgerichts Grünau vom 03.05.2025",),
        leaves=("Das Gericht hat abgewiesen.",),
    ),
    Rule(
        "town",
        r"\b(?:der|die) {town} (?:bad )?[^\W\d_]+(?:-[^\W\d_]+)?",
        takes=("Sie schuldet der Stadt Grünau 50,00 EUR.", "Forderung der Gemeinde Bad Aue"),
        leaves=("Die Stadt, die er verließ",),
    ),
    Rule(
        "company",
        # By its legal form.
        r"(?:[\w&.,’'-]{1,60} ){1,5}?\b(?:gmbh(?: & co\.? ?kga?)?|ag(?: & co\.? ?kg)?|kg|ohg|se|e\. ?g\.|eg|ug|"
        r"e\. ?v\.|ltd\.?|plc|inc\.?|s\. ?a\.|b\. ?v\.)(?!\w)",
        takes=("Forderung der Orion Finanz GmbH & Co. KG",),
        leaves=("Die Forderung beträgt 50,00 EUR.",),
    ),
)
"""Turns of phrase that leave a figure as it is, whatever their single words would say."""
REVERSED = Rule(
    "owed_to_the_client",
    r"(?<!\w)(?:(?:wir|we) (?:\w+ )?(?:schulden|owe)|(?:ich|i) (?:\w+ ){0,3}(?:schulde|owe)|schulde ich|"
    r"(?:(?:wir|ich) (?:muessen|muss)|(?:muessen|muss) (?:wir|ich))\b(?:[^.,;:!?]|[.,](?=\d)){1,120}? {payable}|"
    r"die wir (?:\w+ ){1,3}schulden|(?:gegen|gegenueber) uns|uns gegenueber|"
    r"(?<!gegen )(?<!von )ihre? (?:mandant|klient)\w* (?:\w+ )?(?:hat|fordert|verlangt|beansprucht|macht)|"
    r"(?:hat|fordert|verlangt|beansprucht) ihre? (?:mandant|klient)\w*|"
    r"[^\W\d_]{0,30}(?:anspruch|ansprueche) ihre[rs] (?:mandant|klient)\w*|"
    r"\bihre[rs] (?:mandant|klient)\w* (?:an|gegen) (?:uns|mich)\b|"
    r"\b(?:wir sind|sind wir|ich bin|bin ich)\b(?:[^.;:!?]|\.(?=\d)){1,80}? schuldig|"
    r"\bhat (?:(?:er|sie) )?(?:[^.,;:!?]|[.,](?=\d)){1,80}? zu (?:bekommen|kriegen|fordern|beanspruchen)|"
    r"\bschulde[tn] (?:der|dem|ihrer|ihrem) (?:mandant|klient|schuldner)\w*|"
    r"your client (?:has(?! an? (?:unpaid|outstanding|open))|claims))(?!\w)|\d ?(?:eur|euro|€)? ?\({overpaid}\)",
    takes=(
        "Wir schulden Ihrer Mandantin 50,00 EUR.",
        "Ihre Mandantin fordert 50,00 EUR.",
        "Your client claims EUR 50.",
        "Das sind 50,00 EUR, die ich ihm noch schulde.",
        "Wir müssen Ihrem Mandanten noch 50,00 EUR zahlen.",
        "Saldo: 50,00 EUR (Überzahlung)",
        "Wir sind Ihrer Mandantin noch 50,00 EUR schuldig.",
        "Die Gemeinde schuldet der Mandantin 50,00 EUR.",
        "Die Forderung Ihrer Mandantin an uns beträgt 50,00 EUR.",
    ),
    leaves=("Ihre Mandantin schuldet uns 50,00 EUR.",),
)
SOMEBODY_ELSE = Rule(
    "somebody_else_owes",
    r"\bgegen (?:die|den|das|seinen?|ihren?|deren|dessen) (?!{client_noun})|"
    r"\bals schuldner(?:in)? (?:der |dieser )?{claim_named}|"
    r"(?:\A|[.:;,] |\bdass )(?:der|die|das|eine?|unsere?|meine?) (?!{client_noun}|{debtor_pronoun})[^\W\d_]{2,30} "
    r"(?:[^.:;,]{0,60} )?schulde[tn](?!\w)|"
    r"\bvon (?:der|dem|den|seine[rmn]|ihre[rmn]|deren) (?!{client_noun})[^.:;,\d]{2,40} "
    r"(?:bekommen?|kriegen?|erwarten?)(?!\w)|"
    r"\b(?:von|durch) (?:(?:der|dem|den|seine[rmn]|ihre[rmn]|deren) )?{payer}|"
    r"\bbei (?:der|dem|einer|einem|seine[rm]|ihre[rm]|deren) (?!\w{0,30}kasse\b){payer}|"
    r"(?:bekommen?|kriegen?|erwarten?) [^;:]{0,40}?\bvon (?:der|dem|den|seine[rmn]|ihre[rmn]|deren) (?!{client_noun})",
    takes=(
        "Die Ansprüche gegen die Versicherung betragen 50,00 EUR.",
        "Unsere Praktikantin schuldet uns 50,00 EUR.",
        "Ich bekomme noch 50,00 EUR von seiner Oma.",
        "Von der Haftpflicht sind noch 50,00 EUR an uns zu zahlen.",
        "50,00 EUR stehen bei der Versicherung aus.",
    ),
    leaves=(
        "Die Forderung gegen die Mandantin beträgt 50,00 EUR.",
        "Für die Küche schuldet er 50,00 EUR.",
        "Von der Stromrechnung sind noch 50,00 EUR zu zahlen.",
        "Das sind 50,00 EUR, die er mir insgesamt noch schuldet.",
        "Ich bekomme noch 50,00 EUR von ihm.",
    ),
)
"""Names a debtor by a noun, where no name says who it is."""
SOMEBODY_OF_THE_CLIENT = Rule(
    "somebody_of_the_client",
    r"\b(?:frau|herrn?|{client_noun}) (?:[^\W\d_]{2,20} ){0,2}[^\W\d_]{1,20}(?:['’]|s) {odd_person}(?!\w)",
    takes=("Von Frau Ahrens' Vermieter bekommen wir 50,00 EUR.", "Herrn Peter Kerns Bruder schuldet uns 50,00 EUR."),
    leaves=("Von Frau Ahrens bekommen wir 50,00 EUR.", "Frau Kern schuldet dem Vermieter 50,00 EUR."),
)
ON_TOP = Rule(
    "more_on_top",
    r"\d,\d\d(?: ?(?:eur|euro|€))?(?: [^\s,;:.]{1,20}){0,3},? {on_top}\.? "
    r"(?!(?:[^ ]{1,20} ){0,4}?\w{0,20}(?:zins|saeumnis))",
    takes=("Die Forderung beträgt 50,00 EUR zuzüglich der Gutachterkosten.",),
    leaves=("Die Forderung beträgt 50,00 EUR zzgl. weiterer Zinsen.",),
)
"""*Zuzüglich* of anything but interest, behind the figure: it is not all that is owed."""
FOR_A_LETTER = Rule(
    "fee_for_a_letter",
    r"\b(?:fuer|for) (?:(?:die|das|eine?|diese|the|this|a) )?(?:{letters_made} )?"
    r"(?:(?:der|die|dieser|einer|von|of|the) ){0,2}{letters_fee}",
    takes=("Für die Erteilung dieser Auskunft sind 25,00 EUR fällig.",),
    leaves=("Für die Wohnung sind 25,00 EUR fällig.",),
)
TAKEN_BACK = Rule(
    "figure_taken_back",
    r"{taking_back}|(?<!\b(?:den|der|zum) )(?<!en )\bstand(?= (?:die|der|in)\b)|\bin ihre[mr]\b|"
    r"\bihre[mrs]? (?:liste|aufstellung|verzeichnis|berechnung)\b|"
    r"\bsie (?:schr\w+|nann\w+|nenn\w+|gaben|teilten|geben|haben)\b|\bin your\b|\byou \w+|\baccording to\b",
    takes=("Dies war der Stand im Mai.", "Sie ist verjährt.", "It was settled in May."),
    leaves=("Die Forderung setzt sich wie folgt zusammen:",),
)
ANNOUNCES = Rule(
    "figure_announced",
    r"{announcing}|\bsetzt sich\b|\bergibt sich\b",
    takes=("Wir teilen Ihnen den Stand mit:", "Our statement is as follows:"),
    leaves=("Sie schrieben uns:",),
)
NOW = Rule(
    "now",
    r"{now}",
    takes=("Derzeit bestehen folgende Rückstände:",),
    leaves=("Vorläufig bestehen folgende Rückstände:",),
)
"""Words of doubt about an answer, and of none about a figure."""
SUPPOSED = Rule(
    "figure_supposed",
    r"{condition}|{limit}|{subjunctive}|{doubt}|\bbis (?:zur|zu einer|zum) (?!\d)",
    takes=("Sofern der Plan scheitert, gilt:", "Es würden geschuldet:", "Provisional figures if sold:"),
    leaves=("Wir haben Ihre Anfrage geprüft und teilen mit:",),
)
EARLIER_TIME = Rule(
    "figure_of_an_earlier_time",
    r"{earlier_time}",
    takes=("Unser Stand vom letzten Jahr:", "Der Saldo des Vormonats:", "Our figures for last year:"),
    leaves=("Unser Stand in diesem Jahr:",),
)
PROVIDED = Rule(
    "service_provided",
    r"\bwurden?\b(?={gap}{provided})",
    takes=("In dieser Zeit wurden folgende Leistungen erbracht:", "Folgende Waren wurden geliefert:"),
    leaves=("Folgende Zahlungen wurden geleistet:", "Sie wurden erlassen:"),
    but=r"{payment_noun}|{money_going}",
)
TELLS = Rule(
    "writer_tells",
    r"{tells}",
    takes=("Wir erlauben uns mitzuteilen, dass", "Wir danken für Ihre Nachricht und teilen mit, dass"),
    leaves=("Ihr Mandant behauptet, dass",),
)
REPORTED = Rule(
    "figure_reported_or_agreed",
    r"{reports}",
    takes=("Ihr Mandant meint, dass", "Wir hatten uns geeinigt,", "He says that"),
    leaves=("Wir bestätigen Ihnen, dass",),
)
MAIN_CLAUSE = Rule(
    "main_clause",
    r"\A{main_clause}",
    takes=("offen sind 50,00 EUR", "die Gesamtforderung beträgt 50,00 EUR", "das macht 50,00 EUR"),
    leaves=("was 50,00 EUR kostet", "Zinsen und Kosten"),
)
"""Looks at the words behind a comma."""
CLAIM_NAMED = Rule(
    "claim_named",
    r"{claim_named}",
    takes=("Die Forderung ist uns neu,",),
    leaves=("Der Kredit wurde gekündigt,",),
)
BEARS_ON = Rule(
    "bears_on_the_figure",
    r"{bears_on}",
    takes=("das Auto wird noch verkauft", "sein Bruder zahlt die Hälfte"),
    leaves=("die Wohnung wurde im Juli geräumt",),
)
ADDRESSED = Rule(
    "figure_of_somebody_or_some_case",
    r"\b(?:sie|ihr\w{0,2}|er|bei|nach|unter|you|your|he|she|they|with|after|upon)\b",
    takes=("Sie nannten uns:", "Bei Zahlung bis Monatsende:", "Your list says:"),
    leaves=("Hier die Zahlen zu Nils Harmsen:",),
)
MADE_OF = Rule(
    "figure_made_of",
    r"\A(?:dies\w*|das|sie|er|der betrag|die (?:\w{0,12}forderung|summe|gesamtsumme)|"
    r"der \w{0,12}(?:betrag|saldo|rueckstand)|this|that|it) (?:\w+ )?"
    r"(?:ergibt sich|(?:setzt|gliedert|teilt) sich|resultiert|beruht|stammt|besteht aus|enthaelt|umfasst|beinhaltet|"
    r"schliesst|is made up|consists|includes|comprises)(?!\w)",
    takes=("Sie setzt sich aus drei Posten zusammen.", "Er gliedert sich so auf:", "Das schließt Zinsen ein."),
    leaves=("Sie besteht seit 2019.",),
)
RECKONED = Rule(
    "reckoned_by_the_writer",
    r"\bhaben wir(?: (?:auf|per|zum|bis)(?: den| dem| zum)? [\d.]{6,10})? {has_reckoned}",
    takes=("Die Forderung haben wir auf den 05.02.2027 abgerechnet.", "Den Saldo haben wir ermittelt."),
    leaves=("Die Forderung haben wir verkauft.",),
)
THAT_IS = Rule(
    "that_is_for",
    r"\A(?:(?:das|dies) sind|(?:dies\w*|das|sie|er|(?:der|die) \w{0,20}) (?:betrifft|bezieht sich|ruehrt)|"
    r"(?:es|hierbei|dabei) handelt (?:es )?sich (?:hierbei |dabei )?um|es geht (?:dabei |hierbei )?um)\b",
    takes=("Das sind die Beiträge 2025.", "Hierbei handelt es sich um Mieten.", "Es geht dabei um zwei Rechnungen."),
    leaves=("Das ist unser Angebot.", "Sind das die Beiträge?"),
)
"""The sentence behind a figure, which says what it is for."""
REQUEST = Rule(
    "asks_for_the_claim",
    r"(?<!\w)(?:teilen sie (?:uns|mir)|(?<!\bsie )bitten (?:wir )?(?:sie )?(?:uns|um)|"
    r"(?:bitte )?(?:nennen|beziffern) sie) "
    r"[^.?!]{0,80}?(?:hoehe|stand|forderung\w{0,14})(?!\w)",
    takes=("Bitte teilen Sie uns die aktuelle Höhe mit.",),
    leaves=("Wir teilen Ihnen die aktuelle Höhe mit.", "Sie bitten um Auskunft über die Höhe."),
)
