"""``python -m claimstream``."""

from claimstream.cli import main

main()
