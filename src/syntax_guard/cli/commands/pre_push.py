"""`syntax-guard pre-push`: refuse a push of a commit that holds a file which Python would refuse."""

from __future__ import annotations

import os
import sys

from ...config.printing import printing
from ...gates.push import check_pushed, pushed
from ...sources.git_history import History
from ..exit_codes import OK, RED
from ..held_settings import COMMITTED, loaded
from ..output import note, report
from ..parser import SETTINGS
from ..updates import NO_SETTINGS, lines_of_git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..parser import Parser
    from ..verbs import Parse

DESCRIPTION = "Judge the whole tree of each commit that is pushed, as git's hook `pre-push`."
LINE = "local-ref new remote-ref old"
EPILOG = f"standard input: a line `{LINE}` for each ref, as git writes it"


def add_arguments(verb: Parser) -> None:
    """What `pre-push` takes."""
    verb.add_argument("remote", nargs="*", metavar="REMOTE", help="what git hands the hook: where the push goes to")
    verb.add_settings([name for name in SETTINGS if name not in NO_SETTINGS])


def run(arguments: list[str], parse: Parse) -> int:
    """Report what is wrong with the commits that are pushed; 1 refuses the push, with all of its refs."""
    settings = loaded(parse(arguments), os.getcwd(), COMMITTED)
    how = printing(settings, os.environ, sys.stdout, sys.stderr)
    updates = tuple(pushed(lines_of_git(LINE)))
    status = OK
    with History(".") as history:
        for update, result in check_pushed(history, updates, settings):
            if how.is_needed(result):
                report(result, how)
            if not result.ok:
                note(f"{update.ref} is not pushed: fix the files, and commit")
                status = RED
    return status
