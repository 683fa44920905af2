"""What each version of Python added: the rules for targets that no interpreter is found for.

``requirements`` is told a source that this Python's ``compile`` accepts and says what older ones refuse in it. What
this Python refuses is not its business. The rules are data, one row for each construct, in the modules that are named
after what they look at; ``RULES`` is all of them.
"""

from __future__ import annotations

import functools
import sys

from ..model import Problem, Record
from .code import Code, TooComplexError
from .rule import Rule
from .table import RULES
from .triggers import ENCODED_RETURNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..model import Version
    from .code import Span
    from .scanning import Trigger

__all__ = ["RULES", "Requirement", "Rule", "TooComplexError", "requirements"]

HOST: Version = sys.version_info[:2]


class Requirement(Record):
    """What some older Pythons would refuse in a source that this one accepts."""

    problem: Problem
    """What is refused and where, and the version ``since`` which it is accepted."""
    first: Version
    """The first version that refuses it, for what an older one accepted; else a version older than any target."""

    def is_refused_by(self, version: Version) -> bool:
        """Whether the Python of this version refuses it."""
        return self.problem.since is not None and self.first <= version < self.problem.since


def requirements(data: bytes, floor: Version) -> list[Requirement]:
    """What Pythons from `floor` up to this one would refuse in the source `data`, which this one accepts.

    Returns:
        The constructs, sorted by position.

    Raises:
        TooComplexError: This Python's ``ast`` cannot hold what its ``compile`` takes.
        SyntaxError: This Python does not accept the source. Any other exception is the fault of a rule.
    """
    code = Code(data)
    found = sorted(_findings(code, _by_trigger(floor)), key=lambda finding: (finding[1][0], -finding[1][1]))
    return [Requirement(_problem(code, rule, span), rule.first) for rule, span in _outermost(found)]


@functools.cache
def _by_trigger(floor: Version) -> dict[Trigger, list[Rule]]:
    """The rules for what this Python accepts and one from ``floor`` on refuses."""
    rules: dict[Trigger, list[Rule]] = {}
    for rule in RULES:
        if floor < rule.since <= HOST:
            rules.setdefault(rule.trigger, []).append(rule)
    return rules


def _findings(code: Code, by_trigger: dict[Trigger, list[Rule]]) -> Iterator[tuple[Rule, Span]]:
    lines: set[int] = set()
    by_class: dict[str, list[Rule]] = {}
    if code.has_other_lines:  # what follows is not known for a Python that does not end them
        by_trigger = {ENCODED_RETURNS: by_trigger.get(ENCODED_RETURNS, [])}
    for trigger, rules in by_trigger.items():
        hits = {code.line_of(place) for place in trigger(code.utf8)}
        if hits:
            lines |= hits
            for rule in rules:
                for name in rule.nodes:
                    by_class.setdefault(name, []).append(rule)
    if lines:
        for node in code.nodes(sorted(lines)):
            for rule in by_class.get(type(node).__name__, ()):
                for span in rule.find(code, node):
                    yield rule, span


def _outermost(found: Sequence[tuple[Rule, Span]]) -> Iterator[tuple[Rule, Span]]:
    """Leaves out what a rule finds inside of what it has found: an f-string in an f-string is one finding."""
    ends: dict[int, int] = {}
    for rule, span in found:
        if span[1] > ends.get(id(rule), -1):
            ends[id(rule)] = span[1]
            yield rule, span


def _problem(code: Code, rule: Rule, span: Span) -> Problem:
    (line, column), (end_line, end_column) = map(code.position, span)
    return Problem("SyntaxError", rule.message, line, column, end_line, end_column, since=rule.since)
