"""The source is written for a newer Python than those that were asked."""

from __future__ import annotations

import re

from ...grammar.table import RULES
from ...regex import regex
from ...sources.text import Text
from .leftovers import STRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...grammar.rule import Rule
    from ...model import Problem, Version
    from ..newest import NewestPython

_LINE = 1000
_LARGEST = 1 << 20
_PREFIX = regex(r"(?:[fFtT][rR]?|[rR][fFtT])\Z")


def newer_syntax(problem: Problem, data: bytes, version: Version, newest: NewestPython) -> str | None:
    """Return which construct of `data` is new in a Python after `version`, which refuses it with `problem`, or None.

    The newest Python that is found decides. Where there is none, or it refuses the source elsewhere, the looks of the
    line decide.
    """
    if len(data) > _LARGEST or not _may_be_newer(data, version):
        return None
    asked = newest.refusal(data, version)
    if asked is None:
        return looks_like(Text(data).line(problem.line or 0) or "", version)
    answering, said = asked
    if said is not None and said.since is not None:
        return said.message
    if said is None or said.line == problem.line:  # what it knows is not the cause
        version = answering
    return looks_like(Text(data).line(problem.line or 0) or "", version)


def _may_be_newer(data: bytes, version: Version) -> bool:
    try:
        return any(rule.since > version and any(True for _ in rule.trigger(data)) for rule in RULES)
    except Exception:  # noqa: BLE001 - a rule fails on what no Python accepts: the finding stands without a hint
        return False


def looks_like(line: str, version: Version) -> str | None:
    """Return what a line looks like that is new in a Python after `version`, or None."""
    code = _code(line[:_LINE])
    found: list[Rule] = [rule for rule in RULES if rule.looks and rule.since > version and re.search(rule.looks, code)]
    if not found:
        return None
    newest = max(found, key=lambda rule: rule.since)
    return f"looks like syntax of Python {newest.since[0]}.{newest.since[1]}: {newest.what}"


def _code(line: str) -> str:
    """A line without comments and texts, up to the first text that holds code."""
    for text in STRING.finditer(line):
        if _PREFIX.search(line[max(0, text.start() - 2) : text.start()]):
            before, comment, _ = STRING.sub('""', line[: text.start()]).partition("#")
            return before if comment else before + line[text.start() :]
    return STRING.sub('""', line).partition("#")[0]
