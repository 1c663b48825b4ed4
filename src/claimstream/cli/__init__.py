"""The command line: ``claimstream --help``."""

from claimstream.cli.main import main

__all__ = ["main"]
