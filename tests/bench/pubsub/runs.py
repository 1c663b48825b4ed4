"""Runs as they could have been measured."""

from bench.pubsub.idle import IdleRun
from bench.pubsub.throughput import ThroughputRun


def throughput(rate: float, *, cpu_ms: float = 10.0, server_cpu_share: float = 0.5) -> ThroughputRun:
    return ThroughputRun(
        messages=3000,
        messages_per_second=rate,
        cpu_ms_per_1000=cpu_ms,
        peak_rss_mib=70.0,
        server_cpu_share=server_cpu_share,
        versions={"python": "3.11.7"},
    )


def idle(p50_ms: float, p99_ms: float) -> IdleRun:
    return IdleRun(messages=300, p50_ms=p50_ms, p99_ms=p99_ms)
