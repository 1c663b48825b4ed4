"""Words that may take something back, tie it to something, or put it off."""

from claimstream.domain.language import Rule

DOUBT = Rule(
    "doubt",
    r"{condition}|{contrast}|{denial}|{doubt}|{subjunctive}|{demand}|{change}|{delay}",
    takes=(
        "Wir stimmen zu, wenn alle anderen zustimmen.",
        "Der Vorstand prüft noch.",
        "Wir würden 600 EUR annehmen.",
        "We might agree.",
    ),
    leaves=("Wir stimmen zu.", "Bitte überweisen Sie den Betrag auf unser Konto.", "We agree."),
)
"""A sentence that holds one of these is not plain."""
