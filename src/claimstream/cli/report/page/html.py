"""HTML in which nothing can be forgotten to be escaped: text is text, and only elements are markup."""

import base64
import hashlib
import html
from collections.abc import Iterable


class Html(str):
    """Markup. Made by :func:`el` and :func:`join` only."""

    __slots__ = ()


Content = str | Html | None | Iterable["Content"]
"""None is nothing; a str that is no :class:`Html` is text."""


def join(*contents: Content) -> Html:
    """One after the other."""
    return Html("".join(_markup(content) for content in contents))


def el(name: str, *contents: Content, **attributes: str | None) -> Html:
    """An element. ``class_`` stands for ``class``, ``_`` within a name for ``-``; None leaves an attribute out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{given}>{join(*contents)}</{name}>")


def document(title: str, style: str, body: Html) -> str:
    """A page that needs nothing else and runs nothing: its policy allows its own style alone."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="referrer" content="no-referrer">'
        f"{el('title', title)}<style>{style}</style>"
    )
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def _markup(content: Content) -> str:
    if content is None:
        return ""
    if isinstance(content, Html):
        return str(content)
    if isinstance(content, str):
        return html.escape(content)
    return "".join(_markup(part) for part in content)
