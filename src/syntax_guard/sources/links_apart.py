"""Links that the disk does not show as git's index holds them: a commit takes those of the index.

So it is where git has no links on a disk (``core.symlinks``), and where it does not look at the disk.
"""

from __future__ import annotations

import os

from ..config.settings import may_declare
from .git_contents import Contents
from .git_links import worth_following
from .index_bytes import unlooked
from .path_names import from_here, from_top
from .readers import UnreadableError, read_file
from .staged_links import StagedLinks, entries_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .index_bytes import IndexBytes
    from .staged_index import Entry


def links_apart(names: Sequence[str], top: str, index: IndexBytes) -> tuple[Sequence[str], list[Entry], StagedLinks]:
    """Find what the `index` holds where links lead to files of a commit, and the disk does not tell.

    Args:
        names: The files, as paths from the current folder.
        top: The top of the work tree around it.
        index: What git's index of it holds.

    Returns:
        Those of `names` that the disk tells of; what links lead to in the index, if they are named or their way passes
        a file that is named, with paths from the current folder; and all links of the index.

    Raises:
        GitError: Git fails.
    """
    place, shown = from_top(top), from_here(top)
    found: list[Entry] = []
    with Contents(top) as contents:
        links = StagedLinks(top, contents.file)
        every = links.paths()
        changed = {place(name): name for name in names}
        hidden = {*unlooked(names, top, index).values()}
        apart = {link for link in every if link in links.unlooked or not os.path.islink(os.path.join(top, link))}
        if not (apart or hidden):
            return names, found, links
        for link in filter(worth_following, every):
            end = links.end(link)
            wanted = changed.keys() if link in apart else hidden
            if not wanted.isdisjoint((link, *end.passed)):
                found += entries_of(link, end)
        judged = filter(_is_python_alone, apart & changed.keys())
        instead = {link for link in judged if link in hidden or _is_its_text(link, links)}
    entries = [one.evolve(path=shown(one.path), stored=one.stored or one.path) for one in found]
    return [name for path, name in changed.items() if path not in instead], entries, links


def _is_python_alone(path: str) -> bool:
    """Whether the file at `path` may be Python, and its name declares nothing."""
    return worth_following(path) and not may_declare(path)


def _is_its_text(link: str, links: StagedLinks) -> bool:
    """Whether the disk holds as a text where the `link` leads, as git writes it without links, or nothing."""
    try:
        return read_file(os.path.join(links.top, link)) == links.text(link)
    except UnreadableError:
        return True
