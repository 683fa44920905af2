"""The merge gate: does ``git merge`` refuse what two whole branches make broken? git runs no pre-commit hook there."""

from __future__ import annotations

from .hook import HookGate

GATE = HookGate("merge", "pre-merge-commit", "git runs pre-merge-commit, not pre-commit, for a merge without conflicts")
