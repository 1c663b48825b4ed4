"""``claimstream mailboxes``: how far each one is, and which are left alone."""
