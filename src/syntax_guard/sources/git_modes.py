"""Which files may be executed, where git is told not to trust the disk in this: ``core.fileMode`` is false.

Such a disk shows all files as executable, or none. git then keeps the right in the index alone. A file may be a script
where either says so.
"""

from __future__ import annotations

import os

from ..config.repository import is_top
from ..errors import GitError
from ..model import stamp_of
from .git_files import bytes_of, index_file
from .path_names import path_name
from .selection import real_path

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
        self._watched = watched
        self._places: dict[str, tuple[str, str | None]] = {}
        self._tops: dict[str, str | None] = {}
        self._executable: dict[str, frozenset[str] | None] = {}

    def executable(self, path: str) -> bool:
        """Whether the index has the file at `path` as executable, or cannot be asked, where the disk does not count."""
        folder, name = os.path.split(path)
        place = self._places.get(folder)
        if place is None:
            real = real_path(folder or ".")
            place = self._places[folder] = real, self._top(real)
        real, top = place
        if top is None:
            return False
        if top not in self._executable:
            self._executable[top] = self._read(top)
        marked = self._executable[top]
        return marked is None or os.path.relpath(os.path.join(real, name), top).replace(os.sep, "/") in marked

    def _top(self, folder: str) -> str | None:
        """The top of the work tree around `folder`, where git does not trust its disk; else None."""
        way = []
        while folder not in self._tops:
            way.append(folder)
            if is_top(folder):
                self._watch(configuration(folder))
                self._tops[folder] = folder if ignores_modes(folder) else None
                break
            above = os.path.dirname(folder)
            if above == folder:
                self._tops[folder] = None
                break
            folder = above
        found = self._tops[folder]
        self._tops.update(dict.fromkeys(way, found))
        return found

    def _read(self, top: str) -> frozenset[str] | None:
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
