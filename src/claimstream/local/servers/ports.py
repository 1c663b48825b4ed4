"""Free ports on the loopback interface for servers that are stopped and started again on the same port.

They are taken from below the range the kernel gives to outgoing connections. Inside that range a client that keeps
trying a server that is down is sooner or later given that very port as its own, connects to itself, and the server
cannot come back.
"""

import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"

_FIRST_PORT = 10_240
_LAST_PORT = 65_535
_RANGE_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_DEFAULT_FIRST_EPHEMERAL = 32_768  # Linux; macOS and IANA: 49,152
_FEW = 1_000
_ATTEMPTS = 200

_random = random.SystemRandom()


def _candidates() -> range:
    try:
        first_ephemeral = int(_RANGE_FILE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        first_ephemeral = _DEFAULT_FIRST_EPHEMERAL
    last = first_ephemeral - 1
    return range(_FIRST_PORT, (last if last - _FIRST_PORT >= _FEW else _LAST_PORT) + 1)


def free_port() -> int:
    """A port nobody listens on just now. Another process can take it before it is used: try again with another then.

    Raises ``OSError`` when none is found.
    """
    candidates = _candidates()
    for _ in range(_ATTEMPTS):
        port = _random.choice(candidates)
        # Without SO_REUSEADDR, with which a port that is kept would pass for free.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        return port
    raise OSError(f"no free port found on {LOOPBACK} between {candidates.start} and {candidates.stop - 1}")


class PortKeeper:
    """Keeps the port of a stopped server: nobody else listens there, and who connects is refused."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    def keep(self, port: int) -> None:
        """Keep the port until :meth:`release`, unless another process has it already."""
        if self._socket is not None:
            return
        kept = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            kept.bind((LOOPBACK, port))
        except OSError:  # the start that follows says so
            kept.close()
        else:
            self._socket = kept

    def release(self) -> None:
        """Give the port up, right before the server listens on it or for good."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
