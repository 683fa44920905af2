"""The hint of an error, and the place that it is about."""

from __future__ import annotations

import errno
import os
import sys

from ...judging.in_process import ordinary
from ...model import Problem, Record, label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model import Target
    from ..newest import NewestPython
    from .trial import Trial

BARE = ("invalid syntax", "unexpected EOF while parsing", "invalid character in identifier")
"""Messages that say nothing of the cause."""


class Hint(Record):
    """What is said below an error."""

    text: str | None = None
    columns: tuple[int, int] | None = None
    """The word that the hint is about: its first column, and the one after it."""

    def at(self, problem: Problem) -> Problem:
        """`problem`, at the word that the hint is about."""
        if self.columns is None:
            return problem
        column, end = self.columns
        return Problem(**{**vars(problem), "column": column, "end_column": end, "end_line": problem.line})


_UNREADABLE = {os.strerror(errno.EACCES): "let this user read it, or leave it out with `exclude`"}


def hint_of(code: str, problem: Problem, data: bytes, targets: tuple[Target, ...], newest: NewestPython) -> Hint:
    """What to say below `problem`, which has `code`, in the source `data`, as `targets` have it.

    `newest` is asked where a newer Python may accept it, and counts what is tried.
    """
    if code == "unsupported-syntax":
        return Hint(_required(problem, data, targets))
    if code == "unreadable":
        return Hint(_UNREADABLE.get(problem.message))
    from .rules import hint

    said = hint(problem, data)
    if said is not None or code != "syntax-error":
        return Hint(said)
    trial = newest.trials.of(data, problem.line or 0)
    if trial is not None:
        found = _tried(trial, problem)
        if found is not None:
            return found
    from .newer_syntax import newer_syntax

    said = newer_syntax(problem, data, targets[-1].version, newest)
    return Hint(_in_newer_words(trial, problem) if said is None and trial is not None else said)


def _tried(trial: Trial, problem: Problem) -> Hint | None:
    from .misspelt import misspelt_keyword
    from .other_languages import habit

    said = habit(trial, problem.message)
    if said is not None:
        return Hint(said)
    word = misspelt_keyword(trial)
    return None if word is None else Hint(word[0], word[1:])


def _in_newer_words(trial: Trial, problem: Problem) -> str | None:
    """What this interpreter says, where that names the cause and the target's own words do not."""
    if problem.message not in BARE or trial.message in (*BARE, problem.message):
        return None
    line = f", line {trial.place[0]}" if trial.place[0] != problem.line else ""
    return f"CPython {label(sys.version_info[:2])} says: {trial.message}{line}"


def _required(problem: Problem, data: bytes, targets: tuple[Target, ...]) -> str | None:
    """Which construct of `data` the `targets` do not know."""
    if problem.since is not None or not ordinary(data):
        return None
    from ...grammar.requirements import requirements

    try:
        required = requirements(data, targets[0].version)
    except Exception:  # noqa: BLE001 - this interpreter refuses it too, or a rule fails: the finding stands without
        return None
    refused = [one.problem for one in required if one.is_refused_by(targets[-1].version)]
    nearest = min(refused, key=lambda one: abs((one.line or 0) - (problem.line or 0)), default=None)
    return nearest.message if nearest else None
