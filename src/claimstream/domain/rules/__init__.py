"""What decides: intent, the inquiry a mail answers, one figure out of many, guards, and the route."""
