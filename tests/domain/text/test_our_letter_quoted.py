"""Our own letter, quoted by any mail program, is never new; what the creditor writes around it always is."""

from itertools import product

import pytest

from claimstream.domain.text.quoting import split_quoted

FIRM, MAILBOX = "Kanzlei Brückner & Sohn", "post@bruecknersohn.example"
OURS = (MAILBOX, "@bruecknersohn.example", FIRM)
LETTER = """Aktenzeichen: 774/26
Sehr geehrte Damen und Herren,
für Herrn Malte Ohm erfragen wir die Höhe der Schuld. Hier bekannt ist eine Gesamtforderung von 7.070,70 EUR.
Mit freundlichen Grüßen
Kanzlei Brückner & Sohn"""
ANSWERS = {
    "short": "die Unterlagen gehen Ihnen mit der Post zu.\nWohnbau Elm",
    "figure": "die Gesamtforderung beträgt 512,30 EUR.\n\nWohnbau Elm\nForderungsabteilung",
    "formal": "Ihr Zeichen: 774/26\nUnser Zeichen: WE-3312\n\nSehr geehrte Frau Brückner,\n\n"
    "Ihre E-Mail vom 02.03.2026 "
    "an post@bruecknersohn.example liegt uns vor. Offen sind 512,30 EUR.\n\nMit freundlichen Grüßen\nWohnbau Elm",
    "phone": "offen sind 512,30 €\n\nVon meinem iPhone gesendet",
}
HEADS = {
    "groupwise": ">>> {firm} <{mailbox}> 02.03.2026 14:07 >>>",
    "groupwise, address alone": ">>> <{mailbox}> 02.03.2026 14:07 >>>",
    "groupwise, name alone": '>>> "{firm}" 02.03.2026 14:07 >>>',
    "groupwise, English date": ">>> {firm} <{mailbox}> 3/2/2026 2:07 PM >>>",
    "groupwise, weekday": ">>> {firm} <{mailbox}> Montag, 2. März 2026 >>>",
    "notes": '"{firm}" <{mailbox}>\n02.03.2026 14:07\n\n\nAn\nelm@wohnbau.example\nKopie\n\nThema\nHerr Ohm\n',
    "notes, name alone": "{firm}\n02.03.2026 14:07:31\n\nAn: elm@wohnbau.example\nKopie:\nThema: Herr Ohm\n",
    "notes, labels": "Von:        {firm} <{mailbox}>\nAn:        elm@wohnbau.example\nDatum:        02.03.2026 14:07\n"
    "Betreff:        Herr Ohm\n________________________________",
    "notes, dashes": "Von:\t{firm} ---02.03.2026 14:07:31---Sehr geehrte Damen und Herren, für Herrn Ohm",
    "inotes": '-----"{firm}" <{mailbox}> schrieb: -----\nAn: elm@wohnbau.example\nVon: "{firm}" <{mailbox}>\n'
    "Datum: 02.03.2026 14:07\nBetreff: Herr Ohm\n",
    "inotes, dated": "-----{firm} schrieb am 02.03.2026 14:07: -----",
    "otrs": "02.03.2026 14:07 - {firm} schrieb:",
    "otrs, zone": "02.03.2026 14:07 (Europe/Berlin) - {firm} <{mailbox}> schrieb:",
    "zammad": "Am Montag, 2. März 2026 um 14:07:31, schrieb {firm}:",
    "request tracker": "On Mon Mar 02 14:07:31 2026, {mailbox} wrote:",
    "freshdesk": "Am Mo, 2 Mär um 2:07 PM , {firm} <{mailbox}> schrieb:",
    "zendesk": "{firm}\n2. März 2026, 14:07 MEZ",
    "jira": "{firm} ({mailbox}) 02.03.2026 14:07",
    "servicenow": "2026-03-02 14:07:31 CET - {firm}",
    "ticket": "Nachricht von {mailbox}, 02.03.2026 14:07:",
    "ticket, number": "#1 {firm} <{mailbox}> - 02.03.2026 14:07",
    "salesforce": "--------------- Ursprüngliche Nachricht ---------------\nVon: {firm} [{mailbox}]\n"
    "Gesendet: 02.03.2026\n"
    "An: elm@wohnbau.example\nBetreff: Herr Ohm",
    "no date": "{firm} schrieb:",
    "no date, address": "<{mailbox}> wrote:",
    "gmail": "Am Mo., 2. März 2026 um 14:07 Uhr schrieb {firm} <{mailbox}>:",
    "gmail, wrapped": "Am Mo., 2. März 2026 um 14:07 Uhr schrieb {firm} <\n{mailbox}>:",
    "gmail, two lines": "Am Mo., 2. März 2026 um 14:07 Uhr schrieb\n{firm} <{mailbox}>:",
    "gmail, person": "Am Mo., 2. März 2026 um 14:07 Uhr schrieb Dr. Hella Brückner ({firm}) <{mailbox}>:",
    "gmail, reply code": "Am Mo., 2. März 2026 um 14:07 Uhr schrieb {firm} <post+Q7W2E9R4@bruecknersohn.example>:",
    "gmail, colleague": "Am Mo., 2. März 2026 um 14:07 Uhr schrieb H. Brückner <brueckner@bruecknersohn.example>:",
    "gmail French": "Le lun. 2 mars 2026 à 14:07, {firm} <{mailbox}> a écrit :",
    "gmail Italian": "Il giorno lun 2 mar 2026 alle ore 14:07 {firm} <{mailbox}> ha scritto:",
    "gmail Dutch": "Op ma 2 mrt 2026 om 14:07 schreef {firm} <{mailbox}>:",
    "gmail Polish": "pon., 2 mar 2026 o 14:07 {firm} <{mailbox}> napisał(a):",
    "gmail Spanish": "El lun, 2 mar 2026 a las 14:07, {firm} (<{mailbox}>) escribió:",
    "gmail Portuguese": "{firm} <{mailbox}> escreveu (segunda, 2/03/2026 à(s) 14:07):",
    "gmail Czech": "po 2. 3. 2026 v 14:07 odesílatel {firm} <{mailbox}> napsal:",
    "gmail Turkish": "{firm} <{mailbox}>, 2 Mar 2026 Pzt, 14:07 tarihinde şunu yazdı:",
    "gmail Swedish": "Den mån 2 mars 2026 kl 14:07 skrev {firm} <{mailbox}>:",
    "gmail Danish": "Den man. 2. mar. 2026 kl. 14.07 skrev {firm} <{mailbox}>:",
    "gmail Finnish": "ma 2. maalisk. 2026 klo 14.07 {firm} ({mailbox}) kirjoitti:",
    "gmail Hungarian": "{firm} <{mailbox}> ezt írta (időpont: 2026. márc. 2., H, 14:07):",
    "gmail Romanian": "În lun., 2 mar. 2026 la 14:07, {firm} <{mailbox}> a scris:",
    "gmail Russian": "пн, 2 мар. 2026 г. в 14:07, {firm} <{mailbox}>:",
    "gmail Greek": "Στις Δευ 2 Μαρ 2026 στις 14:07, ο/η {firm} <{mailbox}> έγραψε:",
    "apple": "Am 02.03.2026 um 14:07 schrieb {firm} <{mailbox}>:",
    "apple, name alone": "Am 02.03.2026 um 14:07 schrieb {firm}:",
    "thunderbird": "Am 02.03.26 um 14:07 schrieb {firm}:",
    "gmx": "Gesendet: Montag, 02. März 2026 um 14:07 Uhr\nVon: {firm} <{mailbox}>\nAn: elm@wohnbau.example\n"
    "Betreff: Herr Ohm",
    "web.de app": "--\nDiese Nachricht wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.\n"
    'Am 02.03.26, 14:07 schrieb "{firm}" <{mailbox}>:',
    "yahoo": "Am Montag, 2. März 2026, 14:07:31 MEZ hat {firm} <{mailbox}> Folgendes geschrieben:",
    "roundcube": "Am 2026-03-02 14:07, schrieb {firm}:",
    "horde": "Zitat von {firm} <{mailbox}>:",
    "outlook": "Von: {firm} <{mailbox}>\nGesendet: Montag, 2. März 2026 14:07\nAn: Elm <elm@wohnbau.example>\n"
    "Betreff: Herr Ohm",
    "outlook, phone": "Holen Sie sich Outlook für Android\n________________________________\nVon: {firm} <{mailbox}>\n"
    "Gesendet: Montag, März 2, 2026 2:07 PM\nAn: Elm\nBetreff: Herr Ohm",
    "outlook, two fields": "Von: {firm} <{mailbox}>\nGesendet: Montag, 2. März 2026 14:07",
    "outlook, wrapped author": "Von: {firm}\n <{mailbox}>\nGesendet: Montag, 2. März 2026 14:07\nAn: Elm",
    "outlook English": "From: {firm} <{mailbox}>\nSent: Monday, March 2, 2026 2:07 PM\nTo: Elm\nSubject: Herr Ohm",
    "outlook French": "De : {firm} <{mailbox}>\nEnvoyé : lundi 2 mars 2026 14:07\nÀ : Elm\nObjet : Herr Ohm",
    "outlook French, no-break": "De\u00a0: {firm} <{mailbox}>\nEnvoyé\u00a0: lundi 2 mars 2026 14:07\nÀ\u00a0: Elm\n"
    "Objet\u00a0: Ohm",
    "outlook Italian": "Da: {firm} <{mailbox}>\nInviato: lunedì 2 marzo 2026 14:07\nA: Elm\nOggetto: Herr Ohm",
    "outlook Dutch": "Van: {firm} <{mailbox}>\nVerzonden: maandag 2 maart 2026 14:07\nAan: Elm\nOnderwerp: Herr Ohm",
    "outlook Polish": "Od: {firm} <{mailbox}>\nWysłano: poniedziałek, 2 marca 2026 14:07\nDo: Elm\nTemat: Herr Ohm",
    "outlook Spanish": "De: {firm} <{mailbox}>\nEnviado el: lunes, 2 de marzo de 2026 14:07\nPara: Elm\nAsunto: Ohm",
    "outlook Portuguese": "De: {firm} <{mailbox}>\nEnviada em: segunda-feira, 2 de março de 2026 14:07\nPara: Elm\n"
    "Assunto: Ohm",
    "outlook Czech": "Od: {firm} <{mailbox}>\nOdesláno: pondělí 2. března 2026 14:07\nKomu: Elm\nPředmět: Herr Ohm",
    "outlook Slovak": "Od: {firm} <{mailbox}>\nOdoslané: pondelok 2. marca 2026 14:07\nKomu: Elm\nPredmet: Herr Ohm",
    "outlook Turkish": "Kimden: {firm} <{mailbox}>\nGönderildi: 2 Mart 2026 Pazartesi 14:07\nKime: Elm\nKonu: Herr Ohm",
    "outlook Swedish": "Från: {firm} <{mailbox}>\nSkickat: den 2 mars 2026 14:07\nTill: Elm\nÄmne: Herr Ohm",
    "outlook Danish": "Fra: {firm} <{mailbox}>\nSendt: 2. marts 2026 14:07\nTil: Elm\nEmne: Herr Ohm",
    "outlook Finnish": "Lähettäjä: {firm} <{mailbox}>\nLähetetty: 2. maaliskuuta 2026 14:07\nVastaanottaja: Elm\n"
    "Aihe: Ohm",
    "outlook Hungarian": "Feladó: {firm} <{mailbox}>\nElküldve: 2026. március 2. 14:07\nCímzett: Elm\nTárgy: Herr Ohm",
    "outlook Romanian": "De la: {firm} <{mailbox}>\nTrimis: luni, 2 martie 2026 14:07\nCătre: Elm\nSubiect: Herr Ohm",
    "outlook Croatian": "Šalje: {firm} <{mailbox}>\nPoslano: 2. ožujka 2026. 14:07\nPrima: Elm\nPredmet: Herr Ohm",
    "outlook Russian": "От: {firm} <{mailbox}>\nОтправлено: 2 марта 2026 г. 14:07\nКому: Elm\nТема: Herr Ohm",
    "outlook Greek": "Από: {firm} <{mailbox}>\nΣτάλθηκε: 2 Μαρτίου 2026 14:07\nΠρος: Elm\nΘέμα: Herr Ohm",
    "outlook, unknown language": "Nuo: {firm} <{mailbox}>\nIšsiųsta: 2026 m. kovo 2 d. 14:07\nKam: Elm\nTema: Herr Ohm",
    "forwarded": "---------- Forwarded message ---------\nVon: {firm} <{mailbox}>\n"
    "Date: Mo., 2. März 2026 um 14:07 Uhr\n"
    "Subject: Herr Ohm\nTo: <elm@wohnbau.example>",
    "forwarded, apple": "Anfang der weitergeleiteten Nachricht:\n\nVon: {firm} <{mailbox}>\nBetreff: Herr Ohm\n"
    "Datum: 2. März 2026 um 14:07:31 MEZ\nAn: elm@wohnbau.example",
    "stars": "*Von:* {firm} <{mailbox}>\n*Gesendet:* Montag, 2. März 2026 14:07\n*An:* Elm\n*Betreff:* Herr Ohm",
    "one line": "Von: {firm} <{mailbox}> Gesendet: Montag, 2. März 2026 14:07 An: Elm Betreff: unser Zeichen 774/26",
    "zendesk, spaced": "{firm}\n\n2. März 2026, 14:07 MEZ",
    "gmail page": "{firm} <{mailbox}>\nMo, 2. März, 14:07\nan mich",
    "thunderbird, forwarded": "-------- Originalnachricht --------\nBetreff: Ohm\n"
    "Datum: Mon, 2 Mar 2026 14:07:31 +0100\nVon: {firm} <{mailbox}>\nAn: elm@wohnbau.example",
    "protonmail": "------- Original Message -------\nOn Monday, March 2nd, 2026 at 2:07 PM, {firm} <{mailbox}> wrote:",
    "zoho": "---- Am Mo, 02 März 2026 14:07:31 +0100 {firm} <{mailbox}> schrieb ----",
    "mailto": "Am 02.03.2026 um 14:07 schrieb {firm} <{mailbox}<mailto:{mailbox}>>:",
    "file": "Eingegangen am 02.03.2026 14:07 von {mailbox}",
    "file, fields": "Kanal: E-Mail\nVon: {mailbox}\nZeit: 02.03.2026 14:07",
    "file, columns": "Von\t{firm} ({mailbox})\nDatum\t02.03.2026 14:07",
    "name without its trade": "Brückner & Sohn\n02.03.2026 14:07\n",
    "another trade": "Rechtsanwälte Brückner + Sohn, 02.03.2026 14:07",
    "no colon": "Am 02.03.2026 schrieb {firm}",
    "name without and": "Am 02.03.2026 um 14:07 schrieb Kanzlei Brückner und Sohn:",
    "name in capitals": "Am 02.03.2026 14:07 schrieb KANZLEI BRÜCKNER & SOHN PartG mbB:",
}


def quoted(head: str) -> str:
    return HEADS[head].format(firm=FIRM, mailbox=MAILBOX)


def marked(text: str, prefix: str) -> str:
    return "\n".join(f"{prefix}{line}".rstrip() for line in text.split("\n"))


def is_new(answer: str, new: str) -> bool:
    return all(line in new for line in answer.split("\n"))


@pytest.mark.parametrize(("head", "answer"), list(product(HEADS, ANSWERS)))
def test_our_letter_below_an_answer_is_not_new(head: str, answer: str) -> None:
    split = split_quoted(f"Guten Tag,\n\n{ANSWERS[answer]}\n\n{quoted(head)}\n\n{LETTER}", our_markers=OURS)
    assert "7.070,70" not in split.new
    assert is_new(ANSWERS[answer], split.new)


UNPREFIXED = {head for head in HEADS if head.startswith("notes") or head.endswith(("language", "columns", "page"))}


@pytest.mark.parametrize(
    ("head", "prefix"), list(product((head for head in HEADS if head not in UNPREFIXED), ["> ", ">", " > ", "| "]))
)
def test_an_answer_below_or_between_prefixed_lines_is_new(head: str, prefix: str) -> None:
    above, below = LETTER.split("\n", 1)
    pieces = [
        quoted(head),
        marked(above, prefix),
        "",
        "oben ein Wort",
        "",
        marked(below, prefix),
        "",
        ANSWERS["figure"],
    ]
    split = split_quoted("\n".join(pieces), our_markers=OURS)
    assert "7.070,70" not in split.new
    assert is_new(f"oben ein Wort\n{ANSWERS['figure']}", split.new)


FIGURE = "\n\nSehr geehrte Damen und Herren,\n\nunsere Gesamtforderung beträgt 512,30 EUR.\n\nWohnbau Elm eG"


@pytest.mark.parametrize(
    "text",
    [
        "Wohnbau Elm eG\nUnser Zeichen: WE-3312\nAn: {firm}\nDatum: 16.03.2026\nBetreff: Malte Ohm",
        "Wohnbau Elm eG\nAn: {mailbox}\nDatum: 16.03.2026 09:30\nBetreff: Malte Ohm",
        "Wohnbau Elm eG\n\n{firm}\nLindenstraße 4\n31000 Elm\n\nElm, 16.03.2026",
        "Wohnbau Elm eG\n\n{firm}\n{mailbox}\n\n16.03.2026",
        "{firm}          16.03.2026",
        "{firm}, Lindenstraße 4, 31000 Elm, den 16.03.2026",
        "per E-Mail: {mailbox}          16.03.2026",
        "per E-Mail an {mailbox}, 16.03.2026 09:30 Uhr",
        "Telefax an {firm}, 16.03.2026, 09:30 Uhr, Seite 1 von 1",
        "16.03.2026 09:30   Von: Wohnbau Elm   An: {firm}   S. 1/1",
        'Wohnbau/Elm/DE\n16.03.2026 09:30\n\nAn\n"{firm}" <{mailbox}>\nKopie\n\nThema\nAntwort: Malte Ohm',
        "Ihr Schreiben an {mailbox} vom 02.03.2026",
        "Ihr Schreiben vom 02.03.2026, {firm}",
        "Ihre E-Mail vom 02.03.2026 um 14:07 Uhr an Elm, {firm}",
        "Ihre Nachricht vom 02.03.2026, 14:07 Uhr, {firm} <{mailbox}>",
        "Bezug: E-Mail von {mailbox} vom 02.03.2026, 14:07 Uhr",
        "Bezug: {firm}, Schreiben vom 02.03.2026",
        "Betreff: {firm} ./. Wohnbau Elm, 02.03.2026",
        "Your letter of 2 March 2026, {firm}",
        "With reference to your email from {mailbox} dated 2 March 2026 14:07:",
        "Termin in der {firm} am 30.03.2026, 10:00 Uhr",
        "Telefonat mit {firm} am 13.03.2026 um 10:30 Uhr:",
        "wir kommen zurück auf die E-Mail der {firm} <{mailbox}> vom 02.03.2026, 14:07 Uhr:",
        "am 02.03.2026 um 14:07 Uhr haben wir die Anfrage der {firm} erhalten.",
        "Antwort auf den Vorschlag der {firm} vom 02.03.2026:",
        "Sie haben uns am 02.03.2026 von {mailbox} aus geschrieben:",
        "In Sachen Malte Ohm, vertreten durch {firm}, Stand 16.03.2026:",
        "Vertreten durch: {firm}\nStand: 16.03.2026\nSchuldner: Malte Ohm",
        "Bevollmächtigte: {firm}\nForderungsstand: 16.03.2026\nZinsen bis: 16.03.2026",
        "Zahlungen der {firm}: 02.03.2026 50,00 EUR, 09.03.2026 50,00 EUR",
        "16.03.2026 | E-Mail an {mailbox} | Forderungsaufstellung",
    ],
)
def test_letterheads_and_references_to_our_letter_are_new(text: str) -> None:
    text = text.format(firm=FIRM, mailbox=MAILBOX) + FIGURE
    assert split_quoted(text, our_markers=OURS).new.count("512,30") == 1
    assert split_quoted(f"Guten Tag,\n\n{text}", our_markers=OURS).new == f"Guten Tag,\n\n{text}"


@pytest.mark.parametrize(
    "text",
    [
        "Mit freundlichen Grüßen\nWohnbau Elm eG\n\nVerteiler: {firm}, {mailbox}\n16.03.2026",
        "Freundliche Grüße\nIvo Elm\n\ncc: {firm} <{mailbox}>",
        "Gruß\nIvo Elm\n\nDiese E-Mail ist für {mailbox} bestimmt.\nGesendet am 16.03.2026 um 09:30 Uhr",
    ],
)
def test_a_signature_with_our_address_stays_with_what_follows(text: str) -> None:
    text = f"Guten Tag,\n\nanbei.\n\n{text.format(firm=FIRM, mailbox=MAILBOX)}\n\nPS: Offen sind 512,30 EUR."
    assert split_quoted(text, our_markers=OURS).new == text
