"""A stand-in for Anthropic's Messages API that answers from scripts, with its faults."""
