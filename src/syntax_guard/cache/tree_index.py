"""What a search found and which of it was green: an unchanged tree is neither searched nor read again.

An index answers one question: the same paths, asked for in the same folder with the same settings of the same
interpreters. It holds names and stamps (size, times and numbers of the file system), and a seal that only this tool
makes, so that what is damaged counts as missing.

A stamp that is too young proves nothing: within one tick of the file system's clock a file can be read and changed
again (git calls it "racy"). Such a file is marked as unknown, and read the next time.
"""

from __future__ import annotations

import os
from stat import S_ISREG
from struct import pack

from ..model import UNKNOWN, Record, stamp_of
from ..processes.forked_call import halves
from ..sources.file_types import is_python_name, is_script
from ..sources.git_modes import GitModes
from ..sources.readers import File
from ..sources.selection import MANY, Selection, Stamped
from ..storage.packed import Block, packed
from ..storage.stamps import Devices, settled, telling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from ..config.declarations.declaration import Declaration
    from ..model import Stamp

    Part: TypeAlias = "bytes | memoryview"
    Seal = Callable[[Sequence[Part]], bytes]

SEAL_BYTES = 32
_HEAD = 8
_HEAD_BYTES = _HEAD * 8
_WORTH_A_COPY = 4
"""Blocks of names from which on a copy of this process looks at half of them."""
MOST_CHANGED = 64 * 1024
"""Files that changed, from which on a search is as fast."""


class Still(Record):
    """What is still as it was."""

    selection: Selection
    """The files that changed."""
    valid: Stamped
    """The others, known to be green."""
    outdated: bool
    """Whether a stamp in the index is no longer true."""


class TreeIndex:
    """The search that found `files`, with stamps where they are green; it depends on the `watched` paths."""

    def __init__(self, watched: Stamped, files: Stamped, skipped: list[tuple[str, str]], *, linked: bool) -> None:
        self.watched = watched
        self.files = files
        self._skipped = skipped
        self._linked = linked
        self.stating: list[str] = []
        """The folders whose word counts for the files."""
        self.asked: list[str] = []
        """One of the files for each way in which they were asked about."""
        self.scripts: list[Declaration] = []
        """What some of the files say themselves of what they are asked."""
        self.stated = bytes(SEAL_BYTES)
        """What stands for all that they state."""
        self.seal = b""
        """That of the bytes which this was read from."""

    def unchanged(self) -> Still | None:
        """What a search would find now, told apart by what changed. None where only a search can tell."""
        watched, files = _blocks(self.watched), _blocks(self.files)
        if not _can_be_trusted([*watched, *files]):
            return None
        try:
            changed = _changed([*watched, *files])
            if changed and (self._linked or min(changed) < len(watched)):
                return None
            if sum(map(len, changed.values())) > MOST_CHANGED:
                return None
            return self._told_apart(files, {number - len(watched): places for number, places in changed.items()})
        except OSError:
            return None

    def _told_apart(self, files: Sequence[Block], changed: dict[int, set[int]]) -> Still | None:
        selection, valid = Selection(), Stamped()
        selection.skipped, selection.linked = self._skipped, self._linked
        outdated, modes = False, GitModes()
        numbers = range(len(files))
        valid.full += [files[number] for number in numbers if number not in changed and files[number].length == MANY]
        for number in numbers:
            if number not in changed and files[number].length == MANY:
                continue
            for place, (name, seen) in enumerate(files[number].pairs()):
                if place not in changed.get(number, ()):
                    valid.append((name, seen))
                    continue
                outdated = outdated or seen != UNKNOWN
                status = os.stat(name)
                if not S_ISREG(status.st_mode):
                    return None
                named = is_python_name(os.path.basename(name))
                if named is None and not is_script(name, status, modes.executable):
                    return None  # what makes it Python may be gone
                selection.files.append(File(name, stamp_of(status)))
        selection.known = len(valid)
        return Still(selection, valid, outdated)

    def parts(self, seal: Seal) -> list[Part]:
        """The index as bytes, in parts; the last part is the `seal` of the others."""
        skipped = [text for path, why in self._skipped for text in (path, why)]
        texts = os.fsencode("\0".join((*self.stating, *self.asked, *skipped)))
        counts = (len(_blocks(self.watched)), len(_blocks(self.files)), len(skipped), int(self._linked))
        said = _packed_scripts(self.scripts) if self.scripts else b""
        lengths = (len(self.stating), len(self.asked), len(texts), len(said))
        parts: list[Part] = [pack(f"{_HEAD}q", *counts, *lengths), self.stated, texts, said]
        for block in (*_blocks(self.watched), *_blocks(self.files)):
            parts += [pack("2q", len(block.names), len(block.stamps)), block.names, block.stamps]
        return [*parts, seal(parts)]


def _blocks(stamped: Stamped) -> list[Block]:
    return [*stamped.full, *([packed(stamped.rest)] if stamped.rest else [])]


def _can_be_trusted(blocks: Sequence[Block]) -> bool:
    """Whether every device that a stamp is of takes writes, so that its times can change."""
    devices, known = Devices(), {UNKNOWN[-1]}
    for block in blocks:
        for device in set(block.devices()) - known:
            known.add(device)
            name = block.named()[block.devices().index(device)]
            if not devices.writable(name or ".", (0, 0, 0, 0, device)):
                return False
    return True


def _changed(blocks: Sequence[Block]) -> dict[int, set[int]]:
    """The numbers of the blocks that hold a name with another stamp now, with its places there.

    Raises `OSError` for what is gone.
    """

    def look(numbers: Sequence[int]) -> bytes:
        found: list[int] = []
        for number in numbers:
            before = [*blocks[number].stamped()]
            now = [
                (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)
                for status in map(os.stat, blocks[number].named())
            ]  # as `stamp_of` has it, which would take a tenth of a warm run to call
            if now != before:
                found.extend(number * MANY + place for place in range(len(now)) if now[place] != before[place])
        return pack(f"{len(found)}q", *found)

    changed: dict[int, set[int]] = {}
    numbers = [*range(0, len(blocks), 2), *range(1, len(blocks), 2)]  # halves that are the same work
    for position in memoryview(halves(look, numbers, _WORTH_A_COPY)).cast("q"):
        changed.setdefault(position // MANY, set()).add(position % MANY)
    return changed


def unpack(content: bytes, seal: Seal) -> TreeIndex | None:
    """The index whose `TreeIndex.parts` with the same `seal` are the bytes `content`, else None."""
    body = memoryview(content)[:-SEAL_BYTES]
    if len(body) < _HEAD_BYTES or seal([body]) != content[-SEAL_BYTES:]:
        return None
    watched, files, skipped, linked, stating, asked, length, scripts = body[:_HEAD_BYTES].cast("q")
    start = _HEAD_BYTES + SEAL_BYTES
    texts = os.fsdecode(bytes(body[start : start + length])).split("\0")
    start += length
    said = bytes(body[start : start + scripts])
    start += scripts
    blocks: list[Block] = []
    for _ in range(watched + files):
        names, stamps = body[start : start + 16].cast("q")
        start += 16
        blocks.append(Block(body[start : start + names], body[start + names : start + names + stamps]))
        start += names + stamps
    more = stating + asked
    left_out = list(zip(texts[more : more + skipped : 2], texts[more + 1 : more + skipped : 2], strict=True))
    found = TreeIndex(_stamped(blocks[:watched]), _stamped(blocks[watched:]), left_out, linked=bool(linked))
    found.stated = bytes(body[_HEAD_BYTES : _HEAD_BYTES + SEAL_BYTES])
    found.stating = texts[:stating]
    found.asked = texts[stating:more]
    found.scripts = _unpacked_scripts(said) if said else []
    found.seal = content[-SEAL_BYTES:]
    return found


def _packed_scripts(scripts: Iterable[Declaration]) -> bytes:
    from ..config.file_facts import fields_of
    from ..storage import records

    return records.pack([records.join(fields_of(one)) for one in scripts])


def _unpacked_scripts(content: bytes) -> list[Declaration]:
    from ..config.file_facts import declaration_of
    from ..storage import records

    return [declaration_of(records.split(row)) for row in records.unpack(content)]


def _stamped(blocks: list[Block]) -> Stamped:
    stamped = Stamped()
    stamped.full = [block for block in blocks if block.length == MANY]
    stamped.rest = [pair for block in blocks if block.length < MANY for pair in block.pairs()]
    return stamped


class Provable:
    """Which stamps prove something to a run that began at `started` (ns since 1970)."""

    def __init__(self, started: int) -> None:
        self._started = started
        self._devices = Devices()

    def stamp(self, name: str, seen: Stamp) -> Stamp:
        """The stamp `seen` of the file `name`, or `UNKNOWN` where it proves nothing."""
        tells = self._tells(name, seen) and self._devices.holds(name[: name.rfind("/") + 1] or ".", seen)
        return seen if tells else UNKNOWN

    def _tells(self, name: str, seen: Stamp) -> bool:
        return settled(seen, self._started) and telling(seen) and self._devices.writable(name or ".", seen)

    def watched(self, pairs: Iterable[tuple[str, Stamp]]) -> Stamped:
        """What is watched, in `pairs`, with the stamps that prove something."""
        found = Stamped()
        for name, seen in pairs:
            found.append((name, seen if self._tells(name, seen) else UNKNOWN))
        return found
