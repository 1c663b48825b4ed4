"""One sentence that decides: it says yes, no, not yet, no longer, or something else altogether.

Most of these were kept because the reader of November 2026 misread them, so how many of them go wrong is not a rate of
error on mail; the other modules were written before the reader had seen any of them.
"""

from tests.unseen.book import NOTIFY, PERSON, Book, mail

_EITHER = (NOTIFY, PERSON)

# (name, person, creditor, text): the answer to a second letter that settles nothing for certain
_OPEN_PLANS = (
    (
        "sobald",
        "Adelheid|Wirth",
        "Marktkauf Lenz",
        "Sobald uns die Vollmacht vorliegt, stimmen wir dem Plan gern zu.",
    ),
    (
        "es-sei-denn",
        "Benno|Ratzke",
        "Gasthof Linde",
        "Wir stimmen dem Plan zu, es sei denn, ein anderer Gläubiger lehnt ab.",
    ),
    (
        "massgabe",
        "Christel|Oberle",
        "Kfz-Zulassung Süd",
        "Wir stimmen dem Plan mit der Maßgabe zu, dass die Laufzeit auf drei Jahre verkürzt wird.",
    ),
    (
        "haette",
        "Dankwart|Mohr",
        "Ziegelei Rot",
        "Wir hätten dem Plan zugestimmt, doch die Quote wurde nachträglich gesenkt. So nicht.",
    ),
    (
        "kaum",
        "Elvira|Schober",
        "Goldschmiede Ring",
        "Sie werden verstehen, dass wir diesem Plan kaum zustimmen können. Rufen Sie uns bitte an.",
    ),
    (
        "noch-nicht",
        "Frithjof|Hansen",
        "Küstenbank eG",
        "Wir können dem Plan derzeit noch nicht zustimmen, weil uns die Einkommensnachweise fehlen.",
    ),
    (
        "schwer",
        "Gudula|Pietsch",
        "Töpferei Krug",
        "Es fällt uns schwer, dem Plan zuzustimmen. Wir schlafen noch darüber.",
    ),
    (
        "mehr-verlangt",
        "Hagen|Stülpner",
        "Inkassostelle Forst",
        "Wir nehmen Ihr Angebot an, verlangen aber zusätzlich unsere Kosten von 120,00 €.",
    ),
    (
        "your-consent",
        "Imke|Raabe",
        "Labor Analytik GmbH",
        "Bitte erteilen Sie uns Ihre Zustimmung zur Weitergabe der Daten, bevor wir über den Plan entscheiden.",
    ),
    (
        "consent-to-something-else",
        "Jobst|Enders",
        "Reha Zentrum Berg",
        "Mit der Weitergabe unserer Daten an das Gericht sind wir einverstanden. Über den Plan ist noch nicht "
        "entschieden.",
    ),
    (
        "asked-back",
        "Kerstin|Vogl",
        "Molkerei Alp",
        "Können wir dem Plan zustimmen, ohne auf die Bürgschaft zu verzichten? Bitte klären Sie das.",
    ),
    (
        "consent-withdrawn",
        "Leander|Munk",
        "Fotohaus Blende",
        "Unsere Zustimmung vom 02.11.2026 zum Plan ziehen wir hiermit zurück.",
    ),
    (
        "other-client",
        "Magnus|Thelen",
        "Papier Bogen KG",
        "Dem Plan Ihres Mandanten Peter Lange stimmen wir zu. Zu Herrn Thelen folgt gesonderte Post.",
    ),
    (
        "neither-nor-english",
        "Ophelia|Grant",
        "Northgate Finance Ltd",
        "We neither accept nor reject the plan at this stage.",
    ),
    (
        "once-english",
        "Percy|Adler",
        "Silverline Motors Ltd",
        "We agree to the plan once the power of attorney has been received.",
    ),
    (
        "receipt-english",
        "Quentin|Bauer",
        "Bluewater Hotels plc",
        "We accept receipt of your settlement proposal and will revert in due course.",
    ),
    (
        "hardly-english",
        "Rhea|Stone",
        "Cobalt Trading Ltd",
        "We can hardly accept such a settlement, as you will appreciate.",
    ),
    ("subject-to-english", "Stella|Moss", "Orchard Bank plc", "We agree to the plan, subject to board approval."),
)

# (name, person, creditor, text, decision)
_CLEAR_PLANS = (
    ("keinesfalls", "Traute|Himmel", "Sägerei Span", "Wir stimmen dem Plan keinesfalls zu.", "declined"),
    ("niemals", "Udo|Jessel", "Brauerei Hopf", "Einem solchen Plan werden wir niemals zustimmen.", "declined"),
    (
        "weder-noch",
        "Valeska|Kunze",
        "Imkerei Wabe",
        "Dem Plan können wir weder in dieser noch in anderer Form zustimmen.",
        "declined",
    ),
    (
        "kommt-nicht-in-betracht",
        "Wanja|Loos",
        "Eisdiele Capri",
        "Eine Annahme des Vergleichs kommt für uns nicht in Betracht.",
        "declined",
    ),
    (
        "keine-zustimmung",
        "Xenia|Färber",
        "Polsterei Flor",
        "Sie erhalten von uns keine Zustimmung zum Plan.",
        "declined",
    ),
    (
        "refuse-english",
        "Yasmin|Cole",
        "Redwood Leasing Ltd",
        "We refuse to consent to the settlement plan.",
        "declined",
    ),
    (
        "under-no-circumstances",
        "Zeno|Hart",
        "Ironbridge Tools Ltd",
        "Under no circumstances will we accept this plan.",
        "declined",
    ),
    (
        "keine-einwaende",
        "Arnulf|Seitz",
        "Korbmacherei Weide",
        "Gegen den Schuldenbereinigungsplan haben wir keine Einwände und stimmen ihm zu.",
        "accepted",
    ),
    (
        "no-objection-english",
        "Bridget|Lang",
        "Foxglove Books Ltd",
        "We have no objection to the proposed plan and hereby consent.",
        "accepted",
    ),
    (
        "not-only",
        "Carlo|Benz",
        "Destille Korn",
        "Wir stimmen nicht nur dem Plan zu, wir verzichten auch auf die Zinsen.",
        "accepted",
    ),
)

# (name, person, creditor, text): the answer to a first letter that states nothing owed today
_NO_FIGURE = (
    ("paid", "Dagobert|Ehlers", "Nähstube Zwirn", "Die Forderung in Höhe von 420,00 € ist durch Zahlung erledigt."),
    (
        "estimated",
        "Edda|Froese",
        "Steuerbüro Haben",
        "Die Forderung liegt bei schätzungsweise 5.000,00 €. Die genaue Abrechnung folgt.",
    ),
    (
        "land-charge",
        "Fritjof|Gans",
        "Bausparkasse Heim AG",
        "Unsere Grundschuld über 80.000,00 € bleibt bestehen. Zum Darlehen folgt Post.",
    ),
    (
        "in-the-past",
        "Gesa|Hinz",
        "Stadtbücherei Moorau",
        "Zum 31.12.2023 betrug die Gesamtforderung 3.100,00 €. Den aktuellen Stand teilen wir in Kürze mit.",
    ),
    (
        "in-the-future",
        "Hinnerk|Igel",
        "Deichverband Süd",
        "Ab dem 01.01.2027 wird sich die Gesamtforderung auf 812,00 € erhöhen. Bis dahin rechnen wir noch.",
    ),
    (
        "between",
        "Isa|Jordan",
        "Hörgeräte Laut",
        "Die Forderung dürfte zwischen 400,00 € und 900,00 € liegen, genau können wir es noch nicht sagen.",
    ),
    (
        "time-barred",
        "Jürn|Kappel",
        "Kohlenhof Glut",
        "Die Forderung von 420,00 € ist verjährt, wir machen sie nicht geltend.",
    ),
    (
        "in-her-favour",
        "Karola|Lemke",
        "Heizöl Flamme",
        "Es ergibt sich ein Saldo zugunsten Ihrer Mandantin von 512,00 €.",
    ),
    (
        "disputed",
        "Leif|Manthey",
        "Yogahaus Om",
        "Ihr Mandant bestreitet die Gesamtforderung von 420,00 €. Wir prüfen das und melden uns.",
    ),
    (
        "title-only",
        "Mina|Nissen",
        "Copyhaus Druck",
        "Der Vollstreckungsbescheid lautet über insgesamt 420,00 €. Wie hoch unsere Forderung heute ist, rechnen wir "
        "noch aus.",
    ),
    (
        "sold",
        "Nikolas|Ott",
        "Teleshop Welt",
        "Die Forderung über 420,00 € haben wir verkauft. Zuständig ist nun die Beta Inkasso GmbH.",
    ),
    (
        "our-mistake",
        "Paulin|Quast",
        "Elektro Watt",
        "Den Betrag von 99,00 € haben wir Ihnen versehentlich überwiesen, bitte zahlen Sie ihn zurück.",
    ),
    (
        "excess",
        "Romy|Rust",
        "Kasko Schutz AG",
        "Die Selbstbeteiligung beträgt insgesamt 1.160,00 €. Ob wir Regress nehmen, ist offen.",
    ),
    (
        "insured-sum",
        "Sigrun|Stahl",
        "Police Nord AG",
        "Die Versicherungssumme beträgt insgesamt 100.000,00 €. Zum Beitrag folgt Post.",
    ),
    (
        "paid-so-far",
        "Till|Tamm",
        "Sattlerei Gurt",
        "Insgesamt wurden bereits 800,00 € gezahlt. Über den Rest informieren wir Sie.",
    ),
    ("not-owed", "Uta|Ulrich", "Seifen Sieder", "Eine Forderung von 420,00 € besteht nicht."),
    (
        "settled-english",
        "Vince|Vale",
        "Harvest Foods Ltd",
        "The outstanding balance of EUR 420.00 was settled on 1 October 2026.",
    ),
    ("written-off-english", "Wilma|West", "Granite Bank plc", "The debt of EUR 420.00 has been written off."),
    (
        "incorrect-english",
        "Xandra|York",
        "Velvet Shoes Ltd",
        "The total claim of EUR 420.00 stated in your letter is incorrect. We will revert with the right figure.",
    ),
    (
        "limit-english",
        "Yorick|Zand",
        "Comet Credit Ltd",
        "The credit limit is EUR 5,000.00. A statement of the outstanding amount will follow.",
    ),
)

# (name, person, creditor, text, total)
_FIGURES = (
    (
        "zu-unseren-gunsten",
        "Arved|Bach",
        "Kanzleibedarf Stift",
        "Es ergibt sich ein Saldo zu unseren Gunsten von 512,00 €.",
        "512.00",
    ),
    ("schuldet-noch", "Bille|Cohrs", "Tanzschule Walzer", "Frau Cohrs schuldet uns noch 512,00 €.", "512.00"),
    (
        "paid-and-open",
        "Cuno|Dorn",
        "Sauna Dampf",
        "Insgesamt wurden bereits 800,00 € gezahlt, offen sind noch 210,00 €.",
        "210.00",
    ),
    (
        "statt-der-genannten",
        "Dodo|Eich",
        "Winzer Rebe",
        "Statt der von Ihnen genannten 420,00 € beträgt die Gesamtforderung 460,00 €.",
        "460.00",
    ),
    (
        "ratenrueckstand",
        "Egon|Fock",
        "Leasing Rad GmbH",
        "Der Ratenrückstand beträgt 150,00 €, die Gesamtforderung 3.400,00 €.",
        "3400.00",
    ),
    (
        "zzgl-zinsen",
        "Fee|Gast",
        "Hotelbedarf Laken",
        "Gesamtforderung 3.400,00 € zzgl. 5 % Zinsen p. a. aus 3.000,00 € seit 01.01.2026.",
        "3400.00",
    ),
)

_OPENINGS = ("Sehr geehrte Damen und Herren,", "Guten Tag,", "Sehr geehrte Frau Dr. Ahrens,", "Hallo Herr Voss,")
_CLOSINGS = ("Mit freundlichen Grüßen", "Freundliche Grüße", "Hochachtungsvoll", "Beste Grüße")


def _letter(text: str, creditor: str, number: int) -> str:
    if creditor.endswith(("Ltd", "plc")):
        return f"Dear Sir or Madam,\n\n{text}\n\nYours faithfully\n{creditor}"
    return f"{_OPENINGS[number % 4]}\n\n{text}\n\n{_CLOSINGS[number // 2 % 4]}\n{creditor}"


def add(book: Book) -> None:
    for number, (name, person, creditor, text) in enumerate(_OPEN_PLANS):
        f = book.file(person, creditor, f"post@plan-{name}.example", "1000.00", letter="second")
        raw = mail(f, f"Plan {f.last}", _letter(text, creditor, number))
        route = [PERSON, "IGNORE"] if name == "receipt-english" else PERSON
        book.kept(f"sentence-plan-open-{name}", f, raw, route=route, by="sole_sender", tags="second sentence trap")

    for number, (name, person, creditor, text, decision) in enumerate(_CLEAR_PLANS):
        f = book.file(person, creditor, f"post@antwort-{name}.example", "1000.00", letter="second")
        book.kept(
            f"sentence-plan-{decision}-{name}",
            f,
            mail(f, f"Schuldenbereinigungsplan {f.last}", _letter(text, creditor, number), reply=True),
            intent="settlement_response",
            route=NOTIFY,
            by="in_reply_to",
            tags="second sentence",
            settlement_decision=decision,
            counter_offer_amount=None,
        )

    f = book.file("Gerwin|Hoppe", "Naturkost Ähre", "info@naturkost-aehre.example", "1000.00", letter="second")
    book.kept(
        "sentence-plan-others-refuse-we-accept",
        f,
        mail(f, "Hoppe", "Guten Tag,\n\ndie Hausbank lehnt den Plan ab, wir dagegen nehmen ihn an.\n\nNaturkost Ähre"),
        route=_EITHER,
        by="sole_sender",
        tags="second sentence",
        settlement_decision="accepted",
    )

    for number, (name, person, creditor, text) in enumerate(_NO_FIGURE):
        f = book.file(person, creditor, f"post@auskunft-{name}.example", None)
        raw = mail(f, f"{f.name}", _letter(text, creditor, number))
        book.kept(f"sentence-no-figure-{name}", f, raw, by="sole_sender", tags="sentence trap")

    for number, (name, person, creditor, text, total) in enumerate(_FIGURES):
        f = book.file(person, creditor, f"post@stand-{name}.example", None)
        raw = mail(f, f"Auskunft {f.last}", _letter(text, creditor, number))
        book.written(f"sentence-figure-{name}", f, raw, total, route=NOTIFY, by="sole_sender", tags="sentence")

    f = book.file("Hella|Iden", "Tuchhandel Loden", "post@tuchhandel-loden.example", None)
    book.case(
        "sentence-figure-from-and-to",
        mail(
            f,
            "Iden",
            "Guten Tag,\n\ndie Gesamtforderung hat sich von 3.000,00 € auf 3.400,00 € erhöht.\n\nTuchhandel Loden",
        ),
        route=_EITHER,
        inquiry_id=f.inquiry_id,
        matched_by="sole_sender",
        fields={"total_claim": "3400.00"},
        tags="sentence",
    )
