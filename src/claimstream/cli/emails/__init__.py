"""``claimstream emails``: the newest emails and what became of them."""
