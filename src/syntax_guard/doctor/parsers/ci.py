"""CI files of several services as one list of steps: each file is flattened into lines, ``jobs/test/if: x``.

A table says where the steps of a service are. What is surely run stands among lines that are known to change nothing.
Any other line may keep a step from running, or its failure from being heard.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from syntax_guard.config.documents import Mapping, Sequence, Value
from syntax_guard.model import Record

from ..data import KNOWN
from ..finding import Edit, Place, Unreadable
from ..repository import Repository
from .commands import LEAVES_OUT, in_shell

SERVICES: list[dict[str, Any]] = KNOWN["service"]
_MOST_LINES, _MOST_STEPS, _DEEPEST = 4_000, 400, 40
"""Of one file. Aliases make a short file long and deep."""
_KNOWN = KNOWN["ci"]
_HARMLESS = re.compile(rf"(?:{'|'.join(_KNOWN['keys'])})[/:].*|{'|'.join(_KNOWN['lines'])}", re.DOTALL)
_BEFORE = re.compile(r"(?:default/)?(?:before_install|install|before_script)[/:]")
_BRACES = re.compile(r"^[$]{{ *| *}}$")
_CHECKOUT = re.compile(
    r"actions/checkout@\S+(?: with/(?:fetch-depth|fetch-tags|persist-credentials|submodules|lfs|token|clean)=\S*)*"
)
_ANYWHERE = re.compile(rf"{LEAVES_OUT.pattern}|\b(?:PREK_)?SKIP\b|\bGIT_(?:STRATEGY|CHECKOUT)\b|checkout: *none")
"""What takes files out of sight, wherever a CI file says it."""


class Step(Record):
    """One thing that CI does in a job: a script, or another author's action (``uses``) as the command that it runs.

    ``doubt``: why it may not run, or fail unheard; ``apart``: why it may not see the files of each change; None where
    nothing says so.
    """

    place: Place
    service: dict[str, Any]
    job: str
    doubt: str | None
    errexit: bool
    script: str = ""
    uses: str = ""
    apart: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """What the runner executes."""
        for pattern, command in _KNOWN["actions"].items():
            if found := re.match(pattern, self.uses):
                return (*command.split(), *(f"--{word}" for word in self.uses[found.end() :].split()))
        return ("uses", *self.uses.split()) if self.uses else in_shell(self.script, errexit=self.errexit)


class _Line(Record):
    """A scalar of a file, or an empty value; ``path`` is its keys and the numbers of items, each with a slash."""

    path: str
    text: str
    place: Place


class _Level(Record):
    """What is said of a step at one level: in it, in its job, or over all jobs."""

    odd: str | None
    """The first line that is not known to change nothing."""
    errexit: bool
    before: list[str]
    """Commands that run before those of the step, in its shell."""


def files(repository: Repository) -> list[tuple[dict[str, Any], str]]:
    """The CI files of the repository, in the order of the table."""
    patterns = [(service, pattern) for service in SERVICES for pattern in service["files"]]
    return [(service, path) for service, pattern in patterns for path in fnmatch.filter(repository.files, pattern)
            if path.count("/") == pattern.count("/")]  # fmt: skip


def every(repository: Repository) -> list[Step]:
    """The steps of all CI files. Raises Unreadable."""
    return [
        step for service, path in files(repository) if "step" in service for step in _steps(repository, service, path)
    ]


def _flat(value: Value, place: Place, path: str = "") -> Iterator[_Line]:
    """The lines of a value; the first key of a mapping stands where the mapping begins."""
    if path.count("/") > _DEEPEST:
        raise Unreadable(place, "nested too deeply to be read")
    if isinstance(value, Mapping) and value:
        for number, (key, item) in enumerate(value.items()):
            below = path + re.sub(r"[/\[]", "_", key) + "/"
            yield from _flat(item, value.place_of(key) if number else place, below)
    elif isinstance(value, Sequence) and value:
        for number, item in enumerate(value):
            yield from _flat(item, value.places[number], f"{path}[{number}]/")
    else:
        yield _Line(path, value if isinstance(value, str) else "", place)


def _level(lines: list[_Line], above: str) -> _Level:
    """What the lines below the keys ``above`` say."""
    said = [f"{line.path[len(above) : -1]}: {_BRACES.sub('', line.text[:200])}" for line in lines]
    odd = next((one for one in said if not _HARMLESS.fullmatch(one)), None)
    errexit = not any(one.startswith("runs-on") and not re.search(": (?:ubuntu|macos)", one) for one in said)
    return _Level(odd, errexit, [line.text for line, one in zip(lines, said, strict=True) if _BEFORE.match(one)])


def _steps(repository: Repository, service: dict[str, Any], path: str) -> list[Step]:
    """What a CI file does."""
    document = repository.mapping(path)
    lines = list(islice(_flat(document, document.place), _MOST_LINES))
    places: dict[str, tuple[str, list[_Line]]] = {}
    for line in lines:
        if found := re.match(service["step"], line.path):
            places.setdefault(found[0], (found["job"], []))[1].append(line)
    if len(lines) == _MOST_LINES or len(places) > _MOST_STEPS:
        raise Unreadable(document.place, "more lines than are read")
    levels = {"": _level([line for line in lines if not re.match(service["jobs"], line.path)], "")}
    hidden = _ANYWHERE.search(repository.text(path) or "")
    steps: list[Step] = []
    for at, (job, own) in places.items():
        if job not in levels:
            beside = [one for one in lines if re.match(re.escape(job) + "(?!steps/)", one.path)]
            levels[job] = _level(beside, job)
        over = [levels[""], *([levels[job]] if job not in ("", at) else []), _level(own, at)]
        odd = next((f"`{one.odd}` may decide" for one in over if one.odd), None)
        step = Step(own[0].place, service, path + job, f"{hidden[0]} may leave files out" if hidden else odd,
                    service.get("errexit", True) and all(one.errexit for one in over))  # fmt: skip
        keys = [(line, line.path[len(at) :].split("/")) for line in own]
        if run := [line for line, key in keys if key[0] in service["run"]]:
            texts = [
                line.text if len(key) < 4 else "{" for line, key in keys if line in run
            ]  # what is no text is not read
            place = run[0].place if "[" in run[0].path[len(at) :] else own[0].place
            steps.append(
                step.evolve(script="\n".join([text for one in over for text in one.before] + texts), place=place)
            )
        if used := [line.text for line, key in keys if key[0] == service.get("uses")]:
            told = [f"{'/'.join(key[:-1])}={line.text}" for line, key in keys if key[0] in ("with", "inputs")]
            steps.append(step.evolve(uses=" ".join([*used, *told])))
    return _apart(lines, steps) if service is SERVICES[0] else steps


def _apart(lines: list[_Line], steps: list[Step]) -> list[Step]:
    """The steps of a workflow of GitHub's: does it run for each change, and are the files there?"""
    on = [line for line in lines if line.path.startswith("on/")]
    said = {key[1] if key[1] and "[" not in key[1] else line.text for line in on for key in [line.path.split("/")]}
    asked = said & {"push", "pull_request", "merge_group"}
    narrowed = {one for one in asked for line in on if re.match(rf"on/{one}/(?!branches/|$)", line.path)}
    runs = f"its workflow runs for {'some changes alone' if asked else 'no push and no pull request'}"
    ready = {one.job for one in steps if _CHECKOUT.fullmatch(one.uses)}
    lacks = "nothing says that the files are there"
    return [one.evolve(apart=lacks if one.job not in ready else None if asked - narrowed else runs) for one in steps]


def before(repository: Repository, steps: list[Step], step: Step, command: str) -> Edit | None:
    """The edit that installs the tool and runs ``command`` before ``step``; None where that would be a guess."""
    line = repository.line(step.place)
    written = line.lstrip()
    if not written.startswith("- ") or "{" in line.split("run:")[0]:
        return None
    earlier = " ".join(one.uses for one in steps[: steps.index(step)] if one.job == step.job)
    added = ["python -m pip install syntax-guard", command]
    if re.search(r"(?:^|[\s;&])uvx? ", step.script):
        added = [f"uvx {command}"]
    elif step.service is SERVICES[0] and not re.search(r"setup-python|setup-uv", earlier):
        added = [f"pipx run {command}"]
    text = "".join(f"{line[: len(line) - len(written)]}{step.service['item'].format(one)}\n" for one in added)
    return Edit(step.place.path, step.place.line or 1, 0, text)
