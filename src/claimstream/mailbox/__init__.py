"""From "mailbox M changed" to one row and one message per new email."""
