"""What is started as a worker: `claimstream run`, whose wall clock may be wrong from the start or jump at SIGUSR1.

The monotonic clock stays right, as it does on a real machine whose time is set.
"""

import os
import signal
from datetime import UTC, datetime, timedelta

import time_machine

from claimstream.cli import main

_OFFSET = timedelta(seconds=float(os.environ.get("CHAOS_CLOCK_SECONDS", "0")))
_JUMP = timedelta(seconds=float(os.environ.get("CHAOS_JUMP_SECONDS", "0")))


def _set_clock(offset: timedelta) -> None:
    time_machine.travel(datetime.now(UTC) + offset, tick=True).start()


if __name__ == "__main__":
    if _OFFSET:
        _set_clock(_OFFSET)
    signal.signal(signal.SIGUSR1, lambda *_: _set_clock(_JUMP))
    main()
