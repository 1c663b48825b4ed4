"""What 1, 100 and 10,000 firms need, and a simulation that checks the sums. See docs/scaling.md."""
