"""The Python files that commits change or hold, and their bytes, from git's objects."""

from __future__ import annotations

import os

from ..config.settings import speaks_for
from ..errors import GitError
from .file_types import FIRST, SUFFIXES, is_python_name
from .first_line import has_python_shebang
from .git_links import EXECUTABLE
from .readers import SIZE_LIMIT, UnreadableError, too_large
from .selection import DEAD_LINK, EXCLUDED, LINK, NOWHERE, TOOL_FOLDER, Selection, below_tool_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from .git_ahead import InOrder
    from .git_history import CommittedEntry, History

    Excludes: TypeAlias = Callable[[str, str], bool]


class CommittedFile:
    """A file as a commit holds it, before it is read."""

    __slots__ = ("_contents", "_place", "commit", "known", "path")
    member = cell = None
    size = 8192
    """A guess: the exact size costs as much as the content."""

    def __init__(self, entry: CommittedEntry, contents: InOrder, place: int) -> None:
        """Its content is that at `place` of `contents`."""
        self.path = entry.path
        self.commit = entry.commit
        self.known = entry.known
        """The commits that hold the same content at this path and were asked about it before."""
        self._contents = contents
        self._place = place

    def read(self) -> bytes:
        """The bytes in that commit. Raises `UnreadableError`."""
        try:
            data = self._contents.file(self._place, SIZE_LIMIT + 1)
        except GitError as error:
            raise UnreadableError(error.message) from None
        if data is None:
            raise UnreadableError("git does not have its content here, and nothing is fetched (a partial clone?)")
        if len(data) > SIZE_LIMIT:
            raise too_large()
        return data


class CommitTree:
    """What `commit` holds, as a place where projects declare things."""

    here = ""

    def __init__(self, history: History, commit: str) -> None:
        self.name = f"{history.folder}:commits"  # what is remembered of a path counts for the same content alone
        self.others: set[str] = set()
        """Paths that were asked for and whose contents depend on more than the files that declare by their names."""
        self.outside: dict[str, None] = {}
        """The files that were asked for and do not count: they are links out of the repository."""
        self.unreadable: dict[str, str] = {}
        """Those that cannot be read, each with the reason."""
        self._history = history
        self._commit = commit

    def start(self, path: str, most: int) -> bytes | None:
        """The first `most` bytes of the file at `path`, relative to the top; None where there is none."""
        by_link = bool(speaks_for(path)) and self._history.declares_by_link(self._commit, path)
        if by_link:
            end = self._history.trees.end(self._commit, path)
            if end.why_not == LINK and not end.mode:
                self.outside[path] = None
            elif end.why_not == DEAD_LINK:
                self.unreadable[path] = NOWHERE
        if by_link or not speaks_for(path):
            # a Dockerfile of another name, which a compose file builds, or where a declaration really lies
            self.others.add(path)
        return self._history.content(self._commit, path, most)

    def built(self, path: str, most: int) -> bytes | None:
        """As `start`, of a file that a compose file names: links may stand above it."""
        end = self._history.trees.end(self._commit, path)
        if len(end.passed) < 2 or self._history.declares_by_link(self._commit, path):
            return self.start(path, most)
        self.others.add(path)
        return None if end.why_not else self._history.content(self._commit, end.path, most)

    def called(self, path: str) -> str:
        """What messages call the file at `path`: as git does, its name from the top."""
        return path


def selected(
    history: History,
    entries: Iterable[CommittedEntry],
    excludes: Excludes,
    question: Callable[[CommittedFile], object],
    suffixes: tuple[str, ...] = SUFFIXES,
) -> Selection:
    """Select the Python files of commits, by the rules of `staged`.

    The same content at the same path is judged once, for the commit that has it first.

    Args:
        history: The repository.
        entries: What its commits hold.
        excludes: Says of a commit and a path whether settings leave that out.
        question: What is asked about a file. Where it differs, the same content is judged again; where it is None, too.
        suffixes: Ends of names that mean Python.

    Returns:
        The files, and what was skipped.

    Raises:
        GitError: Git fails, or an object is missing.
    """
    selection = Selection()
    known: set[tuple[str, str, object]] = set()
    skipped: dict[tuple[str, str], None] = {}

    blobs: list[bytes] = []
    contents = history.in_order(blobs)
    scripts = _Scripts(history)
    for entry in entries:
        if entry.why_not:
            skipped[entry.path, TOOL_FOLDER if below_tool_folder(entry.path.rstrip("/")) else entry.why_not] = None
            continue
        python = is_python_name(entry.path.rpartition("/")[2], suffixes)
        if not (python or (python is None and scripts.are_told_by(entry))):
            continue
        if below_tool_folder(entry.path):
            skipped[entry.path, TOOL_FOLDER] = None
            continue
        if excludes(entry.commit, entry.path):
            skipped[entry.path, EXCLUDED] = None
            continue
        file = CommittedFile(entry, contents, len(blobs))
        asked = question(file)
        key = (entry.path, entry.blob, asked)
        if asked is not None and key not in known:
            known.add(key)
            selection.files.append(file)
            blobs.append(entry.blob.encode())
    selection.skipped += skipped
    return selection


class _Scripts:
    """Which executable files are Python by their first line; each content is looked at once."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._known: dict[str, bool] = {}

    def are_told_by(self, entry: CommittedEntry) -> bool:
        """Whether the content of `entry` is a script for Python, or may be: it is not here."""
        if entry.mode != EXECUTABLE and os.name != "nt":  # there, as in what is staged, any file may be executed
            return False
        if entry.blob not in self._known:
            first = self._history.contents.file(entry.blob.encode(), FIRST)
            self._known[entry.blob] = first is None or has_python_shebang(first)
        return self._known[entry.blob]
