"""Checks on the application's own code: would the next restart work, and did this start load all of it?"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Collection, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING

from ..check import check_files
from ..errors import SyntaxGuardError
from ..index import settled
from ..model import Diagnostic
from ..reading import File
from ..settings import Settings
from ..sources import within
from .check import Check, CheckError, Counts, Fault, faults_of

if TYPE_CHECKING:
    from ..reading import Mark, Readable

KINDS = {
    "syntax-error": "SyntaxError",
    "unsupported-syntax": "SyntaxError",
    "encoding-error": "SyntaxError",
    "too-complex": "RecursionError",
    "timed-out": "TimeoutError",
    "unreadable": "OSError",
}
"""Codes of diagnostics -> what starting would raise; other codes stand for themselves."""


_THIS_PYTHON = Settings(jobs=1, warnings="ignore")
"""Asks the interpreter that serves, which is the one that a restart would use, in one worker: a source that brings a
compiler down must not take the server with it."""


def sources(*packages: str, name: str = "sources", deadline: float = 10.0) -> Check:
    """The files of these packages and modules parse now, on disk, with this Python; none of them is imported.

    A file is judged again when it has changed since it was green. An instance whose sources are broken still serves
    what it has loaded, so this is no part of ``/health/ready``.
    """
    if not packages:
        raise ValueError("sources() needs at least one package or module")
    known = _Known()

    def ask() -> Counts:
        found = {package: _places(package) for package in packages}
        missing = [package for package, places in found.items() if not places]
        if missing:
            raise CheckError(*(Fault("ModuleNotFoundError", f"no module named {name}", name) for name in missing))
        started = time.time_ns()
        files = {file.name: file for places in found.values() for place in places for file in within(place)}
        if not files:
            raise CheckError(Fault("ModuleNotFoundError", f"no Python file in {', '.join(packages)}"))
        errors = known.errors(list(files.values()), started)
        counts = {"checked": len(files), "broken": len({diagnostic.path for diagnostic in errors})}
        if errors:
            tops = {_above(place, package.count(".") + 1) for package, places in found.items() for place in places}
            raise CheckError(*(_fault(diagnostic, tops) for diagnostic in errors), counts=counts)
        return counts

    return Check(name, ask, deadline, needed_to_serve=False)


class _Known:
    """Files that were green, by their marks: however often health is asked, only what has changed is judged again."""

    def __init__(self) -> None:
        self._green: dict[str, Mark] = {}

    def errors(self, files: Sequence[Readable], started: int) -> list[Diagnostic]:
        """What is wrong with any of ``files``, which were found since ``started`` (ns since 1970)."""
        doubtful = [file for file in files if not (isinstance(file, File) and self._green.get(file.name) == file.mark)]
        errors = _errors(doubtful) if doubtful else []
        broken = {diagnostic.path for diagnostic in errors}
        self._green = {
            file.name: file.mark
            for file in files
            if isinstance(file, File) and file.name not in broken and settled(file.mark, started)
        }
        return errors


def _errors(files: Sequence[Readable]) -> list[Diagnostic]:
    try:
        result = check_files(files, _THIS_PYTHON)
    except SyntaxGuardError as error:
        raise CheckError(*faults_of(error)) from error
    return [diagnostic for diagnostic in result.diagnostics if diagnostic.severity == "error"]


def imports(*modules: str, name: str = "imports", deadline: float = 10.0) -> Check:
    """These modules are loaded, without error; one that nobody has imported yet is imported, once.

    An import that failed is not tried again, since its side effects would come twice: a restart does that.
    """
    if not modules:
        raise ValueError("imports() needs at least one module")
    failed: dict[str, tuple[Fault, ...]] = {}

    def ask() -> None:
        for module in modules:
            if module not in failed and not _is_loaded(module):
                try:
                    importlib.import_module(module)
                except BaseException as error:  # noqa: BLE001 - a module may raise anything, SystemExit included
                    failed[module] = tuple(Fault(fault.error, fault.message, module) for fault in faults_of(error))
        if failed:
            raise CheckError(*(fault for faults in failed.values() for fault in faults))

    return Check(name, ask, deadline, needed_to_serve=False)


def _is_loaded(module: str) -> bool:
    if _whole(sys.modules.get(module)):
        return True
    main = sys.modules.get("__main__")  # `python -m app.main`: loaded under another name, must not run twice
    return getattr(getattr(main, "__spec__", None), "name", None) in (module, f"{module}.__main__")


def _whole(module: ModuleType | None) -> bool:
    return module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False)


def _places(package: str) -> list[str]:
    """Where a package (its folders) or a module (its file) lies, by the rules of import but without importing."""
    spec: ModuleSpec | None = None
    for depth, _ in enumerate(parts := package.split("."), 1):
        folders = None if spec is None else list(spec.submodule_search_locations or ())
        spec = _spec(".".join(parts[:depth]), folders)
        if spec is None:
            return []
    if spec is None:
        return []
    if spec.submodule_search_locations is not None:
        return [os.path.abspath(folder) for folder in spec.submodule_search_locations]
    return [os.path.abspath(spec.origin)] if spec.origin and spec.has_location else []


def _spec(module: str, folders: Sequence[str] | None) -> ModuleSpec | None:
    """As ``importlib.util.find_spec``, which imports the parents. An editable install has a finder of its own."""
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        spec: ModuleSpec | None = find(module, folders) if find else None
        if spec is not None:
            return spec
    return None


def _fault(diagnostic: Diagnostic, tops: Collection[str]) -> Fault:
    line = f" (line {diagnostic.line})" if diagnostic.line else ""
    return Fault(
        KINDS.get(diagnostic.code, diagnostic.code), f"{diagnostic.message}{line}", _below(diagnostic.path, tops)
    )


def _above(path: str, levels: int) -> str:
    """The folder that the first part of a dotted name is imported from."""
    for _ in range(levels):
        path = os.path.dirname(path)
    return path


def _below(path: str, tops: Collection[str]) -> str:
    """The path below the folder that its package is imported from, so that a reply shows nothing of the machine."""
    whole = os.path.abspath(path)
    for top in tops:
        if whole.startswith(os.path.join(top, "")):
            return os.path.relpath(whole, top).replace(os.sep, "/")
    return os.path.basename(whole)
