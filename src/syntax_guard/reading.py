"""Which bytes: a file is read once, whole, and only if it is a regular one."""

from __future__ import annotations

import os
import stat
from _operator import attrgetter  # `operator` itself costs a hook more than all of this room

from .model import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol, TypeAlias

    Mark: TypeAlias = "tuple[int, ...]"

    class Readable(Protocol):
        """A source before it is read."""

        @property
        def name(self) -> str: ...
        @property
        def size(self) -> int: ...
        def read(self) -> bytes: ...


SIZE_LIMIT = 64 * 1024 * 1024
"""Bytes of the largest source that is read."""


mark: Callable[[os.stat_result], Mark] = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino", "st_dev")
"""What changes when a file is edited, replaced or gets other rights, or a folder gets or loses an entry."""

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))

UNKNOWN: Mark = (0, 0, 0, 0, 0)
"""The mark of nothing."""


class UnreadableError(Exception):
    """The bytes of a source could not be had; ``problem`` says why."""

    def __init__(self, message: str, kind: str = "Unreadable") -> None:
        super().__init__(message)
        self.problem = Problem(kind, message)


class File:
    """A file that has not been read yet."""

    __slots__ = ("mark", "name")

    def __init__(self, name: str, mark: Mark) -> None:
        self.name = name
        self.mark = mark
        """As it was before it was read."""

    @property
    def size(self) -> int:
        return self.mark[0]

    @property
    def identity(self) -> tuple[int, ...]:
        """The same for all names of one file."""
        return self.mark[3:]

    def read(self) -> bytes:
        """All bytes of the file, or `UnreadableError`. Opens nothing but a regular file, and never waits."""
        return read_file(self.name)


class Unreadable:
    """Something that was found and cannot be read."""

    __slots__ = ("name", "reason")
    size = 0

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason

    def read(self) -> bytes:
        raise UnreadableError(self.reason)


class Held:
    """Bytes that are here already."""

    __slots__ = ("data", "name")

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self) -> bytes:
        return self.data


def read_file(path: str) -> bytes:
    """All bytes of the regular file at `path`, or `UnreadableError`. Never blocks on a FIFO, device or socket."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise UnreadableError(reason(error)) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError(not_regular(status.st_mode))
        if status.st_size > SIZE_LIMIT:
            raise too_large()
        return _read_all(descriptor, status.st_size)
    except OSError as error:
        raise UnreadableError(reason(error)) from None
    finally:
        os.close(descriptor)


def too_large() -> UnreadableError:
    """The error of a source that outgrows `SIZE_LIMIT`."""
    return UnreadableError(f"larger than {SIZE_LIMIT >> 20} MiB", "TooLarge")


def reason(error: OSError) -> str:
    """The system's words for `error`, without the path: ``Permission denied``."""
    return error.strerror or type(error).__name__


def not_regular(mode: int) -> str:
    """What stands at a path that is no regular file, from its `mode` (see `os.stat_result`)."""
    kinds = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device",
             stat.S_IFDIR: "a folder"}  # fmt: skip
    return f"{kinds.get(stat.S_IFMT(mode), 'something')} and not a regular file"


def _read_all(descriptor: int, size: int) -> bytes:
    """Read to the end. Files that say 0 bytes (``/proc``) may hold more; one that outgrows its size is bounded."""
    limit = max(2 * size, 1 << 20) + 1
    data = os.read(descriptor, min(size + 1, limit))
    if len(data) == size:  # one more was asked for: this is the end
        return data
    parts = [data]
    total = len(data)
    while data:
        data = os.read(descriptor, 1 << 20)
        total += len(data)
        parts.append(data)
        if total >= limit:
            raise UnreadableError("grows while it is read")
    return b"".join(parts)
