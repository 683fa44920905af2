"""The cache folder: small files that are read whole and replaced whole, where no other user can write.

What goes wrong here is never an error: a run goes on without what it could not read or keep, and ``trouble`` says
why, when asked.
"""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LIMIT = 512 << 20
"""Bytes that the folder may hold: a tree of a million files takes 80 MiB."""
OLD_SECONDS = 24 * 3600
"""Seconds after which a file that is read is marked as used again, and a part of a file is removed."""
_CAREFUL = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""A FIFO or a link in a file's place must not stop a commit, or lead elsewhere."""
_WRITERS = stat.S_IWGRP | stat.S_IWOTH


class Store:
    """The files in `folder`, which is made when the first is written. Without a folder (None) nothing is kept.

    `key` seals what is in a file: a program that lacks it can destroy a file, and forge none. Without a key (None)
    nothing that is kept could be believed, so nothing is.
    """

    def __init__(self, folder: str | None, key: bytes | None = b"") -> None:
        self.key = key or b""
        self.trouble: str | None = None
        """Why something could not be read or kept, as one line; None where all went well."""
        if folder is not None and key is None:
            self.trouble = "there is no folder for its key: set SYNTAX_GUARD_CACHE_KEY or XDG_STATE_HOME"
        self.folder = folder if key is not None else None
        """None also once it turned out to be of no use."""
        self._descriptor: int | None = None
        self._checked = False

    def read(self, name: str) -> bytes | None:
        """The content of the file `name`; None where there is none, or others could have written it."""
        if not self._usable():
            return None
        try:
            file = self._open(name, os.O_RDONLY | _CAREFUL)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._failed(error)
            return None
        try:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode) or not _is_private(status, _WRITERS) or status.st_size > LIMIT:
                self.trouble = f"{self.folder}: {name} is not this user's alone"
                return None
            content = os.read(file, status.st_size)
            self._mark_used(file, status)
            return content if len(content) == status.st_size else None
        except OSError as error:
            self._failed(error)
            return None
        finally:
            os.close(file)

    def replace(self, name: str, content: bytes | Iterable[bytes | memoryview]) -> None:
        """Make `content` the content of the file `name`: all of its parts or, where that fails, none."""
        if not self._usable(make=True):
            return
        from .whole_file import replace

        try:
            replace(self._path(name), (content,) if isinstance(content, bytes) else content, 0o600, self._descriptor)
        except OSError as error:
            self._failed(error)

    def remove(self, name: str) -> None:
        """Remove the file `name`, if it is there."""
        try:
            os.unlink(self._path(name), dir_fd=self._descriptor)
        except OSError:
            pass

    def shrink(self) -> None:
        """Remove what was used longest ago until the folder keeps its limit, and parts that were left behind."""
        if not self._usable():
            return
        import time

        from .whole_file import PART

        try:
            found = []
            for name in os.listdir(self.folder if self._descriptor is None else self._descriptor):
                status = os.stat(self._path(name), dir_fd=self._descriptor, follow_symlinks=False)
                if name.endswith(PART) and status.st_mtime < time.time() - OLD_SECONDS:
                    self.remove(name)
                elif stat.S_ISREG(status.st_mode):
                    found.append((status.st_mtime, status.st_size, name))
        except OSError as error:
            self._failed(error)
            return
        excess = sum(size for _, size, _ in found) - LIMIT
        for _, size, name in sorted(found):
            if excess <= 0:
                break
            self.remove(name)
            excess -= size

    def close(self) -> None:
        """Let go of the folder."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self.folder = None

    def _usable(self, *, make: bool = False) -> bool:
        """Whether the folder is there and this user's. It is held open, so that nothing can take its place."""
        if self.folder is None or self._checked:
            return self.folder is not None
        try:
            try:
                status = self._hold()
            except FileNotFoundError:
                if not make:
                    return False
                os.makedirs(self.folder, 0o700, exist_ok=True)
                status = self._hold()
        except (OSError, ValueError) as error:
            self._failed(error)
            self.folder = None
            return False
        self._checked = True
        if not _is_private(status, stat.S_IWOTH):  # a umask of 002 lets the user's own group in
            trouble = f"{self.folder} belongs to another user, or others may write to it"
            self.close()
            self.trouble = trouble
        return self.folder is not None

    def _hold(self) -> os.stat_result:
        assert self.folder is not None  # noqa: S101
        if os.name == "nt":
            return os.stat(self.folder)
        self._descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            spare = os.dup(self._descriptor)  # two are left for a search, which needs them more than this folder does
            try:
                os.close(os.dup(spare))
            finally:
                os.close(spare)
        except OSError:
            os.close(self._descriptor)
            self._descriptor = None
            raise
        return os.fstat(self._descriptor)

    def _open(self, name: str, flags: int) -> int:
        return os.open(self._path(name), flags, 0o600, dir_fd=self._descriptor)

    def _path(self, name: str) -> str:
        return name if self._descriptor is not None else os.path.join(self.folder or "", name)

    def _failed(self, error: Exception) -> None:
        self.trouble = f"{self.folder}: {getattr(error, 'strerror', None) or error}"

    def _mark_used(self, file: int, status: os.stat_result) -> None:
        import time

        if os.utime in os.supports_fd and status.st_mtime < time.time() - OLD_SECONDS:
            os.utime(file)


def _is_private(status: os.stat_result, writers: int) -> bool:
    """Whether this user owns it and none of `writers` (mode bits) may write; Windows keeps profiles private."""
    return os.name == "nt" or (status.st_uid == os.geteuid() and not status.st_mode & writers)
