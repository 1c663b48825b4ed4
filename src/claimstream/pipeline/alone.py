"""Telling a mail that alone fails from an outage."""

from claimstream.domain.rules.alone import fails_alone
from claimstream.external.errors import Outage
from claimstream.pipeline.services import Services
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)


async def why_it_fails_alone(services: Services, email_id: str, outage: Outage) -> str | None:
    """Note the failure of the email in work. Why it is that email's own, for a person; None: it is an outage."""
    others = services.others_seconds_ago(outage)
    if others is None:
        return None
    try:
        failed = await services.emails.failed(email_id, outage.service, outage.operation, others)
    except Outage:
        return None
    if not fails_alone(failed):
        return None
    log.error(
        "email_fails_alone",
        service=outage.service,
        operation=outage.operation,
        failures=failed.count,
        others=failed.others,
        seconds=round(failed.seconds),
    )
    return f"It failed for this mail again and again, while it worked for others: {outage}"
