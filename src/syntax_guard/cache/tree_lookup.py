"""The stamp that a name had, among a million that are packed."""

from __future__ import annotations

from ..model import UNKNOWN
from ..sources.selection import MANY, Stamped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array

    from ..model import Stamp

_PLACE_BITS = 24
_HASH = (1 << (63 - _PLACE_BITS)) - 1
_OPEN = 32
"""Blocks that are kept unpacked."""


class TreeLookup:
    """Tells the stamps of names. It is fast where they are asked for in the order in which they are kept."""

    def __init__(self, stamped: Stamped) -> None:
        self._stamped = stamped
        self._open: dict[int, list[tuple[str, Stamp]]] = {}
        self._number = self._place = 0
        """Where the next name is expected: a block, and a place in it."""
        self._keys: array[int] | None = None

    def stamp(self, name: str) -> Stamp:
        """The stamp of `name`, or `UNKNOWN`."""
        pairs = self._pairs(self._number)
        if self._place == len(pairs) and pairs:
            self._number, self._place = self._number + 1, 0
            pairs = self._pairs(self._number)
        if not pairs or pairs[self._place][0] != name:
            if not self._find(name):
                return UNKNOWN
            pairs = self._pairs(self._number)
        self._place += 1
        return pairs[self._place - 1][1]

    def _find(self, name: str) -> bool:
        """Go to `name`, wherever it is; return whether it is there."""
        from bisect import bisect_left

        if self._keys is None:
            from array import array  # imports as much as all that a warm run needs besides

            self._keys = array("q", sorted(_key(one, place) for place, (one, _) in enumerate(self._stamped)))
        keys, least = self._keys, _key(name, 0)
        at = bisect_left(keys, least)
        while at < len(keys) and keys[at] >> _PLACE_BITS == least >> _PLACE_BITS:
            number, place = divmod(keys[at] & ((1 << _PLACE_BITS) - 1), MANY)
            if self._pairs(number)[place][0] == name:
                self._number, self._place = number, place
                return True
            at += 1
        return False

    def _pairs(self, number: int) -> list[tuple[str, Stamp]]:
        known = self._open.get(number)
        if known is None:
            if len(self._open) == _OPEN:
                del self._open[next(iter(self._open))]
            full = self._stamped.full
            known = full[number].pairs() if number < len(full) else self._stamped.rest if number == len(full) else []
            self._open[number] = known
        return known


def _key(name: str, place: int) -> int:
    """What names are sorted by: some bits of the hash, and the place, which is told right for 16 million names."""
    return (hash(name) & _HASH) << _PLACE_BITS | place & ((1 << _PLACE_BITS) - 1)
