"""Annotations of a pull request: GitHub's workflow commands, one a finding.

Escaped as ``actions/toolkit`` does (packages/core/src/command.ts): ``%``, CR and LF, in properties ``:`` and ``,`` too.
The runner turns these escapes back before it writes to the log, so what they hide must be harmless by itself:
line breaks and commands in names and messages have become visible text before.
"""

from __future__ import annotations

from .in_file import in_file
from .neutral import visible
from .tool import NAME
from .wording import explained, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..model import Diagnostic, Result


def render(result: Result) -> Iterator[str]:
    """Yield ``::error title=…,file=…,line=…::message``, one line a finding; GitHub shows the first ten of a step."""
    for diagnostic in result.diagnostics:
        properties = ",".join(f"{name}={_property(value)}" for name, value in _properties(in_file(diagnostic)))
        text = _data(f"{place(diagnostic)}: {diagnostic.code}: {explained(diagnostic)}")
        yield f"::{diagnostic.severity} {properties}::{text}\n"


def _properties(diagnostic: Diagnostic) -> Iterator[tuple[str, str]]:
    """Columns are given within one line only: GitHub takes them for a range of lines as an error."""
    yield "title", f"{NAME} ({diagnostic.code})"
    yield "file", visible(diagnostic.path)
    line, end_line = diagnostic.line, diagnostic.end_line
    if line is None:
        return
    yield "line", str(line)
    if end_line is not None:
        yield "endLine", str(end_line)
    if diagnostic.column is not None and end_line in (None, line):
        yield "col", str(diagnostic.column)
        if diagnostic.end_column is not None:
            yield "endColumn", str(diagnostic.end_column)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
