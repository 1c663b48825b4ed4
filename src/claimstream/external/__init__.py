"""The services outside: one file each, and the one door that every call to them goes through."""
