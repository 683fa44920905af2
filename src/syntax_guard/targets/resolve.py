"""Which Python versions are asked for, why, and which interpreter answers for each."""

from __future__ import annotations

import os
import sys

from ..errors import SettingsError, TargetError
from ..model import Record, Target, label, this_interpreter

# Most commits ask this interpreter alone: what looks for others is imported where that is done.

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..model import Interpreter, Version
    from ..storage.store import Store
    from .discovery import Search
    from .machine import Machine


class Survey(Record):
    """The targets that apply, and what was looked at to find interpreters for them."""

    targets: tuple[Target, ...]
    """Lowest version first."""
    searches: tuple[Search, ...]
    """For each version that another interpreter than this has to answer for."""
    unanswered: tuple[TargetError, ...]
    """For each version without an interpreter."""


def resolve(
    asked: Sequence[str], pythons: Sequence[str], requires_python: str | None, machine: Machine
) -> tuple[Target, ...]:
    """Find the targets that apply; see ``survey``.

    Args:
        asked: Versions, such as ``3.9`` or ``py39``, also several between commas.
        pythons: Interpreters that are targets themselves: paths, or names on PATH.
        requires_python: The version specifier of a project; None where it declares none.
        machine: Where Pythons are looked for.

    Returns:
        The targets, lowest version first, never none.

    Raises:
        TargetError: A target makes no sense, or no Python answers for it.
        SettingsError: `requires_python` is of no use.
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
    asked_by: str | None = None,
) -> Survey:
    """Find the targets that apply, and the interpreter that answers for each.

    Without `asked` and `pythons`, the targets are `this`, unless it is older than `requires_python` admits, and the
    lowest version that `requires_python` admits.

    Args:
        asked: Versions, such as ``3.9`` or ``py39``, also several between commas.
        pythons: Interpreters that are targets themselves: paths, or names on PATH.
        requires_python: The version specifier of a project; None where it declares none.
        machine: Where Pythons are looked for.
        this: The interpreter of this process; None for the one that runs this.
        asked_by: Why a version is asked for; None for the setting that holds `asked`.

    Returns:
        All targets, what was looked for, and the versions that no Python answers for.

    Raises:
        TargetError: Something is no version, or no Python.
        SettingsError: `requires_python` is of no use.
    """
    this = this or this_interpreter()
    targets = [_named(text, machine, this) for text in pythons]
    if asked:
        reasons = dict.fromkeys(_versions(asked), asked_by or machine.version_setting)
    elif not pythons:
        reasons = _defaults(requires_python, this)
    else:
        reasons = {}
    return answer(reasons, machine, this, targets)


def answer(
    reasons: Mapping[Version, str], machine: Machine, this: Interpreter, targets: Sequence[Target] = ()
) -> Survey:
    """Find the interpreters that answer for some versions.

    Args:
        reasons: The versions, each with why it is asked for.
        machine: Where Pythons are looked for.
        this: The interpreter of this process.
        targets: Those that are answered for already.

    Returns:
        All targets, what was looked for, and the versions that no Python answers for.
    """
    targets = list(targets)
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
            unanswered.append(_unanswered(search, why, this))
    targets.sort(key=lambda target: target.version)
    return Survey(tuple(dict.fromkeys(targets)), tuple(searches), tuple(unanswered))


def _versions(asked: Sequence[str]) -> Iterator[Version]:
    from ..config.specifiers import DECLARED, parse  # most commits ask for no version

    for text in asked:
        for part in text.strip().strip(",").split(","):
            if part.strip() == DECLARED:
                hint = "leave it out: for files, `requires-python` is read by default"
                raise TargetError(f"target-version {DECLARED!r} is for archives, which say what they are for", hint)
            yield parse(part)


def _defaults(requires_python: str | None, this: Interpreter) -> dict[Version, str]:
    """The versions that are judged where none is asked for, with the reason for each."""
    if requires_python is None:
        return {this.version: "the Python that runs syntax-guard"}
    floor, why = _floor(requires_python)
    if this.version < floor:
        return {floor: why}
    if this.version == floor:
        return {floor: f"the Python that runs syntax-guard, {why}"}
    return {floor: why, this.version: "the Python that runs syntax-guard"}


def _floor(requires_python: str) -> tuple[Version, str]:
    from ..config.specifiers import LOWEST, admitted

    why = f"requires-python {requires_python or repr('')}"
    for version in admitted(requires_python):
        if version >= LOWEST:
            return version, why
        if "(" not in why:
            why += f" ({label(LOWEST)} is the oldest answered for)"
    hint = "name the versions to judge with target-version"
    raise SettingsError(f"requires-python {requires_python!r} admits no Python from {label(LOWEST)} on", hint)


def _search(version: Version, machine: Machine) -> Search:
    if machine.searches is None:
        return _looked_up(version, machine)
    if version not in machine.searches:
        machine.searches[version] = _looked_up(version, machine)
    return machine.searches[version]


def _looked_up(version: Version, machine: Machine) -> Search:
    from . import discovery_cache
    from .discovery import find

    store = _memory(machine)
    try:
        known = None if machine.fresh else discovery_cache.recall_search(store, version, machine.environ)
        if known is not None:
            return known
        search = find(version, machine.environ, machine.timeout)
        discovery_cache.remember(store, label(version), search.interpreter, search.watched, search.note)
        return search
    finally:
        store.close()


def _memory(machine: Machine) -> Store:
    """Where searches are remembered."""
    from ..storage.key import cache_key
    from ..storage.store import Store

    key = machine.key if machine.state is None else cache_key(machine.key, machine.state)
    return Store(machine.memory, key)


def _unanswered(search: Search, why: str, this: Interpreter) -> TargetError:
    from ..config.specifiers import KNOWN, NEWEST

    version = label(search.version)
    install = f"install Python {version} or run syntax-guard with it"
    hint = install if search.version <= NEWEST else f"known: {KNOWN}"
    return TargetError(
        f"no Python here answers for {version} ({why}): it is newer than this {this.name}, and {search.note}",
        f"{hint}; `syntax-guard targets --target-version {version}` shows where it looked",
    )


def _named(text: str, machine: Machine, this: Interpreter) -> Target:
    """The target that ``--python`` or its variable names: that very interpreter."""
    from . import discovery_cache

    setting = machine.python_setting
    path = located(text, machine.environ, setting)
    if sys.executable and os.path.samefile(path, sys.executable) and this.name.startswith("CPython "):
        return Target(this.version, this, True, setting)
    store = _memory(machine)
    known = None if machine.fresh else discovery_cache.recall_named(store, path)
    if known is None:
        from .identify import identify

        try:
            answer = identify(path, machine.environ, machine.timeout)
        except TargetError as error:
            hint = error.hint if os.path.dirname(text) else _hint_for_version(text)
            raise TargetError(f"{setting}: {error.message}", hint) from None
        known = answer.interpreter
        if known.python == path:  # what a shim stands for depends on the folder
            discovery_cache.remember(store, path, known, answer.watched)
    store.close()
    return Target(known.version, known, True, setting)


def located(text: str, environ: Mapping[str, str], setting: str = "--python") -> str:
    """The absolute path of the executable that `text` names: a path, or a command on the ``PATH`` of `environ`.

    `setting` is where that stands, for the error: ``--python``, or its variable.

    Raises:
        TargetError: There is no such executable.
    """
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
            raise TargetError(f"{setting} {text!r}: no such command on PATH", hint)
    try:
        os.stat(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise TargetError(f"{setting} {text!r}: {reason}", "name the executable of a Python") from None
    if os.path.isdir(path):
        inside = os.path.join(text, "Scripts" if os.name == "nt" else "bin", f"python{SUFFIX}")
        hint = f"name the executable: {inside}" if os.path.isfile(inside) else "name the executable inside it"
        raise TargetError(f"{setting} {text!r} is a folder", hint)
    if not os.path.isfile(path) or not os.access(path, os.X_OK):
        raise TargetError(f"{setting} {text!r} is not executable", "name the executable of a Python")
    return path


def _hint_for_version(text: str) -> str:
    from ..config.specifiers import parse

    try:
        version = parse(text)
    except TargetError:
        return "name a path such as .venv/bin/python, or a command"
    return f"for a version, use --target-version {label(version)}"
