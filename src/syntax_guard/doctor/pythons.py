"""Do the images run a Python that the project admits, and that the commit is judged for?"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from syntax_guard import versions
from syntax_guard.errors import SyntaxGuardError
from syntax_guard.model import Record

from .documents import Unreadable, read_toml
from .finding import Finding, Place

if TYPE_CHECKING:
    from syntax_guard.model import Version

    from .image import Image
    from .repository import Repository

_WHY = "the commit is judged for one Python and runs on another, which may refuse it"


class Project(Record):
    """What a pyproject.toml says of versions."""

    path: str
    requires: str | None
    """``requires-python``, as it is written."""
    admitted: tuple[Version, ...] | None
    """The versions that it admits; None where it is not written."""
    targets: tuple[Version, ...]
    """``[tool.syntax-guard] target-version``"""


def project_of(repository: Repository, folder: str) -> Project | None:
    """The nearest pyproject.toml at ``folder`` or above it. Raises Unreadable."""
    while True:
        path = posixpath.join(folder, "pyproject.toml")
        text = repository.text(path)
        if text is not None:
            return _project(read_toml(text, path), path)
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _project(document: dict[str, Any], path: str) -> Project:
    """Raises Unreadable where a version is not one."""
    tool = document.get("tool")
    settings = tool.get("syntax-guard") if isinstance(tool, dict) else None
    targets = settings.get("target-version", []) if isinstance(settings, dict) else []
    try:
        requires = versions.declared(document, path)
        return Project(
            path,
            requires,
            None if requires is None else tuple(versions.admitted(requires)),
            tuple(versions.parse(str(target)) for target in (targets if isinstance(targets, list) else [targets])),
        )
    except SyntaxGuardError as error:
        raise Unreadable(Place(path), error.message) from None


def examine(repository: Repository, image: Image) -> Finding:
    """The Python of ``image``, against the project that it is built from. Raises Unreadable."""
    version, place = image.version, image.base_place
    if version is None and image.floats:
        why = "the next minor version arrives with a build, unasked, and has not judged a single commit"
        return Finding(
            "python", "weak", f"{image.base} is whatever Python is the newest", place, why, "python:3.13-slim"
        )
    if version is None:
        return Finding("python", "not-applicable", f"{image.base} does not say which Python it has", place)
    project = project_of(repository, posixpath.dirname(image.path))
    label = versions.label(version)
    if project is None or (project.requires is None and not project.targets):
        where = project.path if project else "pyproject.toml"
        why = "without it, a commit is judged by whatever Python somebody happens to have"
        message = f"{image.base} runs Python {label}, and no pyproject.toml says which Pythons the project is for"
        return Finding("python", "weak", message, place, why, f'requires-python = ">={label}"  # in {where}')
    if project.admitted is not None and version not in project.admitted:
        message = f"{image.base} runs Python {label}, {project.path} says requires-python {project.requires!r}"
        return Finding("python", "missing", message, place, _WHY, "the same Python in both")
    if project.targets and version not in project.targets:
        listed = ", ".join(map(versions.label, project.targets))
        message = f"{image.base} runs Python {label}, and target-version is {listed}"
        return Finding(
            "python", "missing", message, place, _WHY, f'target-version = [..., "{label}"]  # in {project.path}'
        )
    return Finding("python", "ok", f"{image.base} runs Python {label}", place)
