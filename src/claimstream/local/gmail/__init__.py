"""A Gmail server: the REST calls used, pushes as Gmail makes them, and its faults."""
