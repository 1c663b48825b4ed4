"""What the rules speak of: mails, values read out of them, inquiries, decisions, and an email as work."""
