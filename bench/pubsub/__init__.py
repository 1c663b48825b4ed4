"""Subscribers compared: this project's and those in use today, against one server. See bench/README.md."""
