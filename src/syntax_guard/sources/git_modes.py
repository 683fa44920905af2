"""Which files may be executed, where git is told not to trust the disk in this: ``core.fileMode`` is false.

Such a disk shows all files as executable, or none. git then keeps the right in the index alone. A file may be a script
where either says so.
"""

from __future__ import annotations

import os
import posixpath

from ..errors import GitError
from ..model import stamp_of
from .git_files import bytes_of, index_file
from .path_names import path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .selection import Stamped

_FALSE = (b"false", b"no", b"off", b"0")
_MOST_READ = 1 << 20
_EXECUTABLE = b"100755 "


class GitModes:
    """What the repositories around some files say. Each is looked at once."""

    def __init__(self, watched: Stamped | None = None) -> None:
        """What an answer depends on is added to `watched`, with the stamp that it had."""
        from .places import Places  # which `ignores_modes` does not need

        self._watched = watched
        self._places = Places(_current_folder(), (os.sep,))
        self._executable: dict[str, frozenset[str] | None] = {}
        """By the top of a repository, what its index alone knows to be executable; None where it cannot be asked."""

    def executable(self, path: str) -> bool:
        """Whether the index has the file at `path` as executable, or cannot be asked, where the disk does not count."""
        folder, slash, name = path.rpartition("/")
        if slash and not folder:
            folder = slash
        place = self._places.of(folder)
        if not place.in_repository:
            return False
        if place.top not in self._executable:
            self._executable[place.top] = self._read(place.top)
        marked = self._executable[place.top]
        return marked is None or posixpath.join(place.below, name) in marked

    def _read(self, top: str) -> frozenset[str] | None:
        self._watch(configuration(top))
        if not ignores_modes(top):
            return frozenset()
        from .git import run

        try:
            self._watch(index_file(top))
            listed = run(top, "ls-files", "--stage", "-z").split(b"\0")
        except GitError:
            return None
        return frozenset(path_name(line.partition(b"\t")[2]) for line in listed if line.startswith(_EXECUTABLE))

    def _watch(self, path: str) -> None:
        if self._watched is not None:
            try:
                self._watched.append((path, stamp_of(os.stat(path))))
            except OSError:  # then a folder that is watched changes when it is made
                pass


def ignores_modes(top: str) -> bool:
    """Whether the configuration of the repository at `top` says that the disk does not tell what may be executed.

    git writes that there itself, where it makes the repository. To ask git would take longer than a commit's check.
    """
    try:
        lines = bytes_of(configuration(top), _MOST_READ).lower().splitlines()
    except OSError:
        return False
    said = [line.partition(b"=") for line in lines if line.strip().startswith(b"filemode")]
    return any(value.split(b"#")[0].split(b";")[0].strip(b' \t"') in _FALSE for _, _, value in said)


def configuration(top: str) -> str:
    """Path of the configuration of the repository at `top`; a linked work tree has that of its main one."""
    try:
        own = os.path.dirname(index_file(top)).replace(os.sep, "/")
    except OSError:
        own = os.path.join(top, ".git")
    main, _, _ = own.rpartition("/worktrees/")
    return os.path.join(main or own, "config")


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed: no path from there leads anywhere
        return os.sep
