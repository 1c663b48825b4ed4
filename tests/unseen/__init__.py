"""An independent set of evaluation cases, written from the domain rules alone: ``python -m tests.unseen.make``."""
