"""The tracked links whose way on disk passes what a commit changes: the links themselves stay as they are."""

from __future__ import annotations

import os

from .git_links import EXECUTABLE, FOLDER, SYMBOLIC, followed, worth_following
from .path_names import from_top
from .selection import real_path, slashed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .staged_links import StagedLinks


def links_to(names: Sequence[str], links: StagedLinks, declares: Callable[[str], bool]) -> list[str]:
    """Find the tracked links that lead to some files, or over a link among them.

    They may be Python by their own name, or be of a name that ``declares(name)``.

    Args:
        names: Paths from the current folder.
        links: Those that the index of the work tree around it holds.
        declares: Says of a name whether such a file declares something.

    Returns:
        Paths from the current folder. None of them is among `names`.

    Raises:
        GitError: Git fails.
    """
    top = links.top
    changed = set(map(from_top(top), names))
    ends = {real_path(name) for name in names if not os.path.islink(name)}
    found = []
    for link in links.paths():
        path = os.path.join(top, link)
        if link in changed or not (worth_following(link) or declares(link)) or not os.path.islink(path):
            continue
        if real_path(path) in ends or not changed.isdisjoint(_passed(top, link)):
            found.append(os.path.relpath(path))
    return found


def _passed(top: str, link: str) -> tuple[str, ...]:
    """The paths of the links on the way to the end of `link`, and that of the end, from `top`."""

    def look(path: str) -> tuple[int, str] | None:
        there = os.path.join(top, path)
        if os.path.islink(there):
            return SYMBOLIC, there
        return (FOLDER if os.path.isdir(there) else EXECUTABLE, there) if os.path.exists(there) else None

    return followed(link, look, lambda there: slashed(os.readlink(there))).passed
