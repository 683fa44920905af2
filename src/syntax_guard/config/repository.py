"""Where a repository of git begins."""

from __future__ import annotations

import os


def is_top(folder: str) -> bool:
    """Whether git takes `folder` for the top of a work tree: its ``.git`` is a file, or a folder with a repository.

    An empty folder of that name says nothing (git's setup.c, ``is_git_directory``; gitrepository-layout(5)).
    """
    own = os.path.join(folder, ".git")
    if not os.access(own, os.F_OK):
        return False
    kept = os.path.join(own, "")
    return os.path.lexists(kept + "HEAD") or not os.path.isdir(own)


def top_of(folder: str) -> str | None:
    """The nearest folder from `folder` upwards that is a top, or None."""
    while not is_top(folder):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return folder
