"""The Python gate: is the Python that judges the one that runs? It reads what ``syntax-guard targets`` reads."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator

from syntax_guard.config import declaring_files
from syntax_guard.config.declarations.declaration import Declaration
from syntax_guard.config.projects import Projects
from syntax_guard.config.settings import COMPOSED, DECLARING, speaks_for
from syntax_guard.config.specifiers import admitted, parse
from syntax_guard.errors import SettingsError, TargetError
from syntax_guard.model import label
from syntax_guard.sources.git_index import GitIndex
from syntax_guard.sources.work_tree import WorkTree
from syntax_guard.storage.store import Store
from syntax_guard.targets.declared import unusable

from ..finding import Advice, Finding, Place, missing, nothing, ok, unsure
from ..repository import Repository

_WHY = "a file is judged by one Python and runs on another, which may refuse it"
_SAME = Advice(pattern="the same Python in both, or a target-version with both beside the nearer one")
_MOST, _MOST_YAML = 1_000, 60_000


def examine(repository: Repository) -> list[Finding]:
    """The answer about each image whose Python is known, and about other declarations that are not followed."""
    folders = sorted({folder for path in repository.files if (folder := speaks_for(path)) is not None})[:_MOST]
    if sum(len(repository.text(path) or "") for path in repository.named(*COMPOSED)) > _MOST_YAML:
        return [unsure("python", "more compose files than are read", None)]
    projects = _projects(repository)
    try:
        counting = {folder: projects.of(folder).declaration for folder in folders}
        found = [_answer(counting[folder], one) for folder in folders for one in _declared(projects, folder)]
    except (SettingsError, TargetError) as error:
        return [unsure("python", error.message, None)]
    found += [unsure("python", note, None) for note in list(projects.notes)[:5]]
    return list(filter(None, dict.fromkeys(found))) or [nothing("python", "no image of Python counts here")]


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
    return Projects(WorkTree(repository.top, index, seen_from=repository.top), Store(None), unusable)


def _declared(projects: Projects, folder: str) -> Iterator[Declaration]:
    """What the files of a folder say of Pythons; of an image, as the compose files build it."""
    builds = [build for build in projects.builds if build.context == folder]
    for build in builds:
        yield from declaring_files.built(projects.read(build.dockerfile) or b"", build).declarations
    for path in (posixpath.join(folder, name) for name in DECLARING):
        if path not in (build.dockerfile for build in builds):
            yield from declaring_files.read(projects.read(path) or b"", path).declarations


def _answer(counts: Declaration | None, one: Declaration) -> Finding | None:
    """What is to be said of a declaration where another counts: of a pin below a floor, of a floor below a table."""
    if counts is None or unusable(one):
        return None
    names, own, is_image = _names(counts), _names(one)[0], one.shown.startswith("FROM ")
    said, place = f"{counts.shown} in {counts.place}", Place(one.path, one.line)
    is_above = counts.kind == "target-version" and posixpath.dirname(counts.path) != posixpath.dirname(one.path)
    is_hidden = (counts.kind, one.kind) == ("floor", "pin") or (is_above and one.kind == "floor")
    if own not in names and (is_image or is_hidden):
        said = f"runs Python {own}, not what {said} says" if is_image else f"is not asked: {said} counts"
        return missing("python", f"{one.shown} {said}", place, _WHY, _SAME)
    is_newer = counts.kind == "floor" and own != names[0]
    asked = f"; asked are {names[0]} and the Python that runs syntax-guard" if is_newer else ""
    return ok("python", f"{one.shown} runs Python {own}, as {said} says{asked}", place) if is_image else None


def _names(declared: Declaration) -> list[str]:
    """The versions that a declaration admits, or names, in its order."""
    if declared.kind == "floor":
        return [*map(label, admitted(declared.says[0]))]
    return [*declared.says] if declared.kind == "pin" else [*map(label, map(parse, declared.says))]
