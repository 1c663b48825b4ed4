"""Mail to the one on call: an outage and its end, told once among all workers; a mailbox that was disabled."""

from claimstream.alerts.alerts import Alerts
from claimstream.alerts.outages import CREDENTIALS

__all__ = ["CREDENTIALS", "Alerts"]
