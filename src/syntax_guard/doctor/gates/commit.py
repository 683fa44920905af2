"""The commit gate: does ``git commit`` refuse a broken file?"""

from __future__ import annotations

from .hook import HookGate

GATE = HookGate("commit", "pre-commit", "a broken file is committed unseen, and reaches all who pull it")
