"""The targets of scripts that say themselves which Pythons they are for: in a block (PEP 723), or the first line."""

from __future__ import annotations

from ..config.declarations import script
from ..config.declarations.declaration import Declaration
from ..model import Problem, Record, this_interpreter
from ..sources.file_types import FIRST_LINE
from .declared import asked_by, unusable
from .first_line import named_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..model import Source
    from .machine import Machine
    from .rules import Asked


class Own(Record):
    """What is asked about a script."""

    asked: Asked
    block: Problem | None = None
    """What is wrong with its block, if that cannot be read or used."""
    note: str | None = None
    """What a person should know of its first line."""
    declaration: Declaration | None = None
    """What it says itself, where that counts."""

    @property
    def can_be_remembered(self) -> bool:
        """Whether all that is asked follows from its declaration or its project, and no more is to be said of it."""
        return not (self.block or self.note or self.asked.always)


def asked_about(source: Source, project: Asked, machine: Machine) -> Own:
    """Find the targets of a script that may name them itself.

    Args:
        source: The script.
        project: What is asked about it if it says nothing.
        machine: Where Pythons are looked for.

    Returns:
        The targets, and what there is to say of its block and of its first line.
    """
    wrong = None
    try:
        declaration = script.read(source.data, source.path)
    except script.BlockError as error:
        declaration, wrong = None, _ignored(str(error), error.hint, error.line)
    if declaration:
        why = unusable(declaration)
        if why is None:
            return Own(_with_project(asked_by(declaration, machine), project), declaration=declaration)
        wrong = _ignored(f"{declaration.shown}: {why}", script.VERSIONS, declaration.line)
    named = None if project.explicit or source.cell is not None else named_version(source.data[:FIRST_LINE])
    if named is None:
        return Own(project, wrong)
    words, version = named
    declaration = Declaration("pin", (version,), words, source.path, 1)
    if useless := unusable(declaration):
        said = next((target.declared for target in project.targets if target.declared), None)
        counts = f"{said} counts" if said else f"{this_interpreter().name} is asked"
        return Own(project, wrong, f"{words} is ignored: {useless}, so {counts}")
    asked = asked_by(declaration, machine)
    note = asked.note and f"{words}: no such Python is here, so {this_interpreter().name} is asked"
    return Own(_with_project(asked, project), wrong, note, declaration)


def _with_project(own: Asked, project: Asked) -> Asked:
    """What is asked about a script: its `own` targets, and those of its `project` where these are always asked."""
    if not project.always:
        return own
    versions = {target.version for target in project.targets}
    every = (*project.targets, *(target for target in own.targets if target.version not in versions))
    return project.evolve(targets=tuple(sorted(every, key=lambda target: target.version)))


def _ignored(why: str, hint: str, line: int | None) -> Problem:
    return Problem("ScriptBlock", f"the block of script metadata is ignored: {why}", line, hint=hint)
