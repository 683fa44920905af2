"""What a search found and which of it was green: an unchanged tree is neither searched nor read again.

An index answers one question: the same paths, asked for in the same folder with the same settings of the same
interpreters. It holds names and marks (size, times and numbers of the file system), and a seal that only this tool
makes, so that what is damaged counts as missing.

A mark that is too young proves nothing: within one tick of the file system's clock a file can be read and changed
again (git calls it "racy"). Such a file is marked as unknown, and read the next time.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from .beside import halves
from .python_files import is_python_name
from .reading import UNKNOWN, File, mark
from .sources import Selection, is_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .reading import Mark

    Seal = Callable[[bytes], bytes]

TICK = 2_000_000_000
"""Nanoseconds of the coarsest clock of a file system (FAT's)."""
SEAL_BYTES = 32
_CHUNK = 4096
_WORTH_A_COPY = 4096
"""Names from which on a copy of this process looks at half of them."""
_NUMBERS = len(UNKNOWN)
_LARGEST = (1 << 63) - 1


class Index:
    """The search that found `names`: first `watched` paths that it hangs on, then the files that were judged."""

    def __init__(self, names: list[str], numbers: Sequence[int], watched: int, skipped: int, *, linked: bool) -> None:
        self._names = names
        self._numbers = numbers
        self._watched = watched
        self._skipped = skipped
        self._linked = linked
        self.outdated = False
        """Whether `unchanged` met a mark that is no longer true."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Index):
            return NotImplemented
        return (self._names, self._watched, self._skipped, self._linked, list(self._numbers)) == (
            other._names, other._watched, other._skipped, other._linked, list(other._numbers))  # fmt: skip

    __hash__ = None  # type: ignore[assignment]

    def unchanged(self) -> Selection | None:
        """The selection that a search would make now, with the files alone that are not known to be green.

        None where only a search can tell.
        """
        selection = Selection()
        selection.skipped = self._skipped
        selection.linked = self._linked
        selection.known = len(self._names) - self._watched
        try:
            for position in memoryview(halves(self._changed, range(len(self._names)), _WORTH_A_COPY)).cast("q"):
                if position < self._watched or self._linked:
                    return None
                name = self._names[position]
                self.outdated = self.outdated or any(self._numbers[position * _NUMBERS : (position + 1) * _NUMBERS])
                status = os.stat(name)
                if not S_ISREG(status.st_mode):
                    return None
                if is_python_name(os.path.basename(name)) is None and not is_script(name, status):
                    return None  # what makes it Python may be gone
                selection.files.append(File(name, mark(status)))
        except OSError:
            return None
        selection.known -= len(selection.files)
        return selection

    def green(self) -> dict[str, Mark]:
        """The files that were green, with their marks."""
        marks = self._marks(self._watched, len(self._names))
        return {name: seen for name, seen in zip(self._names[self._watched :], marks, strict=True) if seen != UNKNOWN}

    def judged(self) -> list[str]:
        """The files, green or not."""
        return self._names[self._watched :]

    def watched(self) -> list[tuple[str, Mark]]:
        """What the choice of files hangs on besides their names."""
        return list(zip(self._names[: self._watched], self._marks(0, self._watched), strict=True))

    def pack(self, seal: Seal) -> bytes:
        """The index as bytes, sealed."""
        head = (len(self._names), self._watched, self._skipped, int(self._linked))
        body = _packed((*head, *self._numbers)) + os.fsencode("\0".join(self._names))
        return body + seal(body)

    def _marks(self, start: int, end: int) -> Iterator[Mark]:
        numbers = self._numbers[start * _NUMBERS : end * _NUMBERS]
        flat = iter(numbers.tolist() if isinstance(numbers, memoryview) else numbers)
        return zip(*[flat] * _NUMBERS, strict=True)

    def _changed(self, positions: Sequence[int]) -> bytes:
        """Those of a range of positions at which another mark is now. Raises `OSError` for what is gone."""
        changed: list[int] = []
        for start in range(positions[0], positions[-1] + 1, _CHUNK):
            names = self._names[start : min(start + _CHUNK, positions[-1] + 1)]
            before = [*self._marks(start, start + len(names))]
            now = [*map(mark, map(os.stat, names))]
            if now != before:
                changed.extend(start + at for at in range(len(names)) if now[at] != before[at])
        return _packed(changed)


def _packed(numbers: Sequence[int]) -> bytes:
    from struct import pack  # `array` imports `collections`, which takes longer than all the rest of a small index

    return pack(f"{len(numbers)}q", *numbers)


def settled(seen: Mark, started: int) -> bool:
    """Whether a mark seen after `started` (ns since 1970) is old enough to tell any later change of the file."""
    _, modified, changed, _, _ = seen
    return max(modified, changed) <= started - TICK


def unpack(content: bytes, seal: Seal) -> Index | None:
    """The index that `Index.pack` made into `content` with the same `seal`, else None."""
    body = memoryview(content)[:-SEAL_BYTES]
    if len(body) < 32 or seal(body) != content[-SEAL_BYTES:]:  # type: ignore[arg-type] # any buffer will do
        return None
    count, watched, skipped, linked = body[:32].cast("q")
    end = 32 + count * _NUMBERS * 8
    names = os.fsdecode(bytes(body[end:])).split("\0")
    return Index(names, body[32:end].cast("q"), watched, skipped, linked=bool(linked))


def index(
    watched: Iterable[tuple[str, Mark]],
    files: Iterable[tuple[str, Mark]],
    skipped: int,
    *,
    linked: bool,
    started: int,
) -> Index | None:
    """The index of a search that began at `started` (ns since 1970); `files` have `UNKNOWN` marks unless green.

    None where names or numbers cannot be kept.
    """
    names: list[str] = []
    numbers: list[int] = []
    count = 0
    for part in (watched, files):
        count = len(names)
        for name, seen in part:
            names.append(name)
            tells = settled(seen, started) and max(seen) <= _LARGEST and min(seen) >= -_LARGEST
            numbers += seen if tells else UNKNOWN
    if not names or any("\0" in name for name in names):
        return None
    return Index(names, numbers, count, skipped, linked=linked)
