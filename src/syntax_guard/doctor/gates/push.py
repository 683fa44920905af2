"""The push gate: does ``git push`` refuse a commit with a broken file?"""

from .hook import HookGate

PROMISE = "a push of a commit with a broken file is refused"
_WHY = "a commit without its hook (--no-verify, rebase, am) reaches others"
examine = HookGate("push", "pre-push", _WHY, "pre-push").examine
