"""Where an application lies that is known by its import name: found as an import finds it, and not imported."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

from ..errors import SourcesError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.machinery import ModuleSpec


def search_path(environ: Mapping[str, str]) -> list[str]:
    """Where a server with the variables `environ` looks for its application.

    These are the current folder, ``PYTHONPATH``, and then what is installed.
    """
    named = [entry for entry in environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    return list(dict.fromkeys([os.getcwd(), *named, *sys.path]))


def locate(name: str, places: Sequence[str]) -> list[str]:
    """Return the folders, or the file, of the package or module `name` (dots and all), looked for in `places`.

    In a zip file that is the whole of it. Nothing is imported, and neither are the packages above it.

    Raises:
        SourcesError: There is no such package, or it has no source.
    """
    spec: ModuleSpec | None = None
    path: Sequence[str] | None = None
    whole = ""
    for part in name.split("."):
        if not part.isidentifier():
            raise SourcesError(f"--package {name}: not a name that can be imported", "write it as shop, or shop.api")
        whole = f"{whole}.{part}".lstrip(".")
        spec = _found(part, path, places)
        if spec is None:
            raise SourcesError(
                f"--package {name}: there is no {whole} here", "install it in the image, or name a --root"
            )
        path = list(spec.submodule_search_locations or ())
    return _places(name, spec)


def _found(part: str, path: Sequence[str] | None, places: Sequence[str]) -> ModuleSpec | None:
    """The spec of `part` below the package that is spread over `path`, or, where that is None, below nothing."""
    if path is not None:
        return PathFinder.find_spec(part, path)
    for finder in sys.meta_path:  # that of an editable installation is among them
        if finder is PathFinder:
            spec = PathFinder.find_spec(part, places)
        else:
            spec = finder.find_spec(part, None) if hasattr(finder, "find_spec") else None
        if spec is not None:
            return spec
    return None


def _places(name: str, spec: ModuleSpec | None) -> list[str]:
    archive = getattr(spec.loader if spec else None, "archive", None)
    if archive:
        return [os.fspath(archive)]
    folders = [entry for entry in (spec and spec.submodule_search_locations) or () if os.path.isdir(entry)]
    if folders:
        return folders
    if spec and spec.has_location and spec.origin and spec.origin.endswith((".py", ".pyw")):
        return [spec.origin]
    raise SourcesError(f"--package {name}: it has no source that could be checked", "name the tree with --root")
