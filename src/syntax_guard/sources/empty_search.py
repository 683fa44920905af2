"""A search that leaves nothing to check: why, and what to name instead."""

from __future__ import annotations

import os

from ..errors import ExcludedError, SourcesError
from .archives.recognise import TARS, ZIPS
from .selection import EXCLUDED, TOOL_FOLDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .selection import Selection


def nothing_to_check(selection: Selection, paths: Sequence[str]) -> SourcesError:
    """The error of a search in `paths` whose `selection` leaves nothing to check."""
    for folder in paths:
        if _holds_archives(folder):
            return SourcesError(
                f"no Python file to check was found: {folder} holds archives, and a search opens none",
                f"name them: {os.path.join(folder, '*')}",
            )
    skipped = sorted(selection.skipped, key=lambda pair: (pair[1] != EXCLUDED, pair[1] == TOOL_FOLDER))
    if not skipped:
        where = "the current folder" if list(paths) == ["."] else " ".join(paths)
        return SourcesError(f"no Python file to check was found in {where}", "name other paths")
    (path, why), *more = skipped
    more = [pair for pair in more if pair[1] != TOOL_FOLDER]
    said = f"skipped: {path} ({why}) and {len(more)} more" if more else f"skipped: {path} ({why})"
    said = f"no Python file to check was found; {said}"
    return ExcludedError(said, path) if why == EXCLUDED else SourcesError(said, "name other paths")


def _holds_archives(folder: str) -> bool:
    try:
        return any(name.lower().endswith((*ZIPS, *TARS)) for name in os.listdir(folder))
    except OSError:  # a file, or gone again
        return False
