"""Throughput, CPU, memory and latency of Pub/Sub subscribers, side by side: ``python -m bench.pubsub --help``."""
