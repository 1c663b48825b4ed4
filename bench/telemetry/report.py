"""The table that is printed."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.telemetry.results import GOAL, Result, goal_met
from bench.telemetry.variants import VARIANTS

_TITLES = {variant.name: variant.title for variant in VARIANTS}


def show(console: Console, found: Sequence[Result]) -> None:
    """Print what was measured so far."""
    table = Table("variant", "what is on", title="The worker's CPU per email", title_justify="left")
    for heading in ("CPU ms", "× off", "middle half", "readers ms", "spans", "log lines", "emails/s", "peak MiB"):
        table.add_column(heading, justify="right", no_wrap=True)
    for result in found:
        middle = result.ratio_range
        table.add_row(
            result.variant,
            _TITLES[result.variant],
            f"{result.cpu_ms_per_email:.1f}",
            "–" if result.ratio_to_off is None else f"{result.ratio_to_off:.3f}",
            "–" if middle is None else f"{middle[0]:.2f} to {middle[1]:.2f}",
            f"{result.reader_cpu_ms_per_email:.1f}",
            f"{result.spans_per_email:.1f}",
            f"{result.log_lines_per_email:.1f}",
            f"{result.emails_per_second:.1f}",
            f"{result.peak_rss_mib:.0f}",
        )
    console.print(table)
    if found:
        rounds = max(result.rounds for result in found)
        console.print(f"Medians of {rounds} round{'s' if rounds > 1 else ''}; × off is taken in each round by itself.")
    met = goal_met(found)
    if met is not None:
        console.print(f"Goal: on costs at most {GOAL:g} × off:", "[green]met[/]" if met else "[red]not met[/]")
