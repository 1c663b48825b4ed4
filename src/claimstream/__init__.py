"""claimstream reads creditors' email replies as a stream and keeps each client's claims up to date."""

from importlib.metadata import version

__version__ = version("claimstream")
