"""Files that are named: which of them are judged, each once, and why the others are not."""

from __future__ import annotations

import os
import stat

from ..errors import SourcesError
from ..model import stamp_of
from .file_types import SUFFIXES, is_python_name, is_script, looks_like_python, raise_shortage
from .readers import File, Unreadable, not_regular, reason
from .selection import (
    DEAD_LINK,
    ENVIRONMENT,
    EXCLUDED,
    NOT_PYTHON,
    SAME,
    TOOL_FOLDER,
    FoundFiles,
    Selection,
    below_tool_folder,
    inside_current,
    real_path,
    slashed,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .environments import Environments
    from .git_modes import GitModes

MARK = "pyvenv.cfg"
"""The file that marks a virtual environment; `environments` tells whether it is one."""


def names_of(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """The names of the `paths` that a caller gives. Raises `TypeError` for one path alone, and for what is no path."""
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise TypeError(f"several paths are expected, such as [{paths!r}]")
    names = []
    for path in paths:
        name = os.fspath(path) if isinstance(path, os.PathLike) else path
        if not isinstance(name, str):
            raise TypeError(f"a path is a str or an os.PathLike that holds one, not {name!r}")
        names.append(name)
    return names


def select_files(
    paths: Iterable[str],
    exclude: Callable[[str], bool],
    suffixes: tuple[str, ...] = SUFFIXES,
    says: Callable[[str], object] = lambda _: None,
) -> Selection:
    """As ``walk.select``, for `paths` without a folder among them."""
    files = NamedFiles(exclude, suffixes, says)
    for path in map(slashed, paths):
        files.take_named(path)
    return files.selected()


def select_for_hook(
    names: Iterable[str],
    exclude: Callable[[str], bool],
    suffixes: tuple[str, ...] = SUFFIXES,
    says: Callable[[str], object] = lambda _: None,
) -> Selection:
    """As ``walk.select``, for staged files of any kind, which git tracks: what is not Python is skipped."""
    files = NamedFiles(exclude, suffixes, says)
    for name in map(slashed, names):
        python = is_python_name(os.path.basename(name), suffixes)
        if python is not False and is_dead_link(name):
            files.skip(name, DEAD_LINK if python else NOT_PYTHON)
            continue
        status = files.named(name) if python is not False else None
        if status is None:
            if python is False:
                files.skip(name, NOT_PYTHON)
        elif stat.S_ISDIR(status.st_mode) or not (python or is_script(name, status, files.is_staged_script)):
            files.skip(name, NOT_PYTHON)
        else:
            inside = inside_current(name)
            tools = inside is not None and below_tool_folder(inside)
            files.take(name, status, TOOL_FOLDER if tools else files.excluded(name))
    return files.selected()


class NamedFiles:
    """A selection of files that are named, one by one; see ``walk.select`` for what leaves one out.

    `says` tells what the settings say of a path. A file with several names is taken once for each thing that is said.
    """

    def __init__(
        self,
        exclude: Callable[[str], bool],
        suffixes: tuple[str, ...],
        says: Callable[[str], object] = lambda _: None,
    ) -> None:
        self.exclude = exclude
        self._says = says
        self._suffixes = suffixes
        self._selection = Selection()
        self._named = 0
        self._spelled_apart = False
        """Whether a path was named in a way that another one may be the same."""
        self._again = False
        """Whether the folder that is searched has been searched under another name."""
        self._file_links: list[File] = []
        self._real_folders: dict[str, str] = {}
        self._known_environments: Environments | None = None
        self._modes: GitModes | None = None

    def take_named(self, path: str) -> bool:
        """Take the file `path`, unless something leaves it out; return whether it is a folder instead."""
        status = self.named(path)
        if status is None:
            return False
        if stat.S_ISDIR(status.st_mode):
            return True
        self.take(path, status, self.left_out(path))
        return False

    def named(self, path: str) -> os.stat_result | None:
        """The status of a path that was named; None where it cannot be had, which is a finding.

        Raises `SourcesError` for a path that does not exist.
        """
        self._named += 1
        self._spelled_apart = self._spelled_apart or os.path.isabs(path) or ".." in path
        try:
            return os.stat(path)
        except ValueError:
            raise SourcesError(f"no such path: {path!r}", "a path holds no zero byte") from None
        except OSError as error:
            if _is_missing(error) and not os.path.islink(path):
                from .path_names import no_such  # which a commit does not wait for

                raise no_such(path) from None
            self._selection.files.append(not_to_be_read(path, error))
            return None

    def skip(self, path: str, why: str) -> None:
        """Note that `path` is skipped, with the code of the reason."""
        self._selection.skipped.append((path, why))

    def excluded(self, path: str) -> str | None:
        """`EXCLUDED` where a pattern matches `path` or, for a link, what it leads to."""
        inside = inside_current(path) or path
        linked = os.path.islink(path) and self.exclude(real_path(path))
        return EXCLUDED if linked or self.exclude(inside) else None

    def left_out(self, path: str) -> str | None:
        """Why the file `path` is not to be checked though it was named, or None."""
        inside = inside_current(path)
        if inside is not None:
            if below_tool_folder(inside):
                return TOOL_FOLDER
            above, below = "", inside.split("/")[:-1]
            for name in below:
                if above and self._owned(above, name):
                    return ENVIRONMENT
                above += name + "/"
        return self.excluded(path)

    def take(self, path: str, status: os.stat_result, why_not: str | None) -> None:
        """Take the file `path`, unless there is a reason not to."""
        if why_not is None:
            self.keep(path, status, is_link=os.path.islink(path))
        else:
            self.skip(path, why_not)

    def keep(self, path: str, status: os.stat_result, *, is_link: bool) -> None:
        """Take the file `path`. The `status` is that of what it leads to, if it `is_link`."""
        if not stat.S_ISREG(status.st_mode):
            self._selection.files.append(Unreadable(path, not_regular(status.st_mode)))
        elif self._again or is_link:
            self._file_links.append(File(path, stamp_of(status)))
        else:
            self._selection.files.append(File(path, stamp_of(status)))

    def is_marked(self, path: str) -> bool:
        """Whether git alone knows that the file at `path` may be executed."""
        return self.modes.executable(path)

    def is_staged_script(self, path: str) -> bool:
        """Whether the file at `path` names Python first, and is executable in git's index: a commit takes that right,
        and not the one on the disk."""
        return looks_like_python(path) and self.modes.staged(path)

    @property
    def modes(self) -> GitModes:
        """What git says of the right to execute, asked when first needed."""
        if self._modes is None:
            from .git_modes import GitModes

            self._modes = GitModes(self._selection.watched)
        return self._modes

    def _owned(self, folder: str, name: str) -> bool:
        return os.path.lexists(folder + MARK) and self.environments.owns(folder, name)

    @property
    def environments(self) -> Environments:
        """The virtual environments around the files, looked up when first needed."""
        if self._known_environments is None:
            from .environments import Environments

            self._known_environments = Environments(self._selection.watched)
        return self._known_environments

    def selected(self) -> Selection:
        """The selection: of the names of one file, one for each thing that the settings say. Links come last."""
        selection = self._selection
        if self._named > 1 or self._file_links:  # one search finds a name once
            self._once(selection)
        selection.linked = selection.linked or bool(self._file_links)
        return selection

    def _once(self, selection: Selection) -> None:
        links = {link.identity for link in self._file_links}
        seen: set[tuple[tuple[int, ...], object]] = set()
        names: dict[str, str] = {}
        kept = FoundFiles()
        for file in selection.files.drained():
            if self._named > 1:
                name = self._one_name(file.path)
                first = names.setdefault(name, file.path)
                if first is not file.path and self._says(first) == self._says(file.path):
                    continue
            if links and isinstance(file, File) and file.identity in links:
                seen.add((file.identity, self._says(file.path)))
            kept.append(file)
        for link in sorted(self._file_links, key=lambda link: link.path):
            said = (link.identity, self._says(link.path))
            if link.identity[0] and said in seen:  # a share of Windows may give no numbers
                self.skip(link.path, SAME)
            else:
                seen.add(said)
                kept.append(link)
        selection.files = kept

    def _one_name(self, path: str) -> str:
        """`path` as all of its spellings have it."""
        if not self._spelled_apart:
            return os.path.normpath(path)
        folder, name = os.path.split(path)
        if folder not in self._real_folders:
            self._real_folders[folder] = real_path(folder)
        return os.path.join(self._real_folders[folder], name)


_INVALID_NAME = 123
"""What Windows says of a name that no file there can have, such as ``*.py``."""


def _is_missing(error: OSError) -> bool:
    """Whether `error` says that there is no such path."""
    missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
    return missing or getattr(error, "winerror", None) == _INVALID_NAME


def leads_nowhere(error: OSError) -> bool:
    """Whether `error` is that of a link to nothing, or in a circle: nothing is there that could be imported."""
    if _is_missing(error):
        return True
    from errno import ELOOP  # a commit needs it for no other reason

    return error.errno == ELOOP


def is_dead_link(path: str) -> bool:
    """Whether `path` is a link to nothing, or in a circle."""
    if not os.path.islink(path):
        return False
    try:
        os.stat(path)
    except OSError as error:
        return leads_nowhere(error)
    return False


def not_to_be_read(path: str, error: OSError) -> Unreadable:
    """What was found at `path` and cannot be read. Raises `ResourcesError` where a limit of this process is why."""
    raise_shortage(error)
    return Unreadable(path, reason(error))
