"""One round of ``bench.reading``: a script, so that it measures whichever sources stand first on the path.

Only what every revision of the sources has under the same name may be used here.
"""

import json
import time
from pathlib import Path

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.decision import Thresholds
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import Source, SourceKind
from claimstream.domain.rules.classification import classify
from claimstream.domain.rules.consolidation import consolidate
from claimstream.memory import calm_collector
from claimstream.reading.mail import read_mail

SAMPLES = Path(__file__).parents[1] / "src" / "claimstream" / "local" / "samples"
STEPS = ("bytes to text", "reader", "rules")
LINEAR_CHARACTERS = (125_000, 250_000, 500_000, 1_000_000)

Spent = dict[str, dict[str, float]]
"""Step → mail → CPU in milliseconds."""


def _round() -> Spent:
    """CPU of each step for each sample mail, the second of two times: the first fills caches."""
    thresholds = Thresholds()
    spent: Spent = {step: {} for step in STEPS}
    for _ in range(2):
        for path in sorted(SAMPLES.glob("*/email.eml")):
            raw, name = path.read_bytes(), path.parent.name
            clock = [time.process_time()]
            mail = read_mail(raw)
            clock.append(time.process_time())
            found = [read_source(source) for source in mail.sources]
            clock.append(time.process_time())
            classify(mail, found, letter=None)
            consolidate(found, intent=Intent.CLAIM_STATEMENT, thresholds=thresholds)
            clock.append(time.process_time())
            for step, begin, end in zip(STEPS, clock, clock[1:], strict=False):
                spent[step][name] = (end - begin) * 1000
    return spent


def _long_text() -> Spent:
    """CPU of the reader over ever longer text of ordinary letters."""
    letters = [read_mail(path.read_bytes()).body.text for path in sorted(SAMPLES.glob("*/email.eml"))]
    text = "\n\n".join(letters)
    spent: dict[str, float] = {}
    for characters in LINEAR_CHARACTERS:
        long = (text * (characters // len(text) + 1))[:characters]
        source = Source(
            source_id="body",
            kind=SourceKind.BODY,
            name="body",
            media_type="text/plain",
            size=characters,
            sha256="0" * 64,
            text=long,
        )
        began = time.process_time()
        read_source(source)
        spent[str(characters)] = (time.process_time() - began) * 1000
    return {"reader": spent}


if __name__ == "__main__":
    calm_collector()  # as a reading process does
    print(json.dumps({"mails": _round(), "text": _long_text()}))
