"""Findings as a table for people, or as JSON. Repository text goes through the reports' neutral room."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from syntax_guard.reports.neutral import json_document, visible
from syntax_guard.reports.tool import NAME, version

from .finding import GATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .finding import Finding, Gate

_STATES = {"ok": "ok", "weak": "weak", "missing": "MISSING", "not-applicable": "-"}


def table(findings: Sequence[Finding], missing: Iterable[Gate] = (), width: int = 80) -> str:
    """One row a finding, what to do about it below, and a last line with the counts and the required gates missing.

    ``missing``: required gates that the repository lacks; ``width``: columns of the terminal.
    """
    wide = max(map(len, _STATES.values()))
    indent = " " * (2 + max(map(len, GATES)) + wide)
    lines: list[str] = []
    gate = None
    for finding in findings:
        name = finding.gate if finding.gate != gate else ""
        gate = finding.gate
        head = f"{name:<{max(map(len, GATES))}} {_STATES[finding.state]:<{wide}} "
        text = visible(finding.message)
        if finding.place is not None:
            text += f" ({_shown(finding)})"
        lines += _wrapped(text, head, indent, width)
        if finding.why is not None:
            lines += _wrapped(f"why: {visible(finding.why)}", indent, indent + "     ", width)
        if finding.write is not None:
            lines += _code(finding.write, indent, width)
    counts = ", ".join(f"{_count(findings, state)} {state}" for state in _STATES if _count(findings, state))
    lines += ["", f"{counts}."]
    lines += [f"required and missing: {name}: {GATES[name]}" for name in missing]
    return "\n".join(lines) + "\n"


def as_json(findings: Sequence[Finding], missing: Iterable[Gate] = ()) -> str:
    """A stable, versioned document with every field of every finding; escapes keep the text harmless."""
    document = {
        "version": 1,
        "tool": {"name": NAME, "version": version()},
        "gates": [{"gate": gate, "promise": promise} for gate, promise in GATES.items()],
        "required_missing": list(missing),
        "findings": [
            {
                "gate": finding.gate,
                "state": finding.state,
                "path": finding.place.path if finding.place else None,
                "line": finding.place.line if finding.place else None,
                "message": finding.message,
                "why": finding.why,
                "write": finding.write,
            }
            for finding in findings
        ],
    }
    return json_document(document, indent=2)


def _shown(finding: Finding) -> str:
    place = finding.place
    if place is None:
        return ""
    return visible(place.path) + (f":{place.line}" if place.line else "")


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    wrapper = textwrap.TextWrapper(
        width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return wrapper.wrap(text)


def _code(text: str, indent: str, width: int) -> list[str]:
    """What to write: never wrapped, and moved to the left where that keeps it on the screen."""
    written = text.split("\n")
    if len(written) == 1 and len(indent) + len("write: ") + len(text) <= width:
        return [f"{indent}write: {visible(text)}"]
    moved = min(len(indent), max(0, width - max(map(len, written))))
    shown = [line[: len(line) - len(line.lstrip(" "))] + visible(line.lstrip(" ")) for line in written]
    return [f"{indent}write:", *(" " * moved + line for line in shown)]


def _count(findings: Sequence[Finding], state: str) -> int:
    return sum(finding.state == state for finding in findings)
