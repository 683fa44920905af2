"""The tree gate: does CI check every file?"""

from __future__ import annotations

import posixpath
import re
from itertools import count

from ..finding import Advice, Edit, Finding, Place, missing, ok, unsure
from ..parsers import ci, tasks
from ..parsers.ci import Step
from ..parsers.commands import TOOL, Call, calls, commands
from ..repository import Repository
from .hook import Configuration, run_by
from .python import python_for

_WHY = "a hook can be skipped (--no-verify) or never installed; the check in CI cannot"
_MOST_LINES = 50
"""Of a text that is not read, which are looked at."""


def examine(repository: Repository) -> list[Finding]:
    """The answers about CI: what surely runs, else what cannot be told, else that nothing does."""
    paths, every = [path for _, path in ci.files(repository)], ci.every(repository)
    found = [finding for each in every for finding in _answers(repository, each)]
    answered = {finding.place.path for finding in found if finding.place}
    for path in (path for path in paths if path not in answered):  # but for a step that only installs it
        read = "".join(one.script for one in every if one.place.path == path)
        if (repository.text(path) or "").count(TOOL) > read.count(TOOL):
            found.append(_unsure(Place(path), f"it speaks of {TOOL}"))
    if "ci" in Configuration(repository).table:
        found.append(_unsure(None, "pre-commit.ci may be switched on, and run the hooks"))
    for state in ("ok", "cannot-tell"):
        if chosen := [finding for finding in found if finding.state == state]:
            return chosen[:5]
    message = f"no CI step runs {TOOL}" if paths else "no CI file was found"
    return [missing("tree", message, Place(paths[0]) if paths else None, _WHY, _advice(repository))]


def _answers(repository: Repository, step: Step) -> list[Finding]:
    """What one step says of the tool; nothing where it has nothing to do with it."""
    found = [(one, step.uses or one.text) for one in calls(step.words, "check")]
    lines = [Call((*line.split(),), "the shell text around it is not read") for line in step.script.split("\n")]
    read = commands(step.words) or [line for line in lines[:_MOST_LINES] if line.words]
    found = found or [led for command in read for led in _led(repository, command)]
    answers = []
    for call, shown in found:
        odd = "`--staged` checks nothing in CI" if call.is_staged else None
        elsewhere = "it is told where to look" if call.root or {*call.paths} - {"."} else None
        why = step.doubt or call.doubt or odd or elsewhere or step.apart
        answers.append(_unsure(step.place, why) if why else ok("tree", f"CI runs {shown}", step.place))
    return answers


def _led(repository: Repository, command: Call) -> list[tuple[Call, str]]:
    """What a command that is not ours leads to, as it is shown: hooks that it runs, or a task of the repository."""
    shown = command.text[:200]
    path, words = run_by(repository, shown) or tasks.follow(repository, shown) or ("", None)
    by_hand = Call(command.words, f"`{shown}` may run it ({path}): try that by hand")
    found = calls(words, "check") if words else [by_hand]
    if not path or (words and not found and not tasks.SPEAKS.search(words[-1])):
        return []
    return [(one.evolve(doubt=one.doubt or command.doubt), f"{shown}, which runs {one.text} ({path})")
            for one in found or [by_hand]]  # fmt: skip


def _unsure(place: Place | None, why: str) -> Finding:
    return unsure("tree", f"whether CI refuses a broken file: {why}", place)


def _advice(repository: Repository) -> Advice:
    """A file or a job of its own, or steps, for the service that is there, or that hosts the repository."""
    hosted = [(one, "") for one in ci.SERVICES if re.search(one.get("host", "$^"), repository.remote)]
    service, path = [*ci.files(repository), *hosted, (ci.SERVICES[0], "")][0]
    path = path or service["files"][0].replace("y*ml", "yml").replace("*", "")
    if service is ci.SERVICES[0]:  # a file of its own
        names = (f"{posixpath.dirname(path)}/syntax{number or ''}.yml" for number in count())
        path = next(name for name in names if name not in repository.files)
    if "template" not in service:
        install, check = ci.written(path, "syntax-guard check")
        return Advice(pattern=f"in {path}, where Python is there: {install}, then {check}")
    stages = repository.mapping(path).words("stages")
    stage = f"  stage: {stages[0]}\n" if stages and "test" not in stages else ""
    end = len((repository.text(path) or "").rstrip().splitlines()) + 1
    text = service["template"].replace("{stage}", stage).replace("{python}", python_for(repository))
    return Advice((Edit(path, end, 0, text if end > 1 else text.lstrip("\n")),))
