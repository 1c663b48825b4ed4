"""Whose mailboxes we may read: access tokens for Gmail, fetched before they expire, one request for many waiters."""

import asyncio
import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import aiohttp
from google.auth import crypt, jwt
from opentelemetry import trace

from claimstream.external.door import Door
from claimstream.external.errors import ExternalError, LockedOut, Outage, Unauthorised
from claimstream.external.http import connection_classifier, read_at_most, server_attributes, status_error
from claimstream.external.sessions import new_session
from claimstream.external.sizes import MOST_OF_A_TOKEN

GMAIL_READONLY = "https://www.googleapis.com/auth/gmail.readonly"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
SERVICE = "google-oauth"

_EARLY_SECONDS = 300.0
"""A token is replaced this long before it expires, so that none expires on its way."""
_ASSERTION_SECONDS = 3600
"""The longest life Google allows a signed assertion."""
_PASSING = frozenset({"internal_failure", "server_error", "temporarily_unavailable"})
"""Errors that come with a 400 and say nothing of our credentials; google-auth repeats a request after them, too."""
_NO_SUCH_KEY = "Invalid JWT Signature"
"""The key was revoked (https://developers.google.com/identity/protocols/oauth2/service-account#error-codes)."""
_MOST_SAID = 200
_TOKEN = re.compile(r"[!-~]+")
"""An access token (RFC 6749, appendix A.12); a header takes no other one."""
_PASSING_STATUSES = frozenset({408, 425, 429})
"""Statuses below 500 that say the same, whoever answers."""
_BETWEEN_US = "Is something between us and Google?"
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Credentials(Protocol):
    """Where tokens come from."""

    async def token(self, mailbox: str) -> str:
        """A token that opens the mailbox.

        :raises Unauthorised: Google gives none for it.
        :raises Outage: the token endpoint cannot be reached.
        """
        ...

    def forget(self, mailbox: str, token: str) -> None:
        """The service said 401 to this token: the next one must be a new one."""
        ...

    async def close(self) -> None: ...


class StaticToken:
    """One token for everything, for local servers and short trials."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self, mailbox: str) -> str:
        del mailbox
        return self._token

    def forget(self, mailbox: str, token: str) -> None:
        """There is no other one."""

    async def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class _Issued:
    token: str
    expires_at: float


class _Fetched(ABC):
    """Tokens from an OAuth 2.0 token endpoint (RFC 6749), kept per key until shortly before they expire."""

    _serves_all = frozenset({"invalid_client"})
    """Errors of what opens every mailbox: all others would be refused, too."""

    def __init__(self, door: Door, token_uri: str, advice: str) -> None:
        self._service = door.service(SERVICE, connection_classifier(SERVICE, "token_uri in GMAIL_SERVICE_ACCOUNT_FILE"))
        self._token_uri = token_uri
        self._advice = advice
        self._issued: dict[str, _Issued] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._session: aiohttp.ClientSession | None = None

    def _key(self, mailbox: str) -> str:
        return mailbox

    @abstractmethod
    async def _form(self, mailbox: str) -> dict[str, str]:
        """What is posted to the endpoint."""

    async def token(self, mailbox: str) -> str:
        key = self._key(mailbox)
        async with self._locks.setdefault(key, asyncio.Lock()):
            issued = self._issued.get(key)
            if issued is None or issued.expires_at - _EARLY_SECONDS <= time.monotonic():
                form = await self._form(mailbox)
                issued = await self._service.call(
                    "token",
                    lambda: self._fetch(form),
                    attributes={"http.request.method": "POST", **server_attributes(self._token_uri)},
                    subject=key or None,
                )
                self._issued[key] = issued
            return issued.token

    def forget(self, mailbox: str, token: str) -> None:
        key = self._key(mailbox)
        issued = self._issued.get(key)
        if issued is not None and issued.token == token:  # else somebody has replaced it already
            del self._issued[key]

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _fetch(self, form: Mapping[str, str]) -> _Issued:
        if self._session is None:
            self._session = new_session(self._token_uri)
        asked_at = time.monotonic()
        async with self._session.post(self._token_uri, data=form) as response:
            trace.get_current_span().set_attribute("http.response.status_code", response.status)
            text = ((await read_at_most(response, MOST_OF_A_TOKEN)) or b"").decode(errors="replace")
            if response.status != 200:
                raise self._refusal(response.status, text, response.headers, form)
        try:
            answer = json.loads(text)
            token, seconds = answer["access_token"], float(answer.get("expires_in", 3600))
            if not _TOKEN.fullmatch(token):
                raise ValueError("no access token")
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise Outage(SERVICE, "", f"answered 200 without a token. {_BETWEEN_US}") from error
        return _Issued(token, asked_at + seconds)

    def _refusal(self, status: int, text: str, headers: Mapping[str, str], form: Mapping[str, str]) -> ExternalError:
        """RFC 6749, section 5.2: a 400 says in ``error`` that the grant or the client is not accepted."""
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            body = None
        answer = body if isinstance(body, dict) else {}
        reason, description = (_said(answer.get(name), form) for name in ("error", "error_description"))
        said = ": ".join(part for part in (reason, description) if part)
        if {reason, description} & _PASSING:
            return Outage(SERVICE, "", f"answered {status} ({said}): its own failure, it should pass", status=status)
        if reason in self._serves_all or description.startswith(_NO_SUCH_KEY):
            return LockedOut(SERVICE, "", f"no token ({said}). {self._advice}", status=status)
        if status == 400 and reason:
            return Unauthorised(SERVICE, "", f"no token ({said}). {self._advice}", status=status)
        if status < 500 and status not in _PASSING_STATUSES and not reason:
            # It says nothing of a mailbox, and its 404 nothing of a mail.
            return Outage(SERVICE, "", f"answered {status}, not in the form of OAuth. {_BETWEEN_US}", status=status)
        return status_error(SERVICE, status, said, advice=self._advice, headers=headers)


class ServiceAccountDelegation(_Fetched):
    """A service account that the Workspace domain lets act for its users (RFC 7523, ``sub`` is the mailbox).

    :param info: the key file's content, or its path.
    :raises Unauthorised: it is no service account's key, or cannot be read.
    """

    def __init__(
        self,
        door: Door,
        info: Mapping[str, Any] | Path,
        *,
        scopes: Sequence[str] = (GMAIL_READONLY,),
        token_uri: str | None = None,
    ) -> None:
        content = _content(info)
        missing = {"client_email", "private_key"} - content.keys()
        if missing:
            raise _no_key(f"{' and '.join(sorted(missing))} missing")
        advice = (
            f"Let the Workspace admin allow client id {content.get('client_id', '(see the key file)')} the scope "
            f"{' '.join(scopes)} (Security > API controls > Domain-wide delegation), and check that the mailbox exists."
        )
        super().__init__(door, token_uri or str(content.get("token_uri") or TOKEN_URI), advice)
        self._email = str(content["client_email"])
        try:
            self._signer = crypt.RSASigner.from_service_account_info(dict(content))  # type: ignore[no-untyped-call] # google-auth has no types here
        except (ValueError, TypeError) as error:
            raise _no_key("its private_key cannot be read") from error
        self._scope = " ".join(scopes)

    async def _form(self, mailbox: str) -> dict[str, str]:
        now = int(time.time())
        claims = {
            "iss": self._email,
            "sub": mailbox,
            "scope": self._scope,
            "aud": self._token_uri,
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
        }
        assertion: bytes = await asyncio.to_thread(jwt.encode, self._signer, claims)
        return {"grant_type": _JWT_BEARER, "assertion": assertion.decode()}


def _said(value: object, form: Mapping[str, str]) -> str:
    """The endpoint's words in one short line, without any secret of the form that was posted."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    for name, secret in form.items():
        if name != "grant_type" and secret:
            text = text.replace(secret, "…")
    return text[:_MOST_SAID]


def _content(info: Mapping[str, Any] | Path) -> Mapping[str, Any]:
    if not isinstance(info, Path):
        return info
    try:
        content = json.loads(info.read_text())
    except OSError as error:
        raise _no_key(f"{info} cannot be read ({error.strerror})") from error
    except ValueError:  # which would carry the whole text, of what may be a key after all
        content = None
    if not isinstance(content, dict):
        raise _no_key(f"{info} is not JSON of the form {{…}}")
    return content


def _no_key(what: str) -> Unauthorised:
    message = f"GMAIL_SERVICE_ACCOUNT_FILE is not a service account's key: {what}. Name one of type JSON there."
    return Unauthorised(SERVICE, "", message)


class RefreshToken(_Fetched):
    """One person's consent: the mailbox of whoever gave it."""

    _serves_all = frozenset({"invalid_client", "invalid_grant"})

    def __init__(
        self, door: Door, *, client_id: str, client_secret: str, refresh_token: str, token_uri: str = TOKEN_URI
    ) -> None:
        advice = (
            "Check GMAIL_CLIENT_ID and GMAIL_CLIENT_SECRET, and get a new GMAIL_REFRESH_TOKEN by giving consent again "
            "(it ends when it is revoked, or after seven days while the consent screen is in testing)."
        )
        super().__init__(door, token_uri, advice)
        self._fields = {
            "grant_type": "refresh_token",
            "client_id": client_id,
            "client_secret": client_secret,
            "refresh_token": refresh_token,
        }

    def _key(self, mailbox: str) -> str:
        del mailbox
        return ""

    async def _form(self, mailbox: str) -> dict[str, str]:
        del mailbox
        return self._fields
