"""Findings as a table for people, or as JSON. Each line is neutral, also where a word begins one after wrapping."""

import re
import textwrap
from collections.abc import Container, Iterable, Sequence

from syntax_guard.reports.neutral import json_document, visible
from syntax_guard.reports.tool import NAME, version

from .finding import Advice, Edit, Finding
from .gates.table import GATES

_MOST, _LONGEST = 200, 600  # findings, and characters of a message or a line, that are shown
_MAIN = "https://github.com/syntax-guard/syntax-guard/archive/main.tar.gz"
_NEEDS_RELEASE = re.compile(r"pip install .*syntax-guard|\b(?:pipx run|uvx) syntax-guard|\brev: v0\.1\.0")
_UNRELEASED = f"""\
before its first release PyPI has no syntax-guard; until then install it with one of these:
  pip install {_MAIN}
  pipx run --spec {_MAIN} syntax-guard
  uvx --from {_MAIN} syntax-guard
and write as rev the hash that this prints: git ls-remote https://github.com/syntax-guard/syntax-guard HEAD"""
_STATES = {"ok": "ok", "cannot-tell": "cannot tell", "missing": "MISSING", "not-applicable": "-"}


def table(findings: Sequence[Finding], missing: Iterable[str] = (), width: int = 80) -> str:
    """A row for each of the `findings`, with what to do, the counts, and what is `missing`; in `width` columns."""
    wide = max(map(len, GATES))
    indent = " " * (wide + 1 + 12 + 1)
    wrapper = textwrap.TextWrapper(max(20, width - len(indent)), break_long_words=False, break_on_hyphens=False)
    lines, gate, reason, written = list[str](), None, None, set[Edit]()
    for finding in findings[:_MOST]:
        name, gate = finding.gate if finding.gate != gate else "", finding.gate
        state = _STATES[finding.state] + (f" ({finding.how})" if finding.state == "ok" and finding.how else "")
        place = finding.place
        where = f" ({place.path}{f':{place.line}' if place.line else ''})" if place else ""
        said = wrapper.wrap(" ".join(f"{finding.message[:_LONGEST]}{where}".split())) or [""]
        why = wrapper.wrap(f"why: {finding.why}") if finding.why and finding.why != reason else []
        reason = finding.why or reason
        lines.append(f"{name:<{wide}} {state:<12} {visible(said[0])}")
        lines += [indent + visible(line) for line in (*said[1:], *why)]
        steps = [(len(line) - len(line.lstrip(" ")), line.lstrip(" ")) for line in _steps(finding.advice, written)]
        lines += [" " * (2 + deep) + visible(line) for deep, line in steps]  # not wrapped, so that it can be copied
        written |= {*(finding.advice.edits if finding.advice else ())}
    lines += [f"and {len(findings) - _MOST} more"] if len(findings) > _MOST else []
    states = [finding.state for finding in findings if finding.state != "not-applicable"]
    counts = [f"{states.count(state)} {said.lower()}" for state, said in _STATES.items() if state in states]
    lines += ["", f"{', '.join(counts)}.", *_notes(findings)]
    applies = {one.gate for one in findings if one.state != "not-applicable"}
    apart = {one.gate: f"{one.gate} does not apply here ({one.message})" for one in findings if one.gate not in applies}
    lack = {name: f"missing or not sure: {name}. It promises: {GATES[name].PROMISE}" for name in missing}
    lines += [f"required, but {apart.get(name, text)}" for name, text in lack.items()]
    return "\n".join(lines) + "\n"


def as_json(findings: Sequence[Finding], missing: Iterable[str] = ()) -> str:
    """A stable, versioned document with every field of every finding; escapes keep the text harmless."""
    document = {
        "version": 1,
        "tool": {"name": NAME, "version": version()},
        "gates": [{"gate": name, "promise": gate.PROMISE} for name, gate in GATES.items()],
        "required_missing": list(missing),
        "note": "\n".join(_notes(findings)) or None,
        "findings": [_fields(finding, finding.advice or Advice()) for finding in findings[:_MOST]],
    }
    return json_document(document, indent=2)


def _fields(finding: Finding, advice: Advice) -> dict[str, object]:
    return {
        **{name: getattr(finding, name) for name in ("gate", "state", "how", "why")},
        "path": finding.place.path if finding.place else None,
        "line": finding.place.line if finding.place else None,
        "message": finding.message[:_LONGEST],
        "write": "\n".join(_steps(advice, ())) or None,
        "edits": [{"path": one.path, "line": one.line, "replaces": one.replaced, "text": one.text[: _LONGEST * 4]}
                  for one in advice.edits],
        "commands": list(advice.commands),
    }  # fmt: skip


def _notes(findings: Sequence[Finding]) -> list[str]:
    """What to write before the first release, if some advice needs one."""
    steps = [line for finding in findings[:_MOST] for line in _steps(finding.advice, ())]
    return _UNRELEASED.splitlines() if _NEEDS_RELEASE.search("\n".join(steps)) else []


def _steps(advice: Advice | None, written: Container[Edit]) -> list[str]:
    """What to do, line by line; edits that are ``written`` already are only named."""
    advice = advice or Advice()
    lines: list[str] = []
    for edit in advice.edits:
        text = [] if edit in written else edit.text.rstrip("\n").split("\n")
        lines += [f"in {edit.path}, {edit.where}{':' if text else ', as above'}", *(line[:_LONGEST] for line in text)]
    lines += [f"run: {command}" for command in advice.commands]
    return [*lines, *(f"for example: {advice.pattern}".split("\n") if advice.pattern else ())]
