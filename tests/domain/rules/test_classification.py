import pytest
from tests.domain.records import mail, pdf, source

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.extraction import Method
from claimstream.domain.records.inquiry import Letter
from claimstream.domain.records.intent import Classification, Intent, MatchedBy, RoutingHit
from claimstream.domain.records.mail import ParsedMail, SourceKind
from claimstream.domain.replies.wants import REFUSAL
from claimstream.domain.rules import classification
from claimstream.domain.rules.classification import NOTHING_TELLS, UNSURE, settle_intent
from claimstream.domain.text import folded

FIRST, SECOND = Letter
SURE = 0.70

STATEMENT = """Stadtwerke Aue GmbH
Unser Zeichen: 26-K-004411
Schuldnerin: Nele Brandt

Hauptforderung   2.900,00 EUR
Zinsen             318,07 EUR
Kosten             200,00 EUR
Gesamtforderung  3.418,07 EUR
"""


def classify(received: ParsedMail, letter: Letter | None) -> Classification:
    extractions = [read_source(source) for source in received.sources if source.text.strip()]
    return classification.classify(received, extractions, letter=letter)


def greeting(text: str) -> str:
    return f"Sehr geehrte Damen und Herren,\n\n{text}\n\nMit freundlichen Grüßen\nStadtwerke Aue GmbH\n"


@pytest.mark.parametrize(
    ("received", "letter", "intent"),
    [
        pytest.param(
            mail(greeting("anbei die Forderungsaufstellung."), pdf(STATEMENT)),
            FIRST,
            Intent.CLAIM_STATEMENT,
            id="a total in the attachment",
        ),
        pytest.param(
            mail(greeting("unsere Gesamtforderung gegen Nele Brandt beträgt 512,00 EUR.")),
            None,
            Intent.CLAIM_STATEMENT,
            id="a total in the body",
        ),
        pytest.param(
            mail(
                greeting("die Gesamtforderung beträgt 512,00 EUR. Bitte teilen Sie uns mit, wie gezahlt werden soll.")
            ),
            FIRST,
            Intent.CLAIM_STATEMENT,
            id="a total and a request",
        ),
        pytest.param(
            mail("siehe Anlage", pdf(STATEMENT), sender="noreply@alpha-inkasso.example"),
            None,
            Intent.CLAIM_STATEMENT,
            id="a claim from a noreply sender",
        ),
        pytest.param(
            mail(
                greeting("anbei erhalten Sie unsere Forderungsaufstellung."),
                source("", source_id="attachment-1", kind=SourceKind.SCANNED_PDF, name="scan.pdf"),
            ),
            FIRST,
            Intent.CLAIM_STATEMENT,
            id="a statement announced, in a scan",
        ),
        pytest.param(
            mail(greeting("als Anlage erhalten Sie unsere Forderungsaufstellung.")),
            FIRST,
            Intent.CLAIM_STATEMENT,
            id="a statement announced and forgotten",
        ),
        pytest.param(
            mail(greeting("eine Ratenzahlung lehnen wir ab. Die Gesamtforderung beträgt 512,00 EUR.")),
            FIRST,
            Intent.CLAIM_STATEMENT,
            id="a total, and no installments",
        ),
        pytest.param(
            mail(greeting("wir stimmen Ihrem Schuldenbereinigungsplan zu.")),
            SECOND,
            Intent.SETTLEMENT_RESPONSE,
            id="the plan is accepted",
        ),
        pytest.param(
            mail(greeting("wir stimmen Ihrem Schuldenbereinigungsplan zu.")),
            None,
            Intent.SETTLEMENT_RESPONSE,
            id="the plan is accepted, letter not known yet",
        ),
        pytest.param(
            mail(greeting("Ihren Schuldenbereinigungsplan lehnen wir ab.")),
            SECOND,
            Intent.SETTLEMENT_RESPONSE,
            id="a second letter is declined",
        ),
        pytest.param(
            mail(greeting("die Gesamtforderung beträgt 512,00 EUR.")),
            SECOND,
            Intent.SETTLEMENT_RESPONSE,
            id="a second letter is answered with a claim",
        ),
        pytest.param(
            mail(greeting("mit Raten von monatlich 50 € sind wir einverstanden.")),
            FIRST,
            Intent.INSTALLMENT_OFFER,
            id="installments agreed",
        ),
        pytest.param(
            mail(greeting("wir können Ihrem Mandanten eine Ratenzahlung von 50,00 EUR monatlich anbieten.")),
            None,
            Intent.INSTALLMENT_OFFER,
            id="installments offered",
        ),
        pytest.param(
            mail(greeting("Ihr Ersuchen lehnen wir ab.")),
            FIRST,
            Intent.REJECTION,
            id="a first letter is refused",
        ),
        pytest.param(
            mail(greeting("eine außergerichtliche Einigung lehnen wir ab.")),
            FIRST,
            Intent.REJECTION,
            id="a settlement nobody offered yet is refused",
        ),
        pytest.param(
            mail(greeting("bitte übersenden Sie uns eine unterschriebene Vollmacht.")),
            FIRST,
            Intent.CLARIFICATION_REQUEST,
            id="a power of attorney is asked for",
        ),
        pytest.param(
            mail(greeting("bitte teilen Sie uns das Geburtsdatum Ihrer Mandantin mit.")),
            SECOND,
            Intent.CLARIFICATION_REQUEST,
            id="a question stays one, also about a second letter",
        ),
        pytest.param(
            mail(greeting("ohne Vollmacht erteilen wir keine Auskunft.")),
            FIRST,
            Intent.CLARIFICATION_REQUEST,
            id="no answer without a power of attorney",
        ),
        pytest.param(
            mail(greeting("we could not identify your client. Please provide the date of birth.")),
            None,
            Intent.CLARIFICATION_REQUEST,
            id="a question in English",
        ),
        pytest.param(
            mail(greeting("wie ist der aktuelle Sachstand in dieser Angelegenheit?")),
            FIRST,
            Intent.GENERAL_INQUIRY,
            id="a general inquiry",
        ),
        pytest.param(
            mail("Ich bin derzeit nicht im Büro.", subject="Automatische Antwort: Forderung"),
            FIRST,
            Intent.AUTO_REPLY,
            id="an absence note",
        ),
        pytest.param(mail("Jetzt sichern: Bitcoin Webinar! Newsletter abmelden."), None, Intent.SPAM, id="spam"),
    ],
)
def test_clear_mail_is_settled_by_rules(received: ParsedMail, letter: Letter | None, intent: Intent) -> None:
    found = classify(received, letter=letter)
    assert found.intent is intent
    assert found.confidence >= SURE
    assert found.method is Method.READER
    assert found.routing is None
    assert found.why


@pytest.mark.parametrize(
    ("received", "letter"),
    [
        pytest.param(mail(""), None, id="nothing"),
        pytest.param(mail("", source("", source_id="a", kind=SourceKind.IMAGE)), FIRST, id="nothing but a picture"),
        pytest.param(mail(greeting("vielen Dank für Ihr Schreiben.")), FIRST, id="thanks"),
        pytest.param(mail(greeting("es geht um 430,00 €.")), FIRST, id="an amount without a meaning"),
        pytest.param(
            mail(greeting("wir lehnen ab. Die Gesamtforderung beträgt 512,00 EUR.")), FIRST, id="a refusal and a total"
        ),
        pytest.param(
            mail(greeting("in Ihrem Schreiben nennen Sie eine Gesamtforderung von 900,00 EUR.")),
            FIRST,
            id="our own figure repeated",
        ),
        pytest.param(mail(greeting("wir haben keine Forderung gegen Ihre Mandantin.")), FIRST, id="no claim at all"),
    ],
)
def test_unclear_mail_is_left_to_a_model_or_a_person(received: ParsedMail, letter: Letter | None) -> None:
    assert classify(received, letter=letter).confidence < SURE


@pytest.mark.parametrize("letter", [FIRST, None])
def test_a_machines_statement_is_read_and_unsure(letter: Letter | None) -> None:
    """A person agrees, or nothing is written."""
    text = greeting("unsere Gesamtforderung gegen Nele Brandt beträgt 512,00 EUR.")
    found = classify(mail(text, headers=[("Auto-Submitted", "auto-generated")]), letter)
    assert (found.intent, found.confidence < SURE) == (Intent.CLAIM_STATEMENT, True)
    assert "auto-generated" in found.why
    assert classify(mail(text, headers=[("Auto-Submitted", "auto-replied")]), letter).intent is Intent.AUTO_REPLY


@pytest.mark.parametrize(
    "sentence",
    [
        "Für Rückfragen kann Frau Kern gern angerufen werden.",
        "Die Zahlung kann auf unser Konto erfolgen.",
        "Die Kanne steht im Schrank.",
    ],
)
def test_a_possibility_beside_a_total_is_no_refusal(sentence: str) -> None:
    text = greeting(f"die Gesamtforderung gegen Nele Brandt beträgt 512,00 EUR. {sentence}")
    found = classify(mail(text), FIRST)
    assert (found.intent, found.confidence >= SURE) == (Intent.CLAIM_STATEMENT, True)


@pytest.mark.parametrize("verb", ["kann", "können wir"])
def test_what_cannot_be_agreed_to_is_refused(verb: str) -> None:
    found = classify(mail(greeting(f"Ihrem Anliegen {verb} leider nicht entsprechen.")), FIRST)
    assert found.intent is Intent.REJECTION


def test_our_own_quoted_letter_decides_nothing() -> None:
    quoted = "Bitte teilen Sie uns die Höhe Ihrer Gesamtforderung mit. Gesamtforderung: 512,00 EUR"
    assert classify(mail("Danke.", quoted=quoted), letter=Letter.FIRST).confidence < SURE


def test_spam_is_never_said_of_an_answer_that_was_routed() -> None:
    received = mail("Newsletter Gutschein abmelden")
    assert classify(received, letter=None).intent is Intent.SPAM
    assert classify(received, letter=Letter.FIRST).intent is not Intent.SPAM


def test_the_phrases_of_long_terms_and_conditions_say_nothing() -> None:
    terms = pdf("Ansprüche lehnen wir ab. Bitte übersenden Sie uns Ihre Unterlagen. " * 200)
    found = classify(mail(greeting("die Gesamtforderung beträgt 512,00 EUR."), terms), letter=Letter.FIRST)
    assert found.intent is Intent.CLAIM_STATEMENT
    assert found.confidence >= SURE


@pytest.mark.parametrize(
    ("intent", "letter", "settled"),
    [
        *[
            pytest.param(i, SECOND, Intent.SETTLEMENT_RESPONSE, id=f"{i} answers a plan")
            for i in (
                Intent.CLAIM_STATEMENT,
                Intent.INSTALLMENT_OFFER,
                Intent.REJECTION,
                Intent.SETTLEMENT_RESPONSE,
            )
        ],
        *[
            pytest.param(i, SECOND, i, id=f"{i} stays")
            for i in (
                Intent.CLARIFICATION_REQUEST,
                Intent.GENERAL_INQUIRY,
                Intent.AUTO_REPLY,
                Intent.BOUNCE,
                Intent.SPAM,
            )
        ],
        *[pytest.param(i, FIRST, i, id=f"{i} after a first letter") for i in Intent],
        *[pytest.param(i, None, i, id=f"{i} after no letter") for i in Intent],
    ],
)
def test_the_letter_settles_the_intent(intent: Intent, letter: Letter | None, settled: Intent) -> None:
    assert settle_intent(intent, letter) is settled


@pytest.mark.parametrize("verb", ["kann", "können"])
@pytest.mark.parametrize(
    "sentence",
    [
        "Bei Fragen {} Frau Kern Ihnen gern helfen.",
        "Die Zahlung {} auf unser Konto erfolgen.",
        "Ratenzahlung {} vereinbart werden.",
        "Die Aufstellung {} ich Ihnen nachreichen.",
        "Ihnen {} ein Auszug übersandt werden.",
    ],
)
def test_being_able_to_do_something_refuses_nothing(verb: str, sentence: str) -> None:
    total = "Unsere Gesamtforderung gegen Frau Nele Brandt beträgt 900,00 EUR."
    found = classify(mail(greeting(f"{total} {sentence.format(verb)}")), None)
    assert (found.intent, found.confidence) == (Intent.CLAIM_STATEMENT, 0.95)


@pytest.mark.parametrize("verb", ["kann", "können"])
def test_being_unable_to_agree_refuses(verb: str) -> None:
    assert REFUSAL.find(folded(f"Dem {verb} ich nicht zustimmen."))


STATED = "Sehr geehrte Damen und Herren,\n\ndie Gesamtforderung gegen Nele Brandt beträgt 512,40 EUR. {}\n\nAue GmbH"


def _is_statement(sentence: str) -> bool:
    told = classify(mail(STATED.format(sentence)), FIRST)
    return told.intent is Intent.CLAIM_STATEMENT and told.confidence >= SURE


@pytest.mark.parametrize(
    "sentence",
    [
        "Ihr Plan wird abgelehnt.",
        "Der Plan wurde von der Gläubigerin abgelehnt.",
        "Wir lehnen Ihren Vorschlag ab.",
        "Ihr Anliegen wurde geprüft und abgelehnt.",
        "Die Anfrage wird zurückgewiesen.",
        "Eine außergerichtliche Einigung wird abgelehnt.",
        "Eine Schuldenbereinigung wird abgelehnt.",
        "Der Vergleich ist abgelehnt.",
        "Ihre Zahlung ging ohne Zeichen ein und kann nicht zugeordnet werden.",
        "Wir erteilen keine Auskunft.",
        "Auskünfte werden abgelehnt.",
        "Ohne Geburtsdatum können wir Ihre Anfrage nicht zuordnen.",
        "Ihre Zahlung konnten wir nicht zuordnen.",
        "Die Forderung konnten wir nicht eindeutig zuordnen.",
        "Wir konnten Ihren Mandanten nicht ermitteln.",
        "Ohne Vollmacht können wir keine weiteren Angaben machen.",
        "Eine Vollmacht liegt nicht bei.",
        "Unser Haus ist nicht bereit, sich zu einigen.",
        "Wir sind mit dem Vorgehen nicht einverstanden.",
        "Mein Mann kann dem nicht zustimmen.",
        "Das weise ich zurück.",
        "The proposal is refused, we cannot agree.",
        "We refuse.",
        "Über Ihren Plan haben wir entschieden.",
        "Einen Plan prüfen wir nicht.",
        "Über einen Plan entscheiden wir ablehnend.",
        "Wir prüfen den Plan, lehnen ihn aber ab.",
        "Wir prüfen Ihren Vorschlag nur, wenn er 50 Prozent vorsieht.",
        "Über einen Vergleich entscheidet der Vorstand, eine Zustimmung schließen wir jedoch aus.",
        "Über den Plan wird nicht entschieden, er ist abgelehnt.",
        "Wir akzeptieren 300,00 EUR als Vergleich, der Vorstand prüft das.",
        "Wir bieten einen Vergleich über 300,00 EUR an.",
    ],
)
def test_a_refusal_or_a_question_beside_a_total(sentence: str) -> None:
    assert not _is_statement(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Ein Erlass wurde im Mai abgelehnt.",
        "Die Übernahme der Kosten wurde von der Versicherung abgelehnt.",
        "Eine Stundung ist am 2. Mai abgelehnt worden.",
        "Die Einspruchsbegründung wurde vom Gericht zurückgewiesen.",
        "Überweisungen ohne Kassenzeichen können nicht zugeordnet werden.",
        "Bitte geben Sie das Zeichen an, sonst kann Ihre Zahlung nicht zugeordnet werden.",
        "Einzahlungen ohne Kassenzeichen können nicht zugeordnet werden.",
        "Telefonisch erteilen wir keine Auskünfte.",
        "Am Telefon können wir keine Auskünfte erteilen.",
        "Die Leistung wurde von der Haftpflichtversicherung abgelehnt.",
        "Der Kostenfestsetzungsbeschluss ist rechtskräftig, die Beschwerde wurde zurückgewiesen.",
        "Vergleichsvorschläge prüft unsere Zentrale.",
        "Über einen Vergleich entscheidet der Vorstand.",
        "Über einen Plan wird nach seinem Eingang entschieden.",
        "Ihren Regulierungsvorschlag werden wir nach Eingang prüfen.",
        "Über Ratenzahlung oder Vergleich entscheiden wir nach Vorlage der Unterlagen.",
        "Ihrem Regulierungsvorschlag sehen wir entgegen.",
    ],
)
def test_what_others_refused_leaves_a_statement(sentence: str) -> None:
    assert _is_statement(sentence)


ROUTED = RoutingHit(inquiry_id="i-1", matched_by=MatchedBy.SOLE_SENDER, confidence=0.85, why="the sender")
NOBODYS = mail("Wir haben etwas für Sie.")


def weighed(
    ruled: Intent,
    answer: Intent,
    *,
    received: ParsedMail = NOBODYS,
    certainty: float = UNSURE,
    routing: RoutingHit | None = None,
    known: bool = False,
) -> Classification:
    extractions = [read_source(source) for source in received.sources if source.text.strip()]
    return classification.with_model(
        Classification(intent=ruled, confidence=certainty, method=Method.READER, why="rules", routing=routing),
        Classification(intent=answer, confidence=1.0, method=Method.MODEL, why="model"),
        received,
        extractions,
        known=known,
    )


@pytest.mark.parametrize("intent", [Intent.SPAM, Intent.AUTO_REPLY, Intent.BOUNCE])
@pytest.mark.parametrize(
    ("known", "routing", "received", "set_aside"),
    [
        pytest.param(False, None, NOBODYS, True, id="from nobody about nothing"),
        pytest.param(False, ROUTED, NOBODYS, False, id="a signal routes it"),
        pytest.param(True, None, NOBODYS, False, id="a known name"),
        pytest.param(False, None, mail("Es geht um 90,00 EUR."), False, id="a figure"),
        pytest.param(False, None, mail("Siehe Anlage.", pdf("Guten Tag")), False, id="an attachment"),
    ],
)
def test_a_model_sets_aside_only_mail_from_nobody(
    intent: Intent, known: bool, routing: RoutingHit | None, received: ParsedMail, set_aside: bool
) -> None:
    found = weighed(
        Intent.GENERAL_INQUIRY, intent, received=received, certainty=NOTHING_TELLS, routing=routing, known=known
    )
    assert (found.intent is intent) is set_aside
    assert (found.confidence >= SURE) is set_aside
    assert found.routing == routing


@pytest.mark.parametrize(
    ("ruled", "certainty", "answer", "counts"),
    [
        pytest.param(Intent.CLAIM_STATEMENT, UNSURE, Intent.CLAIM_STATEMENT, True, id="agrees"),
        pytest.param(Intent.GENERAL_INQUIRY, NOTHING_TELLS, Intent.CLAIM_STATEMENT, True, id="nothing told"),
        pytest.param(Intent.REJECTION, UNSURE, Intent.CLAIM_STATEMENT, False, id="contradicts"),
    ],
)
def test_a_models_intent_counts_where_the_rules_leave_room(
    ruled: Intent, certainty: float, answer: Intent, counts: bool
) -> None:
    found = weighed(ruled, answer, certainty=certainty, routing=ROUTED)
    assert (found.intent, found.confidence) == ((answer, 0.80) if counts else (ruled, certainty))
    assert counts or "model" in found.why


def test_a_model_does_not_vouch_for_a_machines_mail() -> None:
    received = mail("Die Gesamtforderung ist bekannt.", headers=[("Auto-Submitted", "auto-generated")])
    found = weighed(Intent.CLAIM_STATEMENT, Intent.CLAIM_STATEMENT, received=received)
    assert found.confidence == UNSURE
