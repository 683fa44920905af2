"""The merge gate: does ``git merge`` refuse to bring a broken file?"""

from .hook import HookGate

PROMISE = "a merge that brings a broken file is refused"
examine = HookGate("merge", "pre-merge-commit", "git does not run pre-commit for a merge without conflicts").examine
