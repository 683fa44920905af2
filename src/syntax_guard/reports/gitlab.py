"""The merge request widget of GitLab: a Code Quality report (https://docs.gitlab.com/ci/testing/code_quality/)."""

from __future__ import annotations

from .fingerprint import fingerprints
from .in_file import in_file
from .neutral import json_document
from .wording import explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..model import Diagnostic, Result

SEVERITY = {"error": "blocker", "warning": "minor"}


def render(result: Result) -> Iterator[str]:
    """Yield one JSON array with an issue for each finding; line 1 stands where none is known."""
    marked = zip(result.diagnostics, fingerprints(result.diagnostics), strict=True)
    yield json_document([_issue(in_file(diagnostic), mark) for diagnostic, mark in marked], indent=2)


def _issue(diagnostic: Diagnostic, fingerprint: str) -> dict[str, Any]:
    lines = {"begin": diagnostic.line or 1}
    if diagnostic.end_line is not None:
        lines["end"] = diagnostic.end_line
    return {
        "type": "issue",
        "description": explained(diagnostic),
        "check_name": diagnostic.code,
        "fingerprint": fingerprint,
        "severity": SEVERITY[diagnostic.severity],
        "location": {"path": diagnostic.path.removeprefix("./"), "lines": lines},
    }
