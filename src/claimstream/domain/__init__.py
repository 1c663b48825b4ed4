"""The rules of reading creditor replies, pure: no I/O, no clock, no settings. The words are those of ``docs/domain.md``."""
