"""What each version of Python added: the rules for targets that no interpreter is found for.

``requirements`` is told a source that this Python's ``compile`` accepts and says what older ones refuse in it. What
this Python refuses is not its business. The rules are data, one row for each construct, in the rooms that are named
after what they look at; ``RULES`` is all of them.
"""

from __future__ import annotations

import re
import sys

from ..model import Problem
from .code import Code
from .rule import Rule
from .table import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..model import Version
    from .code import Span

__all__ = ["RULES", "Rule", "refusals", "requirements"]

HOST: Version = sys.version_info[:2]


def refusals(data: bytes, versions: Sequence[Version]) -> dict[Version, list[Problem]]:
    """What each of these versions, all older than this Python, would refuse in a source that this Python accepts.

    ``data`` is the source as it is in the file. Each list is sorted by position; an empty one is no refusal. Raises
    what ``ast.parse`` raises on a source that is too deep or was not accepted: ``RecursionError``, ``MemoryError``,
    ``SyntaxError``.
    """
    rules = [rule for rule in RULES if rule.since <= HOST and any(map(rule.is_refused_by, versions))]
    code = Code(data)
    found = sorted(_findings(code, rules), key=lambda finding: (finding[1][0], -finding[1][1]))
    problems = [(rule, _problem(code, rule, span)) for rule, span in _outermost(found)]
    return {version: [problem for rule, problem in problems if rule.is_refused_by(version)] for version in versions}


def requirements(data: bytes, floor: Version) -> list[Problem]:
    """What Python ``floor`` would refuse, each problem with the version ``since`` which it is accepted.

    A version between ``floor`` and this one refuses those of the problems whose ``since`` is above it. See
    ``refusals`` for the rest, and for a version that refuses what ``floor`` accepts.
    """
    return refusals(data, [floor])[floor]


def _findings(code: Code, rules: Sequence[Rule]) -> Iterator[tuple[Rule, Span]]:
    lines: set[int] = set()
    by_class: dict[str, list[Rule]] = {}
    for rule in rules:
        hits = {code.line_of(match.end() - 1) for match in _pattern(rule.trigger).finditer(code.utf8)}
        if hits:
            lines |= hits
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


_patterns: dict[bytes, re.Pattern[bytes]] = {}


def _pattern(trigger: bytes) -> re.Pattern[bytes]:
    if trigger not in _patterns:
        _patterns[trigger] = re.compile(trigger)
    return _patterns[trigger]


def _problem(code: Code, rule: Rule, span: Span) -> Problem:
    (line, column), (end_line, end_column) = map(code.position, span)
    return Problem("SyntaxError", rule.message, line, column, end_line, end_column, since=rule.since)
