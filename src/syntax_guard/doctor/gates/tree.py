"""The tree gate: does CI check every file?"""

from __future__ import annotations

import re

from ..data import template
from ..finding import Advice, Edit, Finding, Place, missing, ok, unsure
from ..parsers import ci, tasks
from ..parsers.ci import Step
from ..parsers.commands import TOOL, WEAK, Call, Command, calls, commands, mentions
from ..repository import Repository
from .hook import Configuration

_WHY = "a hook can be skipped (--no-verify) or never installed; the check in CI cannot"
_ACTION = re.compile(
    rf"{TOOL}/{TOOL}@\S+|component=\S*/{TOOL}/{TOOL}/{TOOL}@\S+|(?:remote|file)=\S*/{TOOL}\.ya?ml(?: .*)?"
)
_GIVEN = re.compile(r"(?:(?:version|python|sarif|sarif-file)=\S* ?)*")
_PYTHONS_TOOLS = re.compile(r"(?:^|[\s;&])(?:python3?|pip|pytest|tox|nox|uvx?|poetry|pdm|hatch|pre-commit)(?=[\s;&]|$)")
_HOOKS_RUN = re.compile(r"(?:uv run )?(?P<manager>pre-commit|prek) run(?P<options>(?: \S+)*)")
_ALL, _PLAIN = {"-a", "--all-files"}, {"--show-diff-on-failure", "--verbose", "-v", "--color", "--color=always",
                                        "always", "--hook-stage", "--stage", "manual"}  # fmt: skip
_MAY_LEAVE_OUT = "the hooks may leave files out, or not run"


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
    if step.uses:
        return _used(repository, step)
    found, read = calls(step.script, errexit=step.errexit), commands(step.script, errexit=step.errexit)
    if found is None:
        return [_unsure(step.place, "the shell text around it is not read for sure")]
    if found:
        return [_judged(repository, step, one, one.written) for one in found]
    if weak := WEAK.search(step.script):
        return [_unsure(step.place, f"{weak[0]} asks one Python, and trusts bytecode")]
    if read is None:
        lines = re.findall(r"^\s*(?:make|tox|nox|\./\S+)[^\n;&|]{0,80}", step.script[:10_000], re.MULTILINE)[:10]
        leads = [tasks.follow(repository, tuple(line.split())) for line in lines]
        return [_unsure(step.place, f"{one[0]} speaks of {TOOL}") for one in leads if one]
    return [finding for command in read for finding in _led(repository, step, command)]


def _used(repository: Repository, step: Step) -> list[Finding]:
    """What a step does that uses our action, or one that runs pre-commit, or one of the repository."""
    uses, message = step.uses.strip(), f"CI runs {step.uses.strip()}"
    if uses.startswith("./"):
        local = uses[2:].rstrip("/")
        texts = [repository.text(path) or "" for path in (local, f"{local}/action.yml", f"{local}/action.yaml")]
        return [_unsure(step.place, f"{uses} speaks of {TOOL}")] if any(map(mentions, texts)) else []
    if runs := re.match(r"(pre-commit)/action@|j178/(prek)-action@", uses):
        ours = Configuration(repository, runs[1] or runs[2]).at("pre-commit")
        return (
            [_sure(step, message, _MAY_LEAVE_OUT if step.given or ours.narrowed or ours.local else None)]
            if ours
            else []
        )
    known = _ACTION.fullmatch(uses) and _GIVEN.fullmatch(step.given)
    return [_sure(step, message, None if known else "what it is told may leave files out")] if TOOL in uses else []


def _judged(repository: Repository, step: Step, made: Call, shown: str) -> Finding:
    """What a call in a step is worth."""
    if made.verb != "check" and not made.unsure:
        return _missing(step, f"`{shown}` checks nothing")
    if "--staged" in made.options:
        return _missing(step, "in CI nothing is staged, so `check --staged` checks nothing")
    told, outside = {"--root", "--archives"} & made.options.keys(), _outside(repository, made)
    why = None if made.stops else "what stands behind it may swallow its exit code"
    if odd := made.unsure or min(told, default=None):
        why = f"`{odd}` may leave files out"
    return _sure(step, f"CI runs {shown}", f"it is told where to look, and {outside} is elsewhere" if outside else why)


def _outside(repository: Repository, made: Call) -> str | None:
    """A Python file that the paths of a call leave out, or None."""
    roots = tuple(path.removeprefix("./").rstrip("/") + "/" for path in made.paths)
    python = (path for path in repository.files if path.endswith((".py", ".pyi", ".pyw")))
    return None if not roots or "./" in roots else next((path for path in python if not path.startswith(roots)), None)


def _led(repository: Repository, step: Step, command: Command) -> list[Finding]:
    """What a command that is not ours leads to: hooks that it runs, or a task of the repository."""
    shown = " ".join(command.words)[:200]
    if hooks := _HOOKS_RUN.fullmatch(shown):
        return _hooks_run(step, command, Configuration(repository, hooks["manager"]), {*hooks["options"].split()})
    led = tasks.follow(repository, command.words)
    if led is None:
        return []
    path, text, errexit = led
    found = calls(text, errexit=errexit) if text is not None else None
    if found is None or (re.search(r"\b(?:pre-commit|prek)\b", text or "") and Configuration(repository).ours):
        return [_unsure(step.place, f"`{shown}` may run it ({path}): try that by hand")]
    every = [one.evolve(stops=one.stops and command.stops) for one in found]
    return [_judged(repository, step, one, f"{shown}, which runs {one.written} ({path})") for one in every]


def _hooks_run(step: Step, command: Command, configuration: Configuration, options: set[str]) -> list[Finding]:
    """What ``pre-commit run`` does in a step: all hooks, or those that it names."""
    named = {word for word in options - {"manual", "always"} if not word.startswith("-")}
    asked = [hook for hook in configuration.ours if hook.id in named or not named]
    if not asked:
        return []
    if not _ALL & options and "syntax-guard-tree" not in named:
        return [_missing(step, "in CI nothing is staged, so the hooks see no file (--all-files is not there)")]
    stage = "manual" if "manual" in options else "pre-commit"
    plain = options <= {*_ALL, *_PLAIN, *configuration.ids} and command.stops
    sure = plain and any(stage in hook.stages and not hook.narrowed and not hook.local for hook in asked)
    return [_sure(step, f"CI runs {' '.join(command.words)}", None if sure else _MAY_LEAVE_OUT)]


def _sure(step: Step, message: str, why: str | None) -> Finding:
    """The answer about a step that runs a check: ok, but for what stands over it and ``why`` it may not count."""
    if step.never:
        return _missing(step, step.never)
    why = step.unsure or why or step.apart
    return _unsure(step.place, why) if why else ok("tree", message, step.place)


def _missing(step: Step, why: str) -> Finding:
    advice = Advice(pattern=f"a step of its own: {TOOL} check")
    return missing("tree", f"nothing is gated: {why}", step.place, _WHY, advice)


def _unsure(place: Place | None, why: str) -> Finding:
    return unsure("tree", f"whether CI refuses a broken file: {why}", place)


def _advice(repository: Repository, every: list[Step]) -> Advice:
    """A step before the first that uses Python's tools; a workflow or job of its own where there is none."""
    for step in every:
        if _PYTHONS_TOOLS.search(step.script) and not step.unsure and not step.never:
            edit = ci.before(repository, every, step, f"{TOOL} check")
            if edit is not None:
                return Advice((edit,))
    there = ci.files(repository)
    service, path = there[0] if there else (ci.SERVICES[0], "")
    if service.template == "github.yml":
        return Advice((Edit(".github/workflows/syntax.yml", 1, 0, template(service.template)),))
    if not service.template:
        install, check = (service.item.format(one) for one in (f"python -m pip install {TOOL}", f"{TOOL} check"))
        return Advice(pattern=f"steps where Python is there: {install}, then {check}")
    stages = repository.mapping(path).words("stages")
    stage = f"  stage: {stages[0]}\n" if stages and "test" not in stages else ""
    end = (repository.text(path) or "").rstrip().count("\n") + 2
    return Advice((Edit(path, end, 0, template(service.template).replace("{stage}", stage)),))
