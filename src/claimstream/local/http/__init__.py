"""What the HTTP stand-ins have in common."""
