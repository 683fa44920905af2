"""The ship gate: is what gets published checked first?"""

from __future__ import annotations

import re

from ..finding import Advice, Finding, missing, nothing, ok, unsure
from ..parsers import ci
from ..parsers.commands import SPEAKS, calls
from ..repository import Repository

_WHY = "a release whose files do not parse on a Python that it admits has to be yanked"
_PUBLISHING = re.compile(r"\b(?:twine upload|(?:uv|poetry|flit|hatch|pdm) publish)\b|gh-action-pypi-publish")
_BUILDING = re.compile(r"build|bdist|sdist|download-artifact")
_FOLDER = re.compile(r"packages-dir=(\S+?)/? |upload .*?([\w./-]+)/\*")


def examine(repository: Repository) -> list[Finding]:
    """The answer about each step that publishes."""
    every = ci.every(repository)
    publishing = [one for one in every if _PUBLISHING.search(f"{one.script} {one.uses}")]
    return [_answer(repository, every, step) for step in publishing[:5]] or [nothing("ship", "no CI step publishes")]


def _answer(repository: Repository, every: list[ci.Step], publishing: ci.Step) -> Finding:
    """What stands between the last step that builds and the one that publishes, in its job, counts."""
    job = [one for one in every[: every.index(publishing) + 1] if one.job == publishing.job]
    last = max((index for index, one in enumerate(job) if _BUILDING.search(f"{one.script} {one.uses}")), default=0)
    given = _FOLDER.search(f"{publishing.script} {publishing.uses} ")
    folder = (given[1] or given[2]) if given else "dist"
    regardless = re.search(r"(?:always|cancelled|failure)\(\)", repository.text(publishing.place.path) or "")
    for step in [] if publishing.doubt or regardless else job[last:]:
        for one in [] if step.doubt else calls(step.words, "check"):
            if not one.doubt and {folder, f"{folder}/*"} & {*one.paths} and not _PUBLISHING.search(one.before):
                return ok("ship", f"{' '.join(one.words)} stands before what publishes", step.place)
    elsewhere = [one for one in every if one not in job and folder in f"{one.script} {one.uses}"]
    if any(SPEAKS.search(f"{step.script} {step.uses}") for step in (*job, *elsewhere)):
        return unsure("ship", "whether what it publishes was checked", publishing.place)
    builds = _BUILDING.search(publishing.script)  # what it publishes is not there before
    command = f"syntax-guard check {folder}/*"
    edit = None if builds else ci.before(repository, every, publishing, command)
    advice = Advice((edit,)) if edit else Advice(pattern=f"before what publishes: {command}")
    return missing("ship", "what it publishes is not checked", publishing.place, _WHY, advice)
