"""Names of files: as git and lists write them, which is bytes; and what is said of one that is not there."""

from __future__ import annotations

import os

from ..errors import SourcesError, relative
from .selection import real_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def path_name(name: bytes) -> str:
    """The path that git, or a list of files, calls `name`.

    Windows has no bytes in names. What is no UTF-8 names no file there, as the code that opens it finds out.
    """
    return name.decode("utf-8", "surrogateescape") if os.name == "nt" else os.fsdecode(name)


def name_of(path: str) -> bytes:
    """What git calls `path`, which it called so before or which has a name on disk: the inverse of `path_name`."""
    if os.name != "nt":
        return os.fsencode(path)
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a pair, as Windows allows in names, stands for no byte
        return path.encode("utf-8", "surrogatepass")


def from_top(top: str) -> Callable[[str], str]:
    """A function that makes paths from `top` of absolute ones and of those from the current folder."""
    here = real_path(os.curdir)
    real = here if top == here else real_path(top)
    prefix = relative(here, real)

    def place(path: str) -> str:
        inside = os.path.normpath(os.path.join(prefix, path)).replace(os.sep, "/")
        if not os.path.isabs(path) and not inside.startswith("../"):
            return inside
        folder, name = os.path.split(path)  # it may lead back
        return relative(os.path.join(real_path(folder), name), real)

    return place


def from_here(top: str) -> Callable[[str], str]:
    """A function that makes paths from the current folder of paths from `top`."""
    here = relative(real_path(os.curdir), real_path(top))
    return (lambda path: path) if here == "." else lambda path: relative(path, here)


def no_such(path: str) -> SourcesError:
    """The error for a `path` that was named and does not exist."""
    if not path:
        return SourcesError("a path that is named is empty", "look at the variable that it comes from, or leave it out")
    if any(char in path for char in "*?["):
        hint = "a shell passes on a pattern that no file matches: build first, or correct it"
        return SourcesError(f"no such path: {path}", hint)
    if path.startswith("--") and " " in path:
        hint = f"this is one word; write the option and its value as two, or as {path.replace(' ', '=', 1)}"
        return SourcesError(f"no such path: {path}", hint)
    return SourcesError(f"no such path: {path}", FROM_HERE)


FROM_HERE = "paths are taken from the current folder"
