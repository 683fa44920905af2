"""What was read of an archive: its Python files, its metadata, and what could not be read."""

from __future__ import annotations

import posixpath

from ...model import Record
from ...regex import regex
from ..file_types import FIRST, SUFFIXES, is_python_name
from ..first_line import has_python_shebang
from ..windows_names import on_windows
from .recognise import TARS, ZIPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

METADATA = ("METADATA", "WHEEL", "PKG-INFO", "pyproject.toml", "index.json")
"""Names of the files that say which Python an archive is for."""
METADATA_DEPTH = 3
"""Folders, at most, that they lie in."""
ARCHIVES = (*ZIPS, *TARS, ".gz", ".bz2", ".xz", ".lzma")
"""How an archive within an archive is called."""
TWICE = "two members have this name, and installers differ in which of them they install"

_UNSAFE = regex("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Link(Record):
    """A link in a tar."""

    target: str
    """The path that it leads to, from the top of the tar, with any ``..`` that it has."""
    hard: bool


class Behind(Record):
    """Members of a tar that count by the links that lead to them, whatever they are called."""

    scripts: frozenset[str] = frozenset()
    """Files that get the right to be executed from a hard link: extraction gives all names of a file the mode of the
    last one."""
    texts: frozenset[str] = frozenset()
    """What links lead to that are called as metadata, or as Python files."""


NOTHING = Behind()


class Contents:
    """The members of one archive that matter, in memory."""

    def __init__(self, suffixes: tuple[str, ...] = SUFFIXES, behind: Behind = NOTHING) -> None:
        """`suffixes` are those by which a file is one to judge. What is `behind` links is read, too."""
        self._suffixes = suffixes
        self.behind = behind
        self.sources: dict[str, bytes] = {}
        """Python files, by their path in the archive."""
        self.refused: dict[str, str] = {}
        """Python files that cannot be read, each with the reason."""
        self.metadata: dict[str, bytes] = {}
        self.names: set[str] = set()
        """Of all members that are files, or links."""
        self.unread: dict[str, str] = {}
        """Files called as metadata that are not read, each with the reason."""
        self.texts: dict[str, bytes] = {}
        """What is read only because a link leads to it."""
        self.scripts: set[str] = set()
        """Those that may be executed, and whose names do not tell whether they are Python."""
        self.links: dict[str, Link] = {}
        """The links of a tar, by their path."""
        self.started: set[str] = set()
        """Hard links of a tar that may be executed."""
        self.same: dict[str, str] = {}
        """Links to scripts, with what they lead to. Their names do not tell that they are Python."""
        self.folders: set[str] = set()
        """Of a tar. Extraction gives the mode of a folder to whatever has its path."""
        self.over_links: list[str] = []
        """Members of a tar with the path of a link, or links with the path of another member."""
        self.archives: list[str] = []
        """Archives within the archive, which are not opened."""

    def wants(self, name: str, *, script: bool = False) -> bool:
        """Whether the member called `name` is to be read; a `script` may be Python whatever it is called.

        Notes what the name alone says of it.
        """
        base = posixpath.basename(name)
        python = is_python_name(base, self._suffixes)
        reason = unsafe(name) if python or "\0" in name or _leads_out(name) else None
        if python is None and self._is_second_script(name, script=script):
            reason = TWICE
        elif not python and self.is_source(on_windows(base)):
            reason = f"Windows writes it to the Python file {on_windows(base)}"
        self.names.add(name)
        if reason:
            self.refuse(name, reason)
        if not python and base.endswith(ARCHIVES):
            self.archives.append(name)
        wanted = python or (script and python is None) or is_metadata(name) or name in self.behind.texts
        return not reason and bool(wanted)

    def _is_second_script(self, name: str, *, script: bool) -> bool:
        """Whether `name` was seen before, and one of the two may be executed: a file keeps the right to be."""
        second = name in self.names and (script or name in self.scripts)
        if script:
            self.scripts.add(name)
        return second

    def keeps(self, name: str, first: bytes) -> bool:
        """Whether the member called `name`, one that was wanted and begins with the bytes `first`, is to be kept."""
        counts = is_metadata(name) or name in self.behind.texts
        return counts or self.is_source(name) or has_python_shebang(first)

    def is_source(self, name: str) -> bool:
        """Whether the name of a member alone says that it is to be judged."""
        return bool(is_python_name(posixpath.basename(name), self._suffixes))

    def add(self, name: str, data: bytes) -> None:
        """Keep a member: as metadata or as a source."""
        if name in self.behind.texts:
            self.texts[name] = data
            if not (self.is_source(name) or (name in self.scripts and has_python_shebang(data[:FIRST]))):
                return
        if is_metadata(name):
            if self.metadata.setdefault(name, data) != data:
                self.refuse(name, TWICE)
        elif self.sources.get(name, data) != data:
            self.refuse(name, TWICE)
        elif name not in self.refused:
            self.sources[name] = data

    def refuse(self, name: str, reason: str) -> None:
        """Note that the member called `name` cannot be read."""
        self.sources.pop(name, None)
        self.refused.setdefault(name, reason)

    def join(self, other: Contents) -> None:
        """Take over what was read of another part of the same archive."""
        self.over_links += [*other.over_links, *_over(self, other), *_over(other, self)]
        self.links.update(other.links)
        self.folders |= other.folders
        self.same.update(other.same)
        self.unread.update(other.unread)
        for name, data in (*other.sources.items(), *other.metadata.items()):
            self.add(name, data)
        for name, reason in other.refused.items():
            self.refuse(name, reason)
        self.names |= other.names
        self.archives += other.archives


def _over(one: Contents, other: Contents) -> Iterator[str]:
    """The links of `one` that stand at a path of `other`, or give a file of that the right to be executed."""
    yield from one.links.keys() & other.names
    yield from (name for name in one.started if one.links[name].target in other.names)


def is_metadata(name: str) -> bool:
    """Whether a member called `name` may say which Python the archive is for."""
    return name.endswith(METADATA) and posixpath.basename(name) in METADATA and name.count("/") <= METADATA_DEPTH


def normal(name: str) -> str:
    """`name` as one path has it, without ``./``."""
    return posixpath.normpath(name) if name.startswith("./") or "/./" in name or "//" in name else name


def unsafe(name: str) -> str | None:
    """Why no installer should write a member to the path `name`, or None."""
    if not name:
        return "a member without a name"
    if _leads_out(name) or "\\" in name or name[1:2] == ":":
        return "its name leads out of the archive"
    return "its name holds characters that cannot be seen" if _UNSAFE.search(name) else None


def _leads_out(name: str) -> bool:
    return not name or name.startswith("/") or ".." in name.split("/")
