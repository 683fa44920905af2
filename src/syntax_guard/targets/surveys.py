"""Which targets apply in each project of a folder, searched for anew: a person who asks wants to know why."""

from __future__ import annotations

import os

from ..model import UNKNOWN, Record, Source, this_interpreter
from ..sources.readers import File, UnreadableError, read_file
from ..sources.selection import SKIPPED_FOLDERS, slashed
from .by_project import ByProject
from .machine import Machine, machine_of
from .resolve import answer, survey
from .rules import NAMING, Asked, hears_scripts
from .scripts import Own, asked_about

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..config.declarations.declaration import Declaration
    from ..config.settings import Settings
    from .resolve import Survey


class ProjectSurvey(Record):
    """The targets of the files of one project."""

    folder: str
    """As it is seen from the current folder: ``.``, ``apps/backend``."""
    survey: Survey
    not_asked: Declaration | None = None
    """What would say the Pythons if no flag, no variable and no ``target-version`` did."""


class Surveys(Record):
    """The targets of all projects that were asked about."""

    projects: tuple[ProjectSurvey, ...]
    notices: tuple[str, ...] = ()
    """What a person should know of the declarations, a line each."""


def surveys(settings: Settings, path: str | None = None) -> Surveys:
    """Find what is asked about a file or folder, or in the current folder and each project below it.

    Args:
        settings: Flags, variables and the settings file.
        path: A file or folder.

    Returns:
        What applies, by project.

    Raises:
        SettingsError: A table of ours cannot be used.
        TargetError: A version or an interpreter in `settings` is none.
    """
    path = path and slashed(path)
    machine = machine_of(settings)
    fresh = Machine(**{**vars(machine), "fresh": True})
    if not settings.projects or NAMING & settings.overrides:
        found = survey(settings.target_version, settings.python, settings.requires_python, fresh)
        if path is None or not hears_scripts(settings):
            return Surveys((ProjectSurvey(path or ".", found, _without_flags(settings, path, machine)),))
        own = _own(path, Asked(found.targets), fresh)
        return Surveys((ProjectSurvey(path, _survey(own.asked, fresh)),), _notices(path, own))
    rules = ByProject(settings, machine, (path or ".",))
    rules.asked = (path or ".",)
    if path is not None:
        file = File(_in_project(path), UNKNOWN)
        own, project = _own(path, rules.of(file).asked, fresh), rules.project(file.path.rpartition("/")[0])
        left = _would_decide(path, project.inferred, machine) if project.explicit and not own.declaration else None
        return Surveys((ProjectSurvey(path, _survey(own.asked, fresh), left),), (*rules.notices, *_notices(path, own)))
    seen: dict[tuple[Asked, Declaration | None], str] = {}
    for folder in _folders("."):
        asked, project = rules.of(File(f"{folder}/", UNKNOWN)).asked, rules.project(folder)
        if folder == "." or rules.declares(folder):
            seen.setdefault((asked, project.inferred if project.explicit else None), folder)
    projects = tuple(ProjectSurvey(folder, _survey(asked, fresh), left) for (asked, left), folder in seen.items())
    return Surveys(projects, rules.notices)


def _in_project(path: str) -> str:
    """A file in the project of `path`: that file, or one in that folder."""
    return slashed(os.path.join(path, "")) if os.path.isdir(path) else path


def _without_flags(settings: Settings, path: str | None, machine: Machine) -> Declaration | None:
    """What would say the Pythons if no flag and no variable did, where projects are read at all."""
    if not settings.projects:
        return None
    without = settings.evolve(target_version=(), python=(), overrides=settings.overrides - NAMING)
    path = path or "."
    project = ByProject(without, machine, (path,)).project(_in_project(path).rpartition("/")[0])
    return _would_decide(path, project.declaration, machine)


def _would_decide(path: str, declared: Declaration | None, machine: Machine) -> Declaration | None:
    """What a script at `path` says itself, or else what is `declared` for it."""
    is_explicit = declared is not None and declared.kind == "target-version"
    return _own(path, Asked((), explicit=is_explicit), machine).declaration or declared


def _own(path: str, project: Asked, machine: Machine) -> Own:
    """What is asked about the file at `path`, by itself or its `project`."""
    try:
        data = read_file(path)
    except UnreadableError:  # a folder, or a finding of the check
        return Own(project)
    return asked_about(Source(path, data), project, machine)


def _notices(path: str, own: Own) -> tuple[str, ...]:
    """Why what the script at `path` says of its Python is ignored."""
    wrong = own.block
    of_block = f"{path}:{wrong.line}: {wrong.message} ({wrong.hint})" if wrong else None
    return tuple(filter(None, (of_block, own.note and f"{path}:1: {own.note}")))


def _survey(asked: Asked, machine: Machine) -> Survey:
    reasons = {target.version: target.why for target in asked.targets or asked.wanted}
    return answer(reasons, machine, this_interpreter())


def _folders(top: str) -> Iterator[str]:
    """The folder `top` and all below it that a search would look into, as paths that start with it."""
    yield top
    for folder, names, _ in os.walk(top):
        names[:] = sorted(name for name in names if name not in SKIPPED_FOLDERS)
        yield from (slashed(os.path.join(folder, name)).removeprefix("./") for name in names)
