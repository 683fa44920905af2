"""Which targets apply in each project of a folder, searched for anew: a person who asks wants to know why."""

from __future__ import annotations

import os

from ..model import UNKNOWN, Record, Source, this_interpreter
from ..sources.readers import File, UnreadableError, read_file
from ..sources.selection import SKIPPED_FOLDERS, slashed
from .by_project import ByProject
from .machine import Machine, machine_of
from .resolve import answer, survey
from .rules import Asked, hears_scripts
from .scripts import asked_about

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..config.settings import Settings
    from .resolve import Survey


class ProjectSurvey(Record):
    """The targets of the files of one project."""

    folder: str
    """As it is seen from the current folder: ``.``, ``apps/backend``."""
    survey: Survey


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
    if not settings.projects or {"target_version", "python"} & settings.overrides:
        found = survey(settings.target_version, settings.python, settings.requires_python, fresh)
        if path is None or not hears_scripts(settings):
            return Surveys((ProjectSurvey(path or ".", found),))
        asked, notices = _of_script(path, Asked(found.targets), fresh)
        return Surveys((ProjectSurvey(path, _survey(asked, fresh)),), notices)
    rules = ByProject(settings, machine, (path or ".",))
    rules.asked = (path or ".",)
    if path is not None:
        inside = slashed(os.path.join(path, "")) if os.path.isdir(path) else path
        asked, notices = _of_script(path, rules.of(File(inside, UNKNOWN)).asked, fresh)
        return Surveys((ProjectSurvey(path, _survey(asked, fresh)),), (*rules.notices, *notices))
    seen: dict[Asked, str] = {}
    for folder in _folders("."):
        asked = rules.of(File(f"{folder}/", UNKNOWN)).asked
        if folder == "." or rules.declares(folder):
            seen.setdefault(asked, folder)
    projects = tuple(ProjectSurvey(folder, _survey(asked, fresh)) for asked, folder in seen.items())
    return Surveys(projects, rules.notices)


def _of_script(path: str, project: Asked, machine: Machine) -> tuple[Asked, tuple[str, ...]]:
    """What is asked about the file at `path`, by itself or its `project`; and why what it says is ignored."""
    try:
        data = read_file(path)
    except UnreadableError:  # a folder, or a finding of the check
        return project, ()
    own = asked_about(Source(path, data), project, machine)
    wrong = own.block
    of_block = f"{path}:{wrong.line}: {wrong.message} ({wrong.hint})" if wrong else None
    return own.asked, tuple(filter(None, (of_block, own.note and f"{path}:1: {own.note}")))


def _survey(asked: Asked, machine: Machine) -> Survey:
    reasons = {target.version: target.why for target in asked.targets or asked.wanted}
    return answer(reasons, machine, this_interpreter())


def _folders(top: str) -> Iterator[str]:
    """The folder `top` and all below it that a search would look into, as paths that start with it."""
    yield top
    for folder, names, _ in os.walk(top):
        names[:] = sorted(name for name in names if name not in SKIPPED_FOLDERS)
        yield from (slashed(os.path.join(folder, name)).removeprefix("./") for name in names)
