"""Digests as one sorted table: a set that takes no more memory than its bytes, and nothing to read in.

The table is as good as its bytes: whatever is damaged or out of order is not found, and nothing else is.
"""

from __future__ import annotations

import sys
from bisect import bisect_left

DIGEST_BYTES = 32
_HEAD_BYTES = 8
LATER = 1 << 14
"""Digests that are taken in at once."""


class Digests:
    """A set of digests. What is added is found once it is settled."""

    def __init__(self, table: bytes = b"") -> None:
        """`table` is that of another one."""
        self._new: set[bytes] = set()
        self._use(table)

    def __contains__(self, digest: bytes) -> bool:
        return self._is_at(bisect_left(self._heads, _head(digest)), digest)

    def __len__(self) -> int:
        return len(self._heads)

    def add(self, digest: bytes) -> None:
        """Put one in."""
        self._new.add(digest)
        if len(self._new) == LATER:
            self.settle()

    def settle(self) -> None:
        """Sort in what was added."""
        heads = self._heads
        places = sorted((bisect_left(heads, _head(digest)), _head(digest), digest) for digest in self._new)
        self._new = set()
        table = memoryview(self.table)
        parts: list[bytes | memoryview] = []
        done = 0
        for place, _, digest in places:
            if not self._is_at(place, digest):
                parts += [table[done * DIGEST_BYTES : place * DIGEST_BYTES], digest]
                done = place
        if parts:
            self._use(b"".join([*parts, table[done * DIGEST_BYTES :]]))

    def update(self, others: Digests, limit: int) -> None:
        """Take in all of `others`, and leave out as many of the rest as go beyond `limit`, evenly.

        So a set that is too large loses a part of what it knows, and not all of it.
        """
        others.settle()
        room = max(limit - len(others), 0)
        if len(self) > room:
            kept = range(0, len(self) * room, len(self)) if room else ()
            self._use(b"".join([self._at(place // room) for place in kept]))
        for place in range(len(others)) if self.table else ():
            self.add(others._at(place))
        self.settle()
        self._use((self.table or others.table)[: limit * DIGEST_BYTES])

    def _use(self, table: bytes) -> None:
        self.table = table
        """Its bytes."""
        self._heads = memoryview(table).cast("Q")[:: DIGEST_BYTES // _HEAD_BYTES]

    def _at(self, place: int) -> bytes:
        return self.table[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]

    def _is_at(self, place: int, digest: bytes) -> bool:
        """Whether `digest` is in the table, where `place` is the first that begins like it."""
        while self.table.startswith(digest[:_HEAD_BYTES], place * DIGEST_BYTES):
            if self._at(place) == digest:
                return True
            place += 1
        return False


def _head(digest: bytes) -> int:
    return int.from_bytes(digest[:_HEAD_BYTES], sys.byteorder)
