"""The table of gates: what each promises, and the module that looks for it. A new gate is a file here and a row."""

from __future__ import annotations

from collections.abc import Callable

from syntax_guard.model import Record

from ..finding import Finding
from ..repository import Repository
from . import health, hook, python, ship, start, tree


class Gate(Record):
    """A row of the table; ``stage`` is the hook of git's that it stands at, for a gate that can be tried."""

    promise: str
    examine: Callable[[Repository], list[Finding]]
    stage: str | None = None


GATES = {
    "commit": Gate("a commit with a broken file is refused", hook.COMMIT.examine, hook.COMMIT.stage),
    "merge": Gate("a merge that brings a broken file is refused", hook.MERGE.examine, hook.MERGE.stage),
    "push": Gate("a push of a commit with a broken file is refused", hook.PUSH.examine, hook.PUSH.stage),
    "tree": Gate("CI checks every file, however it was committed", tree.examine),
    "ship": Gate("what is published is checked first", ship.examine),
    "start": Gate("what serves does not start with a broken file", start.examine),
    "health": Gate("what no longer serves is noticed", health.examine),
    "python": Gate("the Python that judges is the Python that runs", python.examine),
}  # every gate in the order of reports
