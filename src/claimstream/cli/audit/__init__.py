"""``claimstream audit``: is everything that Gmail has accounted for?"""
