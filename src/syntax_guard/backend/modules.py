"""Where modules and packages lie, by the rules of import but without importing anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from importlib.machinery import ModuleSpec


def places(package: str) -> list[str]:
    """Where a package (its folders) or a module (its file) lies, by the rules of import but without importing."""
    spec: ModuleSpec | None = None
    for depth, _ in enumerate(parts := package.split("."), 1):
        folders = None if spec is None else list(spec.submodule_search_locations or ())
        spec = find(".".join(parts[:depth]), folders)
        if spec is None:
            return []
    if spec is None:
        return []
    if spec.submodule_search_locations is not None:
        return [os.path.abspath(folder) for folder in spec.submodule_search_locations]
    return [os.path.abspath(spec.origin)] if spec.origin and spec.has_location else []


def find(module: str, folders: Sequence[str] | None) -> ModuleSpec | None:
    """As ``importlib.util.find_spec``, which imports the parents. An editable install has a finder of its own."""
    for finder in sys.meta_path:
        ask = getattr(finder, "find_spec", None)
        spec: ModuleSpec | None = ask(module, folders) if ask else None
        if spec is not None:
            return spec
    return None


def above(path: str, levels: int) -> str:
    """The folder that the first part of a dotted name is imported from."""
    for _ in range(levels):
        path = os.path.dirname(path)
    return path


def below(path: str, tops: Collection[str]) -> str:
    """The path below the folder that its package is imported from, so that a reply shows nothing of the machine."""
    whole = os.path.abspath(path)
    for top in tops:
        if whole.startswith(os.path.join(top, "")):
            return os.path.relpath(whole, top).replace(os.sep, "/")
    return os.path.basename(whole)
