"""Which Pythons are asked about what was built: those that an installer would install it for."""

from __future__ import annotations

from ..config.specifiers import LOWEST, NEWEST, admitted
from ..errors import SettingsError
from ..model import Record, label, this_interpreter
from .resolve import survey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..model import Target, Version
    from .machine import Machine
    from .resolve import Survey


class Asked(Record):
    """Which targets are asked about an artifact."""

    targets: tuple[Target, ...]
    """Lowest version first; none where no Python answers for any that it admits."""
    why: str
    """Where it says which Pythons it is for."""
    unasked: tuple[Version, ...] = ()
    """Versions that it admits, and that no Python here answers for."""
    note: str | None = None
    """The part of its declaration that is of no use."""
    surveys: tuple[Survey, ...] = ()
    """What was looked at, a survey for each version that is asked."""


def for_artifact(requires: str | None, why: str, machine: Machine, *, all_of_them: bool) -> Asked:
    """Decide which targets are asked about a wheel or another artifact.

    Args:
        requires: The version specifier that it declares. Without one of any use this interpreter is asked.
        why: What declares that, for the reader.
        machine: Where Pythons are looked for.
        all_of_them: Whether each version that it admits is asked, and not only the lowest one and this interpreter's.

    Returns:
        The targets. No specifier makes this raise.
    """
    this = this_interpreter()
    note = None
    try:
        versions = _versions(requires) if requires else []
    except SettingsError as error:
        versions, requires, note = [], None, error.message
    if not requires:
        answers = survey((label(this.version),), (), None, machine, asked_by="the Python that runs syntax-guard")
        return Asked(answers.targets, "the Python that runs syntax-guard", note=note, surveys=(answers,))
    if not all_of_them:
        versions = [version for version in versions if version in (versions[0], this.version)]
    surveys = tuple(survey((label(version),), (), None, machine, asked_by=why) for version in versions)
    targets = tuple(target.evolve(declared=why) for answers in surveys for target in answers.targets)
    unasked = tuple(version for version, answers in zip(versions, surveys, strict=True) if answers.unanswered)
    return Asked(targets, why, unasked, note, surveys)


def _versions(requires: str) -> list[Version]:
    return [version for version in admitted(requires) if LOWEST <= version <= NEWEST]
