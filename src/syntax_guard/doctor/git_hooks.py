"""What git says of a folder that is to be examined."""

from __future__ import annotations

import os

from syntax_guard import git
from syntax_guard.model import Record


class GitFolder(Record):
    """What git says of a folder."""

    top: str
    """The work tree's top folder, absolute."""
    hooks: str
    """The folder that holds the hooks, absolute."""
    hooks_path: str | None
    """``core.hooksPath`` as it is set, or None."""


def locate(root: str) -> GitFolder | None:
    """What git says of ``root``, or None where it is in no repository.

    Raises GitError where there is a repository and git cannot be asked: which hooks run there, nobody else knows.
    """
    if not _has_repository(root):
        return None
    top = git.top(root)
    return GitFolder(top, *git.hooks(top))


def _has_repository(folder: str) -> bool:
    folder = os.path.realpath(folder)
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return False
    return True
