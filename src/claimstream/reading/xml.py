"""XML and HTML trees from untrusted bytes: no entities, no network."""

from typing import Any

import lxml.etree  # type: ignore[import-untyped]  # it ships no types
import lxml.html  # type: ignore[import-untyped]  # it ships no types

from claimstream.reading.errors import UnreadableError

Element = Any
"""An lxml element; lxml ships no types."""


def parse_xml(data: bytes) -> Element:
    """The root element.

    Raises:
        UnreadableError: broken, or too_large: below 256 levels, with a text of over 10 MB, with entities that grow.
    """
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return lxml.etree.fromstring(data, parser)
    except (lxml.etree.XMLSyntaxError, ValueError) as error:
        if getattr(error, "code", None) == lxml.etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            raise UnreadableError("too_large", f"The parser gave up: {error}", of_mail=True) from None
        raise UnreadableError("broken", f"Not readable XML: {error}") from None


def parse_html(text: str) -> tuple[Element | None, bool]:
    """The root element, None when there is none to be found; and whether the parser gave up before the end, as it does
    below 2,048 levels."""
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    try:
        root = lxml.html.document_fromstring(text, parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        root = None
    return root, bool(parser.error_log.filter_from_fatals())


def local(element: Element) -> str:
    """The tag without its namespace; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """The attribute of that local name, whatever its namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None
