"""One line a finding, as compilers and linters write it; editors and grep read it."""

from __future__ import annotations

from .together import of_files, together
from .wording import message, more_files, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..model import Result


def render(result: Result) -> Iterator[str]:
    """Yield ``path:line:column: code: message (interpreter)``, one line a finding.

    Files that lack the same Python share a line.
    """
    for diagnostic, others in together(result.diagnostics, of_files):
        more = f"; {more_files(others)}" if others else ""
        yield f"{place(diagnostic)}: {diagnostic.code}: {message(diagnostic)}{more}\n"
