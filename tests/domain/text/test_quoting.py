import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.domain.text.disclaimers import cut_disclaimers
from claimstream.domain.text.quoting import split_quoted

OURS = ("claims@kanzlei-nord.example", "K7Q2X9M4")
ANSWER = (
    "Sehr geehrte Damen und Herren,\n\nunsere Forderung beträgt heute insgesamt 3.418,07 EUR. Davon entfallen "
    "2.900,00 EUR auf die Hauptforderung. Bitte geben Sie bei Zahlungen stets unser Zeichen 26-K-004411 an, damit "
    "wir Ihren Eingang ohne Rückfrage zuordnen können.\n\nMit freundlichen Grüßen\nInkasso Aue"
)
LETTER = (
    "Sehr geehrte Damen und Herren,\n\nwir bitten um Mitteilung der aktuellen Forderung gegen unsere Mandantin Nele "
    "Brandt. Nach unseren Unterlagen sind 999,00 EUR offen.\n\n" + "Die Unterlagen liegen uns vor.\n" * 60
)
QUOTED_LETTER = "\n".join(f"> {line}".rstrip() for line in LETTER.split("\n"))


@pytest.mark.parametrize(
    "introduction",
    [
        "Am Mo., 4. Mai 2026 um 09:12 Uhr schrieb Kanzlei Nord <claims@kanzlei-nord.example>:",
        "Am Mo., 4. Mai 2026 um 09:12 Uhr schrieb Kanzlei Nord <\nclaims@kanzlei-nord.example>:",
        "Am 04.05.2026 um 09:12 schrieb Kanzlei Nord:",
        "Kanzlei Nord <claims@kanzlei-nord.example> schrieb am Mo., 4. Mai 2026, 09:12:",
        "On Mon, May 4, 2026 at 9:12 AM Kanzlei Nord <claims@kanzlei-nord.example> wrote:",
        "On 04/05/2026 09:12, Kanzlei Nord wrote:",
        "Zitat von Kanzlei Nord <claims@kanzlei-nord.example> 04.05.2026 09:12:",
        "-----Ursprüngliche Nachricht-----",
        "-----Original Message-----",
        "-------- Ursprüngliche Nachricht --------\nVon: Kanzlei Nord\nDatum: 04.05.26 09:12",
        "Von: Kanzlei Nord <claims@kanzlei-nord.example>\nGesendet: Montag, 4. Mai 2026 09:12\nAn: Fall\nBetreff: F",
        "____________________\nVon: Kanzlei Nord\nGesendet: Montag, 4. Mai 2026 09:12\nAn: Fall\nBetreff: F",
        "*Von:* Kanzlei Nord\n*Gesendet:* Montag, 4. Mai 2026 09:12\n*An:* Fall\n*Betreff:* F",
        "From: Kanzlei Nord\nSent: Monday, May 4, 2026 9:12 AM\nTo: Fall\nSubject: F",
        "Gesendet: Montag, 04. Mai 2026 um 09:12 Uhr\nVon: Kanzlei Nord\nAn: Fall\nBetreff: F",
        "Von: Kanzlei Nord\nDatum: 4. Mai 2026\nAn: fall@aue.example,\n mahnung@aue.example\nBetreff: F",
        "---------- Weitergeleitete Nachricht ---------\nVon: Kanzlei Nord\nDate: 4. Mai 2026\nSubject: F",
        "Anfang der weitergeleiteten Nachricht:\n\nVon: Kanzlei Nord\nBetreff: F\nDatum: 4. Mai 2026 um 09:12:00 MESZ",
    ],
)
@pytest.mark.parametrize("letter", [LETTER, QUOTED_LETTER], ids=["bare", "prefixed"])
def test_what_stands_below_an_introduction_is_quoted(introduction: str, letter: str) -> None:
    split = split_quoted(f"{ANSWER}\n\n{introduction}\n\n{letter}", our_markers=OURS)
    assert split.new == ANSWER
    assert split.quoted.startswith(introduction.split("\n", maxsplit=1)[0])
    assert "999,00" in split.quoted


def test_a_short_answer_above_our_long_letter_stays_short() -> None:
    for head in ("Am 04.05.2026 um 09:12 schrieb Kanzlei <claims@kanzlei-nord.example>:", "-----Original Message-----"):
        for letter in (LETTER, QUOTED_LETTER):
            split = split_quoted(f"Siehe Anlage.\n\n{head}\n{letter}", our_markers=OURS)
            assert split.new == "Siehe Anlage."
            assert "999,00" in split.quoted


def test_our_letter_is_known_by_a_marker_in_its_text() -> None:
    plain = "Nach unseren Unterlagen sind 999,00 EUR offen.\n" * 20
    text = f"Siehe Anlage.\n\n-----Original Message-----\n{plain}Kennung k7q2x9m4\n"
    assert split_quoted(text, our_markers=OURS).new == "Siehe Anlage."


def test_our_letter_is_known_by_its_wording_when_nothing_else_tells() -> None:
    assert split_quoted(f"Siehe Anlage.\n\n-----Original Message-----\n{LETTER}").new == "Siehe Anlage."


def test_a_forwarded_answer_of_somebody_else_is_given_back() -> None:
    head = "Von: Stadtwerke <info@stadtwerke-aue.example>\nGesendet: Montag\nAn: Inkasso Aue\nBetreff: Saldo"
    split = split_quoted(f"Zur Kenntnis.\n\n{head}\n\n{ANSWER}\n{'Text ' * 200}", our_markers=OURS)
    assert split.new.startswith("Zur Kenntnis.")
    assert "3.418,07 EUR" in split.new
    assert "Gesendet:" not in split.new
    assert split.quoted == head


def test_a_forwarded_answer_to_us_is_given_back_in_any_language() -> None:
    head = "Od: Sklep <biuro@sklep.example>\nWysłano: poniedziałek, 4 maja 2026 09:12"
    head += "\nDo: Nord <claims@kanzlei-nord.example>"
    split = split_quoted(f"Zur Kenntnis.\n\n{head}\nTemat: Saldo\n\n{ANSWER}\n{'Text ' * 200}", our_markers=OURS)
    assert "3.418,07 EUR" in split.new


@pytest.mark.parametrize(
    "head",
    [
        "Il giorno lun 4 mag 2026 alle ore 09:12 Inkasso Aue <fall@aue.example> ha scritto:",
        "-----Message d'origine-----\nDe : Inkasso Aue\nEnvoyé : lundi 4 mai 2026 09:12",
        "Da: Inkasso Aue\nInviato: lunedì 4 maggio 2026 09:12\nA: Nord\nOggetto: F",
    ],
)
def test_history_is_known_in_other_languages(head: str) -> None:
    split = split_quoted(f"{ANSWER}\n\n{head}\n\nIhr Saldo war 500,00 EUR.\n", our_markers=OURS)
    assert split.new == ANSWER


def test_giving_back_ends_at_our_own_letter() -> None:
    foreign = "Von: Stadtwerke <info@stadtwerke-aue.example>\nGesendet: Montag\nAn: Inkasso Aue\nBetreff: Saldo"
    ours = "Von: Kanzlei Nord <claims@kanzlei-nord.example>\nGesendet: Sonntag\nAn: Stadtwerke\nBetreff: Saldo"
    older = "Von: Stadtwerke <info@stadtwerke-aue.example>\nGesendet: Samstag\nAn: Kanzlei\nBetreff: Saldo"
    text = f"Zur Kenntnis.\n\n{foreign}\n\nSaldo 500,00 EUR\n\n{ours}\n\n{LETTER}\n\n{older}\n\nSaldo 400,00 EUR\n"
    split = split_quoted(text, our_markers=OURS)
    assert "500,00" in split.new
    assert "999,00" not in split.new
    assert "400,00" not in split.new


def test_a_prefixed_quotation_by_somebody_else_is_given_back_without_its_prefix() -> None:
    head = "> Von: Stadtwerke <info@stadtwerke-aue.example>\n> Gesendet: Montag\n> An: Inkasso Aue\n> Betreff: Saldo"
    quoted = "\n".join(f"> {line}".rstrip() for line in ANSWER.split("\n"))
    split = split_quoted(f"Zur Kenntnis.\n\n{head}\n>\n{quoted}\n> {'Text ' * 200}", our_markers=OURS)
    assert "\nunsere Forderung beträgt heute insgesamt 3.418,07 EUR." in split.new


def test_answers_between_and_below_quoted_lines_are_new() -> None:
    text = "> Wie hoch ist die Forderung?\n500,00 EUR\n\n> Und die Zinsen?\n\n12,00 EUR\n\nInkasso Aue"
    split = split_quoted(text)
    assert split.new == "500,00 EUR\n\n12,00 EUR\n\nInkasso Aue"
    assert split.quoted == "> Wie hoch ist die Forderung?\n> Und die Zinsen?"


def test_an_answer_below_the_whole_quotation_is_new() -> None:
    head = "Am 04.05.2026 um 09:12 schrieb Kanzlei Nord <claims@kanzlei-nord.example>:"
    split = split_quoted(f"{head}\n{QUOTED_LETTER}\n\n{ANSWER}", our_markers=OURS)
    assert split.new == ANSWER


def test_the_rest_of_a_quoted_line_that_lost_its_prefix_stays_quoted() -> None:
    text = (
        f"> {'Nach unseren Unterlagen ist Ihre Mandantin noch schuldig einen Betrag von'}\n999,00 EUR\n> Bitte prüfen."
    )
    assert split_quoted(f"{ANSWER}\n\n{text}").new == ANSWER


def test_a_quoted_paragraph_wrapped_without_its_prefix_stays_quoted() -> None:
    long = "> Nach unseren Unterlagen beläuft sich Ihre Forderung gegen unsere Mandantin auf"
    rest = "999,00 EUR. Bitte teilen Sie uns binnen drei Wochen mit, welchen Betrag Sie\nheute fordern und seit wann."
    assert split_quoted(f"{ANSWER}\n\n{long}\n{rest}\n> Danke.").new == ANSWER
    asked = "> Wie hoch ist die Forderung gegen unsere Mandantin Nele Brandt am heutigen Tage?"
    answer = "Die Forderung beträgt 500,00 EUR und ruht auf einem Vertrag vom letzten Jahr."
    assert split_quoted(f"{asked}\n{answer}\n> Danke.").new == answer


@pytest.mark.parametrize("name", ["Kanzlei Nord", "Kanzlei Nord\nHafenstraße 1"])
def test_a_forwarded_letter_to_us_is_given_back(name: str) -> None:
    head = "Von: Sachbearbeitung <sb@aue.example>\nGesendet: Montag\nAn: Posteingang\nBetreff: Brandt"
    split = split_quoted(f"Z. K.\n\n{head}\n\n{name}\n\n{ANSWER}\n{'Text ' * 200}", our_markers=(*OURS, "Kanzlei Nord"))
    assert "3.418,07 EUR" in split.new


def test_a_forwarded_letter_that_we_signed_is_not_given_back() -> None:
    head = "Von: Posteingang <post@aue.example>\nGesendet: Montag\nAn: Sachbearbeitung\nBetreff: Brandt"
    ours = "Offen sind 999,00 EUR.\n\nMit freundlichen Grüßen\n\nEva Nord\nKanzlei Nord"
    split = split_quoted(f"Z. K.\n\n{head}\n\n{ours}\n{'Text ' * 200}", our_markers=("Kanzlei Nord",))
    assert split.new == "Z. K."


@pytest.mark.parametrize(
    ("below", "answered"),
    [
        ("", False),
        ("Hafenstraße 1 · 20457 Hamburg\nTel. 040 1234", False),
        ("Sehr geehrte Frau Nord,\n\noffen sind 500,00 EUR.\n\nInkasso Aue", True),
        ("Von: Inkasso Aue\nGesendet: Sonntag\nAn: Kanzlei Nord\nBetreff: F\n\nGuten Tag,\n\n500,00 EUR", False),
    ],
)
def test_a_greeting_below_our_letter_may_be_an_answer(below: str, answered: bool) -> None:
    head = "Von: Kanzlei Nord <claims@kanzlei-nord.example>\nGesendet: Montag, 4. Mai 2026 09:12\nAn: Fall\nBetreff: F"
    letter = "Guten Tag,\n\nwie hoch ist die Forderung?\n\nMit freundlichen Grüßen\nKanzlei Nord"
    split = split_quoted(f"Siehe unten.\n\n{head}\n\n{letter}\n\n{below}", our_markers=(*OURS, "Kanzlei Nord"))
    assert (split.new, split.answered_below) == ("Siehe unten.", answered)


@pytest.mark.parametrize(
    "text",
    [
        "Am 3. Mai 2026 schrieb uns Ihr Mandant:\ner werde zahlen.",
        "Von: unserer Buchhaltung haben wir erfahren, dass 500 EUR offen sind.",
        "Datum: 01.03.2026\nBetreff: Nele Brandt\nUnser Zeichen: 4711\n\nForderung 500,00 EUR",
        "----------\nForderung 500,00 EUR\n----------",
        "Hinweis: Am Montag um 9:12 Uhr haben Sie uns geschrieben.\nDiese Nachricht lag nicht vor.",
        "Der Betrag ist > 500 EUR.",
    ],
)
def test_what_only_resembles_a_quotation_is_kept(text: str) -> None:
    assert split_quoted(text).new == text


@given(st.text(alphabet=st.sampled_from("ab >\n:.0912vonAm@<>-_"), max_size=300))
def test_no_character_but_line_ends_and_blanks_is_lost(text: str) -> None:
    split = split_quoted(text)
    both = split.new + split.quoted
    for character in "ab.0912vonAm@<-_:":
        assert both.count(character) == text.count(character)


@pytest.mark.parametrize(
    "disclaimer",
    [
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind oder diese E-Mail "
        "irrtümlich erhalten haben, informieren Sie bitte den Absender und vernichten Sie diese Mail.",
        "This message is confidential. If you are not the intended recipient, please notify the sender.",
        "Das unerlaubte Kopieren sowie die unbefugte Weitergabe dieser Mail ist nicht gestattet. Die Nachricht ist "
        "vertraulich.",
    ],
)
def test_a_disclaimer_goes_and_what_follows_it_stays(disclaimer: str) -> None:
    text, cut = cut_disclaimers(f"Inkasso Aue\n\n{disclaimer}\n\nSumme 500,00 EUR")
    assert cut == disclaimer
    assert text.startswith("Inkasso Aue")
    assert text.endswith("Summe 500,00 EUR")


@pytest.mark.parametrize(
    "text",
    [
        "Hinweis: Bitte beachten Sie unsere neue Anschrift.\n\nDiese Nachricht betrifft Nele Brandt.\n\nSumme 500 EUR",
        "Diese Nachricht ist vertraulich. Wenn Sie nicht der richtige Adressat sind, löschen Sie diese Mail.\n"
        "Die Gesamtforderung beträgt 500,00 EUR.",
        "Bitte behandeln Sie diese Mitteilung vertraulich.",
    ],
)
def test_a_hint_that_says_something_is_no_disclaimer(text: str) -> None:
    assert cut_disclaimers(text) == (text, "")


@pytest.mark.parametrize(
    "line", ["Gesendet mit der Mail-App", "Von meinem iPhone gesendet", "Sent from my phone", "Get Outlook for iOS"]
)
def test_the_line_of_a_phone_goes(line: str) -> None:
    assert cut_disclaimers(f"einverstanden\nmertz\n{line}") == ("einverstanden\nmertz", line)


@pytest.mark.parametrize("line", ["Das Handy haben wir zurückgesendet.", "Den Plan haben wir mit der App geschickt."])
def test_a_sentence_about_a_phone_stays(line: str) -> None:
    assert cut_disclaimers(line) == (line, "")
