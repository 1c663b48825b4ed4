"""HTTP as the environment wants it: proxy and authorities, the same for every client.

``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY`` name the proxy, ``SSL_CERT_FILE`` (else ``REQUESTS_CA_BUNDLE``) a file
of authorities, in which the public ones then have to be, too.
"""

import os
import ssl
from ipaddress import ip_address

import aiohttp
from yarl import URL


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
    return os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE") or None
