"""The tables that are printed."""

from rich.console import Console
from rich.table import Table

from bench.pipeline.results import Found, Goal, NormalDay


def show(console: Console, found: Found) -> None:
    """Print what was measured so far."""
    if found.slow_day or found.normal_day:
        console.print(_days(found))
    if found.normal_day is not None:
        console.print(_rooms(found.normal_day))
    if found.own_cpu is not None:
        own = found.own_cpu
        table = _table("CPU per email, model answering at once", "process", "CPU ms", "rounds, least to most")
        table.add_row("worker, all telemetry on", f"{own.worker_ms:.1f}", _range(own.worker_ms_of_rounds))
        table.add_row("the same calls bare", f"{own.bare_ms:.1f}", _range(own.bare_ms_of_rounds))
        console.print(table)
        calls = ", ".join(f"{kind} {number:.2f}" for kind, number in own.calls_per_email.items())
        console.print(f"Calls per email: {calls}.", highlight=False)
    if found.workers or found.threads:
        console.print(_side_by_side(found))
    if found.memory is not None:
        seen = found.memory
        said = ", ".join(f"{emails:,}: {mib:.0f}" for emails, mib in _some(seen.points))
        console.print(f"Memory, MiB after so many emails: {said}; {seen.slope_mib_per_10_000:+.1f} per 10,000.")
    if goals := found.goals():
        console.print(_goals(goals))


def _days(found: Found) -> Table:
    table = _table(
        "One worker",
        *("day", "model", "in flight", "emails/s", "of", "share", "CPU ms", "peak MiB", "readers MiB", "machine busy"),
    )
    if (slow := found.slow_day) is not None:
        table.add_row(
            "slow",
            f"{slow.model_seconds:g} s, {slow.model_calls_per_email:.2f} ×",
            f"{slow.in_flight:,} ({slow.in_work:,.0f} seen)",
            f"{slow.emails_per_second:.2f}",
            f"{slow.ideal_per_second:.2f} ideal",
            f"{slow.share:.1%}",
            f"{slow.cpu_ms_per_email:.1f}",
            f"{slow.peak_rss_mib:.0f}",
            f"{slow.readers_rss_mib:.0f}",
            _percent(slow.machine_busy_share),
        )
    if (normal := found.normal_day) is not None:
        table.add_row(
            "normal",
            normal.model,
            f"{normal.in_flight} ({normal.in_work:.0f} seen)",
            f"{normal.emails_per_second:.1f}",
            f"{1000 / normal.cpu_ms_per_email:.1f} one core",
            f"{normal.share:.1%}",
            f"{normal.cpu_ms_per_email:.1f}",
            f"{normal.peak_rss_mib:.0f}",
            "",
            _percent(normal.machine_busy_share),
        )
    return table


def _rooms(normal: NormalDay) -> Table:
    table = _table("Where the worker's CPU goes on the normal day", "room", "share", "ms per email")
    for room, share in sorted(normal.rooms.items(), key=lambda item: -item[1]):
        table.add_row(room, f"{share:.1%}", f"{share * normal.cpu_ms_per_email:.1f}")
    return table


def _side_by_side(found: Found) -> Table:
    table = _table(
        "Side by side, all on this machine",
        *("system", "model", "emails/s", "CPU ms", "peak MiB", "of ideal", "machine busy"),
    )
    for row in found.workers:
        name = f"{row.workers} worker process{'es' if row.workers > 1 else ''}"
        table.add_row(
            name if row.telemetry else f"{name}, no telemetry",
            "3 s with tail",
            f"{row.emails_per_second:.1f}",
            f"{row.cpu_ms_per_email:.1f}",
            f"{row.peak_rss_mib:.0f}",
            "",
            _percent(row.machine_busy_share),
        )
    for one in found.threads:
        table.add_row(
            f"Dramatiq, {one.threads:,} threads",
            one.model,
            f"{one.emails_per_second:.1f}",
            f"{one.cpu_ms_per_email:.1f}",
            f"{one.peak_rss_mib:.0f}",
            _percent(one.share),
            _percent(one.machine_busy_share),
        )
    return table


def _goals(goals: list[Goal]) -> Table:
    table = _table("Goals", "goal", "measured", "")
    for goal in goals:
        met = {True: "[green]met[/]", False: "[red]not met[/]", None: "not judged: too small a run"}[goal.met]
        table.add_row(goal.title, goal.value, met)
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(first, title=title, title_justify="left")
    for heading in others:
        table.add_column(heading, justify="right")
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _range(values: tuple[float, ...]) -> str:
    return f"{min(values):.1f} to {max(values):.1f}"


def _some(points: tuple[tuple[int, float], ...]) -> list[tuple[int, float]]:
    step = max(1, len(points) // 8)
    return [*points[:-1:step], points[-1]]
