"""Which files of a work tree differ from the last commit, from git's index and the file system."""

from __future__ import annotations

import os
import re

from ..errors import GitError
from ..regex import regex
from . import git
from .git_version import refuse_older
from .path_names import path_name

_WORK_TREE = (
    ("diff-files", "--name-only", "--ignore-submodules", "-z"),
    ("ls-files", "--others", "--exclude-standard", "-z"),
)
_FILTER = regex(rb"filter\..*\.(?:clean|process|required)", re.DOTALL)
_OLDEST = (2, 31)
"""The first git that takes settings from its environment."""


def changed(top: str) -> list[str]:
    """The files in the work tree `top` that are staged, changed or new there, but not ignored; relative to it.

    A file whose times alone changed may be among them. No filter is run, and no submodule is asked.

    Raises:
        GitError: Git fails.
    """
    try:
        staged = git.run(top, "diff-index", "--cached", "--name-only", "--no-renames", "-z", "HEAD", "--")
    except GitError:  # before the first commit
        staged = git.run(top, "ls-files", "-z")
    variables = _without_filters(top)
    found = staged + b"".join(git.run(top, *asked, variables=variables) for asked in _WORK_TREE)
    names = dict.fromkeys(path_name(name) for name in found.split(b"\0") if name)
    return [name for name in names if os.path.lexists(os.path.join(top, name))]


def _without_filters(top: str) -> git.Variables:
    """What git's environment says besides, so that no filter of the configuration is run. Raises `GitError`.

    git compares the content of a file that was written as late as the index, and hands it to the filter before.
    """
    listed = git.run(top, "config", "--list", "--name-only", "-z").split(b"\0")
    names = [path_name(name) for name in dict.fromkeys(listed) if _FILTER.fullmatch(name)]
    if not names:
        return git.NO_VARIABLES
    refuse_older(top, _OLDEST, "a repository with filters")
    first = int(git.variable("GIT_CONFIG_COUNT") or 0)
    variables = {"GIT_CONFIG_COUNT": str(first + len(names))}
    for number, name in enumerate(names, first):
        variables[f"GIT_CONFIG_KEY_{number}"] = name
        variables[f"GIT_CONFIG_VALUE_{number}"] = "false" if name.endswith(".required") else ""
    return variables
