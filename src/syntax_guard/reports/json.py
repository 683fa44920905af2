"""For programs: one JSON document, stable and versioned (docs/formats.md, docs/report.schema.json)."""

from __future__ import annotations

from .neutral import json_document
from .tool import NAME, version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..model import Diagnostic, Result, Summary, Target

VERSION = 1
"""Goes up when a reader of the format would break; new fields do not count."""


def render(result: Result) -> Iterator[str]:
    """Yield the document. Values are as they were found, but a byte that is not UTF-8 is written ``\\udc80``."""
    document = {
        **head(result),
        "summary": summary_object(result.summary),
        "notices": [*result.notices, *(f"{one.entry.name}: {one.message}" for one in result.stale)],
        "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in result.skipped],
        "diagnostics": [diagnostic_object(diagnostic) for diagnostic in result.diagnostics],
    }
    yield json_document(document, indent=2)


def head(result: Result) -> dict[str, Any]:
    """Return what the report comes from: version of the format, tool, targets."""
    return {
        "version": VERSION,
        "tool": {"name": NAME, "version": version()},
        "targets": [target_object(target) for target in result.targets],
    }


def target_object(target: Target) -> dict[str, Any]:
    """Return a target as the document holds it."""
    return {
        "version": target.label,
        "answered_by": target.interpreter.name,
        "exact": target.exact,
        "why": target.why,
        "note": target.note,
    }


def summary_object(summary: Summary) -> dict[str, Any]:
    """Return the counts as the document holds them."""
    return {
        "checked": summary.checked,
        "broken": summary.broken,
        "undecided": summary.undecided,
        "warnings": summary.warnings,
        "skipped": summary.skipped,
        "cached": summary.cached,
        "seconds": round(summary.seconds, 3),
        "cells": summary.cells,
        "baseline": summary.baseline,
        "expected": summary.expected,
    }


def diagnostic_object(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return `diagnostic` as the document holds it; ``target`` and ``exact`` are of the lowest of its targets."""
    first = diagnostic.targets[0]
    return {
        "path": diagnostic.name,
        "file": diagnostic.path,
        "member": diagnostic.member,
        "cell": diagnostic.cell,
        "distribution": diagnostic.distribution,
        "commit": diagnostic.commit,
        "untracked": diagnostic.untracked,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "end_line": diagnostic.end_line,
        "end_column": diagnostic.end_column,
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "exception": diagnostic.exception,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "further_lines": [*diagnostic.further],
        "target": first.label,
        "exact": first.exact,
        "targets": [target.label for target in diagnostic.targets],
    }
