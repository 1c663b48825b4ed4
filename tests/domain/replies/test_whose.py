"""Who owes a figure, as the letter tells it: a guarantor, somebody of the same name, and nobody else."""

import pytest

from claimstream.domain.replies.whose import said_of_all
from claimstream.domain.text import Text

OTHERS = (
    "Der Bürge ist nicht erreichbar.",
    "Die Bürgin zahlt nicht.",
    "Die Bürgschaft Ihrer Mandantin besteht.",
    "Für die Schuld haftet Ihre Mandantin als Bürgin, Hauptschuldner ist ihr Sohn.",
    "Es gibt keine weiteren Bürgen.",
    "Außer Ihrer Mandantin gibt es keine Bürgen.",
    "Neben Ihrer Mandantin wurde keine Bürgschaft übernommen.",
    "Kein Bürge hat bisher gezahlt.",
    "Ohne Bürgen hätten wir den Kredit nicht gewährt.",
    "Bürgen gibt es nicht, Hauptschuldnerin ist die Weber GmbH.",
    "Die Bürgschaft besteht nicht mehr.",
    "Die Bürgschaft wurde nicht zurückgegeben.",
    "Ihre Mandantin ist nicht Hauptschuldnerin.",
    "Die Bürgin hat keine Zahlung geleistet.",
    "Bürge ist nicht Ihr Mandant, sondern sein Vater.",
    "Eine Bürgin ist vorhanden und zahlt nicht.",
    "Der Bürge wurde nicht informiert.",
    "Bürgen wurden noch nicht in Anspruch genommen.",
    "Eine Bürgschaft liegt vor, sie wurde nicht gekündigt.",
    "Schuldner: Erbengemeinschaft Sommer",
    "Ihr Mandant gehört der Erbengemeinschaft Sommer an.",
    "Wir fordern von der Erbengemeinschaft Sommer 500 EUR.",
    "Ihr Mandant handelte namens der Erbengemeinschaft Sommer.",
    "Wir vertreten die Erbengemeinschaft Sommer. Schuldnerin ist die Erbengemeinschaft Winter.",
    "Ich vertrete die Vermieterin, Mieterin ist die Erbengemeinschaft Sommer.",
    "The guarantor does not pay.",
    "There is no other guarantor.",
    "Unser Kunde ist am 03.05.1961 geboren.",
    "Laut Vertrag ist unser Kunde am 03.05.1961 geboren.",
    "Unsere Kundin wohnt in der Ringstraße 4.",
    "Das bei uns hinterlegte Geburtsdatum weicht von Ihrer Angabe ab.",
    "Die Anschrift stimmt nicht überein.",
    "Einen zweiten Herrn Kern führen wir nicht.",
    "Einen anderen Kunden dieses Namens haben wir nicht.",
    "Bitte prüfen Sie, ob es sich um dieselbe Person handelt.",
    "Falls es sich um Ihren Mandanten handelt, beträgt die Schuld 500 EUR.",
    "Wir führen mehrere Kunden gleichen Namens.",
    "Our customer was born on 3 May 1961.",
    "Es ist die einzige Kundin dieses Namens.",
    "Womöglich liegt eine Namensgleichheit vor.",
    "Die von Ihnen genannte Mandantin kommt in unserer Kartei nicht vor.",
    "Ihr Mandant ist in unserem System nicht auffindbar.",
    "Wir bitten Sie, die Identität der Schuldnerin zu klären.",
    "Die Identität ist ungeklärt.",
    "We found only one person by that name.",
    "Nur hierfür sind wir beauftragt.",
    "Lediglich insoweit besteht Vollmacht.",
    "Ausschließlich wegen dieser Kosten wurden wir mandatiert.",
    "Die Hauptforderung macht die Bank selbst geltend.",
    "Der Restbetrag wird von dort gesondert verfolgt.",
    "Den Stand der Hauptforderung erfragen Sie bitte bei der Gläubigerin.",
    "The principal is claimed separately.",
)
NOBODY_ELSE = (
    "Bürgen gibt es nicht.",
    "Bürgen oder Mitschuldner gibt es nicht.",
    "Eine Bürgenhaftung nach § 5 besteht nicht.",
    "Bürgschaften wurden nicht gestellt.",
    "Es gibt keinen Bürgen.",
    "Eine Bürgschaft liegt nicht vor.",
    "Es wurde keine Bürgschaft übernommen.",
    "Sicherheiten und Bürgschaften bestehen nicht.",
    "Nur wir sind beauftragt, die Forderung beizutreiben.",
    "Wir machen die Hauptforderung nebst Zinsen geltend.",
    "Die Höhe der Forderung ergibt sich aus der Anlage.",
    "Wir handeln namens und im Auftrag der Gläubigerin.",
    "Ihre Mandantin hat den Betrag nicht bezahlt.",
    "Die Vollmacht Ihrer Mandantin liegt uns vor.",
    "Ein Bürge ist nicht vorhanden.",
    "Ich teile mit, dass ich die Erbengemeinschaft Sommer vertrete. Die Miete steht der Erbengemeinschaft zu.",
    "Namens der Erbengemeinschaft Sommer nenne ich Ihnen den Rückstand.",
    "Unsere Mandantin, die Erbengemeinschaft Sommer, hat uns beauftragt.",
    "Vermieterin: Erbengemeinschaft Sommer",
    "There is no guarantor.",
    "No guarantee has been given.",
    "Ihr Mandant, geboren am 03.05.1961, wohnhaft Ringstraße 4, schuldet uns 500 EUR.",
    "Schuldner: Karl Kern, geb. 03.05.1961",
    "Ihre Mandantin wohnt seit Mai in Halle.",
    "Unser Kunde zahlt seit Mai nicht.",
    "Mit Geburtsdatum und Anschrift haben wir Herrn Kern gefunden.",
    "Die Anschrift unseres Kunden hat sich geändert.",
    "Unsere Anschrift hat sich geändert.",
    "Weitere Forderungen gegen Herrn Kern bestehen nicht.",
    "Unser Mitglied hat den Beitrag nicht gezahlt.",
    "Bitte teilen Sie uns die neue Adresse Ihres Mandanten mit.",
    "Gegen andere Personen machen wir nichts geltend.",
    "Herr Kern wurde am 3. Mai verurteilt.",
)


def said(sentence: str) -> str | None:
    return said_of_all(Text(sentence).sentences, [])


@pytest.mark.parametrize("sentence", OTHERS)
def test_another_may_owe_it(sentence: str) -> None:
    assert said(sentence)


@pytest.mark.parametrize("sentence", NOBODY_ELSE)
def test_nobody_else_owes_it(sentence: str) -> None:
    assert said(sentence) is None
