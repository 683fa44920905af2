"""Verdicts become diagnostics."""

from __future__ import annotations

import sys

from . import _probe
from .answers import Text
from .model import Diagnostic
from .questions import ordinary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from .judge import Judgement
    from .model import Problem, Severity, Source, Target, Verdict

CODES = {
    "RecursionError": "too-complex",
    "MemoryError": "too-complex",
    "OverflowError": "too-complex",
    "TooLarge": "too-complex",
    "Crashed": "crashed",
    "SystemError": "crashed",
    "TimedOut": "timed-out",
    "Unreadable": "unreadable",
    "Unmerged": "unreadable",
    "SuspiciousCharacter": "suspicious-character",
}
"""What a kind of problem is called in reports, where the kind alone decides."""


def diagnose(
    judgement: Judgement, targets: Sequence[Target], warnings: Literal["ignore", "report", "error"]
) -> tuple[Diagnostic, ...]:
    """The findings of one source: its errors, each with the targets that share it, then its warnings.

    `warnings` says what becomes of the compiler's warnings: nothing, a warning, or an error.
    """
    if not any(verdict.error or verdict.warnings for verdict in judgement.verdicts):
        return ()
    text = Text(judgement.source.data)
    by_version = sorted(zip(targets, judgement.verdicts, strict=True), key=lambda pair: pair[0].version)
    found = _errors(judgement.source, text, by_version)
    if warnings != "ignore":
        found += _warnings(judgement.source, text, by_version, "error" if warnings == "error" else "warning")
    return tuple(found)


def unexpectedly_valid(name: str, targets: Sequence[Target]) -> Diagnostic:
    """The finding that a source listed as broken on purpose is valid."""
    message = "listed in `expected-broken`, but every target accepts it"
    return Diagnostic(name, None, None, None, None, "error", "unexpectedly-valid", message,
                      "mend the fixture, or take it off the list", tuple(targets))  # fmt: skip


def _errors(source: Source, text: Text, judged: Sequence[tuple[Target, Verdict]]) -> list[Diagnostic]:
    """One diagnostic for each place and code, in the words of the newest target that says so."""
    groups: dict[tuple[str, int | None], list[tuple[Target, Problem]]] = {}
    accepting = [target.version for target, verdict in judged if verdict.outcome == "valid"]
    for target, verdict in judged:
        if verdict.error is not None:
            newer = max(accepting, default=(0, 0)) > target.version or _accepted_here(source.data, target)
            code = _code(verdict.error, text, newer=newer)
            groups.setdefault((code, verdict.error.line), []).append((target, verdict.error))
    return [
        _diagnostic(source, text, code, group[-1][1], "error", tuple(target for target, _ in group))
        for (code, _), group in groups.items()
    ]


def _accepted_here(data: bytes, target: Target) -> bool:
    """Whether this interpreter is newer than `target` and accepts what it refuses."""
    if target.interpreter.python is None or target.version >= sys.version_info[:2] or not ordinary(data):
        return False
    answer = _probe.judge(data)
    return answer is None or answer[0] is None


def _warnings(
    source: Source, text: Text, judged: Sequence[tuple[Target, Verdict]], severity: Severity
) -> list[Diagnostic]:
    groups: dict[Problem, list[Target]] = {}
    for target, verdict in judged:
        for warning in verdict.warnings:
            groups.setdefault(warning, []).append(target)
    return [
        _diagnostic(source, text, CODES.get(warning.kind, "syntax-warning"), warning, severity, tuple(group))
        for warning, group in groups.items()
    ]


def _code(error: Problem, text: Text, *, newer: bool) -> str:
    if error.kind in CODES:
        return CODES[error.kind]
    if error.since is not None or newer:
        return "unsupported-syntax"
    return "syntax-error" if text.decodes() else "encoding-error"


def _diagnostic(
    source: Source, text: Text, code: str, problem: Problem, severity: Severity, targets: tuple[Target, ...]
) -> Diagnostic:
    return Diagnostic(
        path=source.name,
        line=problem.line,
        column=problem.column,
        end_line=problem.end_line,
        end_column=problem.end_column,
        severity=severity,
        code=code,
        message=problem.message,
        hint=_hint(code, problem, source.data, targets) if severity == "error" else None,
        targets=targets,
        source_line=text.line(problem.line) if problem.line else None,
    )


def _hint(code: str, problem: Problem, data: bytes, targets: tuple[Target, ...]) -> str | None:
    if code != "unsupported-syntax":
        from .hints import hint

        return hint(problem, data)
    if problem.since is not None or not ordinary(data):
        return None
    from .grammar import requirements

    try:
        required = requirements(data, targets[0].version)
    except SyntaxError:
        return None  # this interpreter refuses it too: the rules are for what it accepts
    refused = [one.problem for one in required if one.is_refused_by(targets[-1].version)]
    nearest = min(refused, key=lambda one: abs((one.line or 0) - (problem.line or 0)), default=None)
    return nearest.message if nearest else None
