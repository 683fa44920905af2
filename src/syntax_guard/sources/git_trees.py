"""The folders that commits hold, from git's objects: one is read once, however many commits have it."""

from __future__ import annotations

import sys
from bisect import bisect_left

from ..errors import GitError
from .git import run
from .git_links import FOLDER, LONGEST, End, followed
from .path_names import name_of, path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import TypeAlias

    from .git_contents import Contents

    Folder: TypeAlias = dict[str, tuple[int, str] | None]
    """Mode and object by name; None for a name that two entries have."""

MOST = 512
"""Folders that are kept."""


class TwoEntriesError(GitError):
    """A folder holds two entries of one name. git makes no such folder, and takes one that is pushed."""


def two_entries(holder: str, name: str) -> TwoEntriesError:
    """The error for a `holder`, a commit or a folder, with two entries called `name`."""
    return TwoEntriesError(f"{holder} holds two entries called {name}", "see `git fsck`, and make the commit anew")


def refuse_doubled_head(top: str, removed: Iterable[str], changed: Collection[str]) -> None:
    """Raise `GitError` where HEAD of the work tree `top` holds two entries of one name.

    Of those, git matches one with the index and calls the other removed. So HEAD is read only where a path that is
    `removed` stands in the index all the same, as itself or as a folder that holds more than the `changed` paths.
    """
    held = run(top, "ls-files", "-z").split(b"\0")[:-1]

    def stands(path: str) -> bool:
        name = name_of(path)
        at = bisect_left(held, name)
        if held[at : at + 1] == [name]:
            return True
        at = bisect_left(held, name + b"/")
        while at < len(held) and held[at].startswith(name + b"/"):
            if path_name(held[at]) not in changed:
                return True
            at += 1
        return False

    if not any(map(stands, removed)):
        return
    names: set[bytes] = set()
    for name in run(top, "ls-tree", "-r", "-t", "-z", "--name-only", "--full-tree", "HEAD").split(b"\0"):
        if name in names:
            raise two_entries("HEAD", path_name(name))
        names.add(name)


class Trees:
    """What commits hold at one path or another. `contents` is asked, by one caller at a time."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._tops: dict[str, str] = {}
        self._folders: dict[str, Folder] = {}

    def end(self, commit: str, path: str) -> End:
        """Where `path` ends in `commit` (its full name, or a tree's), when links are followed.

        Raises `GitError` where this clone lacks a folder or a link on the way."""
        return followed(path, lambda at: self._look(commit, at), self._target)

    def _look(self, commit: str, path: str) -> tuple[int, str] | None:
        *above, name = path.split("/")
        folder = self._top(commit)
        for part in above:
            mode, folder = self._entry(folder, part) or (0, "")
            if mode != FOLDER:
                return None
        return self._entry(folder, name)

    def refuse_doubled(self, commit: str, folders: Iterable[str]) -> None:
        """Raise `GitError` where the top of `commit`, or one of the trees `folders`, holds two entries of one name."""
        for folder in (self._top(commit), *folders):
            for name, entry in self._folder(folder).items():
                if entry is None:
                    raise two_entries(f"the folder {folder[:12]} of {commit[:12]}", name)

    def _entry(self, folder: str, name: str) -> tuple[int, str] | None:
        held = self._folder(folder)
        entry = held.get(name)
        if entry is None and name in held:
            raise two_entries(f"the folder {folder[:12]}", name)
        return entry

    def _top(self, commit: str) -> str:
        if commit not in self._tops:
            found, _, _ = self._contents.look(commit.encode() + b"^{tree}", 0)
            if not found:
                raise _lacking(f"what {commit[:12]} holds")
            self._tops[commit] = found.decode()
        return self._tops[commit]

    def _folder(self, name: str) -> Folder:
        known = self._folders.get(name)
        if known is None:
            _, kind, data = self._contents.look(name.encode(), sys.maxsize)
            if kind != b"tree":
                raise _lacking(f"the folder {name[:12]}")
            if len(self._folders) >= MOST:
                self._folders.clear()
            try:
                known = self._folders[name] = _parsed(data, len(name) // 2)
            except ValueError:
                raise GitError(f"the folder {name[:12]} is corrupt", "try `git fsck`") from None
        return known

    def _target(self, blob: str) -> str:
        data = self._contents.file(blob.encode(), LONGEST)
        if data is None:
            raise _lacking(f"the link {blob[:12]}")
        return path_name(data)


def _lacking(what: str) -> GitError:
    return GitError(f"this clone lacks {what}", "ask in a whole clone: nothing is fetched here")


def _parsed(data: bytes, width: int) -> Folder:
    """The entries of a tree object, in which names of objects take `width` bytes. Raises `ValueError` for none."""
    found: Folder = {}
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        end = data.index(b"\0", space) + 1
        name = path_name(data[space + 1 : end - 1])
        found[name] = None if name in found else (int(data[at:space], 8), data[end : end + width].hex())
        at = end + width
    return found
