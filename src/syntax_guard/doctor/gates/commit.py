"""The commit gate: does ``git commit`` refuse a broken file?"""

from .hook import HookGate

PROMISE = "a commit with a broken file is refused"
examine = HookGate("commit", "pre-commit", "a broken file is committed unseen, and reaches all who pull it").examine
