"""Who sits at the keyboard: what is decided by hand is kept with their name."""

import getpass
import os
import socket


def who() -> str:
    """``anna@desk-3``."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"
