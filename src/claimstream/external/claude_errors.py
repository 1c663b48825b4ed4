"""What went wrong with the model, and whose fault it was."""

import re
from decimal import Decimal

import anthropic
import httpx2

from claimstream.external.claude_http import UnfitAnswerError
from claimstream.external.claude_prices import Usage
from claimstream.external.errors import ExternalError, LockedOut, Outage, Refused, Unauthorised, Unusable
from claimstream.external.http import retry_after_seconds, status_error

SERVICE = "anthropic"

_KEY = "Check ANTHROPIC_API_KEY and its workspace."
_NO_CREDIT = "the credit is used up. Buy credit in the console."
_LOCKED_OUT = {
    "Your credit balance": _NO_CREDIT,
    "You have reached your specified": "the usage limit is reached. Raise it in the console.",
    "This organization has been disabled": f"the organisation is disabled. {_KEY}",
    "Your account does not have access": f"the account has no access. {_KEY}",
}
"""Beginnings of Anthropic's words with a 400 or 403 to every request of an account, and the next step. Other words may
quote a mail."""
_REGAINED = re.compile(r"You will regain access on (\d{4}-\d{2}-\d{2})")
_OK = 200
_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The status of an error in the middle of an answer, which comes with the status of its beginning, 200
(https://platform.claude.com/docs/en/api/errors)."""


class ModelAnswerInvalid(Unusable):
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
        return error.status_code == _OK  # in the middle of its answer
    never_left = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
    return not isinstance(error.__cause__, never_left)


def classify(error: BaseException) -> ExternalError | None:
    unfit = next((e for e in (error, error.__cause__) if isinstance(e, UnfitAnswerError)), None)
    if unfit is not None:
        return Outage(SERVICE, "", f"{unfit.message} Check ANTHROPIC_BASE_URL.")
    match error:
        case anthropic.APIStatusError():
            return _status(error)
        case anthropic.APITimeoutError() | httpx2.TimeoutException():
            return Outage(SERVICE, "", "did not begin to answer, or fell silent in the middle of it, for too long.")
        case anthropic.APIConnectionError() | httpx2.HTTPError() | httpx2.StreamError() | OSError():
            # an answer that breaks off in its middle comes as httpx2's own error
            return Outage(
                SERVICE, "", f"not reachable ({type(error).__name__}). Check the network and ANTHROPIC_BASE_URL."
            )
        case anthropic.APIResponseValidationError():
            return Outage(SERVICE, "", "answered with something else than JSON. Check ANTHROPIC_BASE_URL.")
        case anthropic.CredentialsError():
            return LockedOut(SERVICE, "", f"no credentials. {_KEY}")
        case _:
            return None


def _status(error: anthropic.APIStatusError) -> ExternalError:
    # Of the answer only what names a kind: its message may quote the request, and with it the mail.
    status, kind = error.status_code, error.type or "unknown"
    if status == _OK:
        status = _STATUS.get(kind, 500)
    request = f", request {error.request_id}" if error.request_id else ""
    said = error.api_message or ""
    known = next((what for text, what in _LOCKED_OUT.items() if status in {400, 403} and said.startswith(text)), None)
    if status == 402:
        known = _NO_CREDIT
    if known is not None:
        until = f" It ends on {found[1]}." if (found := _REGAINED.search(said)) else ""
        return LockedOut(SERVICE, "", f"answered {status}{request}: {known}{until}", status=status)
    if status in {401, 403, 404} and error.type is None:
        what = f"answered {status}, not in Anthropic's form"
        message = f"{what}. Check ANTHROPIC_BASE_URL and what is between us and Anthropic."
        return Outage(SERVICE, "", message, status=status)
    if status == 401:
        return LockedOut(SERVICE, "", f"answered 401 ({kind}{request}). {_KEY}", status=status)
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
