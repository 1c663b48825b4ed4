"""The command line: ``claimstream --help``."""

from claimstream.cli.ending import ENDING


def main() -> None:
    """Entry point. Signals come before everything else, and all that takes time to import comes after them."""
    ENDING.install()
    from claimstream.cli.main import main as run_command

    run_command()


__all__ = ["main"]
