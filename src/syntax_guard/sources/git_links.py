"""What a symbolic link leads to in one tree of git: the index, or what a commit holds. The work tree does not count."""

from __future__ import annotations

from ..model import Record
from .file_types import NOTEBOOK, SUFFIXES, is_python_name
from .selection import DEAD_LINK, LINK, SAME, TOOL_FOLDER, below_tool_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Look: TypeAlias = Callable[[str], "tuple[int, str] | None"]

FOLDER, REGULAR, EXECUTABLE, SYMBOLIC, SUBMODULE = 0o040000, 0o100644, 0o100755, 0o120000, 0o160000
"""What git keeps of the mode of each sort of entry."""
FILES = (REGULAR, EXECUTABLE, SYMBOLIC)  # a link's content is the path that it leads to
HOPS = 40
"""Links that are followed for one path: as many as Linux follows."""
LONGEST = 4096
"""Bytes of the longest path that a link leads to."""


class End(Record):
    """Where a path ends, when each link on the way is followed."""

    path: str
    """Path of what is there, relative to the top."""
    mode: int = 0
    blob: str = ""
    why_not: str | None = None
    """Why it is no file of the tree: the code of a reason to skip the link."""
    passed: tuple[str, ...] = ()
    """The paths of the links on the way, and that of the end."""

    def is_of_link(self, path: str) -> bool:
        """Whether a link stands at the end of `path`, which was followed, and not just above it."""
        name = path.rpartition("/")[2]
        return any(one.rpartition("/")[2] == name for one in self.passed[:-1])


def followed(path: str, look: Look, target: Callable[[str], str]) -> End:
    """Where `path`, relative to the top of a tree, ends.

    ``look(path)`` is the mode and the object that the tree has there, or None. ``target(blob)`` is the path that a
    link holds.
    """
    done: list[str] = []
    ahead = path.split("/")[::-1]
    passed: list[str] = []
    mode, blob = FOLDER, ""
    while ahead:
        name = ahead.pop()
        if name in ("", "."):
            continue
        if name == "..":
            if not done:
                return End(path, why_not=LINK, passed=tuple(passed))
            done.pop()
            mode = FOLDER
            continue
        at = "/".join((*done, name))
        mode, blob = look(at) or (0, "")
        if mode == SYMBOLIC:
            passed.append(at)
            where = target(blob).partition("\0")[0]  # git hands the content to the system, which ends it at a zero byte
            if where.startswith("/"):
                return End(at, why_not=LINK, passed=tuple(passed))
            ahead += where.split("/")[::-1]
            mode = FOLDER
            if where and len(passed) <= HOPS:
                continue
        done.append(name)
        if why_not := _not_passable(mode, more=bool(ahead)):
            return End(at, why_not=why_not, passed=(*passed, at))
    end = "/".join(done)
    why_not = _of_folder(path, end) if mode == FOLDER else None
    return End(end, mode, blob, why_not, (*passed, end))


def _not_passable(mode: int, *, more: bool) -> str | None:
    """Why a path ends at what has this `mode`, where there is `more` of the path to come."""
    if mode == SUBMODULE:
        return LINK
    is_lost = mode == 0 or (more and mode != FOLDER)
    return DEAD_LINK if is_lost else None


def _of_folder(path: str, folder: str) -> str:
    """Why the link `path` is skipped, which leads to a `folder`: its files have names of their own in the tree."""
    if not folder or path.startswith(folder + "/"):
        return LINK
    return TOOL_FOLDER if below_tool_folder(folder + "/") else SAME


def worth_following(path: str) -> bool:
    """Whether the link at `path` may lead to what counts as Python there."""
    return is_python_name(path.rpartition("/")[2], (*SUFFIXES, NOTEBOOK)) is not False


def may_be_python(path: str, mode: int) -> bool:
    """Whether what a tree has at `path`, with this `mode`, may be Python: any text may be executed as a script."""
    python = is_python_name(path.rpartition("/")[2], (*SUFFIXES, NOTEBOOK))
    return bool(python) or (python is None and mode != REGULAR)


def skipped_as(path: str, end: End) -> str | None:
    """What the account of files calls the link `path`, which leads to no file; None where it looks like no Python."""
    if end.mode == FOLDER:
        return path + "/"
    return path if is_python_name(path.rpartition("/")[2], (*SUFFIXES, NOTEBOOK)) else None
