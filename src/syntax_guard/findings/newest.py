"""The newest Python that is found, asked about what an older one refuses: for hints, never for a verdict."""

from __future__ import annotations

from ..model import Target, this_interpreter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..model import Interpreter, Problem, Verdict, Version
    from ..targets.machine import Machine
    from .further import FurtherLines
    from .hints.trial import Trials

_SECONDS = 10
_MEMORY = 2 << 30
_MOST_ASKED = 16
"""Sources of one run that are asked about: in a tree full of errors, people wait for verdicts and not for hints."""


class NewestPython:
    """Looks for the newest Python on `machine` when it is first asked; None: looks for none."""

    def __init__(self, machine: Machine | None = None) -> None:
        self._machine = machine
        self._left = _MOST_ASKED
        self._found: Interpreter | None = None
        self._trials: Trials | None = None
        self._further: FurtherLines | None = None

    @property
    def trials(self) -> Trials:
        """What is tried for hints about a broken source."""
        if self._trials is None:
            from .hints.trial import Trials

            self._trials = Trials()
        return self._trials

    @property
    def further(self) -> FurtherLines:
        """What looks for other broken lines."""
        if self._further is None:
            from .further import FurtherLines

            self._further = FurtherLines()
        return self._further

    def refusal(self, data: bytes, version: Version) -> tuple[Version, Problem | None] | None:
        """Which Python is the newest, and why it refuses `data`, itself or by the rules for an older `version`.

        A problem with ``since`` is what is new in a Python after `version`, in a source that the newest accepts. None
        where there is no newer one here, or it gave no answer.
        """
        if self._machine is None or not self._left:
            return None
        self._found = self._found or _remembered(self._machine)
        if self._found.version <= version:
            return None
        self._left -= 1
        verdict = _asked(data, Target(version, self._found, False, "a hint"))
        return None if verdict.outcome == "undecided" else (self._found.version, verdict.error)


_FOUND: dict[tuple[str | None, ...], Interpreter] = {}
"""The newest Python by where it is looked for: a process that checks many sources looks once."""
_PLACES = ("PATH", "HOME", "PYENV_ROOT")


def _remembered(machine: Machine) -> Interpreter:
    places = tuple(map(machine.environ.get, _PLACES))
    if places not in _FOUND:
        _FOUND[places] = _newest(machine)
    return _FOUND[places]


def _newest(machine: Machine) -> Interpreter:
    """The newest Python that the rules know of; this one where none that is newer is found."""
    from ..grammar.table import RULES
    from ..targets.resolve import answer

    this = this_interpreter()
    major, minor = max(rule.since for rule in RULES)
    while (major, minor) > this.version:
        found = answer({(major, minor): "a hint"}, machine, this).targets
        if found:
            return found[0].interpreter
        minor -= 1
    return this


def _asked(data: bytes, target: Target) -> Verdict:
    from ..judging.judgement import Inquiry, Limits, requests
    from ..judging.schedule import judge
    from ..sources.in_memory import Held

    inquiry = Inquiry((target,), requests((target,)), Limits(1, _SECONDS, _MEMORY))
    (judgement,) = judge([Held("source", data)], inquiry)
    (verdict,) = judgement.verdicts
    return verdict
