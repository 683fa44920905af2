"""Which files may be executed, where git is told not to trust the disk in this: ``core.fileMode`` is false.

Such a disk shows all files as executable, or none. git then keeps the right in the index alone. A file may be a script
where either says so.
"""

from __future__ import annotations

import os
import posixpath

from ..errors import GitError
from ..model import UNKNOWN, stamp_of
from .git_files import bytes_of, configuration, index_file
from .path_names import path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .selection import Stamped

_MOST_READ = 1 << 20
_EXECUTABLE = b"100755 "
_CONFIGURING = ("GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
"""How the variables begin that come before what a repository is configured as."""
_MORE = (b"include", b"\\\n", b"\\\r")
"""What makes of a configuration more than its plain lines."""


class GitModes:
    """What the repositories around some files say. Each is looked at once."""

    def __init__(self, watched: Stamped | None = None) -> None:
        """What an answer depends on is added to `watched`, with the stamp that it had."""
        from .places import Places  # which `ignores_modes` does not need

        self._watched = watched
        self._places = Places(_current_folder(), (os.sep,))
        self._executable: dict[str, frozenset[str] | None] = {}
        """By the top of a repository, what its index alone knows to be executable; None where it cannot be asked."""
        self._staged: dict[str, frozenset[str] | None] = {}
        """Likewise, what its index has as executable."""

    def executable(self, path: str) -> bool:
        """Whether the index has the file at `path` as executable, or cannot be asked, where the disk does not count."""
        return self._says(path, self._executable, self._read)

    def staged(self, path: str) -> bool:
        """Whether the index has the file at `path` as executable, or cannot be asked, whatever the disk says."""
        return self._says(path, self._staged, self._listed)

    def _says(
        self,
        path: str,
        known: dict[str, frozenset[str] | None],
        read: Callable[[str], frozenset[str]],
    ) -> bool:
        folder, slash, name = path.rpartition("/")
        if slash and not folder:
            folder = slash
        place = self._places.of(folder)
        if not place.in_repository:
            return False
        if place.top not in known:
            try:
                known[place.top] = read(place.top)
            except (GitError, OSError):
                known[place.top] = None
        marked = known[place.top]
        return marked is None or posixpath.join(place.below, name) in marked

    def _read(self, top: str) -> frozenset[str]:
        """What the index knows to be executable where the disk does not count; nothing elsewhere."""
        said, places = _said_plainly(top)
        self._watch(*places, is_all=said is not None)
        if not (_git_says(top) if said is None else said):
            return frozenset()
        self._watch(index_file(top))
        return self._listed(top)

    def _listed(self, top: str) -> frozenset[str]:
        from .git import run

        listed = run(top, "ls-files", "--stage", "-z").split(b"\0")
        return frozenset(path_name(line.partition(b"\t")[2]) for line in listed if line.startswith(_EXECUTABLE))

    def _watch(self, *paths: str, is_all: bool = True) -> None:
        """Watch the files at `paths`. Unless they are all that an answer depends on, that is not to be believed."""
        if self._watched is not None:
            for path in paths:
                self._watched.append((path, stamp_of(os.stat(path)) if is_all else UNKNOWN))


def ignores_modes(top: str) -> bool:
    """Whether git is told for the work tree `top` that the disk does not tell what may be executed.

    git writes that into the configuration of a repository when it makes it. To ask git takes longer than a commit's
    check: it is asked where anything else may come before that (git-config(1)). Raises `GitError`.
    """
    said, _ = _said_plainly(top)
    return _git_says(top) if said is None else said


def configuring() -> list[tuple[str, str]]:
    """The variables that configure git for this process, and those that it starts."""
    return sorted(pair for pair in os.environ.items() if pair[0].startswith(_CONFIGURING))


def _said_plainly(top: str) -> tuple[bool | None, list[str]]:
    """Whether the configuration of the repository itself says so, and the paths of that. None for the first where that
    may be not all that counts."""
    places: list[str] = []
    try:
        places.append(configuration(top))
        said = bytes_of(places[0], _MOST_READ + 1).lower()
        if b"worktreeconfig" in said:  # as with a sparse checkout
            places.append(os.path.join(os.path.dirname(index_file(top)), "config.worktree"))
        own = b"".join(bytes_of(path, _MOST_READ + 1).lower() for path in places[1:])
    except OSError:
        return None, places
    before, _, after = said.partition(b"filemode")
    section = before.rpartition(b"[")[2].partition(b"\n")[0].strip()
    value = after.partition(b"\n")[0].strip()
    more = len(said) > _MOST_READ or any(one in said for one in _MORE) or bool(configuring())
    if more or any(one in own for one in (b"filemode", b"include")):
        return None, places
    if b"filemode" in after or section != b"core]" or before.rpartition(b"\n")[2].strip():
        return None, places
    return {b"= true": False, b"= false": True}.get(value), places


def _git_says(top: str) -> bool:
    from .git import answer

    said, status = answer(top, "config", "--bool", "--get", "core.fileMode")
    if status not in (0, 1):  # 1: nothing is said
        raise GitError("git cannot read its configuration", "try `git config core.fileMode`")
    return said.strip() == b"false"


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed: no path from there leads anywhere
        return os.sep
