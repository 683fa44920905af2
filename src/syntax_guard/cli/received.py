"""What the hooks of a server answer to a push: `pre-receive` for all of its refs, `update` for each."""

from __future__ import annotations

import os
import sys

from ..config.options import OF_SERVERS
from ..config.printing import printing
from ..gates.push import check_received
from ..sources.git_history import History
from ..sources.selection import EXCLUDED
from .deadline import deadline
from .exit_codes import OK, RED
from .held_settings import COMMITTED, loaded
from .output import note, report
from .parser import SETTINGS
from .updates import NO_SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..config.settings import Settings
    from ..gates.push import Update
    from .parser import Parser


def add_options(verb: Parser) -> None:
    """The options of both hooks."""
    verb.add_argument("--every-commit", action="store_true", help="judge what each new commit adds or changes, too, "
                      "and not the new tips alone")  # fmt: skip
    verb.add_settings([name for name in (*SETTINGS, *OF_SERVERS) if name not in NO_SETTINGS])


def answer(updates: Sequence[Update], flags: dict[str, Any]) -> int:
    """Report what is wrong with `updates`, and which of them are refused; 1 where one is, or time runs out."""
    settings = loaded(flags, os.getcwd(), COMMITTED)
    limit = settings.push_time_limit
    late = f"refused: no answer within {limit:g} s; push fewer commits, or ask for a longer push-time-limit there"
    with deadline(limit, late, RED):
        refused = _refused(updates, settings, every_commit=flags["every_commit"])
    for ref, remedy in refused.items():
        note(f"{ref} is refused: {remedy}")
    others = [update.ref for update in updates if update.ref not in refused]
    if refused and others:
        note(f"not updated either, since a push is refused as a whole: {', '.join(others)}")
    return RED if refused else OK


def _refused(updates: Sequence[Update], settings: Settings, *, every_commit: bool) -> dict[str, str]:
    how = printing(settings, os.environ, sys.stdout, sys.stderr)
    refused: dict[str, str] = {}
    with History(".") as history:
        for update, result in check_received(history, updates, settings, every_commit=every_commit):
            if how.is_needed(result):
                report(result, how)
            if excluded := sum(skipped.reason == EXCLUDED for skipped in result.skipped):
                note(f"{update.ref}: {excluded} of the files that are new are not judged, since settings exclude them")
            if not result.ok:
                refused[update.ref] = _remedy(history, update)
    return refused


def _remedy(history: History, update: Update) -> str:
    """What to do about an `update` that is refused. Raises `GitError`."""
    tip = history.peeled(update.new)
    if tip and not history.reached("--max-count=1", tip, "--not", "--branches", "--tags"):
        return "its commit is an old one; name a commit in which these files are fixed"
    return "fix the files, commit, and push again"
