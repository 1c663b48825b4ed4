"""The chart of the README, as SVG."""

from collections.abc import Callable, Sequence
from html import escape

from bench.pubsub.cells import Cell
from bench.pubsub.results import Result
from bench.pubsub.variants import OURS

CELLS = (Cell(100, 120, 0.0), Cell(1, 120, 0.0))
"""The rows of the chart, where they were measured."""

_WIDTH = 960
_MARGIN = 26
_NAMES = 212
_GAP = 40
_VALUE = 76
"""Room for the number behind the longest bar."""
_PLOT = (_WIDTH - 2 * _MARGIN - _NAMES - _GAP) / 2 - _VALUE
_BAR, _STEP = 18, 27
_HEAD, _CELL_HEAD = 86, 34

_STYLE = """
    .card { fill: #ffffff; stroke: #d0d7de }
    text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328 }
    .title { font-size: 17px; font-weight: 600 }
    .head { font-weight: 600 }
    .quiet { fill: #59636e }
    .axis { stroke: #d0d7de }
    .ours { fill: #0969da }
    .other { fill: #afb8c1 }
    .name-ours { font-weight: 600 }
    @media (prefers-color-scheme: dark) {
      .card { fill: #0d1117; stroke: #30363d }
      text { fill: #e6edf3 }
      .quiet { fill: #9198a1 }
      .axis { stroke: #30363d }
      .ours { fill: #4493f8 }
      .other { fill: #57606a }
    }
"""

Measure = Callable[[Result], float | None]


def chart(results: Sequence[Result]) -> str | None:
    """Two columns of bars, messages per second and CPU per 1,000 messages, for each of `CELLS`; None if there is
    nothing to draw. Bars of one group share a scale that begins at zero."""
    groups = [(cell, found) for cell in CELLS if (found := [result for result in results if _drawn(result, cell)])]
    if not groups:
        return None
    rounds = max(result.rounds for _, found in groups for result in found)
    right = _MARGIN + _NAMES + _PLOT + _VALUE + _GAP
    parts = [
        _text(_MARGIN, 36, "Google Pub/Sub subscribers for Python, one process each", "title"),
        _text(
            _MARGIN,
            57,
            f"120-byte messages, handler that returns at once, in-memory server; median of {rounds} "
            f"round{'s' if rounds > 1 else ''}",
            "quiet",
        ),
        _text(_MARGIN + _NAMES, _HEAD, "messages per second: longer is better", "head"),
        _text(right, _HEAD, "CPU ms per 1,000 messages: shorter is better", "head"),
    ]
    y = float(_HEAD)
    for cell, found in groups:
        y += _CELL_HEAD
        plural = "s" if cell.per_response > 1 else ""
        parts.append(_text(_MARGIN, y, f"{cell.per_response} message{plural} per response", "head"))
        y += 12
        parts += _bars(_MARGIN + _NAMES, y, found, lambda result: result.messages_per_second, ",.0f")
        parts += _bars(right, y, found, lambda result: result.cpu_ms_per_1000, ",.1f")
        for index, result in enumerate(found):
            name = result.variant + (" *" if result.server_bound else "")
            style = "name-ours" if result.variant == OURS else ""
            parts.append(_text(_MARGIN, y + index * _STEP + _BAR - 4, name, style))
        y += len(found) * _STEP
    if any(result.server_bound for _, found in groups for result in found):
        y += 22
        parts.append(_text(_MARGIN, y, "* the server was the limit", "quiet"))
    height = y + 22
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height:g}" '
        f'viewBox="0 0 {_WIDTH} {height:g}" role="img">\n'
        "  <title>Throughput and CPU of Pub/Sub subscribers for Python</title>\n"
        f"  <style>{_STYLE}  </style>\n"
        f'  <rect class="card" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1:g}" rx="8"/>\n'
        + "".join(f"  {part}\n" for part in parts)
        + "</svg>\n"
    )


def _drawn(result: Result, cell: Cell) -> bool:
    return result.cell == cell and result.messages_per_second is not None


def _bars(x: float, y: float, results: Sequence[Result], measure: Measure, form: str) -> list[str]:
    values = [measure(result) or 0.0 for result in results]
    longest = max(values) or 1.0
    parts = [f'<line class="axis" x1="{x:g}" y1="{y - 3:g}" x2="{x:g}" y2="{y + len(values) * _STEP - 6:g}"/>']
    for index, (result, value) in enumerate(zip(results, values, strict=True)):
        top = y + index * _STEP
        width = max(1.0, value / longest * _PLOT)
        colour = "ours" if result.variant.startswith(OURS) else "other"
        parts.append(f'<rect class="{colour}" x="{x:g}" y="{top:g}" width="{width:.1f}" height="{_BAR}" rx="2"/>')
        parts.append(_text(x + width + 7, top + _BAR - 4, format(value, form), ""))
    return parts


def _text(x: float, y: float, text: str, style: str) -> str:
    css = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{css}>{escape(text)}</text>'
