"""Many names and their stamps as bytes, in a tenth of the memory that as many objects take."""

from __future__ import annotations

import os
import zlib
from itertools import chain
from struct import error, iter_unpack, pack

from ..model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..model import Stamp

FULL = 1024
"""Names of a full block, which are compressed; fewer are not worth it."""
_STAMP = "qqqQQ"
STAMP_BYTES = 40


class Block(Record):
    """Some names with their stamps."""

    names: bytes | memoryview
    """With zeros between them."""
    stamps: bytes | memoryview

    @property
    def length(self) -> int:
        """How many names there are."""
        return len(self.stamps) // STAMP_BYTES

    def named(self) -> list[str]:
        """The names."""
        names = zlib.decompress(self.names) if self.length == FULL else bytes(self.names)
        return os.fsdecode(names).split("\0")

    def stamped(self) -> Iterator[Stamp]:
        """The stamps."""
        return iter_unpack(_STAMP, self.stamps)

    def pairs(self) -> list[tuple[str, Stamp]]:
        """Each name with its stamp."""
        return list(zip(self.named(), self.stamped(), strict=True))

    def devices(self) -> list[int]:
        """The number of the device in each stamp."""
        return memoryview(self.stamps).cast("Q")[4::5].tolist()


def packed(pairs: Sequence[tuple[str, Stamp]]) -> Block:
    """The block of `pairs`, which are at most `FULL` names with their stamps.

    A stamp with a time beyond 64 bits (the year 2262) keeps its size alone.

    Raises:
        ValueError: A name cannot be that of a file.
    """
    try:
        stamps = _stamps([stamp for _, stamp in pairs])
    except error:
        stamps = _stamps([stamp if _fits(stamp) else (stamp[0], 0, 0, 0, 0) for _, stamp in pairs])
    names = os.fsencode("\0".join([name for name, _ in pairs]))
    if names.count(b"\0") != len(pairs) - 1:
        raise ValueError("a zero in a name")
    return Block(zlib.compress(names, 1) if len(pairs) == FULL else names, stamps)


def _stamps(stamps: Sequence[Stamp]) -> bytes:
    return pack(_STAMP * len(stamps), *chain.from_iterable(stamps))


def _fits(stamp: Stamp) -> bool:
    try:
        pack(_STAMP, *stamp)
    except error:
        return False
    return True
