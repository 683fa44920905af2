"""What the bytes of git's index say, where to start git takes too long: a commit waits for it."""

from __future__ import annotations

import os

from ..config.repository import is_top, work_tree_around
from ..config.settings import FILE, SPEAKING, folders_of, speaks_for
from ..errors import GitError
from .path_names import from_top, name_of, path_name
from .readers import UnreadableError, read_file
from .selection import real_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class IndexBytes:
    """The bytes of git's index (gitformat-index(5)). What takes a search of all of them is searched for once."""

    __slots__ = ("_leaves_out", "_links", "_split", "data", "top")

    def __init__(self, data: bytes = b"", folder: str | None = None, top: str | None = None) -> None:
        """`folder` is the one in which git keeps it, and `top` its work tree, if that is known."""
        self.data = data
        self.top = top
        self._split = None if folder is None or _holds_shared_index(folder) else False
        self._links: bool | None = None
        self._leaves_out: bool | None = None

    def __bool__(self) -> bool:
        return bool(self.data)

    def is_split(self) -> bool:
        """Whether the rest is in another file, or may be: a part that is called ``link`` says so."""
        if self._split is None:
            self._split = self.data.find(b"link\0") >= 0
        return self._split

    def may_hold_links(self) -> bool:
        """Whether a link may be in it: nearly no repository has one, and to ask git takes its time."""
        if self._links is None:
            self._links = self.is_split() or may_hold_link(self.data)
        return self._links

    def may_leave_out(self) -> bool:
        """Whether git may keep a declaration off the disk, or not look for it there.

        Version 2, which nearly all have, knows no ``skip-worktree``.
        """
        if self._leaves_out is None:
            self._leaves_out = bool(self) and (self.data[4:8] != _SECOND or self.is_split() or _assumes(self.data))
        return self._leaves_out

    def may_hold_attributes(self) -> bool:
        """Whether a file of attributes may be in it; version 4 holds no whole names."""
        is_plain = self.data[4:8] in (_SECOND, _THIRD) and not self.is_split()
        return not is_plain or self.data.rfind(b".gitattributes\0") >= 0  # from the end, as `_called`


def _holds_shared_index(folder: str) -> bool:
    """Whether a file is in `folder` in which git may keep the rest of a split index (git-update-index(1))."""
    return any(name.startswith("sharedindex.") for name in os.listdir(folder))


def index_here() -> tuple[str | None, IndexBytes, bool]:
    """The top of the work tree around the current folder, the bytes of its index, and whether a merge is under way.

    The top is None where no repository is around the folder. There are no bytes where they cannot be read.
    """
    top, inside = work_tree_around(real_path(os.curdir))
    if "GIT_WORK_TREE" in os.environ:
        return _told_by_git()
    if top is None:
        return _told_by_git() if "GIT_DIR" in os.environ else (None, IndexBytes(), False)
    merges = False
    try:
        merges = os.access(os.path.join(inside, "MERGE_HEAD"), os.F_OK)
        path = os.path.join(inside, "index")
        return top, IndexBytes(read_file(path), inside, top) if os.access(path, os.F_OK) else IndexBytes(), merges
    except (OSError, UnreadableError):
        return top, IndexBytes(), merges


def _told_by_git() -> tuple[str | None, IndexBytes, bool]:
    """As `index_here`, where variables say which repository it is: few do."""
    from .git import TOP, answer

    asked = [TOP, ("rev-parse", "--git-path", "MERGE_HEAD"), ("rev-parse", "--git-path", "index")]
    answers = [answer(os.curdir, *arguments) for arguments in asked]  # one by one: a path may hold the end of a line
    if any(status for _, status in answers):
        return None, IndexBytes(), False
    top, merging, path = (path_name(said).removesuffix("\n") for said, _ in answers)
    try:
        return top, IndexBytes(read_file(path)), os.path.lexists(merging)
    except UnreadableError:  # nothing is staged yet
        return top, IndexBytes(), os.path.lexists(merging)


def unlooked(names: Sequence[str], top: str | None, index: IndexBytes) -> dict[str, str]:
    """Those of the files `names` whose disk git does not look at, each with its path from the `top` of the work tree
    around the current folder, as its `index` says.

    It was told so (``assume-unchanged``, ``skip-worktree``): something else than what is staged may stand there.
    """
    if not index or top is None:  # nothing is staged, or this is no repository
        return {}
    place = from_top(top)
    places = {name: place(name) for name in names}
    if len(names) <= _FEW and is_plain(index):
        return {name: path for name, path in places.items() if is_unlooked(index, name_of(path))}
    from .left_out import marked

    inside = [path for path in places.values() if not path.startswith("../")]
    asked = inside if len(inside) <= _FEW else [os.curdir]
    found = {one.path for one in marked(top, asked) if one.is_unlooked} if asked else set()
    return {name: path for name, path in places.items() if path in found}


def is_plain(index: IndexBytes) -> bool:
    """Whether the bytes of an `index` hold each path as it is, with its marks (gitformat-index(5), version 2 or 3)."""
    if index.is_split():
        return False
    return index.data[4:8] == _SECOND or (index.data[4:8] == _THIRD and index.data.find(_SPARSE) < 0)


def _assumes(data: bytes) -> bool:
    """Whether `data`, an index of version 2 may hold a declaration that is ``assume-unchanged``, as far as its path is
    shorter than 256 bytes: the mark stands before the length of the path."""
    for first in (0, 4):  # entries are multiples of 8 bytes behind a header of 12: so for names of SHA-1 and of SHA-256
        flags = data[first::8]
        place = flags.find(_ASSUMED_ALONE)
        while place >= 0:
            start = first + 8 * place + 2
            end = start + int.from_bytes(data[start - 1 : start], "big")  # none behind the last byte of the hash
            if data.find(b"\0", start, end + 1) == end and speaks_for(path_name(data[start:end])):
                return True
            place = flags.find(_ASSUMED_ALONE, place + 1)
    return False


def deleted(top: str, index: IndexBytes) -> list[str]:
    """The declarations in the bytes of the `index` that are deleted in the work tree `top`, in folders that are there.

    What git keeps off the disk, or does not look at, is no such file."""
    gone = (path for path in _looked_at(top, index) if not os.path.lexists(os.path.join(top, path)))
    return sorted({path for path in gone if os.path.isdir(os.path.join(top, folders_of(path)[0]))})


def _looked_at(top: str, index: IndexBytes) -> Iterable[str]:
    """The declarations in the bytes of the `index` of the work tree `top`, without those that git does not look at;
    none where git does not answer."""
    if not index:
        return ()
    if is_plain(index):
        return (path for name in SPEAKING for path in _called(index, name.encode()))
    from .left_out import declaring

    try:
        return [one.path for one in declaring(top) if not one.is_unlooked]
    except GitError:
        return []


def something_declares(paths: Sequence[str]) -> bool:
    """Whether a folder is among `paths`, or something is or may be declared above a file, as behind a link: most
    one-file commits of small repositories find nothing, and import nothing for it."""
    if os.access(FILE, os.F_OK):  # as in most projects: no folder of a file need be looked at
        return True
    seen: set[str] = set()
    for path in paths:
        folder = os.path.dirname(os.path.abspath(path))
        if os.path.isdir(path) or os.path.islink(path) or ".." in path:
            return True
        while folder not in seen:
            if os.path.islink(folder):
                return True
            seen.add(folder)
            inside = folder.rstrip(os.sep) + os.sep
            if any(os.path.lexists(inside + name) for name in SPEAKING):  # git may know where a link leads
                return True
            if is_top(folder):
                break
            folder = os.path.dirname(folder)
    return False


def declares_unseen(index: IndexBytes | None) -> bool:
    """Whether git may track a declaration that is not on the disk, by the bytes of an `index`, or of that here."""
    if index is not None:
        return index.may_leave_out()
    top, index, _ = index_here()
    return top is not None and (index.may_leave_out() or bool(deleted(top, index)))


def _called(index: IndexBytes, name: bytes) -> Iterator[str]:
    """The paths of the files called `name` in a plain `index`, as far as they are shorter than 256 bytes."""
    data = index.data
    at = data.rfind(name + b"\0")  # from the end: there, CPython's search takes half as long
    while at >= 0:
        start, end = data.rfind(b"\0", 0, at) + 2, at + len(name)  # the length of the path stands in two bytes
        if data[start - 1] == end - start and (start == at or data[at - 1 : at] == b"/"):
            yield path_name(data[start:end])
        at = data.rfind(name + b"\0", 0, at)


def may_hold_link(data: bytes) -> bool:
    """Whether an entry in the bytes of an index that is not split may be a link, by its mode."""
    # The byte that is rare: names and numbers are full of zeros. Before version 4, entries are multiples of 8 bytes
    # behind a header of 12, and the mode is at byte 24 of its entry.
    first, step = (2, 1) if data[7:8] == b"\4" else (6, 8)
    rare = data[first::step]
    place = rare.find(_LINK[2])
    while place >= 0 and data[first + step * place - 2 : first + step * place + 2] != _LINK:
        place = rare.find(_LINK[2], place + 1)
    return place >= 0


def index_of(top: str) -> IndexBytes:
    """The bytes of the index that git uses in the work tree `top`; nothing where they cannot be read."""
    from .git import variable
    from .git_files import bytes_of, index_file

    named = variable("GIT_INDEX_FILE")
    try:
        path = os.path.join(top, named) if named else index_file(top)
        return IndexBytes(bytes_of(path), None if named else os.path.dirname(path))
    except OSError:
        return IndexBytes()


_FEW = 50
"""So many names are looked for in the index one by one."""
_LINK = 0o120000.to_bytes(4, "big")
"""The mode of a link."""
_SPARSE = b"sdir\0\0\0\0"
"""The part of an index that says that it holds whole folders in the place of their files. Those are marked as version 2
cannot mark them."""
_SECOND, _THIRD = b"\0\0\0\2", b"\0\0\0\3"
"""Versions."""


def is_unlooked(index: IndexBytes, path: bytes) -> bool:
    """Whether git does not look at the file at `path` on the disk, as its plain `index` says (see `unlooked`)."""
    length = min(len(path), _LONG)
    data = index.data
    at = data.rfind(path + b"\0")
    while at >= 4:
        first, last = int.from_bytes(data[at - 4 : at - 2], "big"), int.from_bytes(data[at - 2 : at], "big")
        if (last & (_LONG | _MORE) == length and last & _ASSUMED) or (
            first & (_LONG | _MORE) == length | _MORE and (first & _ASSUMED or last & _SKIPPED)
        ):
            return True
        at = data.rfind(path + b"\0", 0, at + len(path))
    return False


_LONG = 0xFFF
"""The length that stands for all longer names."""
_ASSUMED_ALONE = b"\x80"
_ASSUMED, _MORE, _SKIPPED = 0x8000, 0x4000, 0x4000
"""Flags of an entry: ``assume-unchanged``, more flags behind these, and among those ``skip-worktree``."""
