"""The tables that are printed."""

import itertools
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.pubsub.cells import Cell
from bench.pubsub.goals import goals, idle_goal, ratio
from bench.pubsub.results import Measurements, Result
from bench.pubsub.variants import GOOGLE, OURS, Variant


def show(console: Console, results: Sequence[Result], measurements: Measurements, variants: Sequence[Variant]) -> None:
    """Print all that was measured so far."""
    for cell, group in itertools.groupby(results, key=lambda result: result.cell):
        console.print(_throughput(cell, list(group)))
    if results:
        console.print("Medians, where there were several rounds; × is against google callback.\n", highlight=False)
    if any(measurements.idle(variant.name) or measurements.idle_error(variant.name) for variant in variants):
        console.print(_idle(measurements, variants))
    ours, google = measurements.idle(OURS), measurements.idle(GOOGLE)
    found = [*goals(results), *idle_goal(ours and ours[1], google and google[1])]
    if found:
        table = Table("goal", "measured", "", title="Goals", title_justify="left")
        for goal in found:
            table.add_row(goal.text, goal.measured, "[green]met[/]" if goal.met else "[red]not met[/]")
        console.print(table)


def _throughput(cell: Cell, results: Sequence[Result]) -> Table:
    table = Table(title=str(cell), title_justify="left", min_width=100)
    table.add_column("variant", min_width=26)
    for heading in ("messages/s", "×", "CPU ms/1,000", "×", "peak MiB", "server CPU"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    google = next((result for result in results if result.variant == GOOGLE), None)
    for result in results:
        notes = ["server-bound"] if result.server_bound else []
        if result.error:
            notes.append(f"[red]{escape(result.error)}[/]")
        table.add_row(
            result.variant,
            _number(result.messages_per_second, ",.0f"),
            _number(ratio(result.messages_per_second, google.messages_per_second if google else None), ".2f"),
            _number(result.cpu_ms_per_1000, ",.1f"),
            _number(ratio(result.cpu_ms_per_1000, google.cpu_ms_per_1000 if google else None), ".3f"),
            _number(result.peak_rss_mib, ",.0f"),
            _number(result.server_cpu_share, ".0%"),
            "; ".join(notes),
        )
    return table


def _idle(measurements: Measurements, variants: Sequence[Variant]) -> Table:
    table = Table(title="Publish to handler, idle", title_justify="left")
    table.add_column("variant")
    for heading in ("p50 ms", "p99 ms"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for variant in variants:
        p50, p99 = measurements.idle(variant.name) or (None, None)
        note = measurements.idle_error(variant.name)
        if note is None and variant.protocol == "rest":
            note = "not measured: the latency server has no REST"
        table.add_row(variant.name, _number(p50, ".2f"), _number(p99, ".2f"), escape(note or ""))
    return table


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
