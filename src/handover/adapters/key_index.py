"""A sorted file of 16-byte addresses, each with a value of fixed width: looked up where it lies, never loaded.

Addresses are outputs of a pseudorandom function, so that a table of where each pair of first bytes begins leaves a
few hundred rows to search among many millions. A file is written whole and put in its place at once.
"""

import mmap
import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from handover.domain.errors import UntrustedError

ADDRESS: Final = 16
WIDEST: Final = 255
_MAGIC: Final = (
    b"handover-index-1"  # followed by the width of a value, and by where each pair of bytes begins
)
_STARTS: Final = 65_537
_HEAD: Final = len(_MAGIC) + 4 + 4 * _STARTS


class IndexFileError(UntrustedError):
    """The file is not an index that was written whole."""

    name = "index-file"
    title = "The index of tracing keys is damaged."
    advice = "Build it again from the records; no record is lost."


def write(path: Path, rows: Iterable[tuple[bytes, bytes]], *, width: int) -> int:
    """Write *rows* of address and value, in any order, to *path*; return how many there are."""
    heaps = [bytearray() for _ in range(256)]
    for address, value in rows:
        if len(address) != ADDRESS or len(value) != width:
            raise IndexFileError
        heaps[address[0]] += address + value
    starts, count = array("I"), 0
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(bytes(_HEAD))
        for heap in heaps:
            ordered = _sorted(heap, ADDRESS + width)
            starts.extend(_starts(ordered, count))
            count += len(ordered)
            file.write(b"".join(ordered))
            heap.clear()
        starts.append(count)
        file.seek(0)
        file.write(_MAGIC + width.to_bytes(4, "big") + _big(starts))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    return count


def _sorted(heap: bytearray, size: int) -> list[bytes]:
    whole = bytes(heap)
    return sorted({whole[start : start + size] for start in range(0, len(whole), size)})


def _starts(rows: Sequence[bytes], before: int) -> Iterator[int]:
    counts = [0] * 256
    for row in rows:
        counts[row[1]] += 1
    for count in counts:
        yield before
        before += count


def _big(numbers: "array[int]") -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in numbers)


class KeyIndex:
    """An open index file."""

    def __init__(self, path: Path) -> None:
        """Open the file at *path*; raises IndexFileError."""
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < _HEAD:
                raise IndexFileError
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._width = int.from_bytes(self._map[len(_MAGIC) : len(_MAGIC) + 4], "big")
        self._row = ADDRESS + self._width
        starts = memoryview(self._map)[len(_MAGIC) + 4 : _HEAD]
        self._starts = [int.from_bytes(starts[at : at + 4], "big") for at in range(0, len(starts), 4)]
        starts.release()
        whole = self._map[: len(_MAGIC)] == _MAGIC and self._width <= WIDEST
        if not whole or len(self._map) != _HEAD + self._row * self._starts[-1]:
            self.close()
            raise IndexFileError

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._starts[-1]

    def find(self, addresses: Sequence[bytes]) -> list[tuple[int, bytes]]:
        """Return the values at *addresses*, each with the place of its address among them."""
        return [(place, value) for place, address in enumerate(addresses) for value in self._values(address)]

    def _values(self, address: bytes) -> Iterator[bytes]:
        pair = address[0] << 8 | address[1]
        low, high = self._starts[pair], self._starts[pair + 1]
        end, data, size = high, self._map, self._row
        while low < high:
            middle = (low + high) // 2
            at = _HEAD + middle * size
            if data[at : at + ADDRESS] < address:
                low = middle + 1
            else:
                high = middle
        while low < end and data[(at := _HEAD + low * size) : at + ADDRESS] == address:
            yield data[at + ADDRESS : at + size]
            low += 1

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()

    def __enter__(self) -> "KeyIndex":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
