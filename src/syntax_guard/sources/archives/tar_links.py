"""The links of a tar: where each leads, and which members would change another file through one.

Each member stands for a file on disk only where its path is written once, and on its own. So no member may be written
over a link, or through one.
"""

from __future__ import annotations

import posixpath
import unicodedata

from ..windows_names import on_windows
from .contents import Behind, is_metadata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .contents import Contents, Link

_MOST = 40
"""Links that may lead to each other, as in a file system."""


def note(contents: Contents, name: str, link: Link | None) -> None:
    """Note the member called `name`, which is `link` or, where that is None, a file."""
    before = contents.links.get(name)
    if before != link and (before or name in contents.names):
        contents.over_links.append(name)
    if link:
        contents.links.setdefault(name, link)


def refuse_writing_through(contents: Contents) -> None:
    """Refuse the archive where a member of `contents` is written over or through a link, or a folder over a file."""
    name = next(_written_through(contents), None)
    if name is not None:
        contents.refuse("", f"a member is written over another or through a link, and changes that file: {name}")


def _written_through(contents: Contents) -> Iterator[str]:
    yield from contents.over_links
    yield from (name for name in contents.folders if posixpath.normpath(f"/{name}")[1:] in contents.names)
    links = {_on_any_system(name): name for name in contents.links}
    for name in (*contents.names, *contents.folders) if links else ():
        own = _on_any_system(name)
        if any(path in links for path in _folders(own)):
            yield name
        other = links.get("/".join(filter(None, own.split("/"))), name)
        if other != name and _on_any_system(contents.links[other].target) != own:  # as `Readme -> README` does
            yield name


def _on_any_system(path: str) -> str:
    """`path` as Windows and macOS know it, too: there one file has more than one name."""
    parts = path.replace("\\", "/").split("/")
    same = "/".join(part if part == ".." else on_windows(part) for part in parts)
    return unicodedata.normalize("NFC", same.casefold())


def _paths(path: str) -> list[str]:
    """`path` and the folders that lead to it, from the top, each without ``..``."""
    parts: list[str] = []
    found = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part:
            parts.append(part)
            found.append("/".join(parts))
    return found


def _folders(path: str) -> list[str]:
    return _paths(posixpath.dirname(path.rstrip("/")))


def unread(contents: Contents) -> Behind:
    """What of a tar is to be read once more, now that all `contents` are known: the links of a tar say it too late."""
    files = contents.names - contents.links.keys()
    scripts: set[str] = set()
    for name in contents.started:
        end = leads_to(name, contents.links)
        if end is None:
            scripts = files
            break
        scripts.add(end)
    read = [name for name in contents.links if is_metadata(name) or contents.is_source(name)]
    texts = {leads_to(name, contents.links) or "" for name in read}
    return Behind(frozenset((scripts & files) - contents.scripts - contents.sources.keys()),
                  frozenset((texts & files) - contents.metadata.keys() - contents.sources.keys()))  # fmt: skip


def leads_to(name: str, links: Mapping[str, Link]) -> str | None:
    """The path of what the link `name` leads to; None where that depends on other links, or on the system."""
    link = links[name]
    for _ in range(_MOST):
        if any(folder in links for folder in _folders(link.target)):
            return None
        target = posixpath.normpath(link.target)
        following = links.get(target)
        if following is None:
            return target
        if link.hard and not following.hard:
            return None
        link = following
    return None
