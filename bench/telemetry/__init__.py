"""What being watched costs: the worker's CPU per email with telemetry on, sampled and off. See bench/README.md."""
