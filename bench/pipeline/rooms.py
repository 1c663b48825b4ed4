"""Which room of the house a frame belongs to, by its module."""

from collections.abc import Iterable

LOOP = "asyncio, loop"
OTHER = "other"

_PREFIXES = {
    "pubsub": ("claimstream.pubsub", "claimstream.publishing", "grpc", "google"),
    "telemetry": ("claimstream.telemetry", "claimstream.monitoring", "opentelemetry", "sentry_sdk", "structlog"),
    "store": ("claimstream.store", "asyncpg"),
    "external clients": (
        "claimstream.external",
        "aiohttp",
        "aiosmtplib",
        "anthropic",
        "gcloud",
        "httpcore",
        "httpcore2",
        "httpx",
        "httpx2",
        "motor",
        "purgatory",
        "pymongo",
        "stamina",
        "tenacity",
    ),
    "domain": ("claimstream.domain",),
    "reading": ("claimstream.reading",),
    "pipeline, mailbox": ("claimstream.pipeline", "claimstream.mailbox", "claimstream.maintenance", "claimstream.app"),
    LOOP: ("asyncio", "uvloop"),
}
ROOMS = (*_PREFIXES, OTHER)
_THREADS = {"Otel": "telemetry", "sentry": "telemetry", "claimstream-": "telemetry", "asyncio_": "reading"}
"""By the beginning of a thread's name: who encodes and sends telemetry, and who splits mails for the loop."""


def room_of(modules: Iterable[str]) -> str:
    """The room of the innermost frame that has one; the libraries of Python itself work for whoever calls them.

    Args:
        modules: names of the modules of a stack's frames, the innermost first.
    """
    on_loop = False
    for module in modules:
        room = _room(module)
        if room == LOOP:
            on_loop = True  # a stream's frame, maybe on behalf of a client further out
        elif room is not None:
            return room
    return LOOP if on_loop else OTHER


def room_of_thread(name: str) -> str:
    return next((room for start, room in _THREADS.items() if name.startswith(start)), OTHER)


def _room(module: str) -> str | None:
    return next(
        (
            room
            for room, prefixes in _PREFIXES.items()
            if any(module == prefix or module.startswith(f"{prefix}.") for prefix in prefixes)
        ),
        None,
    )
