"""What a worker takes and gives at realistic delays: rate, CPU, memory, beside a system of threads. See bench/README.md."""
