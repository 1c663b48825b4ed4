"""The rules of reading creditor replies, pure: no I/O, no clock, no settings.

The words and the rules are those of ``docs/domain.md``.
"""
