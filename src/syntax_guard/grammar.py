"""What each version added."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model import Problem, Version


def requirements(data: bytes, floor: Version) -> list[Problem]:
    raise NotImplementedError
