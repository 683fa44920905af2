"""The verb `run`: check the tree, then become the command."""

from __future__ import annotations

import os

from ..errors import SyntaxGuardError
from . import OK, RED, UNASKED
from .output import complain, note, write_findings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def run(flags: dict[str, Any], command: list[str]) -> int:
    """Check the tree and become `command`, or return the exit code that says why not."""
    from .. import start

    status = start.supervise(lambda: _answer(flags, command))
    if status != OK:
        return status
    try:
        start.become(command)
    except start.CommandError as error:
        complain(error)
        return error.status


def _answer(flags: dict[str, Any], command: list[str]) -> int:
    try:
        return (_opens_at_last if flags["wait"] else _opens)(flags, command)
    except BrokenPipeError:  # whoever read the findings has gone
        return RED


def _opens(flags: dict[str, Any], command: list[str]) -> int:
    """Check the tree for the start gate, say what comes of it, and return OK where `command` may start."""
    from ..check import check_paths
    from ..reports import start_line
    from ..settings import load

    program = os.path.basename(command[0])
    try:
        settings = load(flags, os.environ, os.getcwd()).for_this_interpreter()
        result = check_paths(flags["roots"] or ["."], settings)
        write_findings(result, settings)
    except SyntaxGuardError as error:
        complain(error)
        return UNASKED
    if result.ok:
        then = f"starting {program}"
    elif flags["report_only"]:
        then = f"starting {program} all the same (--report-only)"
    else:
        then = f"{program} is not started"
    if not settings.quiet:
        note(start_line(result, then))  # standard output is the command's
    return OK if result.ok or flags["report_only"] else RED


def _opens_at_last(flags: dict[str, Any], command: list[str]) -> int:
    """Say again and again what comes of the tree, until `command` may start."""
    from ..settings import file_in_use, load
    from ..watch import changes

    roots = flags["roots"] or ["."]
    try:
        file = file_in_use(flags, os.environ, os.getcwd())
        load({**flags, "isolated": True}, os.environ, os.getcwd())  # no change of a file mends a flag or a variable
    except SyntaxGuardError as error:
        complain(error)
        return UNASKED
    for _ in changes([*roots, file] if file else roots):
        if _opens(flags, command) == OK:
            break
        note("waiting for a change")
    return OK
