"""The text of RTF and of the old binary Office formats, by kreuzberg: a table row is one line, cells tab-separated."""

from functools import cache

import kreuzberg

from claimstream.reading.errors import UnreadableError


@cache
def _config() -> "kreuzberg.ExtractionConfig":
    return kreuzberg.ExtractionConfig(use_cache=False, output_format="plain", disable_ocr=True)  # type: ignore[call-arg]  # its stub lags


def read_office(data: bytes, media_type: str) -> str:
    """Raises ``UnreadableError``: broken, or encrypted where the file says so."""
    try:
        result = kreuzberg.extract_bytes_sync(data, media_type, _config())
    except MemoryError:
        raise
    except Exception as error:  # the native library raises its own kinds and plain RuntimeError
        words = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        reason = "encrypted" if "password" in words.lower() or "encrypt" in words.lower() else "broken"
        raise UnreadableError("encrypted" if reason == "encrypted" else "broken", words) from None
    text = result.content
    position = 0
    for table in result.tables:
        for cells in table.cells:
            # Cells come separated by one space, which could be read as a thousands separator: "12 345,00".
            joined = " ".join(cells).strip()
            found = text.find(joined, position) if joined else -1
            if found >= 0:
                row = "\t".join(" ".join(cell.split("\n")) for cell in cells).strip()
                text = text[:found] + row + text[found + len(joined) :]
                position = found + len(row)
    return text
