"""Scoring a folder of cases (``docs/evaluation.md``): what was read, matched and written, against what is expected."""
