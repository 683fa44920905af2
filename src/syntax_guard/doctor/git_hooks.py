"""Where git looks for hooks here.

`syntax_guard.git` reads the index with hooks switched off; here git is asked where they are, so its switches would
hide the answer. ``git rev-parse`` and ``git config`` start no program, whatever the repository's configuration says.
"""

from __future__ import annotations

import os
import subprocess

from syntax_guard.errors import GitError
from syntax_guard.model import Record

_GIT = ("git", "--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false")
_NOT_SET = 1
"""Exit code of ``git config --get`` for a key without a value."""


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

    Raises GitError where there is a repository and git cannot be asked.
    """
    if not _has_repository(root):
        return None
    top = _git(root, "rev-parse", "--show-toplevel")
    # A relative core.hooksPath counts from where hooks run, which is the top of the work tree.
    hooks = _git(top, "rev-parse", "--git-path", "hooks")
    return GitFolder(
        top, os.path.join(top, hooks), _git(top, "config", "--type=path", "--get", "core.hooksPath") or None
    )


def _git(folder: str, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_DIR")}
    environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    environment.pop("GIT_WORK_TREE", None)
    try:
        answer = subprocess.run([*_GIT, *arguments], cwd=folder, env=environment, capture_output=True, check=False)
    except FileNotFoundError:
        raise GitError("git was not found", "install git: without it nobody can say which hooks run here") from None
    if answer.returncode == 0 or (arguments[0] == "config" and answer.returncode == _NOT_SET):
        return os.fsdecode(answer.stdout).rstrip("\n")
    words = answer.stderr.decode(errors="replace").strip().splitlines()
    raise GitError(f"git {arguments[0]} failed: {words[0] if words else answer.returncode}", "try `git status` there")


def _has_repository(folder: str) -> bool:
    folder = os.path.realpath(folder)
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return False
    return True
