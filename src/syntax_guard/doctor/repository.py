"""The files of a repository as doctor sees them: found once, read as text, never written."""

from __future__ import annotations

import os
import stat
from fnmatch import fnmatch
from functools import cached_property
from typing import TYPE_CHECKING

from syntax_guard.errors import SourcesError, UsageError

from .documents import Mapping, Unreadable
from .finding import Place

if TYPE_CHECKING:
    from .documents import Value

_SKIPPED = frozenset({
    ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "__pycache__", "node_modules", ".mypy_cache", ".ruff_cache",
    ".pytest_cache", "site-packages", ".eggs", ".terraform",
})  # fmt: skip
_LARGEST = 500_000
"""Bytes. Configuration written by people is far smaller; a larger file is something else with a familiar name."""


class Repository:
    """A folder and what is in it. Paths are relative to ``root``, with forward slashes.

    Raises SourcesError where ``root`` is no folder.
    """

    def __init__(self, root: str, below: str = "") -> None:
        """``below``: the folder in it whose files are looked for; all may be read."""
        if not os.path.isdir(root):
            raise SourcesError(f"no such folder: {root}")
        self.root = root
        self.below = below

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Every file below ``below``, sorted; folders of tools, dependencies, environments and templates left out."""
        found: list[str] = []
        for folder, folders, names in os.walk(os.path.join(self.root, self.below)):
            folders[:] = [
                name
                for name in folders
                if name not in _SKIPPED
                and not any(brackets in name for brackets in ("{{", "{%"))
                and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
            ]
            inside = os.path.relpath(folder, self.root).replace(os.sep, "/")
            found += [name if inside == "." else f"{inside}/{name}" for name in names]
        return tuple(sorted(found))

    def holds(self, path: str) -> bool:
        """Whether ``path`` is one of ``files``."""
        return path in self._set_of_files

    @cached_property
    def _set_of_files(self) -> frozenset[str]:
        return frozenset(self.files)

    def named(self, *patterns: str) -> list[str]:
        """Files whose name (last part) matches one of the shell patterns, upper and lower case apart."""
        return [path for path in self.files if any(fnmatch(path.rsplit("/", 1)[-1], pattern) for pattern in patterns)]

    def text(self, path: str) -> str | None:
        """The text of a regular file inside the repository, or None where there is none.

        Bytes that are no UTF-8 come out as replacement characters. A link is followed while it stays inside.
        Raises Unreadable for a file that is there and cannot be opened.
        """
        full = os.path.join(self.root, path)
        try:
            real = os.path.realpath(full)
            top = os.path.realpath(self.root)
            if os.path.commonpath([top, real]) != top:
                return None
            status = os.stat(real)
            if not stat.S_ISREG(status.st_mode):
                return None
            if status.st_size > _LARGEST:
                raise Unreadable(Place(path), f"larger than {_LARGEST:,} bytes")
            with open(real, "rb") as file:
                return file.read().decode("utf-8-sig", "replace")
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        except OSError as error:
            raise Unreadable(Place(path), error.strerror or str(error)) from None

    def yaml(self, path: str) -> list[Value]:
        """The documents of a YAML file; none where there is no such file.

        Raises Unreadable, and UsageError where PyYAML is not installed.
        """
        text = self.text(path)
        if text is None:
            return []
        try:
            from .yaml_documents import read_yaml
        except ModuleNotFoundError as error:
            message = f"doctor reads {path} with {error.name}, which is not installed"
            raise UsageError(message, "python -m pip install 'syntax-guard[doctor]'") from None
        if path.endswith(".json"):  # JSON is YAML, but for tabs between its tokens
            text = text.replace("\t", " ")
        return read_yaml(text, path)

    def mapping(self, path: str) -> Mapping:
        """The first document of a YAML file that is a mapping; an empty one where there is none. Raises Unreadable."""
        for document in self.yaml(path):
            if isinstance(document, Mapping):
                return document
        return Mapping(Place(path))
