"""The embedded local stack: real servers and stand-ins on the loopback interface, for the demo and the tests."""
