"""Do the images run a Python that the project admits, and that the commit is judged for?"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from syntax_guard.errors import UsageError
from syntax_guard.model import Record

from .documents import read_toml
from .finding import Finding

if TYPE_CHECKING:
    from syntax_guard.model import Version

    from .image import Image
    from .repository import Repository

_WHY = "the commit is judged for one Python and runs on another, which may refuse it"


class Project(Record):
    """What a pyproject.toml says of versions."""

    path: str
    requires: str | None
    """``requires-python``"""
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


def _project(table: dict[str, Any], path: str) -> Project:
    requires = _table(table, "project").get("requires-python")
    targets = _table(_table(table, "tool"), "syntax-guard").get("target-version", [])
    versions = [
        re.fullmatch(r"(?:py)?(3)\.?(\d+)", str(one)) for one in (targets if isinstance(targets, list) else [targets])
    ]
    return Project(
        path,
        requires if isinstance(requires, str) else None,
        tuple((int(version[1]), int(version[2])) for version in versions if version),
    )


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def examine(repository: Repository, image: Image) -> Finding:
    """The Python of ``image``, against the project that it is built from. Raises Unreadable and UsageError."""
    version, place = image.version, image.base_place
    if version is None and image.floats:
        why = "the next minor version arrives with a build, unasked, and has not judged a single commit"
        return Finding(
            "python", "weak", f"{image.base} is whatever Python is the newest", place, why, "python:3.13-slim"
        )
    if version is None:
        return Finding("python", "not-applicable", f"{image.base} does not say which Python it has", place)
    project = project_of(repository, posixpath.dirname(image.path))
    label = f"{version[0]}.{version[1]}"
    if project is None or (project.requires is None and not project.targets):
        where = project.path if project else "pyproject.toml"
        why = "without it, a commit is judged by whatever Python somebody happens to have"
        message = f"{image.base} runs Python {label}, and nothing says which Pythons the project is for"
        return Finding("python", "weak", message, place, why, f'requires-python = ">={label}"  # in {where}')
    if project.requires is not None and not _admits(project, version):
        message = f"{image.base} runs Python {label}, {project.path} says requires-python {project.requires!r}"
        return Finding("python", "missing", message, place, _WHY, "the same Python in both")
    if project.targets and version not in project.targets:
        listed = ", ".join(f"{major}.{minor}" for major, minor in project.targets)
        message = f"{image.base} runs Python {label}, and target-version is {listed}"
        return Finding(
            "python", "missing", message, place, _WHY, f'target-version = [..., "{label}"]  # in {project.path}'
        )
    return Finding("python", "ok", f"{image.base} runs Python {label}", place)


def _admits(project: Project, version: Version) -> bool:
    """Any patch release of ``version`` is admitted."""
    try:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet
    except ImportError:
        message = "doctor needs packaging to understand requires-python"
        raise UsageError(message, "python -m pip install 'syntax-guard[doctor]'") from None
    try:
        specifiers = SpecifierSet(project.requires or "")
    except InvalidSpecifier:
        return False
    return any(specifiers.contains(f"{version[0]}.{version[1]}.{patch}", prereleases=True) for patch in range(40))
