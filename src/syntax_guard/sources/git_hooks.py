"""Where the hooks of a repository are."""

from __future__ import annotations

import os

from .git import GIT, run
from .path_names import path_name

ASKING_FOR_HOOKS = GIT[:-2]
"""Without the switch that keeps hooks off, since it would be the answer. For commands that run none."""


def hooks(top: str) -> tuple[str, str | None]:
    """The folder that holds the hooks of the work tree `top`, and ``core.hooksPath`` if it is set. Raises `GitError`.

    A relative ``core.hooksPath`` counts from where hooks run, which is the top of the work tree.
    """
    folder = run(top, "rev-parse", "--git-path", "hooks", program=ASKING_FOR_HOOKS)
    path = run(top, "config", "--type=path", "--default=", "--get", "core.hooksPath", program=ASKING_FOR_HOOKS)
    return os.path.join(top, path_name(folder).removesuffix("\n")), path_name(path).removesuffix("\n") or None
