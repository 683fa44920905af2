"""The tracked links that lead to some files on disk: a commit changes what they hold, and no link itself."""

from __future__ import annotations

import os

from .file_types import is_python_name
from .git_links import worth_following
from .selection import real_path
from .staged_links import StagedLinks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def links_to(names: Sequence[str]) -> list[str]:
    """Return the tracked links, of a name that may be Python, to those of `names` that are no Python by their own.

    They are seen from the current folder, as `names` are. Where no repository is around it, there is none. Raises
    `GitError`.
    """
    others = [name for name in names if not is_python_name(os.path.basename(name))]
    top = _top() if others else None
    if top is None:
        return []
    links = StagedLinks(top, lambda *_: None).paths()
    ends = {real_path(name) for name in others} if links else set()
    led = (os.path.relpath(os.path.join(top, link)) for link in links if worth_following(link))
    return [link for link in led if link not in names and os.path.islink(link) and real_path(link) in ends]


def _top() -> str | None:
    folder = os.path.realpath(os.curdir)
    while not os.path.lexists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return folder
