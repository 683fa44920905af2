"""The tree gate: does CI check every file?"""

from __future__ import annotations

import re

from ..finding import Advice, Edit, Finding, Place, missing, ok, unsure
from ..parsers import ci, tasks
from ..parsers.ci import Step
from ..parsers.commands import TOOL, WEAK, Call, Command, calls, commands
from ..repository import Repository
from .hook import Configuration, run_by
from .python import python_for

_WHY = "a hook can be skipped (--no-verify) or never installed; the check in CI cannot"
_PYTHONS_TOOLS = re.compile(r"(?:^|[\s;&])(?:python3?|pip|pytest|tox|nox|uvx?|poetry|pdm|hatch|pre-commit)(?=[\s;&]|$)")


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
    for state in ("ok", "cannot-tell", "missing"):
        if chosen := [finding for finding in found if finding.state == state]:
            return chosen[:5]
    message = f"no CI step runs {TOOL}" if paths else "no CI file was found"
    return [missing("tree", message, Place(paths[0]) if paths else None, _WHY, _advice(repository, every))]


def _answers(repository: Repository, step: Step) -> list[Finding]:
    """What one step says of the tool; nothing where it has nothing to do with it."""
    found, read = calls(step.words), commands(step.words)
    if found is None:
        return [_unsure(step.place, "the shell text around it is not read for sure")]
    if found:
        return [_judged(repository, step, one, step.uses or one.written) for one in found]
    if weak := WEAK.search(step.script):
        return [_unsure(step.place, f"{weak[0]} asks one Python, and trusts bytecode")]
    if read is None:
        lines = re.findall(r"^\s*(?:make|tox|nox|\./\S+)[^\n;&|]{0,80}", step.script[:10_000], re.MULTILINE)[:10]
        leads = [tasks.follow(repository, tuple(line.split())) for line in lines]
        return [_unsure(step.place, f"{one[0]} speaks of {TOOL}") for one in leads if one]
    return [finding for command in read for finding in _led(repository, step, command)]


def _led(repository: Repository, step: Step, command: Command) -> list[Finding]:
    """What a command that is not ours leads to: hooks that it runs, or a task of the repository."""
    led = run_by(repository, command.words) or tasks.follow(repository, command.words)
    if led is None:
        return []
    path, words = led
    shown, found = " ".join(command.words)[:200], calls(words) if words else None
    if not found and (words is None or tasks.SPEAKS.search(words[-1])):
        return [_unsure(step.place, f"`{shown}` may run it ({path}): try that by hand")]
    every = [one.evolve(command=one.command.evolve(stops=one.command.stops and command.stops)) for one in found or ()]
    return [_judged(repository, step, one, f"{shown}, which runs {one.written} ({path})") for one in every]


def _judged(repository: Repository, step: Step, made: Call, shown: str) -> Finding:
    """What a call in a step is worth."""
    odd = made.unsure or min({"--root", "--archives"} & made.options.keys(), default=None)
    never = step.never
    if made.verb != "check" and not made.unsure:
        never = f"`{shown}` checks nothing"
    elif "--staged" in made.options:
        never = "in CI nothing is staged, so `check --staged` checks nothing"
    if never:
        advice = Advice(pattern=f"a step of its own: {TOOL} check")
        return missing("tree", f"nothing is gated: {never}", step.place, _WHY, advice)
    why = step.unsure or (f"`{odd}` may leave files out" if odd else None)
    if not why and (outside := _outside(repository, made)):
        why = f"it is told where to look, and {outside} is elsewhere"
    why = why or (None if made.command.stops else "what stands behind it may swallow its exit code") or step.apart
    return _unsure(step.place, why) if why else ok("tree", f"CI runs {shown}", step.place)


def _outside(repository: Repository, made: Call) -> str | None:
    """A Python file that the paths of a call leave out, or None."""
    roots = tuple(path.removeprefix("./").rstrip("/") + "/" for path in made.paths)
    python = (path for path in repository.files if path.endswith((".py", ".pyi", ".pyw")))
    return None if not roots or "./" in roots else next((path for path in python if not path.startswith(roots)), None)


def _unsure(place: Place | None, why: str) -> Finding:
    return unsure("tree", f"whether CI refuses a broken file: {why}", place)


def _advice(repository: Repository, every: list[Step]) -> Advice:
    """A step before the first that uses Python's tools; a workflow or job of its own where there is none."""
    for step in every:
        if _PYTHONS_TOOLS.search(step.script) and not step.unsure and not step.never:
            edit = ci.before(repository, every, step, f"{TOOL} check")
            if edit is not None:
                return Advice((edit,))
    service, path = next(iter(ci.files(repository)), (ci.SERVICES[0], ""))
    if not service.template:
        install, check = (service.item.format(one) for one in (f"python -m pip install {TOOL}", f"{TOOL} check"))
        return Advice(pattern=f"steps where Python is there: {install}, then {check}")
    if service is ci.SERVICES[0]:
        path = ".github/workflows/syntax.yml"
    stages = repository.mapping(path).words("stages")
    stage = f"  stage: {stages[0]}\n" if stages and "test" not in stages else ""
    end = len((repository.text(path) or "").rstrip().splitlines()) + 1
    text = service.template.replace("{stage}", stage).replace("{python}", python_for(repository))
    return Advice((Edit(path, end, 0, text),))
