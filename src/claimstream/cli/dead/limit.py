"""How many dead messages a command looks at, at most. By itself: help is to be there at once."""

MOST = 10_000
