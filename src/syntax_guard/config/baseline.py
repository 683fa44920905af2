"""The baseline of a repository: what was broken before, and is let pass as it says.

The file holds one entry a line, in the order of paths, and ends in a line of its own: two branches that add or remove
entries are merged line by line. It may come with a pull request, so nothing in it is believed before it is looked at.
"""

from __future__ import annotations

import posixpath

try:
    from _blake2 import blake2b  # hashlib's own, without OpenSSL, which takes 2 ms to load
except ImportError:
    from hashlib import blake2b

from ..errors import SettingsFileError
from ..model import Entry
from ..storage.records import join, pack, split
from .settings import BASELINE_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, TypeGuard

    from ..model import Version

VERSION = 1
CLASSES = {"syntax-error": "syntax", "unsupported-syntax": "syntax", "encoding-error": "encoding"}
"""The codes that a baseline lets pass, each with its class. The Pythons that are found may decide which of
two codes of one class a file has. What is undecided is in no class, since its verdict is not known."""
_REMEDY = "restore the file, or delete it and write it again: syntax-guard baseline"
_FIELDS = {"path", "member", "cell", "class", "targets"}


class Baseline:
    """The entries of one file. Two are the same where they hold the same for the same folder."""

    def __init__(self, folder: str, rows: Sequence[str]) -> None:
        """`rows` are those of `read`. Paths count from `folder`, relative to the top of its tree (``""``)."""
        self.folder = folder
        self._rows = rows
        self._digest = blake2b(pack([folder, *rows]), digest_size=16).hexdigest()
        self._by_path: dict[str, list[str]] = {}
        for row in rows:  # a commit asks about a few of thousands
            self._by_path.setdefault(row.split("\t", 2)[1], []).append(row)

    @property
    def entries(self) -> list[Entry]:
        """All of them."""
        return merged(unpacked(self._rows))

    def of(self, path: str, member: str | None, cell: int | None) -> tuple[Entry, ...]:
        """The entries of a source: the file at `path` (relative to the folder), its `member`, and its `cell`."""
        rows = self._by_path.get(join([path]))
        if rows is None:
            return ()
        return tuple(one for one in merged(unpacked(rows)) if (one.member, one.cell) == (member, cell))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Baseline) and other._digest == self._digest

    def __hash__(self) -> int:
        return hash(self._digest)

    def __repr__(self) -> str:
        return f"Baseline({self.folder!r}, {self._digest})"


def read(content: bytes, path: str) -> list[str]:
    """The entries of the baseline at `path`, whose bytes are `content`, as rows that a store keeps.

    Raises:
        SettingsFileError: They are no baseline.
    """
    if len(content) > BASELINE_LIMIT:
        raise SettingsFileError(path, f"larger than {BASELINE_LIMIT >> 20} MiB", _REMEDY)
    import json

    try:
        document = json.loads(content, parse_int=_number, parse_constant=_number, object_pairs_hook=_object)
    except _RepeatedKeyError:
        raise SettingsFileError(path, "a key is there twice", _REMEDY) from None
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise SettingsFileError(path, "this is not JSON, and a baseline is", _REMEDY) from None
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise SettingsFileError(path, f"not a baseline of version {VERSION}", _REMEDY)
    entries = document.get("broken")
    if not isinstance(entries, list) or document.keys() != {"version", "broken"}:
        raise SettingsFileError(path, 'expected "version" and a list "broken", and nothing else', _REMEDY)
    return [_row(entry, path, f"entry {number}") for number, entry in enumerate(entries, 1) if entry is not None]


def unpacked(rows: Sequence[str]) -> tuple[Entry, ...]:
    """The entries that became `rows`."""
    entries = []
    for row in rows:
        kind, path, member, cell, *targets = split(row)
        entries.append(Entry(path, kind, tuple(targets) or None, member or None, int(cell) if cell else None))
    return tuple(entries)


def written(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the lines of the file that holds `entries`, each once, in an order that depends on them alone."""
    from json import dumps

    yield f'{{"version": {VERSION}, "broken": [\n'
    for entry in merged(entries):
        fields: dict[str, Any] = {"path": entry.path}
        if entry.member is not None:
            fields["member"] = entry.member
        if entry.cell is not None:
            fields["cell"] = entry.cell
        targets = "all" if entry.targets is None else list(entry.targets)
        yield dumps({**fields, "class": entry.kind, "targets": targets}) + ",\n"
    yield "null]}\n"


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """`entries` with one for each source and class, in the order of the file."""
    found: dict[tuple[str, str, int, str], Entry] = {}
    for entry in entries:
        key = (entry.path, entry.member or "", entry.cell or 0, entry.kind)
        before = found.get(key)
        if before is not None and before.targets is not None and entry.targets is not None:
            both = sorted({*before.targets, *entry.targets}, key=version)
            entry = Entry(**{**vars(entry), "targets": tuple(both)})
        elif before is not None and before.targets is None:
            continue
        found[key] = entry
    return [entry for _, entry in sorted(found.items())]


def version(label: str) -> Version:
    """The version that a `label` such as ``3.9`` names."""
    major, _, minor = label.partition(".")
    return int(major), int(minor)


class _RepeatedKeyError(Exception):
    """A reader would take the last of two values."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RepeatedKeyError
    return found


def _number(text: str) -> int:
    if len(text) > 9 or not text.isdigit():
        raise ValueError
    return int(text)


def _row(entry: object, file: str, where: str) -> str:
    if not isinstance(entry, dict) or not entry.keys() <= _FIELDS:
        raise SettingsFileError(file, f"{where}: expected {', '.join(sorted(_FIELDS))} and nothing else", _REMEDY)
    path, member, cell = entry.get("path"), entry.get("member"), entry.get("cell")
    if not _is_path(path) or not (member is None or _is_path(member)):
        raise SettingsFileError(file, f"{where}: a path is relative, has / between its parts, and no ..", _REMEDY)
    if not (cell is None or (isinstance(cell, int) and not isinstance(cell, bool) and cell > 0)):
        raise SettingsFileError(file, f"{where}: a cell is a number from 1 on", _REMEDY)
    kind, targets = entry.get("class"), entry.get("targets")
    if kind not in CLASSES.values():
        raise SettingsFileError(file, f"{where}: a class is one of {', '.join(sorted({*CLASSES.values()}))}", _REMEDY)
    if targets != "all" and not (isinstance(targets, list) and targets and all(map(_is_version, targets))):
        raise SettingsFileError(file, f'{where}: targets are "all" or a list of versions such as "3.9"', _REMEDY)
    return join([str(kind), path, member or "", str(cell or ""), *(() if targets == "all" else targets)])


def _is_path(value: object) -> TypeGuard[str]:
    if not isinstance(value, str) or not value or "\0" in value:
        return False
    return not posixpath.isabs(value) and posixpath.normpath(value) == value and value.split("/")[0] not in (".", "..")


def _is_version(value: object) -> bool:
    if not isinstance(value, str):
        return False
    major, point, minor = value.partition(".")
    return bool(point) and all(0 < len(part) < 4 and part.isascii() and part.isdigit() for part in (major, minor))
