"""Numbers and lists as a sentence has them."""

from collections.abc import Sequence

_LISTED = 20


def counted(number: int, one: str, several: str | None = None) -> str:
    """``1 client``, ``2 clients``, ``0 inquiries``.

    Args:
        several: the plural, where it is not the singular with an s.
    """
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def listed(names: Sequence[str], between: str = ", ") -> str:
    """The first of the names, and how many more there are."""
    more = [f"and {len(names) - _LISTED:,} more"] if len(names) > _LISTED else []
    return between.join([*names[:_LISTED], *more])


def without_mail(folders: Sequence[str]) -> str:
    """The sentence about folders beside the cases that are none."""
    return f"{counted(len(folders), 'folder')} left out, without email.eml: {listed(folders)}"
