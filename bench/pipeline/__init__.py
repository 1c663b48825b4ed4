"""A worker at realistic delays: rate, CPU and memory, beside a system of threads. See bench/README.md."""
