"""Objects of git that lie in packs, read without git (gitformat-pack(5)): packs and their indexes of version 2.

Nothing here has to be believed: an object that is put together wrongly has not the SHA-1 that it is called by.
"""

from __future__ import annotations

import os

from .git_files import NotPlainError, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Unpacked: TypeAlias = Callable[[bytes, int], bytes]

_INDEX = ".idx"
_KINDS = {1: b"commit", 2: b"tree", 3: b"blob"}
_BY_PLACE, _BY_NAME = 6, 7
"""Two more kinds: what is changed of another object, which has a place or a name."""
_HEAD = b"\xfftOc\0\0\0\2"
_NAMES = len(_HEAD) + 4 * 256
"""Where in an index of a pack the names begin, after a count for each first byte."""
_MOST_NAMES = 1 << 16
"""Names with the same first byte that are looked through."""
_MOST_PACKS = 8
_DEEPEST = 64
"""Objects that are made of each other: git makes at most 50."""


def packed(folder: str, name: str, kind: bytes, most: int, unpacked: Unpacked) -> bytes:
    """The content that a pack in `folder` has of the object called `name`, as far as that can be told.

    ``unpacked(stored, most)`` undoes what zlib did. Raises `NotPlainError`."""
    try:
        indexes = [os.path.join(folder, one) for one in os.listdir(folder) if one.endswith(_INDEX)]
        if len(indexes) > _MOST_PACKS:
            raise NotPlainError
        for path in indexes:
            offset = _offset(path, bytes.fromhex(name))
            if offset:
                return _made(path, offset, kind, most, unpacked)
    except (OSError, IndexError, ValueError):  # it is damaged
        raise NotPlainError from None
    raise NotPlainError


def _made(path: str, offset: int, kind: bytes, most: int, unpacked: Unpacked) -> bytes:
    """The object at `offset` in the pack whose index is at `path`: the one that it is made of, with all changes."""
    changes: list[bytes] = []
    pack = opened(path.removesuffix(_INDEX) + ".pack")
    try:
        while True:
            head = os.pread(pack, 64, offset)
            found, size, at = _begin(head)
            if size > most or len(changes) > _DEEPEST:
                raise NotPlainError
            here = offset
            if found == _BY_PLACE:
                back, at = _distance(head, at)
                offset -= back
            elif found == _BY_NAME:
                offset, at = _offset(path, head[at : at + 20]), at + 20
            elif _KINDS.get(found) != kind:
                raise NotPlainError
            stored = os.pread(pack, size + (size >> 8) + 128, here + at)
            data = unpacked(stored, size)
            if here == offset:
                break
            changes.append(data)
    finally:
        os.close(pack)
    for change in reversed(changes):
        data = _changed(data, change, most)
    return data


def _offset(path: str, name: bytes) -> int:
    """Where in its pack the object called `name` is, as the index at `path` says; 0 where it is in another pack."""
    index = opened(path)
    try:
        head = os.pread(index, _NAMES, 0)
        if not head.startswith(_HEAD) or len(head) < _NAMES:
            raise NotPlainError
        counts = [int.from_bytes(head[at : at + 4], "big") for at in (4 + 4 * name[0], 8 + 4 * name[0], _NAMES - 4)]
        low, high, all_names = counts[0] if name[0] else 0, counts[1], counts[2]
        if not 0 <= high - low <= _MOST_NAMES:
            raise NotPlainError
        names = os.pread(index, 20 * (high - low), _NAMES + 20 * low)
        at = names.find(name)
        while at > 0 and at % 20:
            at = names.find(name, at + 1)
        if at < 0:
            return 0
        offset = int.from_bytes(os.pread(index, 4, _NAMES + 24 * all_names + 4 * (low + at // 20)), "big")
    finally:
        os.close(index)
    if offset >> 31:  # in a pack of more than two GB, it is elsewhere
        raise NotPlainError
    return offset


def _begin(head: bytes) -> tuple[int, int, int]:
    """The kind of an object, its size, and where in `head` that ends."""
    byte = head[0]
    kind, size, at = byte >> 4 & 7, byte & 15, 1
    while byte & 0x80:
        byte = head[at]
        size |= (byte & 0x7F) << (7 * at - 3)
        at += 1
    return kind, size, at


def _distance(head: bytes, at: int) -> tuple[int, int]:
    """How far before an object the one is that it is made of, and where in `head` that ends."""
    byte = head[at]
    back, at = byte & 0x7F, at + 1
    while byte & 0x80:
        byte = head[at]
        back, at = (back + 1) << 7 | byte & 0x7F, at + 1
    if not back:
        raise NotPlainError
    return back, at


def _changed(data: bytes, change: bytes, most: int) -> bytes:
    """What becomes of `data`: pieces of it, and new ones, one after the other."""
    (before, at), parts, done = _size(change, 0), [], 0
    after, at = _size(change, at)
    if before != len(data) or after > most:
        raise NotPlainError
    while at < len(change):
        byte, at = change[at], at + 1
        if byte & 0x80:
            place = size = 0
            for bit in range(7):
                if byte >> bit & 1:
                    if bit < 4:
                        place |= change[at] << 8 * bit
                    else:
                        size |= change[at] << 8 * (bit - 4)
                    at += 1
            parts.append(data[place : place + (size or 0x10000)])
        else:
            parts.append(change[at : at + byte])
            at += byte
        done += len(parts[-1])
        if not byte or done > after:
            raise NotPlainError
    return b"".join(parts)


def _size(change: bytes, at: int) -> tuple[int, int]:
    size = shift = 0
    while True:
        byte = change[at]
        size |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return size, at
