"""The subscribers that are compared, one module and one process each."""

from dataclasses import dataclass, field
from typing import Literal

GOOGLE = "google callback"
"""What the others are compared with."""
OURS = "claimstream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One subscriber."""

    name: str
    module: str
    """In this package; run as `python -m bench.pubsub.variants.MODULE`."""
    library: str
    """A module that is importable when it is installed."""
    protocol: Literal["grpc", "rest"] = "grpc"
    concurrency: int = 1000
    """How many handlers run at once."""
    rates: dict[int, float] = field(default_factory=dict)
    """Messages per second by messages per response, roughly: how many messages the first round is given."""
    missing: str = "make bench-pubsub installs it"
    """Where it comes from when it is not installed."""


VARIANTS = (
    Variant(
        name=OURS,
        module="claimstream",
        library="claimstream.pubsub",
        rates={1: 10_000, 10: 40_000, 100: 100_000},
    ),
    Variant(
        name="claimstream (asyncio loop)",
        module="claimstream_asyncio",
        library="claimstream.pubsub",
        rates={1: 10_000, 10: 40_000, 100: 90_000},
    ),
    Variant(
        name=GOOGLE,
        module="google_callback",
        library="google.cloud.pubsub_v1",
        concurrency=10,
        rates={1: 1_000, 10: 6_000, 100: 15_000},
    ),
    Variant(
        name="google bridged",
        module="google_bridged",
        library="google.cloud.pubsub_v1",
        rates={1: 900, 10: 5_000, 100: 12_000},
    ),
    Variant(
        name="gcloud-aio-pubsub",
        module="gcloud_aio",
        library="gcloud.aio.pubsub",
        protocol="rest",
        rates={1: 2_000, 10: 5_000, 100: 8_000},
        missing="it needs Python 3.11.3 or newer; make bench-pubsub installs it",
    ),
    Variant(
        name="fastpubsub",
        module="fastpubsub",
        library="fastpubsub",
        rates={1: 700, 10: 2_000, 100: 4_000},
        missing="it needs Python 3.12 or newer: make bench-pubsub BENCH_PYTHON=python3.13",
    ),
)
