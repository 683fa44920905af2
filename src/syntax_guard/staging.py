"""Which files the next commit adds or changes, and their bytes, from the git index."""

from __future__ import annotations

import os

from . import git
from .python_files import SUFFIXES, has_python_shebang, is_python_name
from .reading import SIZE_LIMIT, Unreadable, too_large
from .sources import ENVIRONMENT_MARK, Selection, skipped_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Blob:
    """A staged file, read from the index."""

    __slots__ = ("_blob", "_index", "name")
    size = 8192
    """A guess: to know costs as much as to read."""

    def __init__(self, name: str, blob: str, index: git.Index) -> None:
        self.name = name
        self._blob = blob
        self._index = index

    def read(self) -> bytes:
        data = self._index.read(self._blob, SIZE_LIMIT + 1)
        if len(data) > SIZE_LIMIT:
            raise too_large()
        return data


def staged(
    index: git.Index, top: str, exclude: Callable[[str], bool], suffixes: tuple[str, ...] = SUFFIXES
) -> Selection:
    """Find the Python files that the next commit adds or changes, by the rules of `select`, in the git `index`.

    `top` is that of the work tree. Raises `GitError`.
    """
    selection = Selection()

    def is_environment(below: str) -> bool:
        return os.path.lexists(os.path.join(top, below, ENVIRONMENT_MARK))

    for entry in index.staged():
        python = is_python_name(entry.path.rpartition("/")[2], suffixes)
        script = python is None and entry.mode == git.EXECUTABLE
        if not (python or (script and entry.blob and has_python_shebang(index.read(entry.blob, 1024)))):
            continue
        if skipped_below(entry.path.split("/")[:-1], is_environment, exclude) or exclude(entry.path):
            selection.skipped += 1
        elif entry.blob is None:
            selection.files.append(Unreadable(entry.path, "unmerged: both sides of a conflict are in the index"))
        else:
            selection.files.append(Blob(entry.path, entry.blob, index))
    return selection
