"""Which installation a command is about: the one that the settings name, or the demo."""

from contextvars import ContextVar

about_demo: ContextVar[bool] = ContextVar("about_demo", default=False)
"""The command line says ``--demo``."""
LOOKING = ("emails", "report", "review", "mailboxes", "replay", "audit", "dead", "doctor")
"""Commands that show or change what a worker, or a demo, has stored."""
