"""The push gate: does ``git push`` refuse a commit with a broken file?"""

from __future__ import annotations

from .hook import HookGate

_WHY = "a commit that skipped the commit hook (--no-verify, rebase, am) reaches the others"
GATE = HookGate("push", "pre-push", _WHY, "pre-push")
