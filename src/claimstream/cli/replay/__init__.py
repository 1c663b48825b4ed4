"""``claimstream replay``: settled emails are put to work again."""
