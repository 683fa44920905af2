"""Paths as review tools take them: from the top of the repository, wherever the command was started."""

from __future__ import annotations

import os

from ..config import repository
from ..model import Diagnostic, Result
from ..sources.selection import real_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDERS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables in which a CI server names the folder that it checked the repository out to."""
NO_PATH = "<"
"""What the name of a source starts with that is no file, such as ``<stdin>``."""


def top_of(environ: Mapping[str, str], here: str) -> str:
    """The folder that review tools count paths from: that of a CI server in `environ`, if `here` lies in it; or git's.

    Outside of a repository it is `here` itself.
    """
    for name in FOLDERS:
        folder = environ.get(name, "")
        if os.path.isabs(folder) and _below(real_path(here), real_path(folder)) is not None:
            return folder
    return repository.top_of(here) or here


def from_top(result: Result, top: str, here: str) -> Result:
    """`result`, whose paths were from its own root, or else from the folder `here`, with paths from the folder `top`.

    What lies elsewhere is absolute. The paths of a bare repository count from no folder, and stay.
    """
    if result.root == "":
        return result
    here = result.root or here
    found = tuple(_moved(diagnostic, top, here) for diagnostic in result.diagnostics)
    return Result(**{**vars(result), "diagnostics": found, "root": top})


def _moved(diagnostic: Diagnostic, top: str, here: str) -> Diagnostic:
    if diagnostic.path.startswith(NO_PATH):
        return diagnostic
    path = os.path.normpath(os.path.join(here, diagnostic.path))
    below = _below(path, top)
    if below is None:  # by another way, as where the temporary folder is a link
        real = os.path.join(real_path(os.path.dirname(path)), os.path.basename(path))
        below = _below(real, real_path(top))
    return Diagnostic(**{**vars(diagnostic), "path": path if below is None else below})


def _below(path: str, folder: str) -> str | None:
    """`path` from `folder` on, with slashes; None where it lies elsewhere. Both are absolute."""
    if path == folder:
        return os.curdir
    start = os.path.join(folder, "")
    return path[len(start) :].replace(os.sep, "/") if path.startswith(start) else None
