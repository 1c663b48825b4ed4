"""The most bytes that answers of services may have. What is larger is not taken into memory."""

MEBIBYTE = 1024 * 1024

MOST_OF_A_MAIL = 72 * MEBIBYTE
"""A mail of 50 MB, the most that Gmail takes in, in base64."""
MOST_OF_GMAIL = 8 * MEBIBYTE
"""Any other answer of Gmail. A full page of history has some hundred kilobytes."""
MOST_OF_A_TOKEN = MEBIBYTE
"""It has some two kilobytes."""
MOST_OF_AN_EVENT = 256 * 1024
"""One event of Claude's stream, which tells of a few tokens. Documented ones stay below a kilobyte."""
MOST_OF_CLAUDE = 16 * MEBIBYTE
"""A token comes as an event of some 150 bytes, so that an answer of 64,000 tokens has ten million."""
