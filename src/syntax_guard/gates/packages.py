"""Where an application lies that is known by its import name: found as an import finds it, and not imported."""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import TYPE_CHECKING
from zipimport import ZipImportError, zipimporter

from ..errors import SourcesError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def packages(name: str, environ: Mapping[str, str]) -> list[str]:
    """Return the folders, or files, that a server with the variables `environ` may import as `name`.

    The current folder is on the path of ``python -m``, and not on that of a script. So it counts, and so does what is
    found without it: in ``PYTHONPATH``, and then in what is installed.

    Raises:
        SourcesError: There is no such package, or it has no source.
    """
    named = [os.path.abspath(entry) for entry in environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    installed = [*named, *sys.path]
    found = locate(name, [os.getcwd(), *installed])
    try:
        found += locate(name, installed)
    except SourcesError:
        pass  # it is in the current folder alone
    return list(dict.fromkeys(found))


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
        return _on_path(part, path)
    for finder in sys.meta_path:  # that of an editable installation is among them
        if finder is PathFinder:
            spec = _on_path(part, places)
        else:
            spec = finder.find_spec(part, None) if hasattr(finder, "find_spec") else None
        if spec is not None:
            return spec
    return None


def _on_path(part: str, places: Sequence[str]) -> ModuleSpec | None:
    """What `PathFinder` finds, and nothing is compiled for it."""
    portions: list[str] = []
    for place in places:
        try:
            spec = PathFinder.find_spec(part, [place]) if os.path.isdir(place) else _Zip(place).find_spec(part)
        except ZipImportError:
            continue
        if spec is not None and spec.loader is not None and spec.has_location:
            return spec
        portions += (spec and spec.submodule_search_locations) or ()
    if not portions:
        return None
    spec = ModuleSpec(part, None, is_package=True)
    spec.submodule_search_locations = portions
    return spec


class _Zip(zipimporter):
    """A zip file in which modules are found. ``zipimport`` would compile one to say where its source is."""

    def get_filename(self, fullname: str) -> str:
        path = os.path.join(self.archive, self.prefix, fullname)
        return os.path.join(path, "__init__.py") if self.is_package(fullname) else f"{path}.py"


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
