"""``claimstream report``: everything about one email, on a screen, as JSON and as a page."""
