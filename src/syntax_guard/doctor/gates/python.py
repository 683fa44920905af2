"""The Python gate: is the Python that judges the one that runs? It reads what ``syntax-guard targets`` reads."""

from __future__ import annotations

import posixpath
import sys

from syntax_guard.config import declaring_files
from syntax_guard.config.declarations.declaration import Declaration
from syntax_guard.config.declarations.dockerfile import python_of
from syntax_guard.config.projects import Projects
from syntax_guard.config.settings import DECLARING, speaks_for
from syntax_guard.config.specifiers import admitted, parse
from syntax_guard.errors import SettingsError, TargetError
from syntax_guard.model import label
from syntax_guard.sources.git_index import GitIndex
from syntax_guard.sources.work_tree import WorkTree
from syntax_guard.storage.store import Store
from syntax_guard.targets.declared import unusable

from ..finding import Advice, Finding, Place, missing, nothing, ok, unsure
from ..parsers.services import Service, started
from ..repository import Repository

_WHY = "a file is judged by one Python and runs on another, which may refuse it"
_SAME = "the same Python in both"
_MOST, _MOST_YAML = 1_000, 60_000


def examine(repository: Repository) -> list[Finding]:
    """The answer about each image that says which Python it has, and about declarations that are not followed."""
    projects = _projects(repository)
    folders = sorted({folder for path in repository.files if (folder := speaks_for(path)) is not None})[:_MOST]
    if sum(len(repository.text(path) or "") for path in repository.named(*DECLARING[-4:])) > _MOST_YAML:
        return [unsure("python", "more compose files than are read", None)]
    images = [one for one in started(repository)[0] if one.kind in ("dockerfile", "compose")]
    try:
        found = [_of_image(projects, one) for one in images]
        found += [answer for folder in folders for answer in _not_followed(projects, folder)]
    except (SettingsError, TargetError) as error:
        return [unsure("python", error.message, None)]
    found += [unsure("python", note, None) for note in list(projects.notes)[:5]]
    return list(dict.fromkeys(found)) or [nothing("python", "no image of Python is here")]


def python_for(repository: Repository) -> str:
    """The Python that a new CI job takes: the project's, or this one where the tool does not run on that."""
    try:
        declared = _projects(repository).of("").declaration
        version = parse(_names(declared)[0]) if declared else (0, 0)
    except (SettingsError, TargetError):
        version = (0, 0)
    return label(version if version >= (3, 10) else sys.version_info[:2])


def _projects(repository: Repository) -> Projects:
    index = GitIndex(repository.top) if repository.in_git else None
    tree = WorkTree(repository.top, index, seen_from=repository.top)
    return Projects(tree, Store(None), unusable)


def _of_image(projects: Projects, service: Service) -> Finding:
    place = Place(service.image.path, service.image.stage.line) if service.image else service.place
    version = python_of(service.base)
    if version is None:
        return unsure("python", f"which Python {service.base or service.name} has", place)
    declared = projects.of(posixpath.dirname(place.path)).declaration
    runs = f"{service.base} runs Python {version}"
    if declared is None:
        advice = Advice(pattern=f'in pyproject.toml, under [project]: requires-python = ">={version}"')
        return missing("python", f"{runs}, and nothing says what is for it", place, _WHY, advice)
    said, names = f"{declared.shown} in {declared.place}", _names(declared)
    if version not in names:
        return missing("python", f"{runs}, not what {said} says", place, _WHY, Advice(pattern=_SAME))
    is_newer = declared.kind == "floor" and version != names[0]
    asked = f"; asked are {names[0]} and this interpreter" if is_newer else ""
    return ok("python", f"{runs}, as {said} says{asked}", place)


def _not_followed(projects: Projects, folder: str) -> list[Finding]:
    """What a folder says of Pythons and is not asked: a pin that its floor refuses, a floor below a table of ours."""
    counts, found = projects.of(folder).declaration, []
    for path in (
        posixpath.join(folder, name) for name in DECLARING if not name.endswith(("Dockerfile", "Containerfile"))
    ):
        content = projects.read(path) or b""  # an image has its own finding
        for one in declaring_files.read(content, path).declarations:
            is_above = counts and counts.kind == "target-version" and posixpath.dirname(counts.path) != folder
            hidden = counts and ((counts.kind, one.kind) == ("floor", "pin") or (is_above and one.kind == "floor"))
            if counts and hidden and unusable(one) is None and _names(one)[0] not in _names(counts):
                message = f"{one.shown} is not asked: {counts.shown} in {counts.place} counts"
                advice = Advice(pattern=f"{_SAME}, or a target-version with both beside the nearer one")
                found.append(missing("python", message, Place(one.path, one.line), _WHY, advice))
    return found


def _names(declared: Declaration) -> list[str]:
    """The versions that a declaration admits, or names, in its order."""
    if declared.kind == "floor":
        return [*map(label, admitted(declared.says[0]))]
    return [*declared.says] if declared.kind == "pin" else [*map(label, map(parse, declared.says))]
