"""The commit gate: does ``git commit`` refuse a broken file?"""

from __future__ import annotations

from .hook import HookGate

_WHY = "a broken file is committed unseen, and reaches all who pull it"
GATE = HookGate("commit", "pre-commit", _WHY, "check --staged")
