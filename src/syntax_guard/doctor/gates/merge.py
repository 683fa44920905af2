"""The merge gate: does ``git merge`` refuse what two whole branches make broken? git runs no pre-commit hook there."""

from __future__ import annotations

from .hook import HookGate

_WHY = "git runs pre-merge-commit, not pre-commit, for a merge without conflicts"
GATE = HookGate("merge", "pre-merge-commit", _WHY, "check --staged")
