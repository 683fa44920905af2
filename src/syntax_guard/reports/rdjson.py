"""For reviewdog: the Reviewdog Diagnostic Format (reviewdog, proto/rdf/reviewdog.proto, ``DiagnosticResult``)."""

from __future__ import annotations

from .in_file import in_file
from .neutral import json_document
from .tool import NAME
from .wording import explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..model import Diagnostic, Result


def render(result: Result) -> Iterator[str]:
    """Yield one JSON object with all findings."""
    document = {"source": {"name": NAME}, "diagnostics": [_diagnostic(in_file(found)) for found in result.diagnostics]}
    yield json_document(document, indent=2)


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    location: dict[str, Any] = {"path": diagnostic.path}
    if diagnostic.line is not None:
        location["range"] = _range(diagnostic, diagnostic.line)
    return {
        "message": explained(diagnostic),
        "location": location,
        "severity": diagnostic.severity.upper(),
        "code": {"value": diagnostic.code},
    }


def _range(diagnostic: Diagnostic, line: int) -> dict[str, Any]:
    """The place in bytes of UTF-8, as the format counts columns, as far as the source line is there to count in."""
    start = {"line": line}
    if diagnostic.column is None or diagnostic.source_line is None:
        return {"start": start}
    start["column"] = _byte_column(diagnostic.source_line, diagnostic.column)
    if diagnostic.end_column is None or diagnostic.end_line != line:
        return {"start": start}
    return {
        "start": start,
        "end": {"line": line, "column": _byte_column(diagnostic.source_line, diagnostic.end_column)},
    }


def _byte_column(line: str, column: int) -> int:
    return len(line[: column - 1].encode("utf-8", "surrogatepass")) + 1
