"""The merge gate: does ``git merge`` refuse what two whole branches make broken? git runs no pre-commit hook there."""

from __future__ import annotations

from ..finding import Finding
from ..repository import Repository
from . import commit, hook

STAGE = "pre-merge-commit"
_WHY = "git runs pre-merge-commit, not pre-commit, for a merge without conflicts"


def examine(repository: Repository) -> list[Finding]:
    """The answer about merges, as it is written."""
    return hook.written(repository, "merge", STAGE, _WHY, commit.PLAIN, commit.judges)
