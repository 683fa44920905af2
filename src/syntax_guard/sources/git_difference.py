"""What the next commit adds, changes and takes away, told without git: its index beside the tree of HEAD.

A process of git takes as long as a fifth of a commit's wait. Only what is plain is told here: an index of version 2 or
3 as a whole (gitformat-index(5)), and objects in files of their own and in a few packs. All else is asked of git.
"""

from __future__ import annotations

import os

from .git_files import NotPlainError, bytes_of
from .git_links import FILES, FOLDER, SUBMODULE
from .git_objects import Objects
from .index_bytes import IndexBytes
from .path_names import name_of, path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Held = dict[bytes, bytes]
    """What a folder holds, by name: of each the four bytes of its mode, and after them the name of its object."""

_FOLDER, _SUBMODULE = (mode.to_bytes(4, "big") for mode in (FOLDER, SUBMODULE))
_MODES = {b"%o" % mode: mode.to_bytes(4, "big") for mode in (*FILES, SUBMODULE, FOLDER)}
_SLASH = b"/"[0]
"""As a number: to look for that in bytes takes a tenth of the time."""
_HARMLESS = (
    "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXEC_PATH", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_AUTHOR_",
    "GIT_COMMITTER_", "GIT_REFLOG_ACTION", "GIT_PAGER", "GIT_ASKPASS", "GIT_SSH", "GIT_SSL_", "GIT_MERGE_AUTOEDIT",
    "GIT_TERMINAL_PROMPT", "GIT_CONFIG_NOSYSTEM",
)  # fmt: skip
"""How the variables of git begin that do not change what is in the index and in HEAD."""
_LARGEST = 16 << 20
"""Bytes of the largest tree that is read."""
_FOLDERS = 100
"""Folders that are looked through, one by one, and that lie in each other. For more, git is asked."""
_FIRST = 12
_MODE, _OBJECT, _FLAGS, _NAME = 24, 40, 60, 62
"""Where in an entry of the index its mode, its object, the length of its path and the path itself begin."""
_STEPS = [length + 70 & ~7 for length in range(256)]
"""Bytes of an entry by the length of its path: one to eight zeros end it, so that its size is a multiple of eight."""


class Cached:
    """What the index knows of the tree that a folder of it would make: its part ``TREE``."""

    __slots__ = ("below", "count", "tree")

    def __init__(self, count: int, tree: bytes) -> None:
        self.count = count
        """Entries of the index at and below the folder; -1 where the tree is not known."""
        self.tree = tree
        self.below: dict[bytes, Cached] = {}


class Difference:
    """The `index`, as bytes, of the plain repository whose git folder is `inside`, beside its HEAD."""

    def __init__(self, inside: str, index: bytes) -> None:
        """Raises `NotPlainError`."""
        self.changed: list[tuple[str, int, str]] = []
        """Path, mode and object of what is added or changed, from the top."""
        self.removed: list[str] = []
        """The paths that are taken away."""
        self.objects = Objects(inside)
        self.index = index
        self.content = IndexBytes(index, inside)
        self._folders: dict[bytes, Held] = {}
        """What the index holds in each folder that was looked through."""
        self._at = _FIRST
        self._last = b""
        self._trees = 0
        if index[:4] != b"DIRC" or index[4:8] not in (b"\0\0\0\2", b"\0\0\0\3"):
            raise NotPlainError
        self._left = int.from_bytes(index[8:12], "big")
        try:
            known, begins = _cached(index)
            self._compare(b"", known, self._root(inside))
        except (IndexError, ValueError):  # it ends too early, or holds what is no number
            raise NotPlainError from None
        if self._left or self._at != begins:
            raise NotPlainError

    def _root(self, inside: str) -> bytes:
        """The tree of HEAD."""
        commit = self.objects.read(_head(inside), b"commit", _LARGEST)
        if not commit.startswith(b"tree ") or commit[45:46] != b"\n":
            raise NotPlainError
        return bytes.fromhex(commit[5:45].decode())

    def held(self, path: str) -> tuple[int, str] | None:
        """Mode and object of what the index holds at `path`: zero and empty for nothing, None for what is not known."""
        whole = name_of(path)
        folder, slash, name = whole.rpartition(b"/")
        while (inside := self._folders.get(folder + slash)) is None:
            folder, slash, name = folder.rpartition(b"/")  # to the nearest folder that was looked through
        held = inside.get(name, b"")
        if folder + slash + name == whole:
            return int.from_bytes(held[:4], "big"), held[4:].hex()
        return None if held[:4] == _FOLDER and whole + b"\0" in self.index else (0, "")

    def _compare(self, folder: bytes, known: Cached | None, tree: bytes) -> None:
        """Compare what the index holds below `folder` with a `tree`, whose name is empty where there is none."""
        if len(self._folders) == _FOLDERS:
            raise NotPlainError
        inside = self._folders[folder] = {}
        before = self._held(tree) if tree else {}
        index, long = self.index, len(folder)
        while self._left and index.startswith(folder, self._at + _NAME):
            path = self._path()
            name, slash, _ = path[long:].partition(b"/")
            if path <= self._last:  # the entries are out of order
                raise NotPlainError
            if slash:
                inside[name] = _FOLDER
                self._below(folder + name, known.below.get(name) if known else None, before.pop(name, b""))
            else:
                inside[name] = self._file(path, before.pop(name, b""))
        for name, gone in before.items():
            if known and name in known.below and known.below[name].count >= 0:  # of entries that are not there
                raise NotPlainError
            self._take_away(folder + name, gone)

    def _below(self, folder: bytes, known: Cached | None, before: bytes) -> None:
        """The same for a folder in it; what is known to be one tree on both sides is ignored."""
        if known and known.count > 0 and before == _FOLDER + known.tree:
            self._pass_over(folder + b"/", known.count)
        elif before.startswith(_FOLDER):
            self._compare(folder + b"/", known, before[4:])
        else:
            if before:
                self._take_away(folder, before)
            self._compare(folder + b"/", known, b"")

    def _pass_over(self, folder: bytes, count: int) -> None:
        index, at, last, steps = self.index, self._at, self._at, _STEPS
        for _ in range(count):
            last = at
            at += self._step(at) if index[at + 60] else steps[index[at + 61]]
        if not index.startswith(folder, last + _NAME):
            raise NotPlainError
        self._at = last
        self._last = self._path()
        self._at = at
        self._left -= count

    def _file(self, path: bytes, before: bytes) -> bytes:
        """Compare a file of the index with what was `before`; return its mode and object."""
        index, at = self.index, self._at
        now = index[at + _MODE : at + _MODE + 4] + index[at + _OBJECT : at + _FLAGS]
        self._at += self._step(at)
        self._last = path
        self._left -= 1
        if now == before:
            return now
        if before.startswith(_FOLDER):
            self._take_away(path, before)
        mode = int.from_bytes(now[:4], "big")
        if mode not in FILES or before.startswith(_SUBMODULE):  # settings decide whether that counts
            raise NotPlainError
        self.changed.append((path_name(path), mode, now[4:].hex()))
        return now

    def _take_away(self, path: bytes, gone: bytes) -> None:
        if not gone.startswith(_FOLDER):
            self.removed.append(path_name(path))
            return
        for name, below in self._held(gone[4:]).items():
            self._take_away(path + b"/" + name, below)

    def _path(self) -> bytes:
        start = self._at + _NAME
        return self.index[start : self.index.index(0, start)]

    def _step(self, at: int) -> int:
        """Bytes of the entry `at`. One in conflict, and one that is more or less than a file, is not plain."""
        high, low = self.index[at + _FLAGS : at + _NAME]
        length = self.index.index(0, at + _NAME) - at - _NAME
        if high & 0x70 or (high & 0xF) << 8 | low != min(length, 0xFFF):
            raise NotPlainError
        return length + 70 & ~7

    def _held(self, tree: bytes) -> Held:
        """What a tree holds."""
        self._trees += 1
        if self._trees > _FOLDERS:
            raise NotPlainError
        content = self.objects.read(tree.hex(), b"tree", _LARGEST)
        held: Held = {}
        at, last, long = 0, b"", len(content)
        while at < long:
            end = content.index(0, at)
            written, _, name = content[at:end].partition(b" ")
            mode = _MODES.get(written)
            key = name + b"/" if mode == _FOLDER else name
            if mode is None or name in held or _SLASH in name or key <= last:
                raise NotPlainError
            at, last = end + 21, key
            held[name] = mode + content[end + 1 : at]
        return held


def difference(top: str, environ: Mapping[str, str]) -> Difference | None:
    """What the next commit of the work tree `top` changes, where that is plain to see; None where git has to be asked.

    It is the top of a plain repository of this user (`staged_index.plain_top`), and `environ` is what git would get.
    """
    inside = os.path.join(top, ".git")
    named = environ.get("GIT_INDEX_FILE")
    if any(name.startswith("GIT_") and not name.startswith(_HARMLESS) for name in environ):
        return None
    try:
        if not _is_plain(inside):
            return None
        return Difference(inside, bytes_of(os.path.join(top, named) if named else os.path.join(inside, "index")))
    except (OSError, NotPlainError):
        return None


def _is_plain(inside: str) -> bool:
    """Whether the repository is one of the oldest format, and no part of another."""
    said = bytes_of(os.path.join(inside, "config")).lower()
    formats = said.count(b"repositoryformatversion") == said.count(b"repositoryformatversion = 0\n") == 1
    more = b"extensions" in said or b"include" in said or os.path.lexists(os.path.join(inside, "commondir"))
    return formats and not more


def _head(inside: str) -> str:
    """The commit that HEAD leads to, through one branch."""
    said = bytes_of(os.path.join(inside, "HEAD"), 4096)
    if not (said.startswith(b"ref: refs/heads/") and said.endswith(b"\n")) or b".." in said or said.count(b"\n") > 1:
        raise NotPlainError
    ref = said[5:-1]
    try:
        name = bytes_of(os.path.join(inside, path_name(ref)), 42)
    except FileNotFoundError:
        name = _packed(inside, ref)
    if len(name) != 41 or not _HEX.issuperset(name[:40]) or name[40:] != b"\n":
        raise NotPlainError
    return name[:40].decode()


_HEX = frozenset(b"0123456789abcdef")


def _packed(inside: str, ref: bytes) -> bytes:
    said = bytes_of(os.path.join(inside, "packed-refs"))
    at = said.find(b" " + ref + b"\n")
    if at < 40:
        raise NotPlainError
    return said[at - 40 : at] + b"\n"


def _cached(index: bytes) -> tuple[Cached | None, int]:
    """What the index knows of trees, and where its entries end. Raises `NotPlainError` where no tree is known."""
    at = len(index)
    while (at := index.rfind(b"TREE", 0, at)) > 0:
        parts = dict(_parts(index, at))
        if parts and all(name[:1].isupper() for name in parts):
            cached, _ = _below(parts[b"TREE"], 1)  # after the name of the top, which is empty
            return cached, at
    raise NotPlainError


def _parts(index: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    """The parts of the index from `at` on, by name; nothing where none begins there."""
    end = len(index) - 20
    found = []
    while at < end:
        size = int.from_bytes(index[at + 4 : at + 8], "big")
        found.append((index[at : at + 4], index[at + 8 : at + 8 + size]))
        at += 8 + size
    return iter(found if at == end else ())


def _below(part: bytes, at: int, depth: int = 0) -> tuple[Cached, int]:
    """The folder that begins `at`, after its name, with those below it; and where they end."""
    if depth > _FOLDERS:
        raise NotPlainError
    end = part.index(b"\n", at)
    count, folders = map(int, part[at:end].split(b" "))
    at = end + 1
    tree = b""
    if count >= 0:
        tree = part[at : at + 20]
        at += 20
    found = Cached(count, tree)
    for _ in range(folders):
        end = part.index(0, at)
        below = part[at:end]
        found.below[below], at = _below(part, end + 1, depth + 1)
    return found, at
