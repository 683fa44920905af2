"""The result of a search: what is to be judged, and why everything else that looks like Python is skipped."""

from __future__ import annotations

import os

from ..model import Skipped, display_name
from .readers import File

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..model import Stamp
    from ..storage.packed import Block
    from .readable import Readable

SKIPPED_FOLDERS = frozenset({
    "__pycache__", ".venv", "node_modules",
    ".git", ".hg", ".svn", ".bzr", ".jj",
    ".tox", ".nox", ".eggs", ".direnv", ".pixi",
    ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".ipynb_checkpoints",
})  # fmt: skip

SYSTEM_FOLDERS = frozenset({"/proc", "/sys", "/dev"})
"""What the kernel shows there is no part of any tree."""

# Why something is skipped: the codes that reports show (``findings.codes.SKIPPED`` says what they mean).
TOOL_FOLDER = "tool-folder"
SYSTEM_FOLDER = "system-folder"
ENVIRONMENT = "environment"
EXCLUDED = "excluded"
LINK = "link"
DEAD_LINK = "dead-link"
NOWHERE = "it is a link that leads nowhere"  # said of a declaration
SAME = "same-file"
NOT_PYTHON = "not-python"
NOT_COMPILED = "not-compiled"
NESTED = "nested-archive"
UNTRACKED = "untracked"
MISSING = "not-in-work-tree"
SUBMODULE_FOLDER = "submodule"
OTHER_LANGUAGE = "other-language"
NOTEBOOK_LEFT_OUT = "notebook"


MANY = 1024
"""Names from which on they are packed."""
PLAIN = 32
"""Packs that are not compressed: the trees of most people have no more, and are looked at sooner."""


class Stamped:
    """Names with their stamps, in order, in little memory however many there are."""

    def __init__(self) -> None:
        self.full: list[Block] = []
        self.rest: list[tuple[str, Stamp]] = []
        """Those after the last full block."""

    def append(self, pair: tuple[str, Stamp]) -> None:
        """Put `pair`, a name and its stamp, after the last."""
        self.rest.append(pair)
        if len(self.rest) == MANY:
            from ..storage.packed import compressed, packed

            block = packed(self.rest)
            self.full.append(block if len(self.full) < PLAIN else compressed(block))
            self.rest = []

    def __len__(self) -> int:
        return MANY * len(self.full) + len(self.rest)

    def __iter__(self) -> Iterator[tuple[str, Stamp]]:
        for block in self.full:
            yield from block.pairs()
        yield from self.rest

    def drained(self) -> Iterator[tuple[str, Stamp]]:
        """Each of them for the last time: what was handed out is no longer kept."""
        self.full.reverse()
        while self.full:
            yield from self.full.pop().pairs()
        rest, self.rest = self.rest, []
        yield from rest


class FoundFiles:
    """The files of a selection, in no order that matters and in little memory. A file is a new `File` each time."""

    def __init__(self, files: Iterable[Readable] = ()) -> None:
        self._stamped = Stamped()
        self._others: list[Readable] = []
        self.extend(files)

    def append(self, file: Readable) -> None:
        """Put in `file` as well."""
        if type(file) is File:
            self._stamped.append((file.path, file.stamp))
        else:
            self._others.append(file)

    def extend(self, files: Iterable[Readable]) -> None:
        """Put in `files` as well."""
        for file in files:
            self.append(file)

    def __len__(self) -> int:
        return len(self._stamped) + len(self._others)

    def __iter__(self) -> Iterator[Readable]:
        for path, stamp in self._stamped:
            yield File(path, stamp)
        yield from self._others

    def drained(self) -> Iterator[Readable]:
        """Each of them for the last time: what was handed out is no longer kept."""
        for path, stamp in self._stamped.drained():
            yield File(path, stamp)
        others, self._others = self._others, []
        yield from others

    def batches(self, most: int) -> Iterator[list[Readable]]:
        """As `drained`, in lists of `most` files. A commit does not import ``itertools`` for it."""
        batch: list[Readable] = []
        for file in self.drained():
            batch.append(file)
            if len(batch) == most:
                yield batch
                batch = []
        if batch:
            yield batch


class Selection:
    """What a run is to judge: `files`, in no order that matters, and what was skipped."""

    def __init__(self) -> None:
        self.files = FoundFiles()
        self.skipped: list[tuple[str, str]] = []
        """Paths, those of folders with a slash at the end, each with the code that says why."""
        self.known = 0
        """Files besides those that are known to be green."""
        self.watched = Stamped()
        """What the choice of files depends on besides their names: folders that were searched, as they were before, and
        files whose names do not tell and that turned out to be no Python."""
        self.linked = False
        """Whether the choice also depends on which file a symbolic link leads to."""

    def leave_out(self, unwanted: Callable[[Readable], bool], why: str) -> None:
        """Skip the files that are `unwanted`, for the reason with the code `why`."""
        kept = FoundFiles()
        for file in self.files.drained():
            if unwanted(file):
                self.skipped.append((display_name(file.path, file.member), why))
            else:
                kept.append(file)
        self.files = kept

    def account(self) -> tuple[Skipped, ...]:
        """What was skipped, by path."""
        return tuple(Skipped(path, why) for path, why in sorted(self.skipped))


def skipped_by_name(path: str, name: str) -> str | None:
    """Why the folder `path`, which is called `name`, is skipped wherever it is found; None where it is not."""
    if name in SKIPPED_FOLDERS:
        return TOOL_FOLDER
    if "/" + name in SYSTEM_FOLDERS and os.path.realpath(path) in SYSTEM_FOLDERS:
        return SYSTEM_FOLDER
    return None


def below_tool_folder(path: str) -> bool:
    """Whether a folder on the way to the file `path` (relative, with ``/``) is one of `SKIPPED_FOLDERS`."""
    return not SKIPPED_FOLDERS.isdisjoint(path.split("/")[:-1])


def slashed(path: str) -> str:
    r"""`path` with forward slashes, as git has them.

    Windows takes them too, but not after ``\\?\``, which is removed.
    """
    if os.sep == "/":
        return path
    if path.startswith("\\\\?\\"):
        path = "\\\\" + path[8:] if path[4:8].upper() == "UNC\\" else path[4:]
    return path.replace(os.sep, "/")


def real_path(path: str) -> str:
    """`path` as ``os.path.realpath`` has it, or its absolute form where the system does not tell, as Windows for a path
    that it finds too long."""
    try:
        if path == os.curdir and os.name == "posix":  # the kernel says it without links
            return os.getcwd()
        return os.path.realpath(path)
    except OSError:
        return os.path.abspath(path)


def inside_current(path: str) -> str | None:
    """`path` relative to the current folder, or None where it is not below that."""
    try:
        if ".." in path:
            inside = os.path.relpath(real_path(path), real_path("."))
        else:
            inside = os.path.relpath(path) if os.path.isabs(path) else os.path.normpath(path)
    except ValueError:  # on another drive of Windows
        return None
    inside = inside.replace(os.sep, "/")
    return None if inside in (".", "..") or inside.startswith("../") or os.path.isabs(inside) else inside
