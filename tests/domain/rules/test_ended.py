import pytest
from tests.domain.records import mail

from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.intent import Intent
from claimstream.domain.rules.ended import claim_ended

FIRM, MAILBOX = "Kanzlei am Hafen", "ansprueche@kanzlei-hafen.example"
OUR_HEAD = (
    f"Von: {FIRM} <{MAILBOX}>\nGesendet: Montag, 2. November 2026 10:15\nAn: Inkasso Aue\nBetreff: Nele Brandt\n\n"
)
THEIR_HEAD = "Von: Lena Ott\nGesendet: Freitag, 13. November 2026 09:18\nAn: Forderungen\nBetreff: 8801 Brandt\n\n"
SOLD = "Hallo zusammen, das Konto haben wir zum 01.10. an die Merkur Kapital verkauft.\nVG Lena\n\n"
OUR_LETTER = "Bitte teilen Sie uns mit, ob die Forderung verkauft wurde.\nMit freundlichen Grüßen\n" + FIRM


@pytest.mark.parametrize(
    ("quoted", "ended"),
    [
        pytest.param(THEIR_HEAD + SOLD + OUR_HEAD + OUR_LETTER, True, id="an office of theirs above our letter"),
        pytest.param(f"Am 13.11.2026 um 09:18 schrieb Lena Ott <ott@aue.example>:\n> {SOLD}", True, id="as a reply"),
        pytest.param(OUR_HEAD + OUR_LETTER, False, id="our letter"),
        pytest.param(OUR_HEAD + OUR_LETTER + "\n" + THEIR_HEAD + SOLD, False, id="older than our letter"),
        pytest.param(THEIR_HEAD + "Kannst du das beantworten?\n\n" + OUR_HEAD + OUR_LETTER, False, id="nothing of it"),
    ],
)
def test_what_offices_wrote_to_each_other_may_end_a_claim(quoted: str, ended: bool) -> None:
    received = mail("Die Gesamtforderung beträgt 512,00 EUR.", quoted=quoted)
    received = received.model_copy(update={"our_marks": (MAILBOX, FIRM)})
    assert (claim_ended(received, Intent.CLAIM_STATEMENT, Consolidated()) is not None) is ended
