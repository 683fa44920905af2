"""What a commit that ends a merge changes: pre-commit names only the files that differ from both sides."""

from __future__ import annotations

import os

from .path_names import from_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .staged_index import Index


def with_merged(names: Sequence[str], index: Index) -> tuple[list[str], list[str]]:
    """Find all that the commit changes, as it would be named for a merge without conflicts.

    Args:
        names: The files that are named, from the current folder.
        index: What is staged.

    Returns:
        The files on the disk, the named ones first, and those that are not there: they are taken away, or git keeps
        them off the disk.

    Raises:
        GitError: Git fails.
    """
    staged = [entry.path for entry in index.staged() if not entry.why_not]
    changed = map(from_here(index.top()), (*staged, *index.removed))
    named = {os.path.normpath(name) for name in names}
    on_disk: list[str] = list(names)
    absent: list[str] = []
    for path in changed:
        if os.path.normpath(path) not in named:
            (on_disk if os.path.lexists(path) else absent).append(path)
    return on_disk, absent
