"""What HTTP statuses and broken connections mean, the same for every service reached by aiohttp."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from opentelemetry.util.types import AttributeValue
from yarl import URL

from claimstream.external.errors import ExternalError, NotFound, Outage, Refused, Throttled, Unauthorised

MOST_RETRY_AFTER_SECONDS = 3600.0
"""The longest wait that a service may ask for. Gmail asks for a quarter of an hour; more is likelier a fault."""
THROTTLED_REASONS = frozenset(
    {
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "quotaExceeded",
        "dailyLimitExceeded",
        "RATE_LIMIT_EXCEEDED",
        "RESOURCE_EXHAUSTED",
    }
)
"""Google's reasons of a rate limit, which may come with a 403
(https://developers.google.com/workspace/gmail/api/guides/handle-errors, google.rpc.ErrorInfo)."""

_RETRY_AFTER = re.compile(r"\bRetry after (\d{4}-\d\d-\d\dT\S{5,20}Z)", re.IGNORECASE)


def retry_after_seconds(headers: Mapping[str, str] | None, message: str = "") -> float | None:
    """The wait that a service asks for, at most :data:`MOST_RETRY_AFTER_SECONDS`; None when absent or unreadable.

    Args:
        headers: may hold ``Retry-After`` (RFC 9110, section 10.2.3): seconds or a date.
        message: may say "Retry after 2026-11-29T12:00:00.000Z", which is Gmail's way.
    """
    value = next((text.strip() for name, text in (headers or {}).items() if name.lower() == "retry-after"), "")
    try:
        seconds = _seconds(value) if value else _seconds_until_said(message)
    except (ValueError, TypeError, OverflowError, IndexError):  # the library's own, for dates such as "Wed, 99 Foo"
        return None
    if seconds is None or math.isnan(seconds):
        return None
    return min(max(0.0, seconds), MOST_RETRY_AFTER_SECONDS)


def _seconds(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return _seconds_until(parsedate_to_datetime(value))


def _seconds_until_said(message: str) -> float | None:
    said = _RETRY_AFTER.search(message)
    return None if said is None else _seconds_until(datetime.fromisoformat(said[1]))


def _seconds_until(moment: datetime) -> float:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


def status_error(
    service: str,
    status: int,
    what: str,
    *,
    advice: str,
    headers: Mapping[str, str] | None = None,
    message: str = "",
) -> ExternalError:
    """The error for an answer of that status.

    :param what: what the service said, in a few words without content.
    :param advice: what to check when our credentials are wrong.
    :param message: the service's own words, of which only a time to come back at is taken.
    """
    said = f"answered {status} ({what})" if what else f"answered {status}"
    after = retry_after_seconds(headers, message)
    if status == 429 or (status == 403 and what in THROTTLED_REASONS):
        return Throttled(
            service, "", f"{said}: too many requests, slowing down", retry_after_seconds=after, status=status
        )
    if status in (401, 403):
        return Unauthorised(service, "", f"{said}. {advice}", status=status)
    if status in (408, 425) or status >= 500:
        text = f"{said}: its own failure, it should pass"
        return Outage(service, "", text, retry_after_seconds=after, status=status)
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


async def read_at_most(response: aiohttp.ClientResponse, most_bytes: int) -> bytes | None:
    """Return the body of an answer; None when it is longer, which takes no more memory than that."""
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > most_bytes:
            return None
    return bytes(content)


def server_attributes(url: str) -> dict[str, AttributeValue]:
    """``server.address`` and ``server.port`` of a base URL."""
    parsed = URL(url)
    attributes: dict[str, AttributeValue] = {"server.address": parsed.host or url}
    if parsed.port is not None:
        attributes["server.port"] = parsed.port
    return attributes
