"""Where Pythons are found, and the search for the CPython of one version.

PATH is read here, since each candidate that refuses has to be named with its reason, and only absolute folders
count: a relative one would start a program of the tree that is checked. The folders of pyenv, asdf and mise are
listed here. ``python_discovery`` does the rest: uv's store, the Windows registry (PEP 514) and unversioned names.
"""

from __future__ import annotations

import os
import sys

from ..errors import TargetError
from ..model import Interpreter, Record, label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from python_discovery import PythonInfo

    from ..model import Version

SUFFIX = ".exe" if os.name == "nt" else ""
"""What the name of an executable ends with."""


class Place(Record):
    """A folder that is searched."""

    kind: str
    """``PATH``: it holds executables. ``pyenv``, ``asdf``, ``mise``, ``uv``, ``Windows``: a folder a version."""
    folder: str


class Search(Record):
    """The result of a search for one version."""

    version: Version
    interpreter: Interpreter | None
    """The CPython of this version, or None where there is none."""
    watched: tuple[str, ...]
    """The files and folders that the outcome depends on."""
    note: str | None = None
    """Why there is none, in a few words."""
    searched: tuple[Place, ...] = ()
    refused: tuple[str, ...] = ()
    """Why each candidate was ignored, one line each. A remembered search knows neither places nor refusals."""


def places(environ: Mapping[str, str]) -> tuple[Place, ...]:
    """The folders that a search looks at, in its order; they need not exist."""
    path = [Place("PATH", folder) for folder in environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    return tuple(dict.fromkeys([*path, *_managers(environ)]))


def _managers(environ: Mapping[str, str]) -> Iterator[Place]:
    home = environ.get("USERPROFILE" if os.name == "nt" else "HOME", "")
    local = environ.get("LOCALAPPDATA", "") if os.name == "nt" else environ.get("XDG_DATA_HOME", "")
    data = local if os.path.isabs(local) else os.path.join(home, ".local", "share")
    pyenv = environ.get("PYENV_ROOT") or os.path.join(home, ".pyenv", *(["pyenv-win"] if os.name == "nt" else []))
    asdf = environ.get("ASDF_DATA_DIR") or os.path.join(home, ".asdf")
    mise = environ.get("MISE_DATA_DIR") or os.path.join(data, "mise")
    found = [
        Place("pyenv", os.path.join(pyenv, "versions")),
        Place("asdf", os.path.join(asdf, "installs", "python")),
        Place("mise", os.path.join(mise, "installs", "python")),
    ]
    # The folders below are searched by python_discovery; they are listed to see when they change.
    if store := environ.get("UV_PYTHON_INSTALL_DIR"):
        found.append(Place("uv", store))
    elif os.name == "nt":
        found.append(Place("uv", os.path.join(environ.get("APPDATA", ""), "uv", "python")))
        found.append(Place("uv", os.path.join(environ.get("APPDATA", ""), "uv", "data", "python")))
    else:
        found.append(Place("uv", os.path.join(data, "uv", "python")))
        if sys.platform == "darwin":
            found.append(Place("uv", os.path.join(home, "Library", "Application Support", "uv", "python")))
    if os.name == "nt":
        found.append(Place("Windows", os.path.join(local, "Programs", "Python")))
        found.append(Place("Windows", environ.get("PROGRAMFILES", "")))
    return (place for place in found if os.path.isabs(place.folder))


def holds(where: tuple[Place, ...], path: str) -> bool:
    """True where ``path`` is a place at which a search would look for executables."""
    folder, name = os.path.split(path)
    if not os.path.isabs(path) or os.path.normpath(path) != path or not name.startswith("python"):
        return False
    return any(
        folder == os.path.normpath(place.folder)
        if place.kind == "PATH"
        else path.startswith(os.path.normpath(place.folder) + os.sep)
        for place in where
    )


def find(version: Version, environ: Mapping[str, str], timeout: float) -> Search:
    """The first CPython of ``version`` that answers for itself.

    Each candidate is started, and has ``timeout`` seconds to answer.
    """
    from .identify import identify

    where = places(environ)
    refused: dict[str, str] = {}  # by the file that a path leads to

    def ask(path: str) -> Search | None:
        seen = os.path.realpath(path)
        if seen in refused:
            return None
        try:
            answer = identify(path, environ, timeout)
        except TargetError as error:
            refused[seen] = error.message
            return None
        found, watched = answer.interpreter, answer.watched
        if found.version != version:
            refused[seen] = f"{path} is {found.name}"
            return None
        if found.python != path and not holds(where, found.python or path):
            # A shim of a manager that is not known here: the shim itself stays the one that is started.
            found, watched = Interpreter(version, found.name, path), (path, *watched)
        return Search(version, found, watched)

    for path in _candidates(version, where):
        if found := ask(path):
            return found
    # No program is asked twice: a shim without its Python is slow to say so, and a hung one slower.
    path = os.pathsep.join(place.folder for place in where if place.kind == "PATH" and not _has(place.folder, refused))
    try:
        if found := _discover(version, {**environ, "PATH": path}, timeout, ask):
            return found
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        refused["python-discovery"] = f"python-discovery stopped: {type(error).__name__}: {error}"
    watched = (*(place.folder for place in where), *refused)
    note = f"no python{label(version)} found here" + (" that can be used" if refused else "")
    return Search(version, None, watched, note, where, tuple(refused.values()))


def _candidates(version: Version, where: tuple[Place, ...]) -> Iterator[str]:
    name = f"python{label(version)}{SUFFIX}"
    for place in where:
        if place.kind == "PATH":
            path = os.path.join(place.folder, name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                yield path
        elif place.kind in ("pyenv", "asdf", "mise"):
            yield from _installed(version, place.folder)


def _has(folder: str, refused: Mapping[str, str]) -> bool:
    return any(os.path.dirname(path) == os.path.realpath(folder) for path in refused)


def _installed(version: Version, folder: str) -> Iterator[str]:
    """The executables of a version in a manager's folder, highest patch number first."""
    own = (label(version), f"{label(version)}.", f"{label(version)}-")  # 3.9, 3.9.18, 3.9-dev
    try:
        names = [name for name in os.listdir(folder) if name == own[0] or name.startswith(own[1:])]
    except OSError:
        return
    for name in sorted(names, key=_by_number, reverse=True):
        for inside in ("python.exe",) if os.name == "nt" else (f"bin/python{label(version)}", "bin/python"):
            path = os.path.join(folder, name, inside)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                yield path
                break


def _by_number(name: str) -> tuple[bool, list[int], str]:
    parts = name.split(".")
    finished = all(part.isdecimal() for part in parts)  # 3.9.18 before 3.9-dev and 3.9.0rc1
    return finished, [int(part) for part in parts if part.isdecimal()], name


def _discover(
    version: Version, environ: Mapping[str, str], timeout: float, ask: Callable[[str], Search | None]
) -> Search | None:
    import contextlib
    import io
    import logging

    where = places(environ)
    running = os.path.realpath(sys.executable)

    def is_another(info: PythonInfo) -> bool:  # the search knows the running one
        return os.path.realpath(info.executable) != running or holds(where, info.executable)

    logger = logging.getLogger("python_discovery")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    isolated = {name: value for name, value in environ.items() if not name.startswith("PYTHON")}
    environ = {"PY_DISCOVERY_TIMEOUT": f"{timeout:g}", **isolated}
    # The library does not isolate the Pythons that it starts, with the environment of this process: they would import
    # from a PYTHONPATH into the tree.
    taken = {name: os.environ.pop(name) for name in [*os.environ] if name.startswith("PYTHON")}
    before = frozenset(os.environ)
    try:
        from python_discovery import iter_interpreters

        # What a candidate prints before its answer, the library passes on to standard output.
        with contextlib.redirect_stdout(io.StringIO()):
            for info in iter_interpreters(f"cpython{label(version)}", env=environ, predicate=is_another):
                if answer := ask(info.executable):
                    return answer
    finally:
        logger.setLevel(level)
        # Under Python 3.10 the library asks distutils, which sets HOME and PLAT where they are missing. A later search
        # would look elsewhere then, and the command of ``run`` would have them too.
        for name in os.environ.keys() - before:
            del os.environ[name]
        os.environ.update(taken)
    return None
