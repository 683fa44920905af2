"""The tree gate: does CI check every file?"""

from __future__ import annotations

import posixpath
import re
from itertools import count
from typing import Any

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
_BROUGHT = re.compile(r"^include:.*|\buses: *['\"]?\w[^\s'\"]*\.ya?ml@\S*", re.MULTILINE)
"""Jobs of a file that lies elsewhere."""


def examine(repository: Repository) -> list[Finding]:
    """The answers about CI: what surely runs, else what cannot be told, else that nothing does."""
    files, steps = ci.files(repository), ci.every(repository)
    found = [finding for step in steps for finding in _answers(repository, step)]
    answered = {finding.place.path for finding in found if finding.place}
    for service, path in files:
        if path not in answered:
            found += _unread(repository, service, path, "".join(one.text for one in steps if one.place.path == path))
    if "ci" in Configuration(repository).table:
        found.append(_unsure(None, "pre-commit.ci may be switched on, and run the hooks"))
    for state in ("ok", "cannot-tell"):
        if chosen := [finding for finding in found if finding.state == state]:
            return chosen[:5]
    message, place = (f"no CI step runs {TOOL}", Place(files[0][1])) if files else ("no CI file was found", None)
    return [missing("tree", message, place, _WHY, _advice(repository))]


def _answers(repository: Repository, step: Step) -> list[Finding]:
    """What one step says of the tool; nothing where it has nothing to do with it."""
    found = [(one, step.text if step.is_action else one.text) for one in calls(step.words, "check")]
    lines = [Call((*line.split(),), "the shell text around it is not read") for line in step.text.split("\n")]
    read = commands(step.words) or [line for line in lines[:_MOST_LINES] if line.words]
    answers = []
    for call, shown in found or [led for command in read for led in _led(repository, command)]:
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


def _unread(repository: Repository, service: dict[str, Any], path: str, read: str) -> list[Finding]:
    """What may gate in a CI file beside the texts of its steps that are ``read``: jobs from elsewhere, or all of it."""
    text = repository.text(path) or ""
    named = [] if "step" in service else tasks.NAMED.findall(text)[:_MOST_LINES]
    led = [call.doubt or "" for command in named for call, _ in _led(repository, Call((*command.split(),), "unread"))]
    brought = _BROUGHT.search(text)
    if text.count(TOOL) > read.count(TOOL):  # a step that only installs it is read
        led = [f"it speaks of {TOOL}"]
    elif brought:
        led = [f"`{brought[0]}` brings jobs that are not read"]
    advice = _advice(repository) if brought and led else None
    return [_unsure(Place(path), why).evolve(advice=advice) for why in led[:1]]


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
        return Advice(pattern=f"in {path}, where Python is there: {ci.written(path, 'syntax-guard check')}")
    stages = repository.mapping(path).words("stages")
    stage = f"  stage: {stages[0]}\n" if stages and "test" not in stages else ""
    end = len((repository.text(path) or "").rstrip().splitlines()) + 1
    text = service["template"].replace("{stage}", stage).replace("{python}", python_for(repository))
    return Advice((Edit(path, end, 0, text if end > 1 else text.lstrip("\n")),))
