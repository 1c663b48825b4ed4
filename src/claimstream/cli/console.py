"""Where text goes: results to stdout, everything else to stderr."""

from rich.console import Console

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def note(text: str) -> None:
    """A line for the person, beside the result."""
    err.print(text)
