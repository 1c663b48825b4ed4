"""Words that may take something back, tie it to something, or put it off."""

from claimstream.domain.language import Rule

DOUBT = Rule(
    "doubt",
    r"{condition}|{limit}|{contrast}|{denial}|{doubt}|{subjunctive}|{demand}|{change}|{delay}",
    takes=(
        "Wir stimmen zu, wenn alle anderen zustimmen.",
        "Der Vorstand prüft noch.",
        "Wir würden 600 EUR annehmen.",
        "We might agree.",
    ),
    leaves=("Wir stimmen zu.", "Bitte überweisen Sie den Betrag auf unser Konto.", "We agree."),
)
"""A sentence that holds one of these is not plain."""

DOOR = Rule(
    "open_door",
    r"{condition}|{limit}|{contrast}|{doubt}|{subjunctive}|{change}|{delay}|{door}|{door_time}",
    takes=(
        "Unser Limit liegt bei 1.200 EUR.",
        "Über weitere Schritte sprechen wir gern.",
        "In dieser Form lehnen wir ab.",
        "Endgültig entscheidet die Zentrale am Montag.",
        "We currently see no way.",
    ),
    leaves=("Wir lehnen den Plan ab.", "Die Vollstreckung wird fortgesetzt."),
)
"""Beside a refusal: the last word may not be spoken."""

DOOR_OF_REASONS = Rule(
    "open_door_in_a_reason",
    r"{change}|{door}",
    takes=("Nach § 76 SGB IV wäre ein Vergleich denkbar.",),
    leaves=(
        "Er hat noch im Mai bestellt.",
        "Nach § 76 SGB IV darf nur erlassen werden, wenn die Einziehung unbillig wäre.",
    ),
)

FORMAL_FAULT = Rule(
    "formal_fault",
    "{formal_fault}",
    takes=("weil er nicht unterschrieben ist", "da uns Ihr Mandant nicht bekannt ist"),
    leaves=("weil die Quote zu gering ist",),
)
"""As the reason of a refusal it may refuse the paper and not the plan."""
