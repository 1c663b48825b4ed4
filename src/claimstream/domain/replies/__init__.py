"""The reading of a creditor's reply: what its sentences are, what they take back, what they answer."""
