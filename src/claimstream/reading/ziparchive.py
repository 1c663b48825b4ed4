"""Members of ZIP files, unpacked within limits."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from claimstream.reading.errors import UnreadableError
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.text import decode

_ENTRY = b"PK\x01\x02"
_MAX_ENTRIES = 20_000
"""The most entries in the directory of an archive; with more it is not opened."""
_MAX_LISTED = 2_000
_RATIO_FROM_BYTES = 1024 * 1024
"""Below this a high ratio harms nobody: a file of blanks is no bomb."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its bytes, or why there are none."""

    name: str
    size: int
    data: bytes
    error: UnreadableError | None = None


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Raises ``UnreadableError``: broken, or too_many."""
    # zipfile makes an object of each entry of the directory, whatever number its end names. Each begins with this mark.
    if (entries := data.count(_ENTRY)) > _MAX_ENTRIES:
        raise UnreadableError("too_many", f"The archive lists {entries} files, over {_MAX_ENTRIES}.")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except MemoryError:
        raise
    except Exception as error:  # zipfile raises many kinds for damaged directories
        raise UnreadableError("broken", f"Not a readable ZIP file: {error}") from None


def members(archive: zipfile.ZipFile, limits: Limits, allowance: Allowance) -> Iterator[Member]:
    """The files in an archive, folders and the clutter of file managers left out."""
    for number, info in enumerate(archive.infolist()):
        if number == _MAX_LISTED:
            error = UnreadableError("too_many", f"The archive holds more than {_MAX_LISTED} files.")
            yield Member("…", 0, b"", error)
            return
        name = _name(info)
        if info.is_dir() or name.startswith("__MACOSX/") or name.endswith((".DS_Store", "Thumbs.db", "desktop.ini")):
            continue
        try:
            yield Member(name, info.file_size, unpack(archive, info, limits, allowance))
        except UnreadableError as error:
            yield Member(name, info.file_size, b"", error)


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits, allowance: Allowance) -> bytes:
    """The bytes of one member. What the directory says of sizes is not believed: unpacking stops at the limit.

    Raises ``UnreadableError``: encrypted, broken, or too_large (over a limit, or a zip bomb by its ratio).
    """
    if info.flag_bits & 0x1:
        raise UnreadableError("encrypted", "The archive needs a password.")
    most = min(limits.max_attachment_bytes, allowance.unpacked)
    by_ratio = max(info.compress_size * limits.max_archive_ratio, _RATIO_FROM_BYTES)
    try:
        with archive.open(info) as stream:
            data = stream.read(min(most, by_ratio) + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise UnreadableError("broken", f"Damaged in the archive: {error}") from None
    except (NotImplementedError, RuntimeError) as error:
        # zipfile says so of a password and of a compression it does not know.
        raise UnreadableError("encrypted" if "password" in str(error).lower() else "unknown_type", str(error)) from None
    allowance.unpacked -= len(data)
    if len(data) > by_ratio:
        raise UnreadableError("too_large", f"Unpacks to over {limits.max_archive_ratio} times its size: a zip bomb.")
    if len(data) > most:
        raise UnreadableError(
            "too_large", "Unpacks to more than the limit.", of_mail=most < limits.max_attachment_bytes
        )
    return data


def _name(info: zipfile.ZipInfo) -> str:
    """Without the flag for UTF-8, ``zipfile`` decodes as cp437; Windows writes cp850 or UTF-8 there."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return decode(raw, "cp850")
