"""A work tree on disk, as a place where projects declare things."""

from __future__ import annotations

import os
import stat

from ..config.settings import SPEAKING
from ..errors import relative
from .git_index import GitIndex
from .index_bytes import deleted
from .path_names import path_name
from .readers import not_regular
from .selection import DEAD_LINK, NOWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from .index_bytes import IndexBytes

_PAGE = 4096
_ESCAPES = (b"\0", b"+", b"\x1b", b"~")
"""What encodings of ASCII have for other characters: UTF-16 and -32, UTF-7, ISO-2022, HZ."""
_FEW = 256
"""Entries of a folder that are listed in less time than twenty questions for names take."""
_BEGINNING: dict[str, list[str]] = {}
"""The files that decide something, by the first part of their names."""
for _name in SPEAKING:
    _BEGINNING.setdefault(_name.partition("/")[0].casefold(), []).append(_name)
_FIRST = frozenset(_BEGINNING)
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))


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
        self.outside: dict[str, None] = {}
        """The files that were asked for and do not count: they are links out of the repository."""
        self.unreadable: dict[str, str] = {}
        """The files that are there and cannot be read, each with the reason."""

    def speaking(self, folder: str) -> Collection[str]:
        """Those of `SPEAKING` that may be in `folder`, relative to the top; all of them where a look does not tell."""
        if self._index and self._index.left_out():
            return SPEAKING
        try:
            with os.scandir(os.path.join(self.name, folder)) as entries:
                # Not more of them than are looked at in the time of those questions. Some file systems fold cases.
                there = [entry.name.casefold() for _, entry in zip(range(_FEW), entries, strict=False)]
        except OSError:  # it is gone, or lists nothing and yet has files
            return SPEAKING
        if len(there) == _FEW:
            return SPEAKING
        if _FIRST.isdisjoint(there):  # as in most folders
            return ()
        return [name for first in _FIRST.intersection(there) for name in _BEGINNING[first]]

    def start(self, path: str, most: int) -> bytes | None:
        """The first `most` bytes of the file at `path`, relative to the top; None where none is there that counts."""
        whole, index = os.path.join(self.name, path), self._index
        is_there = os.access(whole, os.F_OK)
        if index is None:
            return self._content(path, most) if is_there or os.path.islink(whole) else None
        if not is_there and not (index.left_out() or index.leads_nowhere(path)):  # as nearly always
            return None
        is_link = os.path.islink(whole)
        if is_there and not is_link and index.tracks(path) and not index.held(path):
            return self._as_stored(path, self._content(path, most))
        if not is_link and os.path.isdir(whole) and not index.tracks(path):  # a folder of such a name declares nothing
            return None
        return self._followed(path, most, index)

    def called(self, path: str) -> str:
        """What messages call the file at `path`: its name from the current folder, or where they are read."""
        return relative(os.path.join(self.name, path), self._seen_from)

    def deleted(self) -> list[str]:
        """The declarations that git tracks and that are deleted on the disk, as far as their folders are there."""
        return deleted(self.name, self._index.content()) if self._index else []

    def left_out(self) -> list[tuple[str, str]]:
        """The declarations that git tracks and does not look for on the disk, each with the name of its content."""
        left_out = self._index and self._index.left_out()
        return sorted((one.path, one.blob) for one in left_out.declaring().values()) if left_out else []

    def _followed(self, path: str, most: int, index: GitIndex) -> bytes | None:
        """As `start`, with each link on the way followed as git does: none out of the repository, or by an absolute
        path. What the index holds counts where it speaks for the disk."""
        from .git_links import FOLDER, REGULAR, SYMBOLIC, followed

        def look(at: str) -> tuple[int, str] | None:
            held, whole = index.held(at), os.path.join(self.name, at)
            if held and held.mode == SYMBOLIC:
                return SYMBOLIC, path_name(self._object(at, held.blob))
            if held:
                return held.mode, held.blob
            if os.path.islink(whole):
                target = os.readlink(whole)
                return SYMBOLIC, "/" if os.path.isabs(target) else target.replace(os.sep, "/")
            if os.path.isfile(whole):
                return REGULAR, ""
            return None if os.path.lexists(whole) and not os.path.isdir(whole) else (FOLDER, "")

        end = followed(path, look, str)
        by_link = end.is_of_link(path)
        if end.why_not == DEAD_LINK:
            self.unreadable.update({path: NOWHERE} if by_link else {})
            return None
        there = [one for one in end.passed if os.path.lexists(os.path.join(self.name, one))]
        loose = [one for one in there if not index.tracks(one)]
        if loose:
            self.untracked.setdefault(loose[0])
        elif end.why_not and not end.mode:
            self.outside[path] = None
        elif end.why_not and by_link:
            is_folder = os.path.isdir(os.path.join(self.name, end.path))
            self.unreadable[path] = f"it is {not_regular(stat.S_IFDIR)}" if is_folder else NOWHERE
        elif not end.why_not and end.blob:
            return self._object(end.path, end.blob, most)
        elif not end.why_not:
            return self._as_stored(end.path, self._content(end.path, most))
        return None

    def _object(self, path: str, blob: str, most: int = -1) -> bytes:
        """The first `most` bytes of what git holds at `path`, or all. Raises `GitError` where it lacks that."""
        from . import git

        content, status = git.answer(self.name, "cat-file", "blob", blob, most=most)
        if status:
            raise git.lacking(self.called(path))
        return content

    def _content(self, path: str, most: int) -> bytes | None:
        """The first `most` bytes of the regular file at `path`; None where there is none, or it cannot be read."""
        try:
            descriptor = os.open(os.path.join(self.name, path), _FLAGS)
        except OSError as error:
            self._note(path, error)
            return None
        try:
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode):
                return _read(descriptor, most, status.st_size)
            if self._index or not stat.S_ISDIR(status.st_mode):
                self.unreadable[path] = f"it is {not_regular(status.st_mode)}"
        except OSError as error:
            self._note(path, error)
        finally:
            os.close(descriptor)
        return None

    def _note(self, path: str, error: OSError) -> None:
        whole = os.path.join(self.name, path)
        if os.path.isfile(whole):
            self.unreadable[path] = f"it cannot be read ({error.strerror})"
        elif os.path.islink(whole):
            self.unreadable[path] = NOWHERE

    def _as_stored(self, path: str, content: bytes | None) -> bytes | None:
        """The `content` of a file in the encoding that git stores it in, which may be another here."""
        if not content or (content.isascii() and not any(mark in content for mark in _ESCAPES)):
            return content
        from .git_attributes import may_be_encoded

        if b"\0" not in content and not may_be_encoded(self.name, path):
            return content
        from .checkout import stored

        return stored(self.name, path, content)


def _read(descriptor: int, most: int, expected: int) -> bytes:
    """The first `most` bytes; `expected` is how many there seem to be, and no more room is made at once."""
    room = max(expected + 1, _PAGE)
    content = os.read(descriptor, min(room, most))
    while len(content) < most and (more := os.read(descriptor, min(room, most - len(content)))):
        content += more
    return content


def work_tree(top: str, *, for_commit: bool = False, content: IndexBytes | None = None) -> WorkTree:
    """The work tree of the repository whose top is `top`; see `GitIndex` for `for_commit` and `content`."""
    return WorkTree(top, GitIndex(top, for_commit=for_commit, content=content))
