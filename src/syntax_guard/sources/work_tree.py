"""A work tree on disk, as a place where projects declare things."""

from __future__ import annotations

import os
import stat

from ..errors import relative
from .git_index import GitIndex

_PAGE = 4096
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))


class WorkTree:
    """The files below the folder `name`, its top; in a repository of git only those that git tracks."""

    def __init__(self, name: str, index: GitIndex | None, seen_from: str = os.curdir) -> None:
        """Messages name files as seen from the folder `seen_from`."""
        self.name = name
        self._seen_from = seen_from
        self.here = ""
        self._index = index
        self.untracked: dict[str, None] = {}
        """The files that were asked for and do not count, since git does not track them."""

    def start(self, path: str, most: int) -> bytes | None:
        """The first `most` bytes of the file at `path`, relative to the top; None where none is there that counts."""
        whole = os.path.join(self.name, path)
        if not os.access(whole, os.F_OK):  # nearly always, and cheaper than to be refused
            return None
        if self._index is not None and (loose := self._untracked(path, whole, self._index)):
            self.untracked[loose] = None
            return None
        try:
            descriptor = os.open(whole, _FLAGS)
        except OSError:
            return None
        try:
            status = os.fstat(descriptor)
            return _read(descriptor, most, status.st_size) if stat.S_ISREG(status.st_mode) else None
        except OSError:
            return None
        finally:
            os.close(descriptor)

    def called(self, path: str) -> str:
        """What messages call the file at `path`: its name from the current folder, or where they are read."""
        return relative(os.path.join(self.name, path), self._seen_from)

    def _untracked(self, path: str, whole: str, index: GitIndex) -> str | None:
        """The path that git does not track: `path`, which is at `whole`, or for a link that of what it leads to."""
        if not index.tracks(path):
            return path
        if not os.path.islink(whole):
            return None
        real, inside = os.path.realpath(whole), os.path.join(os.path.realpath(self.name), "")
        below = real.removeprefix(inside).replace(os.sep, "/")
        return None if real.startswith(inside) and index.tracks(below) else below


def _read(descriptor: int, most: int, expected: int) -> bytes:
    """The first `most` bytes; `expected` is how many there seem to be, and no more room is made at once."""
    room = max(expected + 1, _PAGE)
    content = os.read(descriptor, min(room, most))
    while len(content) < most and (more := os.read(descriptor, min(room, most - len(content)))):
        content += more
    return content


def enclosing(folder: str, name: str) -> str | None:
    """The nearest folder from `folder` upwards that holds `name`, or None."""
    while not os.path.lexists(os.path.join(folder, name)):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return folder


def work_tree(top: str) -> WorkTree:
    """The work tree of the repository whose top is `top`."""
    return WorkTree(top, GitIndex(top))
