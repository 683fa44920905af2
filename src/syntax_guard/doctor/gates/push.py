"""The push gate: does ``git push`` refuse a commit with a broken file?"""

from __future__ import annotations

from ..finding import Finding
from ..parsers.commands import Call
from ..repository import Repository
from . import hook

STAGE = "pre-push"
PLAIN = "#!/bin/sh\nexec syntax-guard pre-push"
_WHY = "a commit that passed the commit hook by (--no-verify, rebase, am) reaches the others"


def examine(repository: Repository) -> list[Finding]:
    """The answer about pushes, as it is written."""
    return hook.written(repository, "push", STAGE, _WHY, PLAIN, _judges)


def _judges(call: Call) -> bool:
    """A plain hook has to read what is pushed, which nothing else may have read before."""
    return call.verb == "pre-push" and call.first and not call.unsure
