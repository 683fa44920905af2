"""Which files a commit leaves alone and has git check out in another way: it changes what attributes say of them."""

from __future__ import annotations

import os

from .checkout import ENCODING, FILTER, IDENT
from .git_attributes import FILE
from .index_bytes import index_here
from .path_names import from_here, from_top
from .readers import UnreadableError, read_file
from .staged import tracked
from .staged_links import StagedLinks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from .readable import Readable
    from .selection import Selection
    from .staged_index import Entry, Index

_MOST = 1 << 20
"""Bytes of a file of attributes that are looked through; a larger one may say anything."""


def reattributed(
    index: Index, links: StagedLinks, changed: Collection[str], *, run_filters: bool = False
) -> Iterator[Entry]:
    """Find the files whose checkout a commit may change by what it changes of attributes.

    Args:
        index: What is staged.
        links: The links in it.
        changed: The paths that the commit adds, changes or takes away.
        run_filters: Whether filters are run, so that their names count as well.

    Yields:
        The files and links, besides those that are `changed`, below files of attributes that name an encoding or
        ``ident`` now, or did so before.

    Raises:
        GitError: Git fails.
    """
    attributes = [path for path in changed if path.rpartition("/")[2] == FILE]
    top = index.top()
    sought = (ENCODING, IDENT, *([FILTER] if run_filters else []))
    if not attributes or not any(_names_one(sought, text) for path in {*attributes, FILE} for text in _said(top, path)):
        return
    folders = {path.rpartition("/")[0] for path in attributes}
    below = () if "" in folders else sorted(folders)
    for entry in (*tracked(top, below), *links.below(below)):
        if entry.path not in changed:
            yield entry


def reattributed_here(index: Index, names: Sequence[str], *, run_filters: bool) -> list[Entry]:
    """As `reattributed`, for staged files that are named.

    Args:
        index: What is staged.
        names: Paths from the current folder, those of files of attributes among them.
        run_filters: See there.

    Returns:
        The files and links, also those that are named, with their paths from the current folder; none outside of a
        repository.

    Raises:
        GitError: Git fails.
    """
    if index_here()[0] is None:
        return []
    top = index.top()
    place, shown = from_top(top), from_here(top)
    attributes = [place(name) for name in names if os.path.basename(name) == FILE]
    changed = [path for path in attributes if len({*_said(top, path)}) > 1]
    links = StagedLinks(top, index.file)
    found = reattributed(index, links, changed, run_filters=run_filters)
    return [entry.evolve(path=shown(entry.path), stored=entry.stored or entry.path) for entry in found]


def add_besides(selection: Selection, names: Sequence[str], again: Selection) -> None:
    """Add to the `selection` of the files `names` on the disk what differs from them in `again`, that of the index."""
    named = {os.path.normpath(name) for name in names}
    selection.skipped += (one for one in again.skipped if one[0] not in named)
    selection.files.extend(file for file in again.files if file.path not in named or not _is_on_disk(file))


def _is_on_disk(file: Readable) -> bool:
    """Whether the disk holds the same at the path of `file`."""
    try:
        return file.read() == read_file(file.path)
    except UnreadableError:
        return False


def _said(top: str, path: str) -> tuple[bytes, bytes]:
    """What the file of attributes at `path` says as it is staged, and as it was before; nothing where there is none."""
    from . import git

    staged, before = (git.answer(top, "cat-file", "blob", f"{tree}:{path}", most=_MOST) for tree in (":0", "HEAD"))
    return b"" if staged[1] else staged[0], b"" if before[1] else before[0]


def _names_one(sought: Sequence[str], text: bytes) -> bool:
    return len(text) == _MOST or any(name.encode() in text for name in sought)
