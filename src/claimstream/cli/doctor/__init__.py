"""``claimstream doctor``: is each service there, and what is wrong?"""
