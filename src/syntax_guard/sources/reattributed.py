"""Which files a commit leaves alone and has git check out in another way: it changes what attributes say of them."""

from __future__ import annotations

from .checkout import ENCODING
from .staged import tracked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .staged_index import Entry, Index
    from .staged_links import StagedLinks

FILE = ".gitattributes"
_MOST = 1 << 20
"""Bytes of a file of attributes that are looked through; a larger one may say anything."""


def reattributed(index: Index, links: StagedLinks, changed: Collection[str]) -> Iterator[Entry]:
    """Find the files whose checkout a commit may change by what it changes of attributes.

    Args:
        index: What is staged.
        links: The links in it.
        changed: The paths that the commit adds, changes or takes away.

    Yields:
        The files and links, besides those that are `changed`, below files of attributes that name an encoding now, or
        did so before.

    Raises:
        GitError: Git fails.
    """
    attributes = [path for path in changed if path.rpartition("/")[2] == FILE]
    top = index.top()
    if not attributes or not any(_names_encoding(index, top, path) for path in {*attributes, FILE}):
        return
    folders = {path.rpartition("/")[0] for path in attributes}
    below = () if "" in folders else sorted(folders)
    for entry in (*tracked(top, below), *links.below(below)):
        if entry.path not in changed:
            yield entry


def _names_encoding(index: Index, top: str, path: str) -> bool:
    """Whether the file of attributes at `path` names an encoding, as it is staged or as it was before."""
    from . import git

    before, status = git.answer(top, "cat-file", "blob", f"HEAD:{path}", most=_MOST)
    texts = (index.content(path, _MOST) or b"", b"" if status else before)
    return any(ENCODING.encode() in text or len(text) == _MOST for text in texts)
