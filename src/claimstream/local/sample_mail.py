"""Where the sample mail lies: a folder of cases in the evaluation format (``docs/evaluation.md``)."""

from pathlib import Path

SAMPLES = Path(__file__).parent / "samples"
