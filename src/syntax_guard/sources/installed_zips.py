"""The Python files in zip files on the path of imports, such as an egg in one file: an import loads them from there."""

from __future__ import annotations

from ..model import display_name
from .archives.kinds import read
from .installed import STUB
from .selection import EXCLUDED, NOT_COMPILED, FoundFiles, Selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def select_in(path: str, exclude: Callable[[str], bool]) -> Selection:
    """The Python files in the zip at `path`. Those that ``exclude(path)`` leaves out, and stubs, are skipped."""
    archive = read(path)
    selection = Selection()
    selection.skipped = [(one.path, one.reason) for one in archive.skipped]
    files = []
    for file in archive.sources:
        shown = display_name(path, file.member)
        stub = (file.member or "").endswith(STUB)
        if stub or exclude(shown):
            selection.skipped.append((shown, NOT_COMPILED if stub else EXCLUDED))
        else:
            files.append(file)
    selection.files = FoundFiles(files)
    return selection
