"""Page tokens that lead nowhere: a service that gives the same one again, or empty pages without end."""

from claimstream.external.errors import Outage

_MOST_EMPTY_PAGES = 50
"""The most empty pages in a row. Gmail filters within a page, so that some are empty and still have a successor."""


class Paging:
    """The tokens of one listing."""

    def __init__(self, service: str, operation: str) -> None:
        self._service = service
        self._operation = operation
        self._seen: set[str] = set()
        self._empty = 0

    def next(self, token: str | None, *, empty: bool) -> str | None:
        """Return the token of the page to ask for, None after the last one. Raise Outage where they do not end."""
        self._empty = self._empty + 1 if empty else 0
        if token is not None and (token in self._seen or self._empty > _MOST_EMPTY_PAGES):
            raise Outage(
                self._service, self._operation, "its pages do not end. It should pass; the next look asks again."
            )
        if token is not None:
            self._seen.add(token)
        return token
