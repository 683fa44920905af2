"""One line a finding, as compilers and linters write it; editors and grep read it."""

from __future__ import annotations

from .wording import message, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..model import Result


def render(result: Result) -> Iterator[str]:
    """Yield ``path:line:column: code: message (interpreter)``, one line a finding."""
    for diagnostic in result.diagnostics:
        yield f"{place(diagnostic)}: {diagnostic.code}: {message(diagnostic)}\n"
