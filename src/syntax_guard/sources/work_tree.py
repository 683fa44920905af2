"""A work tree on disk, as a place where projects declare things."""

from __future__ import annotations

import os
import stat

from ..errors import relative
from .git_index import GitIndex
from .index_bytes import deleted
from .path_names import path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .left_out import LeftOut

_PAGE = 4096
_LINKS = 40
"""Links that lead to each other, as many as the kernel follows."""
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))


class RealFolders:
    """Where folders really lie, and the tops of their repositories. Each is looked at once."""

    def __init__(self, here: str) -> None:
        """`here` is the current folder."""
        self._tops: dict[str, str | None] = {}
        self._paths = {here: here} if os.name == "posix" else {}  # there, the kernel says it without links

    def path(self, folder: str) -> str:
        """The real path of `folder`, an absolute path."""
        at, plain = folder, []
        while at not in self._paths:
            above, name = os.path.split(at)
            if name and not os.path.islink(at):
                plain.append(at)
                at = above
            else:
                self._paths[at] = os.path.realpath(at)
        for below in reversed(plain):
            above, name = os.path.split(below)
            self._paths[below] = os.path.join(self._paths[above], name)
        return self._paths[folder]

    def top(self, folder: str) -> str | None:
        """The top of the repository that `folder`, a real path, lies in; None outside of one."""
        asked = []
        while folder not in self._tops:
            asked.append(folder)
            above = os.path.dirname(folder)
            own = os.access(os.path.join(folder, ".git"), os.F_OK)
            if own or above == folder:
                self._tops[folder] = folder if own else None
            else:
                folder = above
        self._tops.update(dict.fromkeys(asked, self._tops[folder]))
        return self._tops[folder]


class WorkTree:
    """The files below the folder `name`, its top; in a repository of git only those that git tracks."""

    def __init__(self, name: str, index: GitIndex | None, seen_from: str = os.curdir) -> None:
        """Messages name files as seen from the folder `seen_from`."""
        self.name = name
        self._seen_from = seen_from
        self.here = ""
        self._index = index
        self.untracked: dict[str, str | None] = {}
        """The files that were asked for and do not count, since git does not track them. What is said of one stands
        there once that is known."""

    def start(self, path: str, most: int) -> bytes | None:
        """The first `most` bytes of the file at `path`, relative to the top; None where none is there that counts."""
        whole = os.path.join(self.name, path)
        if not os.access(whole, os.F_OK):  # nearly always, and cheaper than to be refused
            left_out = self._index and self._index.left_out()
            return self._held(path, most, self._index, left_out) if self._index and left_out else None
        if self._index is not None and (loose := self._untracked(path, whole, self._index)):
            self.untracked.setdefault(loose)
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

    def deleted(self) -> list[str]:
        """The declarations that git tracks and that are deleted on the disk, as far as their folders are there."""
        return deleted(self.name, self._index.content()) if self._index else []

    def left_out(self) -> list[tuple[str, str]]:
        """The declarations that git tracks and keeps off the disk, each with the name of its content."""
        left_out = self._index and self._index.left_out()
        return sorted((one.path, one.blob) for one in left_out.declaring().values()) if left_out else []

    def _held(self, path: str, most: int, index: GitIndex, left_out: LeftOut) -> bytes | None:
        """As `start`, of a file that is not on the disk, or a link that leads to one: what the index holds counts."""
        from . import git
        from .git_links import SYMBOLIC

        for _ in range(_LINKS):
            held = left_out.file(path)
            whole = os.path.join(self.name, path)
            if held is None and os.path.islink(whole):
                if not index.tracks(path):
                    self.untracked.setdefault(path)
                    return None
                target = os.readlink(whole)
            elif held is None:
                return self.start(path, most) if os.path.exists(whole) else None
            else:
                content, status = git.answer(self.name, "cat-file", "blob", held.blob, most=most)
                if status or held.mode != SYMBOLIC:
                    return None if status else content
                target = path_name(content)
            path = os.path.normpath(os.path.join(os.path.dirname(path), target)).replace(os.sep, "/")
            if os.path.isabs(path) or path.startswith("../"):
                self.untracked.setdefault(os.path.normpath(os.path.join(self.name, path)))
                return None
        return None

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
