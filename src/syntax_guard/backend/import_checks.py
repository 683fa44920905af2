"""Checks on the application's modules: did this start load all of them, and could the next one?"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Sequence
from types import ModuleType
from typing import NamedTuple

from ..processes.bounded import bounded
from ..sources.walk import within
from .check import Check, CheckError, Fault
from .faults import faults_of
from .modules import above, below, places
from .redact import without_passwords

log = logging.getLogger("syntax_guard.backend")

AGAIN = 10.0
"""Seconds after which a run of ``restart`` that did not end is tried again."""


def imports(*modules: str, name: str = "imports", deadline: float = 10.0) -> Check:
    """Check that modules are loaded, without error. One that is not imported yet is imported, once.

    Their files, and those of every module loaded from the same packages, must still be there: the next start needs
    them. An import that failed is not tried again, since its side effects would come twice: a restart does that.

    Args:
        *modules: Their full names.
        name: The name of the check in replies and metrics.
        deadline: Seconds that the check may take.

    Returns:
        The check.

    Raises:
        ValueError: No module is named.
    """
    if not modules:
        raise ValueError("imports() needs at least one module")
    failed: dict[str, tuple[Fault, ...]] = {}
    packages = {module.partition(".")[0] for module in modules}

    def ask() -> None:
        for module in modules:
            if module not in failed and not _is_loaded(module):
                try:
                    importlib.import_module(module)
                except BaseException as error:  # noqa: BLE001 - a module may raise anything, SystemExit included
                    failed[module] = _faults(module, error)
        faults = [fault for faults in failed.values() for fault in faults]
        faults += [Fault("ModuleNotFoundError", "its file is gone", module) for module in _without_file(packages)]
        if faults:
            raise CheckError(*faults)

    return Check(name, ask, deadline, needed_to_serve=False)


def restart(*applications: str, name: str = "restart", deadline: float = 10.0) -> Check:
    """Check that a new process can import applications: ``restart("app.main:app")``.

    A child with this Python, this ``sys.path`` and this environment tries, within the deadline and at most once for
    each change of the sources: the files of the packages that the applications are in. An import has its effects in the
    child too, so a module must do nothing but define names.

    Args:
        *applications: Modules. A name behind a colon must exist in the module.
        name: The name of the check in replies and metrics.
        deadline: Seconds that the check may take.

    Returns:
        The check.

    Raises:
        ValueError: No application is named.
    """
    if not applications:
        raise ValueError("restart() needs at least one application: restart('app.main:app')")
    return Check(name, _Restart(applications, deadline), deadline, needed_to_serve=False, may_come_up=True)


class _Run(NamedTuple):
    faults: tuple[Fault, ...]
    sure: bool
    """False where the child did not end by itself: a busy machine does not mean a broken source."""
    sources: object
    ended: float


class _Restart:
    """The question, with the answer to the sources that it has seen last."""

    def __init__(self, applications: Sequence[str], deadline: float) -> None:
        self._applications = tuple(applications)
        self._packages = sorted({application.partition(":")[0].partition(".")[0] for application in applications})
        self._deadline = deadline
        self._last: _Run | None = None

    def __call__(self) -> None:
        sources = self._sources()
        last = self._last
        if last is None or last.sources != sources or not (last.sure or time.monotonic() - last.ended < AGAIN):
            faults, sure = self._try()
            last = self._last = _Run(faults, sure, sources, time.monotonic())
        if last.faults:
            raise CheckError(*last.faults)

    def _sources(self) -> object:
        """What changes with any of the files."""
        lying = [place for package in self._packages for place in places(package)]
        return frozenset((file.path, getattr(file, "stamp", None)) for place in lying for file in within(place))

    def _try(self) -> tuple[tuple[Fault, ...], bool]:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("PROMETHEUS_MULTIPROC_DIR", None)  # the child is no worker: its numbers must not count
        question = json.dumps([sys.path, self._applications, self._deadline]).encode()
        command = [sys.executable, "-c", _TRIAL]
        outcome = bounded(command, os.curdir, environment, self._deadline, given=question)
        return self._judge(outcome.output, outcome.code)

    def _judge(self, told: bytes, code: int) -> tuple[tuple[Fault, ...], bool]:
        try:
            outcome = json.loads(told)
        except ValueError:
            reason = f"signal {-code}" if code < 0 else f"exit code {code}"
            return (Fault("RestartError", f"the import did not end: {reason}", may_pass=True),), False
        faults = []
        for application, (error, message, frames, text) in outcome.items():
            where = _cause([(file, line) for file, line in frames], application)
            faults.append(Fault(error, f"{message}{where}", application))
            log.error("a restart would fail at %s:\n%s", application, without_passwords(text))
        return tuple(faults), True


_TRIAL = """
import json, os, sys, traceback
reply = os.dup(1)
os.dup2(2, 1)  # what the application prints is no reply
sys.path[:], applications, deadline = json.load(sys.stdin)
try:
    import signal
    signal.alarm(int(deadline) + 5)  # should the server die meanwhile
except (ImportError, AttributeError):
    pass
import importlib
outcome = {}
for application in applications:
    module, _, name = application.partition(":")
    try:
        found = importlib.import_module(module)
        for part in filter(None, name.split(".")):
            found = getattr(found, part)
    except BaseException as error:
        frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
        if isinstance(error, SyntaxError) and error.filename:
            frames.append((error.filename, error.lineno))
        try:
            message = str(error)
        except Exception:
            message = "no text"
        outcome[application] = [type(error).__name__, message, frames, traceback.format_exc()]
with os.fdopen(reply, "w", encoding="ascii") as into:
    json.dump(outcome, into)
os._exit(0)  # threads of the application do not hold it up
"""


def _faults(module: str, error: BaseException) -> tuple[Fault, ...]:
    """What a failed import means, with the file and line of its cause; the log has the traceback."""
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    log.error("importing %s failed:\n%s", module, without_passwords(text))
    where = _cause(frames, module)
    return tuple(Fault(fault.error, f"{fault.message}{where}", module) for fault in faults_of(error))


def _cause(frames: Sequence[tuple[str, int | None]], module: str) -> str:
    """`` (app/routers/items.py, line 3)``: the innermost of these frames that is the application's own."""
    name = module.partition(":")[0]
    tops = {above(place, 1) for place in places(name.partition(".")[0])}
    own = [(below(file, tops), line) for file, line in frames if any(file.startswith(f"{top}{os.sep}") for top in tops)]
    return f" ({own[-1][0]}, line {own[-1][1]})" if own else ""


def _is_loaded(module: str) -> bool:
    if _whole(sys.modules.get(module)):
        return True
    main = sys.modules.get("__main__")  # `python -m app.main`: loaded under another name, must not run twice
    return getattr(getattr(main, "__spec__", None), "name", None) in (module, f"{module}.__main__")


def _whole(module: ModuleType | None) -> bool:
    return module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False)


def _without_file(packages: set[str]) -> list[str]:
    """Loaded modules of these packages that the next start would not find."""
    loaded = [(name, module) for name, module in list(sys.modules.items()) if name.partition(".")[0] in packages]
    return sorted(name for name, module in loaded if _has_lost_its_file(module))


def _has_lost_its_file(module: ModuleType) -> bool:
    spec = getattr(module, "__spec__", None)
    if spec is None or not spec.has_location or not spec.origin:
        return False
    place = spec.origin
    while not os.path.exists(place) and os.path.dirname(place) != place:
        place = os.path.dirname(place)
    return place != spec.origin and os.path.isdir(place)  # a module of an archive lies below a file
