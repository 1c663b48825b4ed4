"""Compound files (MS-CFB): the small file system inside Outlook's messages. Reading only, every chain bounded."""

import struct
from dataclasses import dataclass, field

from claimstream.reading.errors import UnreadableError

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_STREAM = 0xFFFFFFFF
_LAST_REGULAR = 0xFFFFFFFA
_HEADER_DIFAT = 109
_MAX_ENTRIES = 20_000


@dataclass
class Storage:
    """A folder: streams and storages by name."""

    streams: dict[str, bytes] = field(default_factory=dict)
    storages: dict[str, "Storage"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


def read_compound(data: bytes) -> Storage:
    """The root storage with everything in it. Raises ``UnreadableError``: broken, or too_many."""
    try:
        return _Compound(data).root()
    except (struct.error, IndexError, RecursionError) as error:
        raise UnreadableError("broken", f"Not a readable compound file: {error}") from None


class _Compound:
    def __init__(self, data: bytes) -> None:
        if data[:8] != _MAGIC or len(data) < 1024:
            raise UnreadableError("broken", "Not a compound file.")
        self._data = data
        major, sector_shift, mini_shift = struct.unpack_from("<H2xHH", data, 26)
        if sector_shift not in {9, 12} or mini_shift != 6 or major not in {3, 4}:
            raise UnreadableError("broken", "The compound file has an unknown sector size.")
        self._sector = 1 << sector_shift
        first_directory, self._cutoff, first_mini_fat = struct.unpack_from("<I4xII", data, 48)
        self._fat = self._read_fat()
        self._entries = self._read_directory(first_directory)
        self._mini_fat = _integers(self._chain(first_mini_fat))
        root = self._entries[0]
        self._mini_stream = self._chain(root.start, root.size)
        self._spent = 0

    def root(self) -> Storage:
        return self._storage(self._entries[0], set())

    def _storage(self, entry: _Entry, seen: set[int]) -> Storage:
        storage = Storage()
        waiting = [entry.child]
        while waiting:
            number = waiting.pop()
            if number >= len(self._entries) or number in seen:
                continue
            seen.add(number)
            child = self._entries[number]
            waiting += [child.left, child.right]
            if child.kind == 2:
                storage.streams[child.name] = self._stream(child)
            elif child.kind == 1:
                storage.storages[child.name] = self._storage(child, seen)
        return storage

    def _stream(self, entry: _Entry) -> bytes:
        # Streams cannot overlap in a sound file, so together they are no longer than the file.
        self._spent += min(entry.size, len(self._data))
        if self._spent > 2 * len(self._data):
            raise UnreadableError("broken", "Streams of the compound file overlap.")
        if entry.size >= self._cutoff:
            return self._chain(entry.start, entry.size)
        pieces = []
        number, left = entry.start, entry.size
        for _ in range(len(self._mini_fat)):
            if left <= 0 or number >= len(self._mini_fat):
                break
            pieces.append(self._mini_stream[number * 64 : number * 64 + 64])
            number, left = self._mini_fat[number], left - 64
        return b"".join(pieces)[: entry.size]

    def _sector_bytes(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        return self._data[start : start + self._sector]

    def _chain(self, number: int, size: int | None = None) -> bytes:
        """The bytes of a chain of sectors. It ends at the size wanted: a chain may run in a circle."""
        pieces = []
        for _ in range(len(self._fat) if size is None else min(len(self._fat), -(-size // self._sector))):
            if number >= min(len(self._fat), _LAST_REGULAR):
                break
            pieces.append(self._sector_bytes(number))
            number = self._fat[number]
        return b"".join(pieces)[:size]

    def _read_fat(self) -> list[int]:
        sectors = list(struct.unpack_from(f"<{_HEADER_DIFAT}I", self._data, 76))
        (following,) = struct.unpack_from("<I", self._data, 68)
        total = len(self._data) // self._sector + 1
        for _ in range(total):
            if following >= total:
                break
            more = _integers(self._sector_bytes(following))
            sectors += more[:-1]
            following = more[-1] if more else _NO_STREAM
        fat: list[int] = []
        for number in sectors:
            if number < total and len(fat) <= total + self._sector:
                fat += _integers(self._sector_bytes(number))
        return fat[:total]

    def _read_directory(self, first: int) -> list[_Entry]:
        directory = self._chain(first)
        if len(directory) // 128 > _MAX_ENTRIES:
            raise UnreadableError("too_many", f"The compound file lists over {_MAX_ENTRIES} streams.")
        entries = []
        for start in range(0, len(directory) - 127, 128):
            name_size, kind = struct.unpack_from("<HB", directory, start + 64)
            left, right, child = struct.unpack_from("<III", directory, start + 68)
            sector, size = struct.unpack_from("<IQ", directory, start + 116)
            name = directory[start : start + min(max(name_size - 2, 0), 64)].decode("utf-16-le", "replace")
            entries.append(_Entry(name, kind, left, right, child, sector, size & 0xFFFFFFFF))
        if not entries:
            raise UnreadableError("broken", "The compound file has no directory.")
        return entries


def _integers(data: bytes) -> list[int]:
    count = len(data) // 4
    return list(struct.unpack_from(f"<{count}I", data))
