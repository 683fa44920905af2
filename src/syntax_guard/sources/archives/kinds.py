"""The kinds of archive: how each is recognised, what of it gets installed, and what says which Python it is for."""

from __future__ import annotations

import os
import posixpath
import re
import stat

from ...model import Record, Skipped, display_name
from ..file_types import SUFFIXES
from ..in_memory import Held
from ..readers import Unreadable, UnreadableError, not_regular, reason
from ..selection import NESTED, NOT_COMPILED, SAME
from . import declared, tars, zips
from .recognise import TARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Mapping

    from ..readable import Readable
    from .contents import Contents
    from .declared import Declared

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))


class Archive(Record):
    """An archive that was read: what to judge of it, and by whose Python."""

    path: str
    kind: str
    """``wheel``, ``source distribution``, ``egg``, ``conda package``, ``zip application`` or ``archive``."""
    sources: tuple[Readable, ...]
    """Each knows its path in the archive; what cannot be read is among them."""
    skipped: tuple[Skipped, ...]
    """Python files that no installer compiles, and archives within the archive."""
    declared: Declared
    settings: bytes | None = None
    """The ``pyproject.toml`` of a source distribution."""
    top: str = ""
    """The folder of a source distribution, with a slash."""
    notes: tuple[str, ...] = ()
    """What would say something of its Pythons or settings, and cannot be read."""


class Kind(Record):
    """A kind of archive."""

    name: str
    left_out: Callable[[str], bool]
    """Whether a Python file at this path is none that gets compiled where the artifact is installed or run."""
    declared: Callable[[str, Mapping[str, bytes], bytes], Declared]
    """What it says of its Pythons, from its name, its metadata and its first bytes."""
    speaks: str = ""
    """How the path of the metadata ends that says so."""


_FROM_DATA = re.compile(r"(?i:data/(bin|scripts|lib(64)?/python[\d.]+t?)/|.*-packages/)", re.DOTALL)
"""What is run or imported of a wheel's data, which goes to the top of the environment."""


def _in_wheel(name: str) -> bool:
    top, _, inside = name.partition("/")
    data = top.endswith(".data") and inside.startswith(("data/", "headers/"))
    return name.endswith(".pyi") or (data and not _FROM_DATA.match(inside))


WHEEL = Kind("wheel", _in_wheel, lambda file, metadata, _: declared.of_wheel(file, metadata),
             ".dist-info/METADATA")  # fmt: skip
EGG = Kind("egg", lambda name: name.endswith(".pyi"), lambda file, metadata, _: declared.of_egg(file, metadata),
           "EGG-INFO/PKG-INFO")  # fmt: skip
CONDA = Kind("conda package", lambda name: name.endswith(".pyi") or name.startswith("info/"),
             lambda _file, metadata, _: declared.of_conda(metadata), "info/index.json")  # fmt: skip
APPLICATION = Kind("zip application", lambda name: name.endswith(".pyi"),
                   lambda _file, _metadata, first: declared.of_zip_application(first))  # fmt: skip
_OF_SDIST = ("/PKG-INFO", "/pyproject.toml")
SDIST = Kind("source distribution", lambda _: False, lambda _file, metadata, _: declared.of_sdist(metadata), "PKG-INFO")
OTHER = Kind("archive", lambda _: False, lambda *_: declared.Declared())


def read(path: str, suffixes: tuple[str, ...] = SUFFIXES) -> Archive:
    """The archive at `path`, in memory, with the files that end in `suffixes` or are Python by another sign.

    What cannot be read of it, or all of it, is a source that says so.
    """
    try:
        with _open(path) as file:
            size = os.fstat(file.fileno()).st_size
            first = file.read(1024)
            file.seek(0)
            contents = _contents(file, path, first, size, suffixes)
    except UnreadableError as error:
        return Archive(path, OTHER.name, (Unreadable(path, error.problem.message),), (), declared.Declared())
    except OSError as error:
        return Archive(path, OTHER.name, (Unreadable(path, reason(error)),), (), declared.Declared())
    return _archive(path, _kind(path, contents), contents, first)


def _open(path: str) -> io.BufferedReader:
    """The regular file at `path`. Raises `UnreadableError`; never waits for a FIFO or a device."""
    try:
        descriptor = os.open(path, _FLAGS)
        mode = os.fstat(descriptor).st_mode
    except OSError as error:
        raise UnreadableError(reason(error)) from None
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise UnreadableError(not_regular(mode))
    return os.fdopen(descriptor, "rb")


def _contents(file: io.BufferedReader, path: str, first: bytes, size: int, suffixes: tuple[str, ...]) -> Contents:
    name = path.lower()
    if name.endswith(".conda"):
        from . import conda

        return conda.read(file, size, suffixes)
    if name.endswith(TARS) and not first.startswith(b"PK\x03\x04"):
        return tars.read(file, size, suffixes)
    return zips.read(file, size, suffixes)


def _kind(path: str, contents: Contents) -> Kind:
    name = os.path.basename(path).lower()
    if name.endswith((".whl", ".egg")):
        return WHEEL if name.endswith(".whl") else EGG
    if "info/index.json" in contents.metadata and name.endswith((".conda", ".tar.bz2")):
        return CONDA
    if "__main__.py" in contents.names and not name.endswith(TARS):
        return APPLICATION
    return SDIST if _top(contents) else OTHER


def _top(contents: Contents) -> str:
    """The one folder with metadata of a source distribution, with a slash, or nothing: other members may lie beside it,
    such as those that macOS adds."""
    said = contents.metadata.keys() | contents.unread.keys()
    tops = {name.partition("/")[0] for name in said if name.count("/") == 1 and name.endswith(_OF_SDIST)}
    return tops.pop() + "/" if len(tops) == 1 else ""


def _archive(path: str, kind: Kind, contents: Contents, first: bytes) -> Archive:
    sources: list[Readable] = [
        Held(path, data, name) for name, data in contents.sources.items() if not kind.left_out(name)
    ]
    refused: list[Readable] = [
        Unreadable(path, why, name or None) for name, why in contents.refused.items() if not kind.left_out(name)
    ]
    hidden = {name: target for name, target in contents.same.items() if kind.left_out(target)}
    installed = ((name, contents.sources.get(hidden[name])) for name in hidden if not kind.left_out(name))
    sources += [Held(path, data, name) for name, data in installed if data is not None]
    left_out = [(name, NOT_COMPILED) for name in (*contents.sources, *contents.refused) if kind.left_out(name)]
    same = [(name, SAME) for name in contents.same if name not in hidden]
    nested = [(name, NESTED) for name in contents.archives]
    skipped = tuple(Skipped(display_name(path, name), why) for name, why in (*left_out, *same, *nested))
    top = _top(contents) if kind is SDIST else ""
    return Archive(
        path,
        kind.name,
        (*sources, *refused),
        skipped,
        kind.declared(posixpath.basename(path.replace(os.sep, "/")), contents.metadata, first),
        contents.metadata.get(top + "pyproject.toml") if kind is SDIST else None,
        top,
        tuple(_unread(path, kind, contents, top)),
    )


def _unread(path: str, kind: Kind, contents: Contents, top: str) -> Iterator[str]:
    """A note for each file that cannot be read and would say something: one that is deeper says nothing."""
    depths = [name.count("/") for name in (*contents.metadata, *contents.unread) if name.endswith(kind.speaks)]
    for name, why in contents.unread.items():
        says = kind.speaks and name.endswith(kind.speaks) and name.count("/") == min(depths)
        if says or (kind is SDIST and name == f"{top}pyproject.toml"):
            yield f"{display_name(path, name)} was not read: {why}"
