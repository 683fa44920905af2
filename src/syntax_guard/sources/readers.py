"""Which bytes: a file is read once, whole, and only if it is a regular one."""

from __future__ import annotations

import os
import stat

from ..model import Problem, stamp_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..model import Stamp

SIZE_LIMIT = 64 * 1024 * 1024
"""Bytes of the largest source that is read."""


_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))


class UnreadableError(Exception):
    """The bytes of a source could not be had; ``problem`` says why."""

    def __init__(self, message: str, kind: str = "Unreadable") -> None:
        super().__init__(message)
        self.problem = Problem(kind, message)


class File:
    """A file that has not been read yet."""

    __slots__ = ("path", "stamp")
    member = cell = None

    def __init__(self, path: str, stamp: Stamp) -> None:
        self.path = path
        self.stamp = stamp
        """As it was before it was read."""

    @property
    def size(self) -> int:
        """Bytes, known before anything is read."""
        return self.stamp[0]

    @property
    def identity(self) -> tuple[int, ...]:
        """The same for all names of one file."""
        return self.stamp[3:]

    def read(self) -> bytes:
        """All bytes of the file, or `UnreadableError`. Opens nothing but a regular file, and never waits."""
        return read_file(self.path)

    def read_stamped(self) -> tuple[bytes, Stamp]:
        """As `read`, and the stamp of the very file object that was read, which `path` may lead to no longer."""
        return read_stamped(self.path)


class Unreadable:
    """Something that was found and cannot be read."""

    __slots__ = ("kind", "member", "path", "reason")
    size = 0
    cell = None

    def __init__(self, path: str, reason: str, member: str | None = None, kind: str = "Unreadable") -> None:
        """`kind` is that of the problem; see `Problem`."""
        self.path = path
        self.member = member
        self.reason = reason
        self.kind = kind

    def read(self) -> bytes:
        """The bytes. Raises `UnreadableError`."""
        raise UnreadableError(self.reason, self.kind)


def read_file(path: str) -> bytes:
    """All bytes of the regular file at `path`. This never blocks on a FIFO, device or socket.

    Raises:
        UnreadableError: The file cannot be read.
        ResourcesError: It is not the file that stands in the way.
    """
    return read_stamped(path)[0]


def read_stamped(path: str) -> tuple[bytes, Stamp]:
    """As `read_file`, and the stamp that the open file had before it was read."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise unreadable(error) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError(not_regular(status.st_mode))
        if status.st_size > SIZE_LIMIT:
            raise too_large()
        return _read_all(descriptor, status.st_size), stamp_of(status)
    except OSError as error:
        raise unreadable(error) from None
    finally:
        os.close(descriptor)


def unreadable(error: OSError) -> Exception:
    """The error of a source that ``error`` kept from being read: a finding, or `ResourcesError` for a limit of ours."""
    if isinstance(error, BlockingIOError):  # a regular file of the kernel, such as /proc/kmsg: no process was started
        return UnreadableError("has nothing to read yet")
    from ..processes.shortage import shortage  # a rare thing

    return shortage(error) or UnreadableError(reason(error))


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
