"""Answers to a plan: what is plain must be settled, and whatever is not must never be."""

import pytest

from claimstream.domain.replies.settlement import read_settlement
from claimstream.domain.text import Text

NOT_ACCEPTED = [
    "Wir sind mit dem Plan unserer Mandantin einverstanden.",
    "Wir stimmen dem Schreiben zum Plan zu.",
    "Wird dem Plan zugestimmt, sind wir einverstanden.",
    "Nehmen wir das Angebot an, sind die Zinsen im Rest.",
    "We agree with you on the plan.",
    "We accept the letter with the plan.",
    "We agree to put the plan to our client.",
    "Wir stimmen dem Plan gern zu, wenn die Bürgschaft bestehen bleibt.",
    "Dem Plan stimmen wir zu. Die Laufzeit verkürzt sich dabei auf vier Jahre.",
    "Wir nehmen den Vergleich an. Eine Anzahlung von 200,00 EUR ist vorab zu leisten.",
    "Ihr Plan findet unsere Zustimmung, nachdem die Unterlagen hier eingegangen sind.",
    "Wir stimmen dem Plan zu. Die Zustimmung erlischt am 31.12.2026.",
    "Wir stimmen dem Plan zu und behalten uns den Widerruf vor.",
    "Mit dem Plan sind wir einverstanden, die Quote muss dafür auf 40 % steigen.",
    "Wir stimmen dem Plan mit 35 % zu.",
    "Wir akzeptieren einen Vergleich in Höhe von 900,00 EUR.",
    "Wir nehmen Ihr Angebot gegen Zahlung von 900,00 EUR an.",
    "Wir nehmen an, dass der Plan scheitern wird.",
    "Wir nehmen an, der Plan wird vom Gericht geprüft.",
    "Wir nehmen den Plan zur Kenntnis.",
    "Wir nehmen den Plan zu den Akten.",
    "Wir stimmen zu, den Plan in unserer nächsten Sitzung zu besprechen.",
    "Wir stimmen der Verlängerung der Frist für den Plan zu.",
    "Wir stimmen Ihnen zu, dass der Plan mangelhaft ist.",
    "Wir sind einverstanden, dass Sie den Plan überarbeiten.",
    "Wir sind mit einer Fristverlängerung für Ihren Plan einverstanden.",
    "Ihre Zustimmung zum Plan haben wir erhalten.",
    "Wir bestätigen Ihr Einverständnis mit dem Plan.",
    "Unsere Mandantin hat sich zum Plan bislang nicht geäußert, wir sind aber einverstanden.",
    "Die Sparkasse stimmt dem Plan zu.",
    "Alle übrigen Gläubiger stimmen dem Plan zu.",
    "Der Schuldner ist mit dem Plan einverstanden.",
    "Laut Ihrem Schreiben sind wir mit dem Plan einverstanden. Das ist falsch.",
    "Sie schreiben: „Wir stimmen dem Plan zu.“ Davon weiß ich nichts.",
    "Wir stimmen dem Plan zu? Davon kann keine Rede sein.",
    "Sollen wir dem Plan etwa zustimmen?",
    "Wir stimmten dem Plan vor zwei Jahren zu.",
    "Dem damaligen Plan haben wir zugestimmt.",
    "Dem Plan aus dem Jahr 2022 stimmen wir weiterhin zu.",
    "Wir stimmen dem ersten Plan zu, dem jetzigen widersprechen wir.",
    "Wir werden dem Plan vermutlich zustimmen.",
    "Wir neigen dazu, dem Plan zuzustimmen.",
    "Wir könnten dem Plan zustimmen.",
    "Wir wollen dem Plan zustimmen, brauchen dafür aber Ihre Vollmacht.",
    "Dem Plan ist zuzustimmen, meint unser Anwalt.",
    "Im Prinzip sind wir mit dem Plan einverstanden.",
    "Einverstanden sind wir mit dem Plan bis auf Ziffer 3.",
    "Wir stimmen dem Plan zu, ausgenommen die Regelung zu den Zinsen.",
    "Wir stimmen dem Plan mit Ausnahme von Ziffer 4 zu.",
    "Wir stimmen dem Plan zum Teil zu.",
    "Wir stimmen dem Plan zu - vorausgesetzt, Herr Lange zahlt pünktlich.",
    "Wir stimmen dem Plan nach Eingang der ersten Zahlung zu.",
    "Wir stimmen dem Plan zu. P.S.: Die Kaution behalten wir.",
    "Wir stimmen dem Plan zu.\n\nMit freundlichen Grüßen\nAutohaus Reif\n\nPS: Gilt vorbehaltlich der Freigabe.",
    "Wir erteilen unsere Zustimmung zum Plan. Diese Erklärung ist unverbindlich.",
    "Wir stimmen dem Plan zu. Dies ist ein Entwurf und wird nachgereicht.",
    "Keine Einwände gegen den Plan hätten wir bei einer Quote von 50 %.",
    "Keine Bedenken haben wir gegen die Person, wohl gegen den Plan.",
    "Gegen den Plan erheben wir keine Einwände mehr, wenn Sie die Zinsen aufnehmen.",
    "Es ist nicht so, dass wir dem Plan zustimmen.",
    "Niemand hier stimmt dem Plan zu.",
    "Ohne Sicherheiten stimmen wir dem Plan zu keiner Zeit zu.",
    "We accept the plan in so far as it concerns the principal.",
    "We accept the proposal save for clause 4.",
    "We would accept the plan at 50 cents in the euro.",
    "We accept that the plan is the best you can do.",
    "We agree that your plan is unrealistic.",
    "We agree to consider the plan.",
    "We agree to the plan in its entirety bar the interest waiver.",
    "We are minded to accept the plan.",
    "We may accept the plan next month.",
    "We accept the plan as soon as the deposit arrives.",
    "We accept the plan so long as nobody objects.",
    "We are happy to accept your offer, we just need another 200 euros.",
    "We accept the plan pending sign-off from our head office.",
    "We consent to the plan being sent to the court.",
    "We accept a settlement of EUR 900.00.",
    "Our consent to the plan is withdrawn.",
    "Your client has accepted the plan.",
    "We can accept the plan under protest.",
    "The other lenders accept the plan.",
    "We accept the plan dated 2019 which has since lapsed.",
    "You say we accept the plan. We do not recall that.",
    "We accept nothing in this plan.",
    "In no way do we accept the plan.",
    "Far from it that we accept the plan.",
    "Wir stimmen dem Plan zu. Sie hören von uns, falls die Geschäftsführung anders entscheidet.",
    "Wir stimmen dem Plan zu. Alles Weitere regelt der beigefügte Vertrag.",
    "Wir nehmen den Vergleich an. Im Gegenzug übernimmt Ihr Mandant die Gerichtskosten.",
    "Wir stimmen dem Plan zu, so man uns entgegenkommt.",
    "Wir stimmen dem Plan zu, insofern die Kosten erstattet werden.",
    "Wir stimmen dem Plan zu, Zug um Zug gegen Rückgabe des Fahrzeugs.",
    "Wir stimmen dem Plan zu, abzüglich der Mahnkosten.",
    "Wir stimmen dem Ratenplan zu, nicht aber dem Vergleich.",
]

ACCEPTED = [
    "Wir stimmen Ihrem Schuldenbereinigungsplan vom 26.10.2026 zu.",
    "Wir erklären uns mit dem Regulierungsvorschlag einverstanden.",
    "Gerne stimmen wir dem Plan zu. Wir wünschen Ihrer Mandantin alles Gute.",
    "Hiermit nehmen wir den Vergleichsvorschlag an. Vielen Dank für Ihre Bemühungen.",
    "Ich stimme dem Plan zu.",
    "Ich bin mit dem Vergleich einverstanden.",
    "Ihr Angebot nehmen wir hiermit an.",
    "Wir akzeptieren den Schuldenbereinigungsplan für Frau Nele Brandt.",
    "Unsere Auftraggeberin, die Stadtwerke Aue GmbH, stimmt dem Vergleichsvorschlag zu.",
    "Dem außergerichtlichen Schuldenbereinigungsplan wird zugestimmt.",
    "Wir haben keine Einwände gegen den Plan.",
    "Nach sorgfältiger Prüfung stimmen wir dem Plan zu.",
    "Wir teilen Ihnen mit, dass wir dem Schuldenbereinigungsplan zustimmen.",
    "Dem von Ihnen vorgelegten Plan stimmen wir zu. Unsere Bankverbindung lautet: IBAN DE41 5001 0517 0123 4567 89.",
    "Wir stimmen dem Plan zu. Bitte senden Sie uns ein unterschriebenes Exemplar.",
    "We accept your offer. Thank you very much.",
    "We agree to the settlement plan for Ms Nele Brandt.",
    "We hereby accept the proposal dated 26 October 2026.",
    "We have no objections to the plan.",
    "Our client accepts the settlement proposal.",
    "We confirm that we accept the plan. Please let us know if you have any questions.",
    "Our bank details are below. We consent to the plan.",
    "I agree to your proposal. Thank you.",
    "Wir bestätigen den Erhalt Ihres Schreibens und stimmen dem Plan zu.",
    "Wir sind mit Ihrem Vorschlag einverstanden. Für Rückfragen stehen wir gern zur Verfügung.",
]

DECLINED = [
    "Wir lehnen Ihren Plan ab.",
    "Leider können wir dem Plan nicht zustimmen, da die Quote zu gering ist.",
    "Ihr Vergleichsangebot müssen wir ablehnen.",
    "Eine außergerichtliche Einigung lehnen wir ab.",
    "Dem vorgelegten Schuldenbereinigungsplan stimmen wir nicht zu.",
    "Wir sind mit dem Vorschlag nicht einverstanden.",
    "Ihr Angebot ist für uns nicht akzeptabel.",
    "Ich lehne den Vergleich ab.",
    "Unsere Mandantin lehnt den Plan ab.",
    "Der Plan wird von uns abgelehnt.",
    "Dem Plan stimmen wir auf gar keinen Fall zu.",
    "We do not accept your proposal.",
    "We must decline the settlement plan.",
    "Your offer is rejected.",
    "We will not agree to this plan.",
    "I refuse your offer.",
    "Wir verweigern unsere Zustimmung zum Plan.",
]

NOT_DECLINED = [
    "Die Hausbank lehnt den Plan ab.",
    "Wir lehnen den Plan nicht ab.",
    "Wir lehnen den Plan derzeit ab.",
    "Ohne Vollmacht können wir dem Plan nicht zustimmen.",
    "Vor der Sitzung im Mai können wir dem Plan nicht zustimmen.",
    "Den Plan abzulehnen, fällt uns schwer.",
    "Wir lehnen es ab, den Plan am Telefon zu besprechen.",
    "Die Übersendung weiterer Unterlagen zum Plan lehnen wir ab.",
    "Wir haben den früheren Plan abgelehnt.",
    "Sie behaupten, wir hätten den Plan abgelehnt.",
    "Es besteht kein Grund, den Plan abzulehnen.",
    "Wir können den Plan nicht finden.",
    "Ihr Plan liegt uns nicht vor.",
    "Wir können dem Plan so lange nicht zustimmen, wie Nachweise ausstehen.",
    "Wir können dem Plan in diesem Quartal nicht zustimmen.",
    "Den Plan können wir nicht lesen, die Datei ist beschädigt.",
    "Es ist uns nicht möglich, den Plan zu öffnen.",
    "Wir sind nicht in der Lage, den Plan zuzuordnen.",
    "We are unable to open the plan.",
    "We are unable to find the plan in our records.",
    "We cannot accept the plan yet.",
    "We cannot accept the plan without proof of income.",
    "We have not rejected the plan.",
    "Other creditors reject the plan.",
    "We decline to comment on the plan.",
    "Wir verweigern uns dem Plan nicht.",
    "Wir lehnen den Plan ab, es sei denn, die Quote steigt.",
    "Wir lehnen den Plan ab. Legen Sie 10 % drauf und wir sind dabei.",
    "Wir lehnen eine Stundung ab, den Plan prüfen wir.",
    "Wir können dem Plan heute nicht zustimmen.",
    "Eine Verlängerung des Plans lehnen wir ab.",
    "Wir können dem Plan nicht widersprechen.",
]

NO_OFFER = [
    "Unser früherer Gegenvorschlag über 800,00 EUR gilt nicht mehr.",
    "Wir wären bereit, auf 800,00 EUR zu verzichten.",
    "Unser Gegenvorschlag: Erlass von 800,00 EUR.",
    "Wir könnten uns vielleicht 800,00 EUR vorstellen.",
    "Gegenvorschlag: 800,00 EUR sofort und der Rest später.",
    "Einen Gegenvorschlag über 800,00 EUR machen wir nicht.",
    "Wir sind bereit, 800,00 EUR nachzulassen.",
    "Sie bieten uns 800,00 EUR an.",
    "Der Schuldner bietet 800,00 EUR an.",
    "In der Sache Müller haben wir als Gegenangebot 800,00 EUR genannt.",
    "Wir schlagen eine Anzahlung von 800,00 EUR vor, den Rest in Raten.",
    "Wir schlagen ein Telefonat vor. Die Forderung beträgt 800,00 EUR.",
    "Would you consider a counter offer of EUR 800.00?",
    "We are prepared to write off EUR 800.00.",
    "We offer a reduction of EUR 800.00.",
    "Our counter-offer of EUR 800.00 lapsed last month.",
    "Wir bieten Ihrem Mandanten einen Nachlass von 800,00 EUR an.",
]


def written(text: str) -> str | None:
    """The decision that may be written: none that is unclear, or an acceptance with a condition."""
    found = read_settlement(Text(text), "body")
    if found is None or found.value.decision == "unclear":
        return None
    return None if found.value.decision == "accepted" and found.value.conditions else str(found.value.decision)


def letter(text: str) -> str:
    signature = "Mit freundlichen Grüßen\nAutohaus Reif GmbH\nAmtsgericht Aue HRB 4711"
    return f"Sehr geehrte Frau Dr. Ahrens,\n\n{text}\n\n{signature}"


@pytest.mark.parametrize("text", NOT_ACCEPTED)
def test_a_hedged_negated_or_foreign_consent_is_never_an_acceptance(text: str) -> None:
    assert written(text) != "accepted"
    assert written(letter(text)) != "accepted"


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_plain_acceptance_is_one(text: str) -> None:
    assert (written(text), written(letter(text))) == ("accepted", "accepted")


@pytest.mark.parametrize("text", DECLINED)
def test_a_plain_refusal_is_one(text: str) -> None:
    assert (written(text), written(letter(text))) == ("declined", "declined")


@pytest.mark.parametrize("text", NOT_DECLINED)
def test_what_is_not_yet_or_not_ours_to_refuse_decides_nothing(text: str) -> None:
    assert (written(text), written(letter(text))) == (None, None)


@pytest.mark.parametrize("text", NO_OFFER)
def test_an_amount_that_is_not_the_writers_own_offer_is_none(text: str) -> None:
    for whole in (f"Zu Ihrem Plan: {text}", letter(f"Ihren Plan lehnen wir ab. {text}")):
        found = read_settlement(Text(whole), "body")
        assert found is None or found.value.counter_offer_amount is None
