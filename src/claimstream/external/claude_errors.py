"""What went wrong with the model, and whose fault it was."""

from decimal import Decimal

import anthropic
import httpx2

from claimstream.external.claude_prices import Usage
from claimstream.external.errors import ExternalError, Outage, Refused, Unauthorised
from claimstream.external.http import retry_after_seconds, status_error

SERVICE = "anthropic"

_KEY = "Check ANTHROPIC_API_KEY and its workspace."


class ModelAnswerInvalid(Refused):
    """The model answered twice, and neither answer can be used: cut off, refused, or not of the form asked for.

    ``status`` is the stop reason. The tokens were paid all the same.
    """

    def __init__(
        self, operation: str, message: str, *, stop_reason: str | None, model: str, usage: Usage, cost_usd: Decimal
    ) -> None:
        super().__init__(SERVICE, operation, message, status=stop_reason)
        self.stop_reason = stop_reason
        self.model = model
        self.usage = usage
        self.cost_usd = cost_usd


def may_be_billed(error: BaseException) -> bool:
    """Return True for a request that may have been answered, and be billed, although it ended with ``error``."""
    if isinstance(error, anthropic.APIStatusError):
        return False
    never_left = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
    return not isinstance(error.__cause__, never_left)


def classify(error: BaseException) -> ExternalError | None:
    match error:
        case anthropic.APIStatusError():
            return _status(error)
        case anthropic.APIConnectionError() | httpx2.HTTPError() | httpx2.StreamError() | OSError():
            # an answer that breaks off in its middle comes as httpx2's own error
            return Outage(
                SERVICE, "", f"not reachable ({type(error).__name__}). Check the network and ANTHROPIC_BASE_URL."
            )
        case anthropic.APIResponseValidationError():
            return Outage(SERVICE, "", "answered with something else than JSON. Check ANTHROPIC_BASE_URL.")
        case anthropic.CredentialsError():
            return Unauthorised(SERVICE, "", f"no credentials. {_KEY}")
        case _:
            return None


def _status(error: anthropic.APIStatusError) -> ExternalError:
    # Of the answer only what names a kind: its message may quote the request, and with it the mail.
    status, kind = error.status_code, error.type or "unknown"
    request = f", request {error.request_id}" if error.request_id else ""
    if status == 402 or (status == 400 and "credit balance" in (error.api_message or "")):
        message = f"answered {status}: the credit is used up{request}. Buy credit in the console."
        return Unauthorised(SERVICE, "", message, status=status)
    if status == 404:
        message = f"answered 404 ({kind}{request}). Check EXTRACTION_MODEL and CLASSIFICATION_MODEL."
        return Unauthorised(SERVICE, "", message, status=status)
    if status in (400, 413, 422):
        return Refused(SERVICE, "", f"does not accept this request: {status} {kind}{request}", status=status)
    what = f"{kind}{request}"
    if status == 409:
        return Outage(
            SERVICE,
            "",
            f"answered 409 ({what})",
            retry_after_seconds=retry_after_seconds(error.response.headers),
            status=status,
        )
    return status_error(SERVICE, status, what, advice=_KEY, headers=error.response.headers)
