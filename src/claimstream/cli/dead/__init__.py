"""``claimstream dead``: the dead-letter topic, and back into work with what lies there."""
