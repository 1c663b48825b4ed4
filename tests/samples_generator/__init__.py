"""Writes ``src/claimstream/local/samples``: the sample mail, with what is right for each (see README.md here)."""
