"""What so many firms need, by the sums and by a day that is played. `python -m bench.scaling [--firms 1,100,10000]`"""

import argparse
import sys

from rich.console import Console
from rich.table import Table

from bench.scaling.compared import compared
from bench.scaling.figures import Figures


def main() -> int:
    """1 when the sums and the day that was played do not agree, or a limit is passed."""
    parser = argparse.ArgumentParser(prog="python -m bench.scaling", description=__doc__)
    parser.add_argument(
        "--firms",
        type=lambda text: [int(number) for number in text.split(",")],
        default=[1, 100, 10_000],
        metavar="N,N",
        help="how many (default: 1,100,10000)",
    )
    parser.add_argument(
        "--letters",
        type=int,
        default=Figures().letters,
        help="of a firm within INQUIRY_AGE_DAYS (default: %(default)s)",
    )
    chosen = parser.parse_args()
    if min(chosen.firms) < 1:
        parser.error("--firms are 1 or more")
    return _print(Console(width=120), chosen.firms, Figures(letters=chosen.letters))


def _print(console: Console, firms: list[int], figures: Figures) -> int:
    found = [compared(number, figures) for number in firms]
    table = Table("", title="What firms need", title_justify="left")
    for one in found:
        table.add_column(f"{one.need.firms:,} firm{'s' if one.need.firms > 1 else ''}", justify="right")
    for lines in zip(*(one.rows() for one in found), strict=True):
        table.add_row(lines[0][0], *(value for _, value in lines))
    console.print(table)
    complaints = [f"{one.need.firms:,} firms: {complaint}" for one in found for complaint in one.complaints()]
    for complaint in complaints:
        console.print(complaint, style="red")
    if not complaints:
        console.print("The sums and the day that was played agree, and no limit of Gmail's is passed.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
