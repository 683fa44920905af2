"""The ship gate: is what gets published checked first?"""

from __future__ import annotations

import re

from ..finding import Advice, Finding, missing, nothing, ok, unsure
from ..parsers import ci
from ..parsers.commands import SPEAKS, calls
from ..repository import Repository

PROMISE = "what is published is checked first"
_WHY = "a release whose files do not parse on a Python that it admits has to be yanked"
_PUBLISHING = re.compile(r"\b(?:twine upload|(?:uv|poetry|flit|hatch|pdm) publish)\b|gh-action-pypi-publish")
_FOLDER = re.compile(r"packages-dir=(\S+?)/? |upload .*?([\w./-]+)/\*")


def examine(repository: Repository) -> list[Finding]:
    """The answer about each step that publishes."""
    every = ci.every(repository)
    publishing = [one for one in every if _PUBLISHING.search(one.text)]
    return [_answer(repository, every, step) for step in publishing[:5]] or [nothing("ship", "no CI step publishes")]


def _answer(repository: Repository, every: list[ci.Step], publishing: ci.Step) -> Finding:
    """What stands between the last step that builds and the one that publishes, in its job, counts."""
    job = [one for one in every[: every.index(publishing) + 1] if one.job == publishing.job]
    building = [index for index, one in enumerate(job) if re.search("build|bdist|sdist|download-artifact", one.text)]
    given = _FOLDER.search(f"{publishing.text} ")
    folder = (given[1] or given[2]) if given else "dist"
    regardless = re.search(r"(?:always|cancelled|failure)\(\)", repository.text(publishing.place.path) or "")
    for step in [] if publishing.doubt or regardless else job[max(building, default=0) :]:
        for one in [] if step.doubt else calls(step.words, "check"):
            if not one.doubt and {folder, f"{folder}/*"} & {*one.paths} and not _PUBLISHING.search(one.before):
                return ok("ship", f"{one.text} stands before what publishes", step.place)
    elsewhere = [one for one in every if one not in job and folder in one.text]
    if any(SPEAKS.search(step.text) for step in (*job, *elsewhere)):
        return unsure("ship", "whether what it publishes was checked", publishing.place)
    steps = ", then ".join(map(str.strip, ci.written(publishing.place.path, f"syntax-guard check {folder}/*")))
    advice = Advice(pattern=f"behind what builds and before what publishes: {steps}")
    return missing("ship", "what it publishes is not checked", publishing.place, _WHY, advice)
