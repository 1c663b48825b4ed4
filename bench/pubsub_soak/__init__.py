"""Subscriber and publisher under random faults. See bench/README.md."""
