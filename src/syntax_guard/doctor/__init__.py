"""Which gates a repository has, and what is missing: ``syntax-guard doctor``.

Reads files and asks git where its hooks are. Runs nothing of the repository, writes nothing, imports nothing of it.
"""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING, TypeVar

from . import commit, compose, containers, git_hooks, health, pythons, restart, start, startup, tree
from .documents import Unreadable
from .finding import GATES, Finding, Gate, Place, State, required_missing, unreadable
from .repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable

    from .containers import Container

__all__ = ["GATES", "Finding", "Gate", "Place", "State", "examine", "required_missing"]

_DOCKERFILES = ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "Containerfile", "Containerfile.*")
_NO_DOCKERFILES = (
    ".dockerignore",
    ".j2",
    ".jinja",
    ".jinja2",
    ".tmpl",
    ".tpl",
    ".template",
    ".in",
    ".erb",
    ".md",
    ".py",
)
"""Endings of what is made into a Dockerfile, or is about one."""
_IN_COMPOSE: tuple[Gate, ...] = ("start", "health", "restart")
_Found = TypeVar("_Found")


def examine(root: str) -> tuple[Finding, ...]:
    """Every finding about the repository folder ``root``, in the order of ``GATES``, then of paths and lines.

    ``root`` may be a folder inside a repository: its containers are looked at, the hooks and CI files of the repository
    that holds it, and whatever of that repository they refer to. Paths are relative to ``root``.

    Raises SourcesError where ``root`` is no folder, GitError where git cannot be asked about a repository, UsageError
    where a library of the extra ``doctor`` is needed and not installed.
    """
    folder = git_hooks.locate(Repository(root).root)
    top = folder.top if folder else root
    below = os.path.relpath(os.path.realpath(root), os.path.realpath(top)).replace(os.sep, "/").removeprefix(".")
    whole = Repository(top)
    findings = _caught("commit", lambda: commit.examine(whole, folder)) + _caught("tree", lambda: tree.examine(whole))
    part = Repository(top, below)
    contained = _containers(part)
    probed = any(finding.gate == "health" and finding.state in ("ok", "weak") for finding in contained)
    findings += contained + startup.examine(part, probed=probed)
    findings += _not_applicable({finding.gate for finding in findings})
    findings = [_seen_from(finding, below) for finding in findings]
    gates = list(GATES)
    return tuple(sorted(findings, key=lambda one: (gates.index(one.gate), *_order(one.place))))


def _caught(gate: Gate, examined: Callable[[], list[Finding]]) -> list[Finding]:
    """What ``examined`` finds; a file that cannot be read is a gate that cannot be seen."""
    try:
        return examined()
    except Unreadable as error:
        return [unreadable(gate, error)]


def _containers(repository: Repository) -> list[Finding]:
    """The findings about every Dockerfile and compose file. What compose builds is judged as compose starts it."""
    findings: list[Finding] = []
    composed: set[str] = set()
    paths = [path for path in repository.named(*compose.FILES) if not _is_for_editing(path)]
    for path in sorted(paths, key=lambda one: (compose.main_of(repository, one) is not None, one)):
        try:
            composed |= compose.dockerfiles(repository, path)
            services = compose.services(repository, path)
        except Unreadable as error:
            findings += [unreadable(gate, error) for gate in _IN_COMPOSE]
            continue
        for service in services:
            # A file laid over another says again what the other said; once is enough.
            findings += [one for one in _container(repository, service) if one not in findings]
    for path in repository.named(*_DOCKERFILES):
        if path in composed or path.endswith(_NO_DOCKERFILES) or _is_for_editing(path):
            continue
        try:
            text = repository.text(path)
            image = containers.image_of(text, path) if text is not None else None
        except Unreadable as error:
            findings.append(unreadable("start", error))
            continue
        container = containers.container_of(posixpath.basename(path), image) if image else None
        if container is not None and containers.runs_python(container.image, container.start):
            findings += _container(repository, container)
    return findings


def _not_applicable(seen: set[Gate]) -> list[Finding]:
    """The gates of which nothing was found, and why."""
    container = "no Dockerfile and no compose file starts Python here"
    if "start" in seen:
        container = "nothing here says it: that is for compose, or for what starts the image"
    application = "no application of FastAPI or Starlette is here"
    return [
        Finding(gate, "not-applicable", application if gate == "startup" else container)
        for gate in GATES
        if gate not in seen
    ]


def _is_for_editing(path: str) -> bool:
    """It makes a development container, in which people edit what is broken."""
    return path.startswith(".devcontainer/") or "/.devcontainer/" in path


def _container(repository: Repository, container: Container) -> list[Finding]:
    started = start.examine(repository, container)
    restarted = restart.examine(container, started.state == "ok")
    python = _caught("python", lambda: [pythons.examine(repository, container.image)])
    return [started, *health.examine(container), *([restarted] if restarted else []), *python]


def _seen_from(finding: Finding, below: str) -> Finding:
    """``finding`` with its path relative to the folder ``below`` of the repository."""
    if not below or finding.place is None or posixpath.isabs(finding.place.path):
        return finding
    place = Place(posixpath.relpath(finding.place.path, below), finding.place.line)
    return Finding(finding.gate, finding.state, finding.message, place, finding.why, finding.write)


def _order(place: Place | None) -> tuple[str, int]:
    return (place.path, place.line or 0) if place else ("", 0)
