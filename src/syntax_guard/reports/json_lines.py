"""For programs that read as it comes: one finding a line, each the object that ``json`` holds in ``diagnostics``."""

from __future__ import annotations

from .json import diagnostic_object
from .neutral import json_document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..model import Result


def render(result: Result) -> Iterator[str]:
    """Yield one JSON object a line (https://jsonlines.org); nothing where nothing was found."""
    for diagnostic in result.diagnostics:
        yield json_document(diagnostic_object(diagnostic))
