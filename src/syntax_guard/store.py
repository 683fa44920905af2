"""The cache folder: small files that are read whole and replaced whole, where nobody else can write.

What goes wrong here is never an error: a run goes on without what it could not read or keep, and ``trouble`` says
why, for whoever asks.
"""

from __future__ import annotations

import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT = 64 << 20
"""Bytes that the folder may hold."""
OLD_SECONDS = 24 * 3600
"""What was last used so long ago is marked as used when it is read again, and a part of a file is litter."""
_CAREFUL = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""A FIFO or a link in a file's place must not stop a commit, or lead elsewhere."""
_PART = ".part"
_WRITERS = stat.S_IWGRP | stat.S_IWOTH


def default_folder(environ: Mapping[str, str]) -> str | None:
    """The user's cache folder for this tool, as the system has it (XDG, macOS, Windows), or None without a home."""
    if os.name == "nt":
        base = environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.join(environ.get("HOME", ""), "Library", "Caches")
    else:
        base = environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):  # as the XDG specification asks
            base = os.path.join(environ.get("HOME", ""), ".cache")
    return os.path.join(base, "syntax-guard") if os.path.isabs(base) else None


class Store:
    """The files in `folder`, which is made when the first is written. Without a folder (None) nothing is kept.

    `key` is for whoever signs what is in a file: whoever lacks it can destroy a file, and forge none.
    """

    def __init__(self, folder: str | None, key: bytes = b"") -> None:
        self.key = key
        self.trouble: str | None = None
        """Why something could not be read or kept, as one line; None where all went well."""
        self.folder = folder
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

    def replace(self, name: str, content: bytes) -> None:
        """Make `content` the content of the file `name`: all of it or, where that fails, none."""
        if not self._usable(make=True):
            return
        part = f"{name}.{os.getpid()}{_PART}"
        try:
            file = self._open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0))
        except OSError as error:
            self._failed(error)
            return
        try:
            try:
                _write(file, content)
            finally:
                os.close(file)
            os.replace(self._path(part), self._path(name), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        except BaseException as error:
            self.remove(part)
            if not isinstance(error, OSError):
                raise
            self._failed(error)

    def append(self, name: str, content: bytes) -> None:
        """Put `content` at the end of the file `name`, at once, whoever else does the same."""
        if not self._usable(make=True):
            return
        try:
            file = self._open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _CAREFUL)
            try:
                _write(file, content)
            finally:
                os.close(file)
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

        try:
            found = []
            for name in os.listdir(self.folder if self._descriptor is None else self._descriptor):
                status = os.stat(self._path(name), dir_fd=self._descriptor, follow_symlinks=False)
                if name.endswith(_PART) and status.st_mtime < time.time() - OLD_SECONDS:
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
            trouble = f"{self.folder} is somebody else's, or everybody may write to it"
            self.close()
            self.trouble = trouble
        return self.folder is not None

    def _hold(self) -> os.stat_result:
        assert self.folder is not None  # noqa: S101
        if os.name == "nt":
            return os.stat(self.folder)
        self._descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
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


def _write(file: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]
