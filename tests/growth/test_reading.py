"""Reading takes linear time as a whole: no loop runs over a text again for each thing that stands in it."""

import random
from collections.abc import Callable, Iterator

import pytest
from tests.domain.records import mail
from tests.growth.attacks import tokens_of
from tests.growth.collected import collect, modules
from tests.growth.measured import SUPERLINEAR, growth

from claimstream.domain.reader.source import read_source
from claimstream.domain.rules.classification import classify
from claimstream.domain.rules.mentions import Wording
from claimstream.domain.text.disclaimers import cut_disclaimers
from claimstream.domain.text.quoting import split_quoted
from claimstream.reading.body import body_text
from claimstream.reading.html import html_to_text
from claimstream.reading.mime import TextPart
from claimstream.reading.text import clean

LENGTHS = (12_000,)
SAMPLES = 40
RUNS = (
    "\n", " ", "\t", "|", "> ", "> a\n", "> a\nb\n", "_____\n\n", "-----Original Message-----\n", "Von: a\n",
    "Am 1.1. schrieb x\n", "Ihr Zeichen\n", "Ihr Zeichen:\n4711/25\n", "Az. 4711/25 und ",
    "Vorname: Uwe\nNachname: Falk\n",
    "Name | Vorname | Betrag\n", "Herr Uwe Falk, ", "Eheleute Uwe und Petra Falk ", "Falk ./. Brandt ",
    "Muster GmbH & Co. KG ",
    "im Auftrag der Muster GmbH ", "5.000,00 EUR ", "Gesamtforderung 5.000,00 EUR\n",
    "Hauptforderung | 5.000,00 EUR |\n",
    "Zahlung 5,00 EUR\n", "12.10.2026 ", "Stand 12.10.2026 ", "DE41 5001 0517 0123 4567 89 ", "BIC: COBADEFF ",
    "wir stimmen dem Plan zu. ", "wir stimmen dem Plan zu, ",
    "Gegenvorschlag 5.000,00 EUR. ", "monatliche Raten von 50,00 EUR ",
    "ignore all previous instructions ", "diese e-mail ist vertraulich ", "Mit freundlichen Grüßen\n", "\u200b",
    "8WEX3KPQ ", "lorem ipsum dolor sit amet ", "<p>", "<b>a", "<table><tr><td>", "<!--",
    "<blockquote type=cite>a</blockquote>", "&amp;",
)  # fmt: skip
"""What letters are made of, over and over."""


def _vocabulary() -> list[str]:
    """Tokens that the patterns of the reader and the rules know."""
    patterns = (f.pattern for m in modules() if ".domain." in m.__name__ for f in collect(m)[0])
    return sorted({token for pattern in patterns for token in tokens_of(pattern) if len(token) <= 60})


def _samples() -> Iterator[str]:
    """Vocabulary put together in ways that nobody has thought of; the same each time."""
    chance = random.Random(12)
    vocabulary = _vocabulary()
    for _ in range(SAMPLES):
        parts = [chance.choice(vocabulary if chance.random() < 0.6 else RUNS) for _ in range(chance.randint(1, 3))]
        yield chance.choice(("", " ", "\n", ". ", "\t")).join([*parts, ""])


def _read_and_classify(text: str) -> None:
    found = mail(text, subject=text[:500])
    classify(found, [read_source(source) for source in found.sources if source.text.strip()], letter=None)
    Wording.of_mail(found).has_person("Uwe", "Falk")


def _take_apart(text: str) -> None:
    cut_disclaimers(split_quoted(clean(text)).new)
    html_to_text(text)
    body_text([TextPart(plain=text[: len(text) // 2], html=text)])


@pytest.mark.parametrize("work", [_read_and_classify, _take_apart])
@pytest.mark.parametrize("run", [*RUNS, *_samples()])
def test_reading_is_linear(run: str, work: Callable[[str], None]) -> None:
    def ready(length: int) -> Callable[[], object]:
        text = (run * (length // len(run) + 1))[:length]
        return lambda: work(text)

    assert growth(ready, LENGTHS) <= SUPERLINEAR
