"""Files ``*.pth`` in ``site-packages``: each line that names a folder puts it on the path of imports."""

from __future__ import annotations

import os
from zipfile import is_zipfile

from .readers import UnreadableError, read_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def path_files(folders: Iterable[str]) -> list[str]:
    """The path files in `folders`, in the order in which Python reads them."""
    return [
        os.path.join(folder, name)
        for folder in folders
        for name in sorted(os.listdir(folder) if os.path.isdir(folder) else ())
        if name.endswith(".pth") and os.path.isfile(os.path.join(folder, name))
    ]


def named_folders(path_file: str) -> list[str]:
    """The folders that the lines of `path_file` name; a line that Python would execute names none.

    The rules are those of ``addpackage`` in CPython's ``Lib/site.py``.
    """
    return [path for path in _named(path_file) if os.path.isdir(path)]


def _named(path_file: str) -> list[str]:
    try:
        lines = read_file(path_file).decode("utf-8-sig", "replace").splitlines()
    except UnreadableError:
        return []
    named = (line.rstrip() for line in lines if line.strip() and not line.startswith(("#", "import ", "import\t")))
    return [os.path.normpath(os.path.join(os.path.dirname(path_file), name)) for name in named]


def added_folders(folders: Iterable[str]) -> list[str]:
    """The folders that the path files in `folders` name, each once, without those that lie in `folders`."""
    folders = list(folders)
    inside = tuple(os.path.join(folder, "") for folder in folders)
    named = (path for file in path_files(folders) for path in named_folders(file))
    return [path for path in dict.fromkeys(named) if not os.path.join(path, "").startswith(inside)]


def added_zips(folders: Iterable[str]) -> list[str]:
    """The zip files that the path files in `folders` name, each once: Python imports from them as from folders."""
    named = dict.fromkeys(path for file in path_files(folders) for path in _named(file))
    return [path for path in named if os.path.isfile(path) and is_zipfile(path)]
