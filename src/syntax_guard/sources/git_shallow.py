"""Where the history of a shallow clone ends."""

from __future__ import annotations

import os

from ..errors import GitError
from . import git
from .git_files import bytes_of
from .path_names import path_name

WHOLE = "fetch the history (`git fetch --unshallow`, or `fetch-depth: 0` in a workflow)"
"""What makes a shallow clone a whole one."""


def shallow_commits(folder: str, variables: git.Variables = git.NO_VARIABLES) -> frozenset[str]:
    """The commits whose parents the repository around `folder` lacks, since it is shallow. Raises `GitError`."""
    asked = ("rev-parse", "--git-path", "shallow")
    inside = path_name(git.run(folder, *asked, variables=variables)).removesuffix("\n")
    try:
        return frozenset(bytes_of(os.path.join(folder, inside)).decode("ascii", "replace").split())
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise GitError(
            f"git's list of shallow commits cannot be read: {error.strerror}", "look at its permissions: .git/shallow"
        ) from None
