"""Findings as a table for people, or as JSON. Each line is neutral, also where a word begins one after wrapping."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

from syntax_guard.reports.neutral import json_document, visible
from syntax_guard.reports.tool import NAME, version

from .finding import Advice, Finding, Place
from .gates.table import GATES

_MOST, _LONGEST = 200, 600
"""Findings, and characters of a message or a line, that are shown."""
_INSTALLS = re.compile(r"pip install .*syntax-guard|\b(?:pipx run|uvx) syntax-guard")
_UNRELEASED = (
    "until its first release, PyPI has no syntax-guard: install it from a clone, or from "
    "https://github.com/syntax-guard/syntax-guard/archive/main.tar.gz"
)
_STATES = {"ok": "ok", "cannot-tell": "cannot tell", "missing": "MISSING", "not-applicable": "-"}


def table(findings: Sequence[Finding], missing: Iterable[str] = (), width: int = 80) -> str:
    """One row a finding, what to do about it below, and a last line with the counts and the required gates missing.

    ``missing``: required gates that the repository lacks; ``width``: columns of the terminal.
    """
    wide = max(map(len, GATES))
    indent = " " * (wide + 1 + 12 + 1)
    lines: list[str] = []
    gate = None
    for finding in findings[:_MOST]:
        name, gate = finding.gate if finding.gate != gate else "", finding.gate
        state = _STATES[finding.state] + (f" ({finding.how})" if finding.state == "ok" and finding.how else "")
        place = finding.place
        where = f" ({place.path}{f':{place.line}' if place.line else ''})" if place else ""
        lines += _wrapped(finding.message[:_LONGEST] + where, f"{name:<{wide}} {state:<12} ", indent, width)
        lines += _wrapped(f"why: {finding.why}", indent, f"{indent}     ", width) if finding.why else []
        lines += _advised(finding.advice, indent, width) if finding.advice else []
    lines += [f"and {len(findings) - _MOST} more"] if len(findings) > _MOST else []
    states = [finding.state for finding in findings]
    counts = [f"{states.count(state)} {_STATES[state].lower()}" for state in _STATES if state in states]
    lines += ["", ", ".join(one for one in counts if not one.endswith("-")) + "."]
    lines += [f"required and not there: {name}: {GATES[name].promise}" for name in missing]
    return "\n".join(lines) + "\n"


def as_json(findings: Sequence[Finding], missing: Iterable[str] = ()) -> str:
    """A stable, versioned document with every field of every finding; escapes keep the text harmless."""
    document = {
        "version": 1,
        "tool": {"name": NAME, "version": version()},
        "gates": [{"gate": name, "promise": gate.promise} for name, gate in GATES.items()],
        "required_missing": list(missing),
        "findings": [_fields(finding) for finding in findings[:_MOST]],
    }
    return json_document(document, indent=2)


def _fields(finding: Finding) -> dict[str, object]:
    advice = finding.advice or Advice()
    edits = [
        {"path": one.path, "line": one.line, "replaces": one.replaced, "text": one.text[: _LONGEST * 4]}
        for one in advice.edits
    ]
    place = finding.place or Place("")
    return {
        **{name: getattr(finding, name) for name in ("gate", "state", "how", "why")},
        "path": place.path or None,
        "line": place.line,
        "message": finding.message[:_LONGEST],
        "write": "\n".join(_steps(advice)) or None,
        "edits": edits,
        "commands": list(advice.commands),
    }


def _steps(advice: Advice) -> list[str]:
    """What to do, line by line."""
    lines: list[str] = []
    for edit in advice.edits:
        verb = "write" if edit.line == 1 and not edit.replaced else "replace line" if edit.replaced else "before line"
        head = f"{verb} in" if verb == "write" else f"{verb} {edit.line} of"
        lines += [f"{head} {edit.path}:", *(line[:_LONGEST] for line in edit.text.rstrip("\n").split("\n"))]
    lines += [f"run: {command}" for command in advice.commands]
    lines += [f"in general: {advice.pattern}"] if advice.pattern else []
    return [*lines, _UNRELEASED] if any(map(_INSTALLS.search, lines)) else lines


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    wrapper = textwrap.TextWrapper(max(20, width - len(rest)), break_long_words=False, break_on_hyphens=False)
    lines = wrapper.wrap(" ".join(text.split()))
    return [(rest if index else first) + visible(line) for index, line in enumerate(lines or [""])]


def _advised(advice: Advice, indent: str, width: int) -> list[str]:
    """What to write: never wrapped, and moved to the left where that keeps it on the screen."""
    written = [line for step in _steps(advice) for line in step.split("\n")]
    moved = min(len(indent), max(2, width - max(map(len, written), default=0)))
    return [" " * moved + line[: len(line) - len(line.lstrip(" "))] + visible(line.lstrip(" ")) for line in written]
