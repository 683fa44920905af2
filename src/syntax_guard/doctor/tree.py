"""The tree gate: does CI check every file?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syntax_guard.model import Record

from . import ci_files, remedies, shell
from .documents import Mapping, Unreadable
from .finding import Finding, Place
from .hooks import CONFIGS, TOOL, VERBS, config_of, listed

if TYPE_CHECKING:
    from .ci_files import Step
    from .repository import Repository

_WHY = "a hook can be skipped (--no-verify) or never installed; CI is where nobody gets past"
_RUNNERS = {
    "make": ("Makefile", "makefile", "GNUmakefile"),
    "tox": ("tox.ini", "tox.toml", "pyproject.toml"),
    "nox": ("noxfile.py",),
    "just": ("justfile", "Justfile", ".justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml"),
    "hatch": ("pyproject.toml", "hatch.toml"),
    "poe": ("pyproject.toml",),
    "pdm": ("pyproject.toml",),
    "pixi": ("pixi.toml", "pyproject.toml"),
    "mise": ("mise.toml", ".mise.toml"),
    "inv": ("tasks.py",),
    "invoke": ("tasks.py",),
    "npm": ("package.json",),
    "pnpm": ("package.json",),
    "yarn": ("package.json",),
}
_CALL = re.compile(r"""\bsyntax[-_]guard['",\s]+check\b|\b(?:pre-commit|prek)['",\s]+run\b.*-a""")
"""As a line of shell, or as a list of words."""
_DEEPEST = 4


class _Run(Record):
    """A way in which CI runs this tool, and why it is less than it seems (None: it holds)."""

    how: str
    place: Place
    weakness: str | None
    write: str | None


def examine(repository: Repository) -> list[Finding]:
    """``repository`` is the top of the work tree. Raises Unreadable."""
    paths = ci_files.files(repository)
    runs = [
        run for path in paths for step in ci_files.steps(repository, path) for run in _runs(repository, step)
    ] + _pre_commit_ci(repository)
    good = [run for run in runs if run.weakness is None]
    if good:
        return [Finding("tree", "ok", f"CI runs {run.how}", run.place) for run in good]
    if runs:
        return [Finding("tree", "weak", f"CI runs {run.how}", run.place, run.weakness, run.write) for run in runs]
    if not paths:
        return [Finding("tree", "missing", "no CI file was found", None, _WHY, remedies.STEP)]
    return [
        Finding("tree", "missing", f"no CI step runs {TOOL}", Place(path), _WHY, remedies.STEP) for path in paths[:1]
    ]


def _runs(repository: Repository, step: Step) -> list[_Run]:
    if step.uses:
        return [run for run in [_used(repository, step)] if run]
    return _scripted(repository, step, step.script, 0)


def _used(repository: Repository, step: Step) -> _Run | None:
    action, _, _rev = step.uses.partition("@")
    tolerated = step.tolerated and _tolerated(step.tolerated)
    if re.search(rf"(^|[/\s]){TOOL}(\.ya?ml)?([/\s]|$)", action):
        return _Run(step.uses, step.place, tolerated, "let it fail" if tolerated else None)
    if action in ("pre-commit/action", "j178/prek-action") and _lists_tool(repository):
        return _Run(f"{action}, which runs the hooks", step.place, tolerated, "let it fail" if tolerated else None)
    return None


def _scripted(repository: Repository, step: Step, script: str, depth: int) -> list[_Run]:
    """The runs in a shell text, and in the scripts of the repository and the task runners that it calls."""
    found: list[_Run] = []
    tolerated = step.tolerated and _tolerated(step.tolerated)
    errexit = step.errexit and depth == 0
    for call in shell.calls(script, TOOL, VERBS, errexit=errexit):
        weakness = tolerated or (call.ignored and _tolerated(call.ignored))
        write = "let it fail" if weakness else None
        if weakness is None and "--staged" in call.arguments:
            weakness, write = "in CI nothing is staged, so it checks nothing", "syntax-guard check"
        found.append(_Run(f"{TOOL} {call.verb}", step.place, weakness, write))
    for runner in ("pre-commit", "prek"):
        for call in shell.calls(script, runner, frozenset({"run"}), errexit=errexit):
            if _lists_tool(repository) and _runs_ours(call.arguments):
                weakness = tolerated or (call.ignored and _tolerated(call.ignored))
                write = "let it fail" if weakness else None
                if weakness is None and not _names_files(call.arguments):
                    weakness, write = "in CI nothing is staged, so the hooks see no file", remedies.ALL_FILES
                found.append(_Run(f"{runner} run", step.place, weakness, write))
    if not found and depth < _DEEPEST:
        for command in shell.commands(script):
            found += _indirect(repository, step, command.words, depth)
    return found


def _indirect(repository: Repository, step: Step, words: tuple[str, ...], depth: int) -> list[_Run]:
    for word in words:
        name = word.rsplit("/", 1)[-1]
        for path in _RUNNERS.get(name, ()):
            text = repository.text(path)
            if text and _CALL.search(text):
                return [_Run(f"{name}, which runs {TOOL} ({path})", step.place, None, None)]
        inside = word.removeprefix("./")
        if ("/" in word or name.endswith(".sh")) and not word.startswith(("-", "/", "http")):
            try:
                text = repository.text(inside)
            except Unreadable:  # data, which happens to be named
                continue
            if text is not None and re.match(r"#!.*sh\b|(?![^\n]*python)", text):
                return [
                    _Run(f"{inside}, which runs {run.how}", step.place, run.weakness, run.write)
                    for run in _scripted(repository, step, text, depth + 1)
                ]
    return []


def _pre_commit_ci(repository: Repository) -> list[_Run]:
    """pre-commit.ci needs no file of its own; a ``ci:`` section says that it is used."""
    for path in CONFIGS:
        if path.endswith(".toml") or repository.text(path) is None:
            continue
        config = repository.mapping(path)
        if isinstance(config.get("ci"), Mapping):
            skipped = config.section("ci").items_of("skip")
            left = [hook for hook in listed(repository, path) if hook.id not in skipped]
            if left:
                return [_Run(f"{left[0].id} on pre-commit.ci", config.place_of("ci"), None, None)]
    return []


def _lists_tool(repository: Repository) -> bool:
    config = config_of(repository)
    return config is not None and bool(listed(repository, config))


def _names_files(arguments: tuple[str, ...]) -> bool:
    options = {"-a", "--all-files", "--from-ref", "--source", "-s", "--files", "--directory", "-d", "--last-commit"}
    return any(argument.split("=")[0] in options for argument in arguments)


def _runs_ours(arguments: tuple[str, ...]) -> bool:
    """No hook is named, or one of this tool."""
    valued = {"--config", "-c", "--color", "--hook-stage", "--stage", "--from-ref", "--source", "-s", "--to-ref", "-o",
              "--origin", "--skip", "--directory", "-d", "--hook-type", "--remote-branch"}  # fmt: skip
    named: list[str] = []
    expecting = False
    for argument in arguments:
        if argument == "--files":
            break
        if expecting:
            expecting = False
        elif argument.startswith("-"):
            expecting = argument in valued
        else:
            named.append(argument)
    return not named or any(name.startswith(TOOL) for name in named)


def _tolerated(reason: str) -> str:
    return f"a broken file does not make CI red: {reason}"
