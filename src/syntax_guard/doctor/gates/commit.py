"""The commit gate: does ``git commit`` refuse a broken file?"""

from __future__ import annotations

from ..finding import Finding
from ..parsers.commands import Call
from ..repository import Repository
from . import hook

STAGE = "pre-commit"
PLAIN = "#!/bin/sh\nexec syntax-guard check --staged"
_WHY = "a broken file is committed unseen, and reaches all who pull it"


def examine(repository: Repository) -> list[Finding]:
    """The answer about commits, as it is written."""
    return hook.written(repository, "commit", STAGE, _WHY, PLAIN, judges)


def judges(call: Call) -> bool:
    """Whether a call in a plain hook judges all that is staged."""
    return (
        call.verb == "check"
        and "--staged" in call.options
        and not (call.unsure or call.paths or "--root" in call.options)
    )
