"""Which files, and what became of every other one that looks like Python."""

from __future__ import annotations

import os
import stat

from ..model import UNKNOWN, stamp_of
from .empty_search import nothing_to_check
from .file_types import SUFFIXES, is_python_name, is_script
from .named import MARK, NamedFiles, leads_nowhere, not_to_be_read
from .readers import File, Unreadable
from .selection import (
    DEAD_LINK,
    ENVIRONMENT,
    EXCLUDED,
    LINK,
    Selection,
    inside_current,
    real_path,
    skipped_by_name,
    slashed,
)

MOST_AGAIN = 64 * 1024
"""Folders that are searched once more because a link leads to them. Links among n folders make up to n! paths."""

_WINDOWS = os.name == "nt"
if _WINDOWS:
    from .windows_names import UNREACHABLE, Loops, is_junction, is_unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .links import Links
    from .readable import Readable


def select(
    paths: Iterable[str],
    exclude: Callable[[str], bool],
    suffixes: tuple[str, ...] = SUFFIXES,
    says: Callable[[str], object] = lambda _: None,
) -> Selection:
    """Find the files to check, each once.

    A folder is searched for Python files and scripts, but not below `SKIPPED_FOLDERS` and the own folders of a virtual
    environment; neither its own name nor a folder above it leaves it out. A file that is named is taken whatever it is
    called, unless such a folder holds it in the current one.

    Args:
        paths: Files and folders.
        exclude: Says what is skipped in any case, of paths and of folders, which end in a slash.
        suffixes: Ends of names that mean Python.
        says: See `NamedFiles`.

    Returns:
        The files, and what was skipped.

    Raises:
        SourcesError: A path does not exist, or there is nothing to check in folders.
    """
    walk = Walk(exclude, suffixes, says=says)
    folders = False
    paths = [slashed(path) for path in paths]
    for path in paths:
        if walk.take_named(path):
            folders = True
            walk.search(path)
    selection = walk.selected()
    if folders and not selection.files:
        raise nothing_to_check(selection, paths)
    return selection


def select_for_start(
    roots: Iterable[str],
    exclude: Callable[[str], bool],
    suffixes: tuple[str, ...] = SUFFIXES,
    says: Callable[[str], object] = lambda _: None,
) -> Selection:
    """As `select`, for the start of a program: only `exclude` leaves out a root, and imports follow links.

    Raises `SourcesError` also for files that are all excluded.
    """
    walk = Walk(exclude, suffixes, str.isidentifier, says)
    roots = [slashed(root) for root in roots]
    for root in roots:
        status = walk.named(root)
        if status is None:
            continue
        if stat.S_ISDIR(status.st_mode):
            walk.search(root)
        else:
            walk.take(root, status, walk.excluded(root))
    selection = walk.selected()
    if not selection.files:
        raise nothing_to_check(selection, roots)
    return selection


def within(path: str) -> list[Readable]:
    """The Python files that the folder `path` holds, or that file alone, as an import of it would find them.

    Raises:
        OSError: There is no such path.
    """
    status = os.stat(path)
    if not stat.S_ISDIR(status.st_mode):
        return [File(path, stamp_of(status))]
    walk = Walk(lambda _: False, SUFFIXES, importable=str.isidentifier)
    walk.search(path)
    return list(walk.selected().files)


class Walk(NamedFiles):
    """One search: it finds files in the paths that it is given, and notes what it skips.

    `importable` says of the name of a link that leads out of the tree whether it is followed.
    """

    def __init__(
        self,
        exclude: Callable[[str], bool],
        suffixes: tuple[str, ...],
        importable: Callable[[str], bool] = lambda _: False,
        says: Callable[[str], object] = lambda _: None,
    ) -> None:
        super().__init__(exclude, suffixes, says)
        self.importable = importable
        self._links: Links | None = None
        self._searched_again = 0
        self._loops = Loops() if _WINDOWS else None

    def search(self, root: str) -> None:
        """Search the folder `root`, and all below it that is not skipped."""
        prefix = "" if os.path.normpath(root) == "." else slashed(os.path.join(root, ""))
        inside = inside_current(root)
        if inside is not None and self.exclude(inside + "/"):
            self.skip(prefix, EXCLUDED)
            return
        self._search(prefix, root)

    def _search(self, prefix: str, root: str, seen: set[tuple[int, ...]] | None = None) -> None:
        """Search the folder `prefix` (with a slash, or empty). Files in folders whose numbers are `seen` count as
        links."""
        pending = [prefix]
        while pending:
            folder = pending.pop()
            try:
                before = stamp_of(os.stat(folder or "."))
                if self._loops is not None and self._loops.close(folder, before[3:]):
                    self.skip(folder, LINK)
                    continue
                if seen is not None:
                    self._again = bool(before[3]) and before[3:] in seen  # a share of Windows may give no numbers
                    self._searched_again += self._again
                    if self._searched_again > MOST_AGAIN:
                        self._selection.files.append(Unreadable(folder, "more links lead here than can be followed"))
                        continue
                    seen.add(before[3:])
                self._selection.watched.append((folder or ".", before))
                start, marked = len(pending), False
                with os.scandir(folder or ".") as entries:
                    for entry in entries:  # one by one: there may be a million
                        if _WINDOWS and self._is_odd(folder + entry.name, entry, root):
                            continue
                        if entry.is_dir(follow_symlinks=False):
                            self._folder(folder, entry.name, pending)
                        else:
                            marked = marked or entry.name == MARK
                            self._file(folder + entry.name, entry, root)
                if marked and folder != prefix:
                    self._drop_own(folder, pending, start)
            except OSError as error:
                self._selection.files.append(not_to_be_read(folder or ".", error))

    def _is_odd(self, path: str, entry: os.DirEntry[str], root: str) -> bool:
        """Whether Windows has `entry` lead elsewhere, or to nothing; it is then accounted for."""
        if is_junction(entry):
            self._linked_folder(path, root)
        elif is_unreachable(path, entry, self._suffixes):
            self._selection.files.append(Unreadable(path, UNREACHABLE))
        else:
            return False
        return True

    def _folder(self, above: str, name: str, pending: list[str]) -> None:
        path = above + name + "/"
        if why := skipped_by_name(path, name):
            self.skip(path, why)
        elif self.exclude(path):
            self.skip(path, EXCLUDED)
        else:
            pending.append(path)

    def _drop_own(self, folder: str, pending: list[str], start: int) -> None:
        """Remove from the folders that were found in an environment those that are its own."""
        found, pending[start:] = pending[start:], []
        for path in found:
            if self._owned(folder, path[len(folder) : -1]):
                self.skip(path, ENVIRONMENT)
            else:
                pending.append(path)

    def _file(self, path: str, entry: os.DirEntry[str], root: str) -> None:
        python = is_python_name(entry.name, self._suffixes)
        link = entry.is_symlink()
        if python is False and not link:
            return
        try:
            status = os.stat(path) if _WINDOWS else entry.stat()  # there, an entry has no numbers
        except OSError as error:
            self._selection.watched.append((path, UNKNOWN))
            if python and not leads_nowhere(error):
                self._selection.files.append(not_to_be_read(path, error))
            elif python:
                self.skip(path, DEAD_LINK)  # or gone meanwhile
            return
        if stat.S_ISDIR(status.st_mode):
            self._selection.watched.append((path, stamp_of(status)))
            self._linked_folder(path, root)
        elif python is False or (python is None and not is_script(path, status, self.is_marked)):
            self._selection.watched.append((path, stamp_of(status)))
        elif self.exclude(path) or (link and self.exclude(real_path(path))):
            self.skip(path, EXCLUDED)
        else:
            self.keep(path, status, is_link=link)

    def _linked_folder(self, path: str, root: str) -> None:
        if self._links is None:
            from .links import Links

            self._links = Links(self.skip, self.exclude, self.importable, lambda: self.environments)
        self._links.add(path, root)

    def selected(self) -> Selection:
        """As in the base, with what links to folders lead to."""
        if self._links is not None:
            self._links.follow(lambda path, root, seen: self._search(path, root, seen), self._selection.watched)
            self._selection.linked = True
        return super().selected()
