"""Which git is here, for what only a newer one can do."""

from __future__ import annotations

import re

from ..errors import GitError
from . import git


def refuse_older(folder: str, oldest: tuple[int, int], what: str) -> None:
    """Raise `GitError` where git is older than `oldest`, which `what` needs."""
    said = git.run(folder, "version").decode(errors="replace")
    number = re.search(r"(\d+)\.(\d+)", said)
    if number and (int(number[1]), int(number[2])) < oldest:
        needed = ".".join(map(str, oldest))
        raise GitError(f"{what} needs git {needed} or later, and this is {said.strip()}", "install a newer git")
