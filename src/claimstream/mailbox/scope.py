"""Which messages of a mailbox are worked on: one rule for mailbox sync, the recovery of a lost history, and the audit.

All that reaches the mailbox, whether it lies in the inbox, a filter has kept it out of there or a person has filed it:
a reply is a reply. Not what the firm has written itself, and not spam and trash, until a person takes it out of there.
"""

from collections.abc import Set as AbstractSet

_LEFT_OUT = {"SENT": "sent", "DRAFT": "drafts", "CHAT": "chats", "SPAM": "spam", "TRASH": "trash"}
"""By label id, what Gmail's search calls it."""
_RETURNS_FROM = frozenset({"SPAM", "TRASH"})
"""A draft that is sent loses its label, too, and is no mail to us for that."""

QUERY = " ".join(f"-in:{name}" for name in _LEFT_OUT.values())
"""The rule in Gmail's search language."""
UNTOLD = ("SENT", "DRAFT", "SPAM", "TRASH")
"""Changes that need no notification: a draft alone would bring one for every few words. Without ``CHAT``, which is not
among the labels that Google documents: an unknown one might cost us the watch."""


def in_scope(label_ids: AbstractSet[str]) -> bool:
    """Whether a message with these labels is worked on."""
    return _LEFT_OUT.keys().isdisjoint(label_ids)


def arrives(label_ids: AbstractSet[str], removed: AbstractSet[str] | None) -> bool:
    """Whether a change brings a message to us.

    True for what is ours already, if it has been in the trash meanwhile: its row is there.

    Args:
        label_ids: the message's labels, whether at the time of the change or now.
        removed: the labels that it lost; None: it was added to the mailbox.
    """
    if removed is None:
        return in_scope(label_ids)
    return not _RETURNS_FROM.isdisjoint(removed) and in_scope(label_ids - removed)
