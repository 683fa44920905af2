"""What each Python of the step for Windows runs as it starts: from then on it starts a program again that Wine lost.

`.ci/windows` puts this file where those Pythons look for one of its name.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LOST = 1359
"""What Wine says, once in some thousand times, of a program that ended before it began (``STATUS_INTERNAL_ERROR``)."""


def starting_again(start: Callable[..., Any]) -> Callable[..., Any]:
    """What starts a program as `start` does, and a second time where it is `LOST`."""

    def start_again(*values: Any) -> Any:
        try:
            return start(*values)
        except OSError as error:
            if getattr(error, "winerror", None) != LOST:
                raise
            return start(*values)

    return start_again


if sys.platform == "win32":
    import _winapi

    _winapi.CreateProcess = starting_again(_winapi.CreateProcess)
