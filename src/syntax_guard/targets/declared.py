"""What a project's declaration asks for: a floor, a pin, or the versions of our own table."""

from __future__ import annotations

from ..errors import SettingsError, TargetError
from ..model import Interpreter, Target, label, this_interpreter
from .rules import Asked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..config.declarations.declaration import Declaration
    from ..config.settings import Settings
    from ..model import Version
    from .machine import Machine


def named_by(settings: Settings, machine: Machine) -> tuple[Target, ...]:
    """The targets that `settings` name, for every file."""
    if not (settings.target_version or settings.python):
        return ()
    from .resolve import resolve

    return resolve(settings.target_version, settings.python, None, machine)


def unusable(declaration: Declaration) -> str | None:
    """Why nothing can be asked for `declaration`, or None. A mistake in our own table is an error instead."""
    if declaration.lowest is not None:
        return None
    from ..config.specifiers import LOWEST, admitted

    if declaration.kind == "floor":
        try:
            versions = admitted(declaration.says[0])
        except SettingsError as error:
            return f"it does not parse ({error.hint})" if error.hint else "it does not parse"
        if any(version >= LOWEST for version in versions):
            return None
        return f"it admits no Python from {label(LOWEST)} on"
    if declaration.kind == "pin" and not _pinned(declaration):
        return f"it is older than {label(LOWEST)}, the oldest answered for"
    return None


def asked_by(declaration: Declaration, machine: Machine) -> Asked:
    """The targets that a usable `declaration` asks for.

    A floor asks its lowest version and this interpreter, a pin only what it names. A floor that no Python here can
    answer for leaves its files undecided; a pin like that asks this interpreter.

    Args:
        declaration: The declaration; see `unusable`.
        machine: Where Pythons are looked for.

    Returns:
        The targets, and what a person should know of them.

    Raises:
        TargetError: Our own table names a version that does not exist, or that no Python here can answer for.
    """
    this = this_interpreter()
    if declaration.kind == "target-version":
        from .resolve import survey

        found = survey(declaration.says, (), None, machine, asked_by=_why(declaration))
        for error in found.unanswered:
            raise error
        return Asked(_declared(found.targets, declaration), explicit=True)
    if declaration.kind == "pin":
        return _pin(declaration, machine, this)
    return _floor(declaration, machine, this)


def _floor(declaration: Declaration, machine: Machine, this: Interpreter) -> Asked:
    floor = declaration.lowest or _lowest(declaration)
    if floor == this.version:
        return Asked(
            _declared(
                (Target(floor, this, True, f"the Python that runs syntax-guard, {_why(declaration)}"),), declaration
            )
        )
    from .resolve import answer

    found = answer({floor: _why(declaration)}, machine, this)
    if found.unanswered:
        missing = Interpreter(floor, f"no Python {label(floor)}")
        error = TargetError(
            f"{_why(declaration)} needs a newer Python than this {this.name}",
            f"install Python {label(floor)}, or run syntax-guard with it: `language_version: python{label(floor)}` in "
            "pre-commit; `syntax-guard targets FILE` shows where it looked",
        )
        return Asked((), error, (Target(floor, missing, True, _why(declaration)),))
    own = (Target(this.version, this, True, "the Python that runs syntax-guard"),) if this.version > floor else ()
    return Asked((*_declared(found.targets, declaration), *own))


def _lowest(declaration: Declaration) -> Version:
    from ..config.specifiers import LOWEST, admitted

    return next(version for version in admitted(declaration.says[0]) if version >= LOWEST)


def _pin(declaration: Declaration, machine: Machine, this: Interpreter) -> Asked:
    pinned = _pinned(declaration)
    if pinned == [this.version] and this.name.startswith("CPython "):  # as mostly, and then nothing is looked for
        return Asked(_declared((Target(this.version, this, True, _why(declaration)),), declaration))
    from .resolve import answer

    found = answer(dict.fromkeys(pinned, _why(declaration)), machine, this)
    targets = _declared(found.targets, declaration)
    if not found.unanswered:
        return Asked(targets)
    note = f"{_why(declaration)}: no such Python is here, so {this.name} is asked"
    if any(target.version == this.version for target in targets):
        return Asked(targets, note=note)
    return Asked(
        (*targets, Target(this.version, this, True, f"the Python that runs syntax-guard, for {_why(declaration)}")),
        note=note,
    )


def _pinned(declaration: Declaration) -> list[Version]:
    from ..config.specifiers import LOWEST

    named = (text.partition(".") for text in declaration.says)
    return [version for major, _, minor in named if (version := (int(major), int(minor))) >= LOWEST]


def _why(declaration: Declaration) -> str:
    return f"{declaration.shown} in {declaration.place}"


def _declared(targets: tuple[Target, ...], declaration: Declaration) -> tuple[Target, ...]:
    said = _why(declaration)
    return tuple(Target(**{**vars(target), "declared": said}) for target in targets)
