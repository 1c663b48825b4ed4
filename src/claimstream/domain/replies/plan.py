"""The names of a settlement plan."""

from claimstream.domain.language import Rule

PLAN = "(?:{plan_first+plan_head}|{plan_head}|{plan_name})"

NAMES_PLAN = Rule(
    "names_plan",
    PLAN,
    takes=("dem Regulierungsvorschlag", "Ihr Angebot", "ein Null-Plan", "your settlement proposal"),
    leaves=("Ihr Terminvorschlag", "unser Dienstplan", "das Gegenangebot", "die Vergleichsmiete"),
)

ABOUT_PLAN = Rule(
    "about_a_plan",
    PLAN + "|{plan_topic}",
    takes=("Unser Gegenvorschlag:", "eine Vergleichszahlung von", "Ihr Plan", "our counter offer"),
    leaves=("Die Forderung beträgt 400 EUR.",),
)
"""It speaks of the plan or of terms in its place."""
