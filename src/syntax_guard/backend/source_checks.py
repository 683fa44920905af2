"""The check on the application's sources: would they parse at the next restart?"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ..check import check_files
from ..config.settings import Settings
from ..errors import SyntaxGuardError
from ..model import Diagnostic
from ..sources.readers import File
from ..sources.walk import within
from ..storage.stamps import settled
from ..targets.nearest_baselines import nearest_baselines
from ..targets.same_for_all import same_for_all
from .check import Check, CheckError, Counts, Fault
from .faults import faults_of
from .modules import above, below, places

if TYPE_CHECKING:
    from ..model import Stamp
    from ..sources.readable import Readable

KINDS = {
    "syntax-error": "SyntaxError",
    "unsupported-syntax": "SyntaxError",
    "encoding-error": "SyntaxError",
    "too-complex": "RecursionError",
    "timed-out": "TimeoutError",
    "unreadable": "OSError",
}
"""Codes of diagnostics -> what starting would raise; other codes stand for themselves."""


_THIS_PYTHON = Settings(jobs=1, warnings="ignore", projects=True, overrides=frozenset({"target_version"}))
"""Asks the interpreter that serves, which is the one that a restart would use, in one worker: a source that kills a
compiler must not kill the server."""


def sources(*packages: str, name: str = "sources", deadline: float = 10.0) -> Check:
    """Check that the files of packages and modules compile now, on disk, with this Python. None of them is imported.

    A file is judged again when it has changed since it was green. An instance with broken sources still serves what it
    has loaded, so this is no part of ``/health/ready``.

    Args:
        *packages: Their full names.
        name: The name of the check in replies and metrics.
        deadline: Seconds that the check may take.

    Returns:
        The check.

    Raises:
        ValueError: No package is named.
    """
    if not packages:
        raise ValueError("sources() needs at least one package or module")
    known = _Known()

    def ask() -> Counts:
        found = {package: places(package) if _NAME.fullmatch(package) else [] for package in packages}
        missing = [package for package, lying in found.items() if not lying]
        if missing:
            raise CheckError(*(Fault("ModuleNotFoundError", _no_module(name), name) for name in missing))
        started = time.time_ns()
        files = {file.path: file for lying in found.values() for place in lying for file in within(place)}
        if not files:
            raise CheckError(Fault("ModuleNotFoundError", f"no Python file in {', '.join(packages)}"))
        tops = {above(place, package.count(".") + 1) for package, lying in found.items() for place in lying}
        errors = known.errors(list(files.values()), started, tops)
        counts = {"checked": len(files), "broken": len({diagnostic.path for diagnostic in errors})}
        if errors:
            raise CheckError(*(_fault(diagnostic, tops) for diagnostic in errors), counts=counts)
        return counts

    return Check(name, ask, deadline, needed_to_serve=False)


_NAME = re.compile(r"[^./\\]+(?:\.[^./\\]+)*")
"""A full name of a module, and no path."""


def _no_module(name: str) -> str:
    said, imported = f"no module named {name}", ".".join(re.findall(r"\w+", name.removesuffix(".py")))
    return said if imported in ("", name) else f"{said}; name it as in an import: {imported}"


class _Known:
    """Files that were green, by their stamps: however often health is asked, only what has changed is judged again."""

    def __init__(self) -> None:
        self._green: dict[str, Stamp] = {}

    def errors(self, files: Sequence[Readable], started: int, tops: Collection[str]) -> list[Diagnostic]:
        """What is wrong with any of ``files``, which were found below `tops` since ``started`` (ns since 1970)."""
        doubtful = [file for file in files if not (isinstance(file, File) and self._green.get(file.path) == file.stamp)]
        errors = _errors(doubtful, tops) if doubtful else []
        broken = {diagnostic.path for diagnostic in errors}
        self._green = {
            file.path: file.stamp
            for file in files
            if isinstance(file, File) and file.path not in broken and settled(file.stamp, started)
        }
        return errors


def _errors(files: Sequence[Readable], tops: Collection[str]) -> list[Diagnostic]:
    try:
        by_file = same_for_all(_THIS_PYTHON, baselines=nearest_baselines(_THIS_PYTHON, [*tops]))
        result = check_files(files, _THIS_PYTHON, by_file)
    except SyntaxGuardError as error:
        raise CheckError(*faults_of(error)) from error
    return [diagnostic for diagnostic in result.diagnostics if diagnostic.severity == "error"]


def _fault(diagnostic: Diagnostic, tops: Collection[str]) -> Fault:
    line = f" (line {diagnostic.line})" if diagnostic.line else ""
    return Fault(
        KINDS.get(diagnostic.code, diagnostic.code), f"{diagnostic.message}{line}", below(diagnostic.path, tops)
    )
