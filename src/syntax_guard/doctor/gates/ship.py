"""The ship gate: is what gets published checked first?"""

import re

from ..finding import Advice, Finding, missing, nothing, ok, unsure
from ..parsers import ci
from ..parsers.commands import SPEAKS, Call, calls, changed, commands, unwrapped
from ..repository import Repository

PROMISE = "what is published is checked first"
_WHY = "a release whose files do not parse on a Python that it admits has to be yanked"
_PUBLISHING = re.compile(r"\b(?:twine upload|(?:uv|poetry|flit|hatch|pdm|maturin) publish)\b|gh-action-pypi-publish")
_BUILDING = re.compile(r"build|bdist|sdist|download-artifact")
_SENDING = re.compile(
    r"(?:twine upload|(?:uv|poetry|hatch) publish|uses pypa/gh-action-pypi-publish@\S+)(?: (?!--build)--?[\w-]+"
    r"(?:[= ][\w:/.-]+?)??| with/(?!packages)\S+)*(?: (?:with/packages[-_]dir=)?([\w./-]+?)/?\*?)?(?: with/\S+)*"
)  # with the folder whose files it sends


def examine(repository: Repository) -> list[Finding]:
    """The answer about each step that publishes."""
    every = ci.every(repository)
    publishing = [one for one in every if _PUBLISHING.search(one.text)]
    return [_answer(repository, every, step) for step in publishing[:5]] or [nothing("ship", "no CI step publishes")]


def _answer(repository: Repository, every: list[ci.Step], publishing: ci.Step) -> Finding:
    """Whether the folder that it sends is checked before, in its job, by the last command that may have changed it."""
    job = [one for one in every[: every.index(publishing) + 1] if one.job == publishing.job]
    run = [(step, one.text) for step in job for one in commands(step.words) or [Call("what is not read")]]
    regardless = re.search(r"(?:always|cancelled|failure)\(\)", repository.text(publishing.place.path) or "")
    sent = [found for step, text in run if step is publishing and (found := _SENDING.fullmatch(unwrapped(text)))]
    folder = (sent[0][1] if sent else None) or "dist"
    seen = [one for step in job for one in calls(step.words, "check") if not (one.doubt or step.doubt)]
    checks, checked = {one.text for one in seen if {folder, f"{folder}/*"} & {*one.paths}}, None
    for step, text in [] if publishing.doubt or regardless or len({one[1] for one in sent}) != 1 else run:
        if checked and text.endswith(sent[0][0]):
            return ok("ship", f"{checked} stands before what publishes", step.place)
        checked = text if text in checks else None if changed([text]) or _BUILDING.search(text) else checked
    elsewhere = [one for one in every if one not in job and folder in one.text]
    if any(SPEAKS.search(step.text) for step in (*job, *elsewhere)):
        return unsure("ship", "whether what it publishes was checked", publishing.place)
    steps = ", then ".join(map(str.strip, ci.written(publishing.place.path, f"syntax-guard check {folder}/*")))
    advice = Advice(pattern=f"behind what builds and before what publishes: {steps}")
    return missing("ship", "what it publishes is not checked", publishing.place, _WHY, advice)
