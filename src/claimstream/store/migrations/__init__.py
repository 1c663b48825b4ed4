"""Schema versions. ``claimstream migrate`` brings a database to the newest one."""
