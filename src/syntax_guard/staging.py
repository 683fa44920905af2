"""Which files the next commit adds or changes, and their bytes, from the git index."""

from __future__ import annotations

import os

from . import git
from .sources import (
    ENVIRONMENT_MARK,
    SIZE_LIMIT,
    SUFFIXES,
    Selection,
    Unreadable,
    has_python_shebang,
    is_python_name,
    skipped_below,
    too_large,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Blob:
    """A staged file, read from the index."""

    __slots__ = ("_blob", "_objects", "name")
    size = 8192
    """A guess: to know costs as much as to read."""

    def __init__(self, name: str, blob: str, objects: git.Objects) -> None:
        self.name = name
        self._blob = blob
        self._objects = objects

    def read(self) -> bytes:
        data = self._objects.read(self._blob, SIZE_LIMIT + 1)
        if len(data) > SIZE_LIMIT:
            raise too_large()
        return data


def staged(
    objects: git.Objects, folder: str, exclude: Callable[[str], bool], suffixes: tuple[str, ...] = SUFFIXES
) -> Selection:
    """Find the Python files that the next commit adds or changes, by the rules of `select`, from the git index.

    `folder` is the top of the work tree. Raises `GitError`.
    """
    selection = Selection()

    def is_environment(below: str) -> bool:
        return os.path.exists(os.path.join(folder, below, ENVIRONMENT_MARK))

    for entry in git.staged(folder):
        python = is_python_name(entry.path.rpartition("/")[2], suffixes)
        script = python is None and entry.mode == git.EXECUTABLE
        if not (python or (script and entry.blob and has_python_shebang(objects.read(entry.blob, 1024)))):
            continue
        if skipped_below(entry.path.split("/")[:-1], is_environment, exclude) or exclude(entry.path):
            selection.skipped += 1
        elif entry.blob is None:
            selection.files.append(Unreadable(entry.path, "unmerged: both sides of a conflict are in the index"))
        else:
            selection.files.append(Blob(entry.path, entry.blob, objects))
    return selection
