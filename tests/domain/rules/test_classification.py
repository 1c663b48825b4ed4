import pytest
from tests.domain.records import mail, pdf, source

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.extraction import Method
from claimstream.domain.records.inquiry import Letter
from claimstream.domain.records.intent import Classification, Intent
from claimstream.domain.records.mail import ParsedMail, SourceKind
from claimstream.domain.replies.wants import REFUSAL
from claimstream.domain.rules import classification
from claimstream.domain.rules.classification import settle_intent
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
    """A model or a person agrees, or nothing is written."""
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
