"""CI files of several services, as one list of steps."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from syntax_guard.model import Record

from .documents import Mapping, Value
from .finding import Place

if TYPE_CHECKING:
    from .repository import Repository

_GITHUB = (".github/workflows/*.y*ml", ".forgejo/workflows/*.y*ml", ".gitea/workflows/*.y*ml")
_GITLAB = (".gitlab-ci.yml", ".gitlab-ci.yaml")
_OTHERS = (
    ".circleci/config.yml", "azure-pipelines.y*ml", ".azure-pipelines/*.y*ml", "bitbucket-pipelines.yml", ".travis.yml",
    ".drone.yml", ".woodpecker.y*ml", ".woodpecker/*.y*ml", "appveyor.yml", ".appveyor.yml", ".cirrus.yml",
    ".buildkite/*.y*ml", "cloudbuild.yaml", "buildspec.y*ml",
)  # fmt: skip
_GITLAB_KEYS = frozenset({"include", "stages", "variables", "workflow", "default", "image", "spec"})
_DEEPEST = 3


class Step(Record):
    """One thing that CI does."""

    script: str
    """Shell text; empty for a step that uses an action."""
    uses: str
    """The action, component or template that it uses; empty for a step with a script."""
    options: tuple[str, ...]
    """What an action is given."""
    place: Place
    errexit: bool
    """The shell stops at an error."""
    tolerated: str | None
    """Why a failure does not make CI red, or None where it does."""


def files(repository: Repository) -> list[str]:
    """The CI files at the top of the repository."""
    every = (*_GITHUB, *_GITLAB, *_OTHERS, "Jenkinsfile")
    return [path for path in repository.files if any(fnmatch(path, pattern) for pattern in every)]


def steps(repository: Repository, path: str) -> list[Step]:
    """What the CI file ``path`` does. Raises Unreadable."""
    if path == "Jenkinsfile":
        return _jenkins(repository.text(path) or "", path)
    documents = repository.yaml(path)
    if any(fnmatch(path, pattern) for pattern in _GITHUB):
        return [
            step for document in documents if isinstance(document, Mapping) for step in _github(repository, document)
        ]
    if path in _GITLAB:
        return [
            step for document in documents if isinstance(document, Mapping) for step in _gitlab(repository, document)
        ]
    return [Step(text, "", (), place, True, None) for document in documents for text, place in _texts(document, path)]


def _github(repository: Repository, workflow: Mapping) -> list[Step]:
    found: list[Step] = []
    by_hand = _triggers(workflow)
    for job in workflow.section("jobs").values():
        if isinstance(job, Mapping):
            tolerated = "continue-on-error" if job.text("continue-on-error") == "true" else by_hand
            if job.text("uses"):  # another workflow; one of this repository is among its files
                found.append(Step("", job.text("uses") or "", (), job.place_of("uses"), True, tolerated))
            found += _github_steps(repository, job, tolerated, 0)
    return found


def _github_steps(repository: Repository, job: Mapping, outer: str | None, depth: int) -> list[Step]:
    """The steps of a job or of a composite action, with those of the repository's own actions that they use."""
    found: list[Step] = []
    for step in job.items_of("steps"):
        if isinstance(step, Mapping):
            tolerated = "continue-on-error" if step.text("continue-on-error") == "true" else outer
            script = re.sub(r"\$\{\{.*?\}\}", "EXPRESSION", step.text("run") or "", flags=re.DOTALL)
            place = step.place_of("run" if script else "uses")
            options = tuple(text for text, _ in _texts(step.get("with"), place.path))
            uses = step.text("uses") or ""
            found.append(Step(script, uses, options, place, True, tolerated))
            if uses.startswith("./") and depth < _DEEPEST:
                for name in ("action.yml", "action.yaml"):
                    action = repository.mapping(posixpath.normpath(posixpath.join(uses, name)))
                    found += _github_steps(repository, action.section("runs"), tolerated, depth + 1)
    return found


def _triggers(workflow: Mapping) -> str | None:
    """Why a workflow does not run for every change, or None where it does."""
    triggers = workflow.items_of("on")
    names = {name for item in triggers for name in (item if isinstance(item, Mapping) else [item])}
    if names & {"push", "pull_request", "pull_request_target", "merge_group", "workflow_call"} or not names:
        return None
    return f"it runs on {', '.join(sorted(map(str, names)))} alone"


def _gitlab(repository: Repository, pipeline: Mapping) -> list[Step]:
    found, jobs = _gitlab_jobs(repository, pipeline, 0)
    for name in jobs:
        if name in _GITLAB_KEYS or name.startswith("."):
            continue
        job = _extended(jobs, name, 0)
        tolerated = "allow_failure" if job.text("allow_failure") == "true" else None
        for key in ("before_script", "script"):
            for text, place in _texts(job.get(key), job.place.path, job.place_of(key)):
                found.append(Step(text, "", (), place, True, tolerated))
    return found


def _gitlab_jobs(repository: Repository, pipeline: Mapping, depth: int) -> tuple[list[Step], Mapping]:
    """What a pipeline includes, and its jobs over those of the files that it includes from this repository."""
    found: list[Step] = []
    jobs = Mapping(pipeline.place)
    for item in pipeline.items_of("include"):
        place = item.place if isinstance(item, Mapping) else pipeline.place_of("include")
        names = [text for text, _ in _texts(item, place.path)]
        found.append(Step("", " ".join(names), (), place, True, None))
        local = [name.lstrip("/") for name in names if name.endswith((".yml", ".yaml"))]
        for path in repository.files if local and depth < _DEEPEST else ():
            if any(fnmatch(path, name) for name in local):
                more, included = _gitlab_jobs(repository, repository.mapping(path), depth + 1)
                found += more
                jobs = jobs.overlaid(included)
    return found, jobs.overlaid(pipeline)


def _extended(jobs: Mapping, name: str, depth: int) -> Mapping:
    """A job with what it extends, the later over the earlier."""
    job = jobs.section(name)
    whole = Mapping(job.place)
    for base in job.items_of("extends"):
        if isinstance(base, str) and base in jobs and depth < _DEEPEST:
            whole = whole.overlaid(_extended(jobs, base, depth + 1))
    return whole.overlaid(job)


def _jenkins(text: str, path: str) -> list[Step]:
    shells = re.compile(r"""\bsh\s*\(?\s*(?:script\s*:\s*)?('''|\"""|'|")(.*?)\1""", re.DOTALL)
    return [
        Step(match[2], "", (), Place(path, text.count("\n", 0, match.start()) + 1), True, None)
        for match in shells.finditer(text)
    ]


def _texts(
    value: Value, path: str, place: Place | None = None, seen: frozenset[int] = frozenset()
) -> list[tuple[str, Place]]:
    """Every scalar at any depth with the place of the nearest key; what contains itself is entered once."""
    if isinstance(value, str):
        return [(value, place or Place(path))]
    if value is None or id(value) in seen:
        return []
    seen = seen | {id(value)}
    if isinstance(value, Mapping):
        return [text for key, item in value.items() for text in _texts(item, path, value.place_of(key), seen)]
    return [text for item, at in zip(value, value.places, strict=True) for text in _texts(item, path, at, seen)]
