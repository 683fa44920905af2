"""Verdicts become diagnostics."""

from __future__ import annotations

import sys

from ..judging.in_process import ordinary
from ..model import Diagnostic
from ..processes import _compile_worker
from ..sources.text import Text
from .codes import BY_KIND
from .hints.of_error import hint_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ..judging.judgement import Judgement
    from ..model import Problem, Severity, Source, Target, Verdict
    from .newest import NewestPython


def diagnose(
    judgement: Judgement,
    targets: Sequence[Target],
    warnings: Literal["ignore", "report", "error"],
    newest: NewestPython,
) -> tuple[Diagnostic, ...]:
    """Make the findings of one source.

    Args:
        judgement: What the targets say of it.
        targets: Those targets, in the order of the verdicts.
        warnings: What becomes of the compiler's warnings: nothing, a warning, or an error.
        newest: Is asked for hints.

    Returns:
        The errors, each with the targets that share it, and then the warnings.
    """
    if not any(verdict.error or verdict.warnings for verdict in judgement.verdicts):
        return ()
    text = Text(judgement.source.data)
    by_version = sorted(zip(targets, judgement.verdicts, strict=True), key=lambda pair: pair[0].version)
    found = _errors(judgement.source, text, by_version, newest)
    if warnings != "ignore":
        found += _warnings(judgement.source, text, by_version, "error" if warnings == "error" else "warning")
    program = getattr(judgement.file, "filter", None)  # of a staged file
    if program:
        hint = f"git's filter {program!r} would change this file before it is read; it is not run, and this is stored"
        return tuple(Diagnostic(**{**vars(one), "hint": hint}) for one in found)
    return tuple(found)


def with_context(source: Source, found: tuple[Diagnostic, ...], lines: int) -> tuple[Diagnostic, ...]:
    """The findings `found` of `source`, each with so many `lines` before and after its own."""
    text = Text(source.data)
    said = []
    for one in found:
        numbers = range(max(1, one.line - lines), one.line + lines + 1) if one.line else range(0)
        around = [(number, line) for number in numbers if (line := text.line(number)) is not None]
        while around and not around[-1][1].strip():
            around.pop()
        said.append(Diagnostic(**{**vars(one), "around": tuple(pair for pair in around if pair[0] != one.line)}))
    return tuple(said)


def _errors(
    source: Source, text: Text, judged: Sequence[tuple[Target, Verdict]], newest: NewestPython
) -> list[Diagnostic]:
    """One diagnostic for each place and code, in the words of the newest target that says so."""
    groups: dict[tuple[str, int | None], list[tuple[Target, Problem]]] = {}
    accepting = [target.version for target, verdict in judged if verdict.outcome == "valid"]
    for target, verdict in judged:
        if verdict.error is not None:
            newer = max(accepting, default=(0, 0)) > target.version or _accepted_here(source.data, target)
            code = _code(verdict.error, text, newer=newer)
            groups.setdefault((code, verdict.error.line), []).append((target, verdict.error))
    found = []
    for (code, _), group in groups.items():
        asked, problem = tuple(target for target, _ in group), group[-1][1]
        hint = hint_of(code, problem, source.data, asked, newest)
        one = _diagnostic(source, text, code, hint.at(problem), "error", asked, hint.text)
        further = newest.further.after(problem, source.data) if _is_said_here(one) else ()
        found.append(one.evolve(further=further) if further else one)
    return found


def _is_said_here(one: Diagnostic) -> bool:
    """Whether this interpreter itself refuses the source, and no newer one would accept it."""
    here = any(target.exact and target.interpreter.python is None for target in one.targets)
    return here and one.code == "syntax-error" and one.cell is None


def _accepted_here(data: bytes, target: Target) -> bool:
    """Whether this interpreter is newer than `target` and accepts what it refuses."""
    if target.interpreter.python is None or target.version >= sys.version_info[:2] or not ordinary(data):
        return False
    answer = _compile_worker.judge(data)
    return answer is None or answer["error"] is None


def _warnings(
    source: Source, text: Text, judged: Sequence[tuple[Target, Verdict]], severity: Severity
) -> list[Diagnostic]:
    """One diagnostic for each warning of a line, in the words of the newest target that has it."""
    groups: dict[tuple[str, int | None, int], list[tuple[Target, Problem]]] = {}
    for target, verdict in judged:
        seen: dict[tuple[str, int | None], int] = {}
        for warning in verdict.warnings:
            place = (BY_KIND.get(warning.kind, "syntax-warning"), warning.line)
            seen[place] = seen.get(place, 0) + 1  # another Python words it differently, in the same order
            groups.setdefault((*place, seen[place]), []).append((target, warning))
    return [
        _diagnostic(source, text, code, group[-1][1], severity, tuple(target for target, _ in group))
        for (code, _, _), group in groups.items()
    ]


def _code(error: Problem, text: Text, *, newer: bool) -> str:
    if error.kind in BY_KIND:
        return BY_KIND[error.kind]
    if error.since is not None or newer:
        return "unsupported-syntax"
    speaks_of_bytes = any(word in error.message for word in _OF_BYTES)
    return "encoding-error" if speaks_of_bytes and not text.decodes() else "syntax-error"


_OF_NO_COMPILER = frozenset(BY_KIND.values())
"""Codes of what no exception of the compiler says."""
_OF_BYTES = ("codec", "encod", "decod", "UTF-8", "null byte", "in identifier")
"""Words of the messages that CPythons from 3.8 on have for bytes that are no text, the last one for 3.8 alone."""


def _diagnostic(
    source: Source,
    text: Text,
    code: str,
    problem: Problem,
    severity: Severity,
    targets: tuple[Target, ...],
    hint: str | None = None,
) -> Diagnostic:
    return Diagnostic(
        path=source.path,
        line=problem.line,
        column=problem.column,
        end_line=problem.end_line,
        end_column=problem.end_column,
        severity=severity,
        code=code,
        message=problem.message,
        hint=hint or problem.hint,
        targets=targets,
        source_line=text.line(problem.line) if problem.line else None,
        member=source.member,
        cell=source.cell,
        exception=None if code in _OF_NO_COMPILER else problem.kind,
    )
