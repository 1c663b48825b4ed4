"""HTTP as the environment wants it: proxy and authorities, the same for every client.

``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY`` name the proxy, ``SSL_CERT_FILE`` (else ``REQUESTS_CA_BUNDLE``) a file
of authorities, in which the public ones then have to be, too.
"""

import os
import ssl
from contextlib import suppress
from ipaddress import ip_address

import aiohttp
from yarl import URL

_AUTHORITIES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


class WrongEnvironmentError(ValueError):
    """A variable that no client can be made with. The message names it, and what it should be."""


def check_environment() -> None:
    """Look at what every client goes by, before one is made: a client would call it an outage of its service.

    Raises:
        WrongEnvironmentError: a proxy is no URL, or the file of authorities is of no use.
    """
    for proxy in _PROXIES:
        if (value := os.environ.get(proxy.lower()) or os.environ.get(proxy)) and not _is_proxy(value):
            raise WrongEnvironmentError(f"{proxy}: is not the URL of a proxy. Expected http://host:port")
    name = next((name for name in _AUTHORITIES if os.environ.get(name)), None)
    if name is None:
        return
    try:
        tls_context()
    except (OSError, ValueError) as error:
        what = f"{name}: {os.environ[name]} {_why_of_no_use(error)}"
        raise WrongEnvironmentError(f"{what}. Name a file of certificates in PEM form, the public ones too") from None


def new_session(url: str) -> aiohttp.ClientSession:
    """A session for the server at this URL. It limits neither time nor number: the door does."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=tls_context()),
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=not on_this_machine(url),
    )


def tls_context() -> ssl.SSLContext:
    """Believes the named authorities, by default those of the system."""
    return ssl.create_default_context(cafile=_named_authorities())


def trust_named_authorities() -> None:
    """Name the same authorities to google-auth, which fetches the tokens for Pub/Sub by ``requests``."""
    if (file := _named_authorities()) is not None:
        os.environ.setdefault("REQUESTS_CA_BUNDLE", file)


def on_this_machine(url: str) -> bool:
    """Return True when the URL's host is the loopback interface, which no proxy can reach for us."""
    host = URL(url).host or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _named_authorities() -> str | None:
    return next((file for name in _AUTHORITIES if (file := os.environ.get(name))), None)


def _is_proxy(value: str) -> bool:
    with suppress(ValueError):
        url = URL(value)
        return url.scheme in {"http", "https"} and bool(url.host) and url.port is not None
    return False


def _why_of_no_use(error: Exception) -> str:
    match error:
        case IsADirectoryError():
            return "is a folder"
        case ssl.SSLError() | ValueError():
            return "holds no certificate that can be read"
        case OSError():
            return f"cannot be read ({error.strerror})"
    return "is of no use"
