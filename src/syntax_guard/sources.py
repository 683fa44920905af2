"""Which files."""

from __future__ import annotations

import errno
import os
import stat

from .errors import SourcesError
from .python_files import SUFFIXES, has_python_shebang, is_python_name
from .reading import UNKNOWN, File, Unreadable, mark, not_regular, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .reading import Mark, Readable

SKIPPED_FOLDERS = frozenset({
    "__pycache__", ".venv", "node_modules",
    ".git", ".hg", ".svn", ".bzr", ".jj", "_darcs", "CVS",
    ".tox", ".nox", ".eggs", ".direnv", ".pixi",
    ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".ipynb_checkpoints",
})  # fmt: skip
ENVIRONMENT_MARK = "pyvenv.cfg"


class Selection:
    """What a run is to judge: `files`, in no order that matters, and how many were skipped by name or rule."""

    def __init__(self) -> None:
        self.files: list[Readable] = []
        self.skipped = 0
        self.known = 0
        """Files besides those that are known to be green."""
        self.watched: list[tuple[str, Mark]] = []
        """What the choice of files hangs on besides their names: folders that were searched, as they were before, and
        files whose names do not tell and that turned out to be no Python."""
        self.linked = False
        """Whether the choice also hangs on which file a symbolic link leads to."""


def select(paths: Iterable[str], exclude: Callable[[str], bool], suffixes: tuple[str, ...] = SUFFIXES) -> Selection:
    """Find what `paths` (files and folders) hold, each file once.

    A folder is searched for Python files, those that end in `suffixes` and scripts; a file that is named is taken
    whatever it is called. Skipped in both cases is what lies, below the root of the scan, under one of
    `SKIPPED_FOLDERS` or a virtual environment, and every path that `exclude` is true of (folders end in a slash). The
    root is the current folder for what lies in it, else the path that was named.

    Raises `SourcesError` for a path that does not exist, and for folders in which there is nothing to check.
    """
    selection = Selection()
    parents = _Parents(selection, exclude)
    links: list[File] = []
    folders = False
    named = 0
    for path in paths:
        named += 1
        try:
            status = os.lstat(path)
            link = stat.S_ISLNK(status.st_mode)
            if link:
                status = os.stat(path)
        except ValueError:
            raise SourcesError(f"no such path: {path!r}") from None
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR) and not os.path.islink(path):
                raise SourcesError(f"no such path: {path}", "paths are taken from the current folder") from None
            selection.files.append(Unreadable(path, reason(error)))
            continue
        folder = stat.S_ISDIR(status.st_mode)
        folders = folders or folder
        if parents.skip(path, folder=folder):
            selection.skipped += 1
        elif folder:
            _Scan(selection, links, exclude, suffixes).run(path)
        elif not stat.S_ISREG(status.st_mode):
            selection.files.append(Unreadable(path, not_regular(status.st_mode)))
        elif link:
            links.append(File(path, mark(status)))
        else:
            selection.files.append(File(path, mark(status)))
    if named > 1 or links:  # one search finds a name once
        _once(selection, links)
    if folders and not selection.files:
        raise SourcesError("no Python file to check was found", "name other paths, or look at `exclude`")
    return selection


def within(path: str) -> list[Readable]:
    """The Python files that the folder `path` holds, or that file alone, as an import of it would find them.

    Unlike for `select`, nothing above `path` counts: an application is served from a virtual environment too. Raises
    `OSError` for a path that does not exist.
    """
    status = os.stat(path)
    if not stat.S_ISDIR(status.st_mode):
        return [File(path, mark(status))]
    selection = Selection()
    links: list[File] = []
    _Scan(selection, links, lambda _: False, SUFFIXES).run(path)
    _once(selection, links)
    return selection.files


class _Parents:
    """The folders above what was named: whether they leave it out. Each is looked at once."""

    def __init__(self, selection: Selection, exclude: Callable[[str], bool]) -> None:
        self._selection = selection
        self._exclude = exclude
        self._environments: dict[str, bool] = {}

    def skip(self, path: str, *, folder: bool) -> bool:
        """Whether a path that was named is left out, judged from the current folder if it lies in it."""
        inside = _inside(path)
        if inside is None:
            return self._exclude(path)
        parts = inside.split("/")
        below = skipped_below(parts if folder else parts[:-1], self._is_environment, self._exclude)
        return below or (not folder and self._exclude(inside))

    def _is_environment(self, folder: str) -> bool:
        known = self._environments.get(folder)
        if known is None:
            try:
                self._selection.watched.append((folder, mark(os.stat(folder))))
            except OSError:
                pass  # then what is in it cannot be had either
            known = self._environments[folder] = os.path.lexists(folder + ENVIRONMENT_MARK)
        return known


def skipped_below(
    folders: Sequence[str], is_environment: Callable[[str], bool], exclude: Callable[[str], bool]
) -> bool:
    """Whether one of nested `folders`, the first of which lies in the root, is left out with all that it holds.

    `is_environment` and `exclude` are asked about paths from the root, each ending in a slash.
    """
    if not SKIPPED_FOLDERS.isdisjoint(folders):
        return True
    below = ""
    for name in folders:
        below += name + "/"
        if exclude(below) or is_environment(below):
            return True
    return False


def _inside(path: str) -> str | None:
    """`path` relative to the current folder, or None where it is not below that."""
    plain = not os.path.isabs(path) and ".." not in path
    inside = (os.path.normpath(path) if plain else os.path.relpath(path)).replace(os.sep, "/")
    return None if inside in (".", "..") or inside.startswith("../") or os.path.isabs(inside) else inside


class _Scan:
    """One search of a folder."""

    def __init__(
        self, selection: Selection, links: list[File], exclude: Callable[[str], bool], suffixes: tuple[str, ...]
    ) -> None:
        self._selection = selection
        self._links = links
        self._exclude = exclude
        self._suffixes = suffixes
        self._pending: list[str] = []

    def run(self, root: str) -> None:
        """Search `root`, and all below it that is not skipped."""
        prefix = "" if os.path.normpath(root) == "." else os.path.join(root, "")
        self._pending.append(prefix)
        while self._pending:
            folder = self._pending.pop()
            try:
                self._selection.watched.append((folder or ".", mark(os.stat(folder or "."))))
                before = self._found()
                with os.scandir(folder or ".") as entries:
                    for entry in entries:  # one by one: there may be a million
                        name = entry.name
                        if name == ENVIRONMENT_MARK and folder != prefix:
                            self._forget(before)
                            self._selection.skipped += 1
                            break
                        if entry.is_dir(follow_symlinks=False):
                            self._folder(folder + name + "/", name)
                        else:
                            self._file(folder + name, entry)
            except OSError as error:
                self._selection.files.append(Unreadable(folder or ".", reason(error)))

    def _found(self) -> tuple[int, ...]:
        """How much was found so far."""
        selection = self._selection
        files, watched = len(selection.files), len(selection.watched)
        return selection.skipped, files, watched, len(self._links), len(self._pending)

    def _forget(self, before: tuple[int, ...]) -> None:
        """Drop what was found since there was so much: the folder that held it is a virtual environment."""
        selection = self._selection
        selection.skipped, files, watched, links, pending = before
        del selection.files[files:], selection.watched[watched:], self._links[links:], self._pending[pending:]

    def _folder(self, path: str, name: str) -> None:
        if name in SKIPPED_FOLDERS or self._exclude(path):
            self._selection.skipped += 1
        else:
            self._pending.append(path)

    def _file(self, path: str, entry: os.DirEntry[str]) -> None:
        python = is_python_name(entry.name, self._suffixes)
        if python is False:
            return
        try:
            status = entry.stat()
        except OSError as error:
            if python and error.errno != errno.ENOENT:
                self._selection.files.append(Unreadable(path, reason(error)))
            self._selection.watched.append((path, UNKNOWN))
            return  # a link to nowhere, or gone meanwhile: there is nothing that could be imported
        if stat.S_ISDIR(status.st_mode) or (python is None and not is_script(path, status)):
            self._selection.watched.append((path, mark(status)))
            return
        if self._exclude(path):
            self._selection.skipped += 1
        elif not stat.S_ISREG(status.st_mode):
            self._selection.files.append(Unreadable(path, not_regular(status.st_mode)))
        elif entry.is_symlink():
            self._links.append(File(path, mark(status)))
        else:
            self._selection.files.append(File(path, mark(status)))


def is_script(path: str, status: os.stat_result) -> bool:
    """Whether the file at `path` may be executed and its first line names Python."""
    if not (stat.S_ISREG(status.st_mode) and status.st_mode & 0o111):
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        return has_python_shebang(os.read(descriptor, 1024))
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _once(selection: Selection, links: list[File]) -> None:
    """Drop repeated names, and of several names for one file (a link and its target) all but one."""
    seen: set[object] = set()
    kept: list[Readable] = []
    for file in selection.files:
        identity = file.identity if links and isinstance(file, File) else None
        name = os.path.normpath(file.name)
        if name not in seen:
            seen.update({name, identity})
            kept.append(file)
    for link in sorted(links, key=lambda link: link.name):
        if link.identity not in seen:
            seen.add(link.identity)
            kept.append(link)
    selection.files = kept
    selection.linked = bool(links)
