"""What HTTP statuses and broken connections mean, the same for every service reached by aiohttp."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from opentelemetry.util.types import AttributeValue
from yarl import URL

from claimstream.external.errors import ExternalError, NotFound, Outage, Refused, Throttled, Unauthorised


def retry_after_seconds(headers: Mapping[str, str] | None) -> float | None:
    """``Retry-After`` (RFC 9110, section 10.2.3): seconds or a date; None when absent or unreadable."""
    value = next((text.strip() for name, text in (headers or {}).items() if name.lower() == "retry-after"), "")
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def status_error(
    service: str, status: int, what: str, *, advice: str, headers: Mapping[str, str] | None = None
) -> ExternalError:
    """The error for an answer of that status.

    :param what: what the service said, in a few words without content.
    :param advice: what to check when our credentials are wrong.
    """
    said = f"answered {status} ({what})" if what else f"answered {status}"
    after = retry_after_seconds(headers)
    if status == 429:
        return Throttled(
            service, "", f"{said}: too many requests, slowing down", retry_after_seconds=after, status=status
        )
    if status in (401, 403):
        return Unauthorised(service, "", f"{said}. {advice}", status=status)
    if status in (408, 425) or status >= 500:
        message = f"{said}: its own failure, it should pass"
        return Outage(service, "", message, retry_after_seconds=after, status=status)
    if status in (404, 410):
        return NotFound(service, "", f"{said}: not there, or no longer", status=status)
    return Refused(service, "", f"{said}: it does not accept this request", status=status)


def connection_error(service: str, error: BaseException, *, setting: str) -> ExternalError | None:
    """An outage for a connection that could not be made, was lost, or was too slow; None for anything else.

    :param setting: the setting that holds the address, for the advice.
    """
    if isinstance(error, aiohttp.ClientError | OSError | TimeoutError):
        cause = type(error).__name__
        return Outage(service, "", f"not reachable ({cause}). Check the network and {setting}.")
    return None


def connection_classifier(service: str, setting: str) -> Callable[[BaseException], ExternalError | None]:
    """:func:`connection_error` as the door wants it."""

    def classify(error: BaseException) -> ExternalError | None:
        return connection_error(service, error, setting=setting)

    return classify


def server_attributes(url: str) -> dict[str, AttributeValue]:
    """``server.address`` and ``server.port`` of a base URL."""
    parsed = URL(url)
    attributes: dict[str, AttributeValue] = {"server.address": parsed.host or url}
    if parsed.port is not None:
        attributes["server.port"] = parsed.port
    return attributes
