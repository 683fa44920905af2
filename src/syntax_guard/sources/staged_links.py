"""The symbolic links that git's index holds, each with the file of the index that it leads to."""

from __future__ import annotations

from ..errors import GitError
from .git_attributes import FILE as ATTRIBUTES
from .git_links import FOLDER, LONGEST, SYMBOLIC, End, followed, skipped_as, worth_following
from .index_bytes import index_of
from .path_names import path_name
from .staged_index import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Changed = Callable[[str, End], bool]
    Read = Callable[[bytes, int], "bytes | None"]


class StagedLinks:
    """The links in the index of the work tree `top`. Nothing is read of it unless it may hold one."""

    def __init__(self, top: str, read: Read, may_hold_some: bool | None = None) -> None:
        """``read(name, most)`` is the content of an object of git. `may_hold_some` tells whether the index may hold a
        link; None where that is not known."""
        self.top = top
        self._read = read
        self._may_hold_some = may_hold_some
        self._known: dict[str, tuple[int, str]] | None = None
        self._links: list[str] = []
        self.unlooked: set[str] = set()
        """The links that git does not look at on the disk, once `paths` has answered."""

    def among(self, entries: Iterable[Entry], declares: Callable[[str], bool]) -> list[Entry]:
        """The staged `entries`, with what links hold in their place: the links among them, and those that lead to one
        of them. Links of other files count as far as they are of a name that ``declares(name)``. Where a link is
        called as a file of attributes, git reads the path that it holds. Raises `GitError`."""
        changed = {entry.path: entry for entry in entries}
        found = [one for one in changed.values() if one.mode != SYMBOLIC or one.path.rpartition("/")[2] == ATTRIBUTES]
        if len(found) < len(changed):
            self._held()
        for path in self.paths():
            if worth_following(path) or declares(path):
                end = self.end(path)
                if not changed.keys().isdisjoint(end.passed):
                    found += entries_of(path, end)
        return found

    def below(self, folders: Iterable[str]) -> Iterator[Entry]:
        """What the links that may be Python hold: all, or those below some `folders`. Raises `GitError`."""
        starts = tuple(folder + "/" for folder in folders) or ("",)
        for path in self.paths():
            if path.startswith(starts) and worth_following(path):
                end = self.end(path)
                if end.why_not is None:
                    yield from entries_of(path, end)

    def end(self, path: str) -> End:
        """Where `path` ends, when links are followed. Raises `GitError`."""
        return followed(path, self._held().get, self._target)

    def text(self, path: str) -> bytes:
        """Where the link at `path`, one of `paths`, leads: as git keeps it. Raises `GitError`."""
        return self._content(self._held()[path][1])

    def leads(self, path: str) -> bool:
        """Whether a link stands at `path`, or above it. Raises `GitError`."""
        return any(path == link or path.startswith(link + "/") for link in self.paths())

    def any(self) -> bool:
        """Whether the index holds a link. Raises `GitError`."""
        return bool(self.paths())

    def paths(self) -> list[str]:
        """Where the links stand. Raises `GitError`."""
        if self._may_hold_some is None:
            index = index_of(self.top)
            self._may_hold_some = not index or index.may_hold_links()
        if self._known is None and not self._may_hold_some:
            self._known = {}
        self._held()
        return self._links

    def _held(self) -> dict[str, tuple[int, str]]:
        """Mode and object of all that the index holds, folders included."""
        if self._known is None:
            from . import git

            self._known = {}
            for field in git.run(self.top, "ls-files", "-v", "--stage", "-z").split(b"\0"):
                if field:
                    mark, mode, blob, stage, path = git.index_entry(field)
                    if mode == SYMBOLIC and (mark.islower() or mark == b"S"):
                        self.unlooked.add(path)
                    self._known[path] = mode, "" if stage else blob
                    self._note_folders(self._known, path)
            self._links = [path for path, (mode, blob) in self._known.items() if mode == SYMBOLIC and blob]
        return self._known

    @staticmethod
    def _note_folders(known: dict[str, tuple[int, str]], path: str) -> None:
        above = path.rpartition("/")[0]
        while above and above not in known:
            known[above] = FOLDER, ""
            above = above.rpartition("/")[0]

    def _target(self, blob: str) -> str:
        return path_name(self._content(blob))

    def _content(self, blob: str) -> bytes:
        data = self._read(blob.encode(), LONGEST)
        if data is None:
            raise GitError(f"git has no content for object {blob}", "try `git fsck`")
        return data


def entries_of(path: str, end: End) -> Iterator[Entry]:
    """What the link `path` stands for, which ends at `end`; nothing where it looks like no Python."""
    if end.why_not is None:
        yield Entry(path, end.mode, end.blob or None, end.path)
    elif shown := skipped_as(path, end):
        yield Entry(shown, end.mode, None, end.path, end.why_not)
