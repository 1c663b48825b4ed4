"""The command line: ``claimstream --help``."""

import sys

from claimstream.cli.ending import ENDING


def main() -> None:
    """Entry point. Signals come before everything else, and all that takes time to import comes after them."""
    ENDING.install()
    ENDING.in_json = sys.argv[1:2] == ["run"] and not sys.stderr.isatty()  # until the settings say how it logs
    from claimstream.cli.main import main as run_command

    run_command()


__all__ = ["main"]
