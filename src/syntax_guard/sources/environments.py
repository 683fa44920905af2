"""What belongs to a virtual environment, and is no part of the project around it.

An attacker can put a file called ``pyvenv.cfg`` into a folder. An environment is where that file names a home and an
interpreter is there; its own are the folders that `venv` makes, and never what git tracks.
"""

from __future__ import annotations

import os

from ..config.repository import top_of
from ..errors import GitError
from ..model import stamp_of
from .path_names import path_name
from .readers import UnreadableError, read_file
from .selection import real_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .selection import Stamped

MARK = "pyvenv.cfg"
OWN = frozenset({"bin", "etc", "include", "lib", "lib64", "share", "Include", "Lib", "Scripts"})
INTERPRETERS = ("bin/python", "bin/python3", "bin/python.exe", "Scripts/python.exe")
PACKAGES = frozenset({"site-packages", "dist-packages", ".venv"})
"""Folders whose content is installed, wherever they are."""


class Environments:
    """The folders of one tree that are environments. Each is looked at once."""

    def __init__(self, watched: Stamped) -> None:
        """What an answer depends on is added to `watched`, with the stamp that it had."""
        self._watched = watched
        self._known: dict[str, bool] = {}

    def owns(self, folder: str, name: str) -> bool:
        """Whether the folder `name` in `folder` (which ends in a slash, or is empty) is an environment's own."""
        if name not in OWN or not os.path.lexists(folder + MARK):
            return False
        path = folder + name
        if path not in self._known:
            self._known[path] = self._is_environment(folder) and not self._is_tracked(path)
        return self._known[path]

    def around(self, path: str) -> bool:
        """Whether an environment or a standard library owns the folder `path`, which is absolute and without links."""
        parts = path.replace(os.sep, "/").split("/")
        library = os.path.dirname(os.path.realpath(os.__file__))
        if is_of_packages("/".join(parts)) or os.path.join(path, "").startswith(os.path.join(library, "")):
            return True
        above = ""
        for name in parts:
            if above and self.owns(above, name):
                return True
            above += name + "/"
        return False

    def _is_environment(self, folder: str) -> bool:
        self._watch(folder + MARK)
        try:
            content = read_file(folder + MARK)
        except UnreadableError:
            return False
        said = {
            name.strip().lower(): value for name, _, value in (line.partition(b"=") for line in content.splitlines())
        }
        self._watch(folder + "bin")
        return bool(said.get(b"home", b"").strip()) and any(os.path.lexists(folder + name) for name in INTERPRETERS)

    def _is_tracked(self, path: str) -> bool:
        """Whether git tracks something in the folder `path`, or cannot say."""
        if top_of(real_path(path)) is None:
            return False
        try:
            self._watch(_index_file(path))
            return _tracks(path)
        except GitError:
            return True

    def _watch(self, path: str) -> None:
        """Watch `path`, or where nothing is there yet the folder that changes when it is made."""
        for place in (path, os.path.dirname(path)):
            try:
                self._watched.append((place, stamp_of(os.stat(place))))
            except OSError:
                continue
            return


def is_of_packages(path: str) -> bool:
    """Whether a folder on the way along `path`, which has forward slashes, is one of `PACKAGES`."""
    return not PACKAGES.isdisjoint(path.split("/"))


def _tracks(folder: str) -> bool:
    """Whether the repository around `folder` tracks anything below it, or the mark beside it, which no environment has
    committed. Raises `GitError`."""
    from .git import run

    if run(folder, "ls-files", "-z", "--", ".", f"../{MARK}"):
        return True
    mark = os.path.join(os.path.dirname(folder), MARK)
    return os.path.lexists(os.path.join(os.path.dirname(folder), MARK.upper())) and _tracks_in_other_case(folder, mark)


def _tracks_in_other_case(folder: str, mark: str) -> bool:
    """As `_tracks`, where names that differ in case are one file: git may have another one than the folder shows.

    Each system has rules of its own for that. So the system is asked what the names in the index lead to.
    """
    from .git import run

    top = top_of(real_path(folder)) or folder
    depth = os.path.relpath(real_path(folder), top).replace(os.sep, "/").count("/") + 1
    names = filter(None, run(top, "ls-files", "-z").split(b"\0"))
    ours = [os.stat(folder), os.stat(mark)]
    for name in {b"/".join(name.split(b"/")[:depth]) for name in names}:
        try:
            status = os.stat(os.path.join(top, path_name(name)))
        except (OSError, ValueError):
            continue
        if any(os.path.samestat(status, one) for one in ours):
            return True
    return False


def _index_file(folder: str) -> str:
    """Path of the file that holds the index of the repository around `folder`. Raises `GitError`."""
    from .git import run

    path = path_name(run(folder, "rev-parse", "--git-path", "index")).removesuffix("\n")
    return os.path.join(folder, path)
