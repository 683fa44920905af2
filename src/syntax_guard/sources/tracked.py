"""Which files of a work tree git tracks, and which of some it does not."""

from __future__ import annotations

import os
import sys

from ..config.repository import top_of
from ..errors import GitError, relative
from ..model import Diagnostic, Record
from . import git
from .file_types import is_python_name
from .git_files import index_file
from .git_links import SUBMODULE, may_be_python
from .path_names import no_such, path_name
from .selection import (
    LINK,
    MISSING,
    NOT_PYTHON,
    SAME,
    SUBMODULE_FOLDER,
    UNTRACKED,
    below_tool_folder,
    inside_current,
    real_path,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ..model import Result

_ARGUMENTS = 24_000
"""Characters of the paths that one git process is handed: Windows takes 32,767 in all."""


class Tracked(Record):
    """What git tracks at and below some paths, relative to the current folder."""

    files: tuple[str, ...]
    """The files that are there, and that may be Python by their names."""
    skipped: tuple[tuple[str, str], ...]
    """What else was asked about, each with the code that says why it is left out."""


def tracked(paths: Sequence[str]) -> Tracked:
    """What git tracks at and below `paths`.

    Raises:
        GitError: This is no repository, or git fails.
        SourcesError: A path does not exist.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise no_such(path)
    modes = dict(_at(paths))  # a path with a conflict stands there three times
    skipped = [(path, UNTRACKED) for path in paths if not _holds(modes, path)]
    named = {os.path.normpath(path).replace(os.sep, "/") for path in paths}
    roots = {os.path.join(real_path(path), "") for path in paths if not os.path.islink(path)}
    followed: list[str] = []
    files, waiting = [], list(modes.items())
    for name, mode in waiting:
        if mode == SUBMODULE:
            skipped.append((f"{name}/", SUBMODULE_FOLDER))
        elif may_be_python(name, mode) or _may_start(name):
            why_not = _why_not(name, roots, followed)
            if why_not == BY_LINK:
                followed.append(os.path.join(real_path(name), ""))
                waiting += _behind(name)
            elif why_not is None:
                files.append(name)
            else:
                skipped.append((name, why_not))
        elif name in named:
            skipped.append((name, NOT_PYTHON))
    return Tracked(tuple(files), tuple(skipped))


BY_LINK = "behind a link"
"""Of a link to a folder: what it holds is judged by the name of the link, as in a search."""


def _why_not(name: str, roots: Collection[str], followed: Collection[str]) -> str | None:
    """Why the file `name`, which git tracks, is no file to judge in the work tree; None where it is one.

    What lies below the `roots` is judged by its own name, unless a tool owns it, and below what links led to by that of
    the link. Both are real paths.
    """
    try:
        os.lstat(name)
    except (FileNotFoundError, NotADirectoryError):
        return MISSING
    except OSError:  # to read it says why
        return None
    if not os.path.isdir(name):
        return None
    real = os.path.join(real_path(name), "")  # it is a link: git tracks no folder
    inside = inside_current(real)
    if inside is None or os.path.join(real_path(os.path.dirname(name)), "").startswith(real):
        return LINK
    has_own_name = any(map(real.startswith, roots)) and not below_tool_folder(f"{inside}/")
    return SAME if has_own_name or any(map(real.startswith, followed)) else BY_LINK


def _behind(link: str) -> Iterator[tuple[str, int]]:
    """Path and mode of what git tracks in the folder that `link` leads to, by the name of the link."""
    real = inside_current(real_path(link)) or os.curdir
    for path, mode in _staged([real]):
        yield f"{link}/{path[len(real) + 1 :]}", mode


def _at(paths: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Path and mode of what git tracks at and below `paths`. Links above one of them are followed."""
    plain = []
    for path in paths:
        above = os.path.dirname(os.path.normpath(path))
        real = os.path.join(real_path(above), os.path.basename(os.path.normpath(path)))
        if os.path.basename(real) in ("", os.curdir, os.pardir) or os.path.abspath(path) == real:
            plain.append(path)
            continue
        place, name = relative(real), os.path.normpath(path).replace(os.sep, "/")
        yield from ((f"{name}{found[len(place) :]}", mode) for found, mode in _staged([place]))
    yield from _staged(plain)


def _holds(modes: Collection[str], path: str) -> bool:
    """Whether git tracks `path`, or something below it, where what it tracks is in `modes`."""
    name = os.path.normpath(path).replace(os.sep, "/")
    below = f"{name}/"
    return name in modes or any(one.startswith(below) for one in modes) or any(_listed(".", [path]))


def with_untracked(result: Result) -> Result:
    """`result`, in which findings in files that git does not track say so."""
    outside_git = untracked({one.path for one in result.diagnostics if one.member is None})
    if not outside_git:
        return result
    found = (Diagnostic(**{**vars(one), "untracked": one.path in outside_git}) for one in result.diagnostics)
    return type(result)(**{**vars(result), "diagnostics": tuple(found)})


def untracked(paths: Collection[str]) -> set[str]:
    """Those of `paths` that lie in a work tree of git, which does not track them.

    A path about which git gives no answer counts as tracked.
    """
    by_top: dict[str, dict[str, list[str]]] = {}  # links give a file several paths
    for path in paths:
        real = os.path.join(real_path(os.path.dirname(path)), os.path.basename(path))
        top = top_of(os.path.dirname(real))
        if top is not None:
            name = _in_git(os.path.relpath(real, top).replace(os.sep, "/"))
            by_top.setdefault(top, {}).setdefault(name, []).append(path)
    found: set[str] = set()
    for top, names in by_top.items():
        try:
            known = set(_listed(top, list(names)))
            other = [name for name in names if name not in known]
            known |= _known_in_other_case(top, other)
        except GitError:
            continue
        folders = {above for name in known for above in _above(name)}
        found.update(path for name, several in names.items() if name not in known | folders for path in several)
    return found


def _above(name: str) -> Iterator[str]:
    while name := name.rpartition("/")[0]:
        yield name


def _known_in_other_case(top: str, names: Sequence[str]) -> set[str]:
    """Those of `names` that git tracks by a name of another case, where the folder `top` has both for one file."""
    if not (names and os.path.lexists(os.path.join(top, ".GIT"))):
        return set()
    known = {name.lower() for name in _listed(top, names, "literal,icase")}
    return {name for name in names if name.lower() in known}


def _in_git(name: str) -> str:
    """`name` as git lists it: on macOS, whose folders tell decomposed names, git composes them."""
    if sys.platform != "darwin":
        return name
    from unicodedata import normalize

    return normalize("NFC", name)


def _may_start(name: str) -> bool:
    """Whether the file `name`, which does not tell what it is, may be executed here: the disk has a say, too."""
    if is_python_name(os.path.basename(name)) is not None:
        return False
    try:
        return os.name == "nt" or bool(os.stat(name).st_mode & 0o111)
    except OSError:  # the index alone has it
        return False


def _staged(paths: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Path, relative to the current folder, and mode of all that git tracks at and below `paths`."""
    for _, mode, _, _, path in map(git.index_entry, fields(".", paths, "--stage")):
        yield path, mode


def _listed(folder: str, paths: Sequence[str], magic: str = "literal") -> Iterator[str]:
    return map(path_name, fields(folder, paths, magic=magic))


def fields(folder: str, paths: Sequence[str], *options: str, magic: str = "literal") -> Iterator[bytes]:
    """List what git tracks.

    Args:
        folder: Where git is asked.
        paths: Paths relative to `folder`, or patterns.
        options: Those of ``git ls-files``.
        magic: How `paths` are meant (gitglossary(7), pathspec).

    Yields:
        Each answer, without its null byte.

    Raises:
        GitError: Git fails.
    """
    variables = _of_another(folder)
    for asked in _together([f":({magic}){path}" for path in paths]):
        said = git.run(folder, "ls-files", "-z", *options, "--", *asked, variables=variables)
        yield from filter(None, said.split(b"\0"))


def _together(names: Sequence[str]) -> Iterator[list[str]]:
    """The `names`, in as few parts as may be: none of several names has over `_ARGUMENTS` characters."""
    part: list[str] = []
    size = 0
    for name in names:
        size += len(name) + 1
        if part and size > _ARGUMENTS:
            yield part
            part, size = [], len(name) + 1
        part.append(name)
    if part:
        yield part


def _of_another(folder: str) -> Mapping[str, None]:
    """The variables to take away where a hook of another repository set them: in a submodule, `folder` has its own."""
    said = git.variable("GIT_DIR") or os.path.dirname(git.variable("GIT_INDEX_FILE"))
    top = None if not said or git.variable("GIT_WORK_TREE") else top_of(real_path(folder))
    if top is None:
        return {}
    own, other = os.path.dirname(index_file(top)), os.path.join(top, said)
    is_other = os.path.lexists(os.path.join(other, "HEAD")) or not os.path.isdir(other)
    if not is_other or real_path(own) == real_path(other):  # a person's own index may lie anywhere
        return {}
    return dict.fromkeys(("GIT_DIR", "GIT_INDEX_FILE"))
