"""Mail domains anybody can have an address at: sharing one says nothing about who writes."""

from collections.abc import Collection

FREEMAIL_DOMAINS = frozenset(
    {
        "aol.com",
        "aol.de",
        "arcor.de",
        "email.de",
        "freenet.de",
        "fastmail.com",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "hotmail.de",
        "icloud.com",
        "kabelmail.de",
        "live.com",
        "live.de",
        "mac.com",
        "mail.com",
        "mail.de",
        "mailbox.org",
        "me.com",
        "msn.com",
        "online.de",
        "outlook.com",
        "outlook.de",
        "posteo.de",
        "posteo.net",
        "proton.me",
        "protonmail.com",
        "t-online.de",
        "tutanota.com",
        "tutanota.de",
        "unitybox.de",
        "vodafone.de",
        "vodafonemail.de",
        "web.de",
        "yahoo.com",
        "yahoo.de",
        "ymail.com",
        "zoho.com",
    }
)
"""The default of the setting."""


def domain_of(address: str | None) -> str | None:
    """The part after the last ``@``, lower-cased; None when there is none."""
    _, at, domain = (address or "").rpartition("@")
    return domain.strip().rstrip(".>").lower() or None if at else None


def telling_domain(address: str | None, freemail: Collection[str]) -> str | None:
    """The domain of an address when sharing it says something: never one of the freemail domains."""
    domain = domain_of(address)
    return None if domain is None or domain in freemail else domain
