"""What to do about an error."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model import Problem


def hint(problem: Problem, data: bytes) -> str | None:
    return None
