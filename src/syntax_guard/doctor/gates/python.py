"""The Python gate: is the Python that judges the one that runs? It reads what ``syntax-guard targets`` reads."""

import posixpath
import sys
from collections.abc import Iterator

from syntax_guard.config import declaring_files
from syntax_guard.config.declarations.declaration import Declaration
from syntax_guard.config.declarations.dockerfile import python_of
from syntax_guard.config.projects import Projects
from syntax_guard.config.settings import COMPOSED, folders_of, speaks_for
from syntax_guard.config.specifiers import admitted, parse
from syntax_guard.errors import SettingsError, TargetError
from syntax_guard.model import label
from syntax_guard.sources.git_index import GitIndex
from syntax_guard.sources.work_tree import WorkTree
from syntax_guard.storage.store import Store
from syntax_guard.targets.declared import unusable

from ..finding import Advice, Finding, Place, missing, nothing, ok, unsure
from ..parsers.services import started
from ..repository import Repository

PROMISE = "the Python that judges is the Python that runs"
_WHY = "a file is judged by one Python and runs on another, which may refuse it"
_SAME = Advice(pattern="the same Python in both, or a target-version with both beside the nearer one")
_MOST, _MOST_YAML = 1_000, 60_000


def examine(repository: Repository) -> list[Finding]:
    """The answer about each image whose Python is known, and about other declarations that are not followed."""
    if sum(len(repository.text(path) or "") for path in repository.named(*COMPOSED)) > _MOST_YAML:
        return [unsure("python", "more compose files than are read", None)]
    projects = _projects(repository)
    try:
        found = [_answer(*one) for one in _declared(repository, projects)]
    except (SettingsError, TargetError) as error:
        return [unsure("python", error.message, None)]
    found += [unsure("python", note, None) for note in list(projects.notes)[:5]]
    return list(filter(None, dict.fromkeys(found))) or [nothing("python", "no image whose Python is known")]


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


def _declared(repository: Repository, projects: Projects) -> Iterator[tuple[Declaration | None, Declaration, bool]]:
    """What counts for each declaration, the declaration, and whether it is that of an image."""
    for one in started(repository)[0]:
        place = Place(one.image.path, one.image.stage.line) if one.image else one.place
        if one.kind in ("dockerfile", "compose") and (version := python_of(one.base)):
            said = Declaration("pin", (version,), f"{one.base} runs Python {version}", place.path, place.line)
            yield projects.of(one.image.context if one.image else posixpath.dirname(place.path)).declaration, said, True
    for path in list(filter(speaks_for, repository.files))[:_MOST]:
        counts = projects.of(folders_of(path)[0]).declaration
        content = b"" if posixpath.basename(path) in ("Dockerfile", "Containerfile") else projects.read(path)
        yield from ((counts, said, False) for said in declaring_files.read(content or b"", path).declarations)


def _answer(counts: Declaration | None, one: Declaration, is_image: bool) -> Finding | None:
    """What is to be said of a declaration where another counts: of a pin below a floor, of a floor below a table."""
    place = Place(one.path, one.line)
    if counts is None and is_image:
        advice = Advice(pattern=f'in pyproject.toml, under [project]: requires-python = ">={one.says[0]}"')
        return missing("python", f"{one.shown}, and nothing says what is for it", place, _WHY, advice)
    if counts is None or unusable(one):
        return None
    names, own, said = _names(counts), _names(one)[0], f"{counts.shown} in {counts.place}"
    is_above = counts.kind == "target-version" and posixpath.dirname(counts.path) != posixpath.dirname(one.path)
    is_hidden = (counts.kind, one.kind) == ("floor", "pin") or (is_above and one.kind == "floor")
    if own not in names and (is_image or is_hidden):
        said = f"{one.shown}, not what {said} says" if is_image else f"{one.shown} is not asked: {said} counts"
        return missing("python", said, place, _WHY, _SAME)
    is_newer = counts.kind == "floor" and own != names[0]
    asked = f"; asked are {names[0]} and the Python that runs syntax-guard" if is_newer else ""
    said = f"{said} is asked" if counts.place == one.place else f"{one.shown}, as {said} says{asked}"
    return ok("python", said, place) if is_image else None


def _names(declared: Declaration) -> list[str]:
    """The versions that a declaration admits, or names, in its order."""
    if declared.kind == "floor":
        return [*map(label, admitted(declared.says[0]))]
    return [*declared.says] if declared.kind == "pin" else [*map(label, map(parse, declared.says))]
