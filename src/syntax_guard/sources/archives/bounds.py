"""How much an archive may cost: bytes that it unpacks to, members, and the time that goes with both."""

from __future__ import annotations

import io

from ..readers import SIZE_LIMIT, UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO


MEMBERS = 250_000
"""Members of the largest archive that is read. The largest wheels have some 30,000."""
DIRECTORY_BYTES = 64 << 20
"""Bytes of a zip's directory, which is read at once."""
HEADER_BYTES = 1 << 20
"""Bytes of a header in a tar, which is read at once."""
METADATA_BYTES = 1 << 20
"""Bytes of the largest file of metadata that is read."""
_PIECE = 64 << 10


def python_bytes(size: int) -> int:
    """Bytes of Python that an archive of `size` bytes may hold. Source code shrinks to a quarter, seldom to a tenth."""
    return min((64 << 20) + 50 * size, 512 << 20)


def unpacked_bytes(size: int) -> int:
    """Bytes that a compressed tar of `size` bytes may unpack to. What is repeated shrinks to a thousandth."""
    return min((64 << 20) + 100 * size, 4 << 30)


class Forward:
    """A file that is read from the beginning to the end, once, and no further than `most` bytes.

    It can do what ``tarfile`` asks of a file that holds a tar. A tar inside of a compressed file is never in memory
    as a whole. Raises `UnreadableError` past `most`, for a step back, and for a piece of more than `piece` bytes.
    """

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._most = most
        self._at = 0
        self.piece = HEADER_BYTES
        """Bytes that may be read at once: what is read for ``tarfile`` is as long as a header says."""
        self.last = b""
        """What was read last."""

    def tell(self) -> int:
        """The position, as files count it."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Read as a file does, with the bound that the class names. Raises `UnreadableError` past it."""
        if not 0 <= size <= self.piece:
            raise UnreadableError(f"a header of more than {HEADER_BYTES >> 20} MiB")
        parts: list[bytes] = []
        left = size
        while left and (part := self._file.read(left)):
            left -= len(part)
            parts.append(part)
        self.last = b"".join(parts)
        self._at += len(self.last)
        if self._at > self._most:
            raise UnreadableError(f"unpacks to more than {self._most >> 20} MiB")
        return self.last

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go on to a later position. Raises `UnreadableError` for an earlier one."""
        if whence != io.SEEK_SET or offset < self._at:
            raise UnreadableError("a header that points backwards in the archive")
        while self._at < offset and self.read(min(_PIECE, offset - self._at)):
            pass
        return self._at

    def drain(self) -> None:
        """Read what is left, so that a checksum at the end is compared."""
        while self.read(_PIECE):
            pass


class Guarded:
    """A seekable file; at most `piece` bytes are read at once: a zip itself says how long its parts are."""

    def __init__(self, file: IO[bytes], piece: int) -> None:
        self._file = file
        self._piece = piece
        self.seek = file.seek
        self.tell = file.tell

    def seekable(self) -> bool:
        """True, as ``zipfile`` asks."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read as a file does, with the bound that the class names. Raises `UnreadableError` past it."""
        at = self._file.tell()
        if size < 0 or size > self._piece:
            end = self._file.seek(0, io.SEEK_END)
            self._file.seek(at)
            size = end - at if size < 0 else min(size, end - at)
        if size > self._piece:
            raise UnreadableError(f"its directory is larger than {self._piece >> 20} MiB")
        return self._file.read(size)


def too_large() -> str:
    """What is said of a member that outgrows what a source may have."""
    return f"larger than {SIZE_LIMIT >> 20} MiB"
