"""Which Python versions are asked for, why, and who answers for each."""

from __future__ import annotations

import os
import sys

from .errors import SettingsError, TargetError
from .model import Interpreter, Record, Target
from .versions import LOWEST, admitted, interpreter_name, label, parse

# Most commits ask this interpreter alone: what looks for others is imported where that is done.

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .discovery import Search
    from .model import Version

TIMEOUT = 10.0
"""Seconds that an executable has to say which Python it is."""


class Machine(Record):
    """Where Pythons are looked for, and what is remembered of it."""

    environ: Mapping[str, str]
    memory: str | None = None
    """The folder in which searches are remembered, or None to remember nothing."""
    fresh: bool = False
    """True: search again, and remember what comes of it."""
    timeout: float = TIMEOUT


class Survey(Record):
    """The targets that apply, and what was looked at to find who answers for them."""

    targets: tuple[Target, ...]
    """Lowest version first."""
    searches: tuple[Search, ...]
    """For each version that another interpreter than this has to answer for."""
    unanswered: tuple[TargetError, ...]
    """For each version that nobody answers for."""


def this_interpreter() -> Interpreter:
    """The Python of this process."""
    name = interpreter_name(sys.implementation.name, sys.version)
    return Interpreter((sys.version_info[0], sys.version_info[1]), name)


def resolve(
    asked: Sequence[str], pythons: Sequence[str], requires_python: str | None, machine: Machine
) -> tuple[Target, ...]:
    """The targets that apply, lowest version first, never none; see ``survey``.

    Raises TargetError where nobody answers for one of them, too.
    """
    found = survey(asked, pythons, requires_python, machine)
    for error in found.unanswered:
        raise error
    return found.targets


def survey(
    asked: Sequence[str],
    pythons: Sequence[str],
    requires_python: str | None,
    machine: Machine,
    *,
    this: Interpreter | None = None,
    asked_by: str = "--target-version",
) -> Survey:
    """The targets that apply, and who answers for each.

    ``asked`` holds versions (``3.9``, ``py39``, several between commas), ``pythons`` executables: paths, or names on
    PATH. Where both are empty, the targets are ``this`` interpreter, unless it is older than ``requires_python`` (a
    version specifier, or None) admits, and the lowest version that ``requires_python`` admits.

    Raises TargetError for what is not a version or not a Python, SettingsError for a ``requires_python`` of no use.
    """
    this = this or this_interpreter()
    targets = [_named(text, machine, this) for text in pythons]
    if asked:
        reasons = dict.fromkeys(_versions(asked), asked_by)
    elif not pythons:
        reasons = _defaults(requires_python, this)
    else:
        reasons = {}
    searches: list[Search] = []
    unanswered: list[TargetError] = []
    for version, why in reasons.items():
        if any(target.version == version for target in targets):
            continue  # the very interpreter that --python names answers
        if version == this.version and this.name.startswith("CPython "):
            targets.append(Target(version, this, True, why))
            continue
        search = _search(version, machine)
        searches.append(search)
        if search.interpreter is not None:
            targets.append(Target(version, search.interpreter, True, why))
        elif version <= this.version:
            targets.append(Target(version, this, False, why, search.note))
        else:
            unanswered.append(_nobody(search, why, this))
    targets.sort(key=lambda target: target.version)
    return Survey(tuple(dict.fromkeys(targets)), tuple(searches), tuple(unanswered))


def _versions(asked: Sequence[str]) -> Iterator[Version]:
    for text in asked:
        for part in text.strip().strip(",").split(","):
            yield parse(part)


def _defaults(requires_python: str | None, this: Interpreter) -> dict[Version, str]:
    """The versions that are judged where none is asked for, with the reason for each."""
    if requires_python is None:
        return {this.version: "this interpreter"}
    floor, why = _floor(requires_python)
    if this.version < floor:
        return {floor: why}
    if this.version == floor:
        return {floor: f"this interpreter, {why}"}
    return {floor: why, this.version: "this interpreter"}


def _floor(requires_python: str) -> tuple[Version, str]:
    why = f"requires-python {requires_python or repr('')}"
    for version in admitted(requires_python):
        if version >= LOWEST:
            return version, why
        if "(" not in why:
            why += f" ({label(LOWEST)} is the oldest answered for)"
    hint = "name the versions to judge with target-version"
    raise SettingsError(f"requires-python {requires_python!r} admits no Python from {label(LOWEST)} on", hint)


def _search(version: Version, machine: Machine) -> Search:
    from . import memory
    from .discovery import find

    if machine.memory is not None and not machine.fresh:
        known = memory.recall_search(machine.memory, version, machine.environ)
        if known is not None:
            return known
    search = find(version, machine.environ, machine.timeout)
    if machine.memory is not None:
        memory.remember(machine.memory, label(version), search.interpreter, search.watched, search.note)
    return search


def _nobody(search: Search, why: str, this: Interpreter) -> TargetError:
    version = label(search.version)
    return TargetError(
        f"nobody answers for Python {version} ({why}): it is newer than this {this.name}, and {search.note}",
        f"install Python {version} or run syntax-guard with it; 'syntax-guard targets' shows where it looked",
    )


def _named(text: str, machine: Machine, this: Interpreter) -> Target:
    """The target that ``--python`` names: that very interpreter."""
    from . import memory

    path = _located(text, machine.environ)
    if sys.executable and os.path.samefile(path, sys.executable) and this.name.startswith("CPython "):
        return Target(this.version, this, True, "--python")
    known = memory.recall_named(machine.memory, path) if machine.memory is not None and not machine.fresh else None
    if known is None:
        from .interpreters import identify

        try:
            answer = identify(path, machine.environ, machine.timeout)
        except TargetError as error:
            raise TargetError(error.message, error.hint if os.path.dirname(text) else _hint_for_version(text)) from None
        known = answer.interpreter
        if machine.memory is not None and known.python == path:  # what a shim stands for depends on the folder
            memory.remember(machine.memory, path, known, answer.watched)
    return Target(known.version, known, True, "--python")


def _located(text: str, environ: Mapping[str, str]) -> str:
    """The absolute path of the executable that ``--python`` names."""
    from .discovery import SUFFIX, places

    if os.path.dirname(text):
        path = os.path.abspath(text)
    else:
        names = (text, text + SUFFIX)
        folders = [place.folder for place in places(environ) if place.kind == "PATH"]
        paths = [os.path.join(folder, name) for folder in folders for name in names if text]
        path = next((path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)), "")
        if not path:
            hint = f"for what lies here, write ./{text}" if text and os.path.lexists(text) else _hint_for_version(text)
            raise TargetError(f"--python {text!r}: no such command on PATH", hint)
    try:
        os.stat(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise TargetError(f"--python {text!r}: {reason}", "name the executable of a Python") from None
    if os.path.isdir(path):
        inside = os.path.join(text, "Scripts" if os.name == "nt" else "bin", f"python{SUFFIX}")
        hint = f"name the executable: {inside}" if os.path.isfile(inside) else "name the executable inside it"
        raise TargetError(f"--python {text!r} is a folder", hint)
    if not os.path.isfile(path) or not os.access(path, os.X_OK):
        raise TargetError(f"--python {text!r} is not executable", "name the executable of a Python")
    return path


def _hint_for_version(text: str) -> str:
    try:
        version = parse(text)
    except TargetError:
        return "name a path such as .venv/bin/python, or a command"
    return f"for a version, use --target-version {label(version)}"
