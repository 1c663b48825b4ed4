"""``claimstream demo`` and what goes with it: what it leaves behind, mail of one's own."""
