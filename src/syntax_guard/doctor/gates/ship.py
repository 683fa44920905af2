"""The ship gate: is what gets published checked first?"""

from __future__ import annotations

import re

from ..finding import Advice, Finding, missing, nothing, ok, unsure
from ..parsers import ci
from ..parsers.commands import calls, mentions
from ..repository import Repository

_WHY = "a release whose files do not parse on a Python that it admits has to be yanked"
_PUBLISHING = re.compile(r"\b(?:twine upload|(?:uv|poetry|flit|hatch|pdm) publish)\b")
_BUILDING = re.compile(r"build|bdist|sdist|download-artifact")


def examine(repository: Repository) -> list[Finding]:
    """The answer about each step that publishes."""
    every = ci.every(repository)
    publishing = [one for one in every if "gh-action-pypi-publish" in one.uses or _PUBLISHING.search(one.script)]
    return [_answer(repository, every, step) for step in publishing[:5]] or [nothing("ship", "no CI step publishes")]


def _answer(repository: Repository, every: list[ci.Step], publishing: ci.Step) -> Finding:
    """What stands between the last step that builds and the one that publishes, in its job, counts."""
    job = [one for one in every[: every.index(publishing) + 1] if one.job == publishing.job]
    last = max((index for index, one in enumerate(job) if _BUILDING.search(f"{one.script} {one.uses}")), default=0)
    given = re.search(r"packages-dir=(\S+)", publishing.uses)
    given = given or re.search(r"upload .*?([\w./-]+)/\*", publishing.script)
    folder = given[1].rstrip("/") if given else "dist"
    command = f"syntax-guard check {folder}/*"
    regardless = re.search(r"(?:always|cancelled|failure)\(\)", repository.text(publishing.place.path) or "")
    for step in job[last:]:
        doubtful = step.unsure or step.never or publishing.unsure or regardless
        for one in [] if doubtful else calls(step.words) or []:
            whole = one.verb == "check" and not one.unsure and {folder, f"{folder}/*"} & {*one.paths}
            if whole and one.command.stops and not _PUBLISHING.search(one.command.before):
                return ok("ship", f"{one.written} stands before what publishes", step.place)
    elsewhere = [one for one in every if one not in job and folder in f"{one.script} {one.uses}"]
    if any(mentions(f"{step.script} {step.uses}") for step in (*job, *elsewhere)):
        return unsure("ship", "whether what it publishes was checked", publishing.place)
    builds = _BUILDING.search(publishing.script)  # what it publishes is not there before
    edit = None if builds else ci.before(repository, every, publishing, command)
    advice = Advice((edit,)) if edit else Advice(pattern=f"before what publishes: {command}")
    return missing("ship", "what it publishes is not checked", publishing.place, _WHY, advice)
