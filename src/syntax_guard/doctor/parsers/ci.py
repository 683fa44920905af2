"""CI files of several services as one list of steps: each file is flattened into lines, ``jobs/test/if: x``.

A table says where the steps of a service are. What is surely run stands among lines that are known to change nothing.
Any other line may keep a step from running, or its failure from being heard.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from syntax_guard.config.documents import Mapping, Sequence, Value
from syntax_guard.model import Record

from ..finding import Place, Unreadable
from ..repository import Repository
from .commands import KNOWN, LEAVES_OUT, in_shell

SERVICES: list[dict[str, Any]] = KNOWN["service"]
_MOST_LINES, _DEEPEST = 4_000, 40
"""Of one file. Aliases make a short file long and deep."""
_KNOWN = KNOWN["ci"]
_HARMLESS = re.compile(rf"(?:{'|'.join(_KNOWN['keys'])})[/:].*|{'|'.join(_KNOWN['lines'])}", re.DOTALL)
_BEFORE = re.compile(r"(?:default/)?(?:before_install|install|before_script)[/:]")
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
    job: tuple[str, str]
    doubt: str | None
    errexit: bool
    script: str = ""
    uses: str = ""
    apart: str | None = None

    @property
    def text(self) -> str:
        """What it says."""
        return self.script or self.uses

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

    @property
    def key(self) -> str:
        """The first key."""
        return self.path.partition("/")[0]


def files(repository: Repository) -> list[tuple[dict[str, Any], str]]:
    """The CI files of the repository, in the order of the table."""
    patterns = [(service, pattern) for service in SERVICES for pattern in service["files"]]
    return [(service, path) for service, pattern in patterns for path in fnmatch.filter(repository.files, pattern)
            if path.count("/") == pattern.count("/")]  # fmt: skip


def written(path: str, command: str) -> list[str]:
    """The steps that install the tool and run ``command``, as the service of a CI file writes them."""
    item = next(one["item"] for one in SERVICES for pattern in one["files"] if fnmatch.fnmatch(path, pattern))
    return [item.format(one) for one in ("python -m pip install syntax-guard", command)]


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


def _steps(repository: Repository, service: dict[str, Any], path: str) -> list[Step]:
    """What a CI file does. What stands outside of its steps counts for all of them."""
    document, hidden = repository.mapping(path), _ANYWHERE.search(repository.text(path) or "")
    lines = list(islice(_flat(document, document.place), _MOST_LINES))
    if len(lines) == _MOST_LINES:
        raise Unreadable(document.place, "more lines than are read")
    inside: dict[str, list[_Line]] = {}
    for line in lines:
        found = re.match(service["step"], line.path)
        inside.setdefault(found[0] if found else "over all", []).append(line)
    over = [line.evolve(path=re.sub(f"^{service['job']}", "", line.path)) for line in inside.pop("over all", ())]
    errexit = all(re.match("ubuntu|macos", one.text) for one in over if one.key == "runs-on")
    above = _odd(one for one in over if one.key not in ("needs", "dependsOn"))  # all jobs run, if nothing decides
    first = _commands(one for one in over if _BEFORE.match(one.path))
    steps: list[Step] = []
    for at, lines_of_it in inside.items():
        own = [line.evolve(path=line.path[len(at) :]) for line in lines_of_it]
        odd, job = above or _odd(own), re.match(service["job"], at)
        doubt = f"{hidden[0]} may leave files out" if hidden else f"`{odd}` may decide" if odd else None
        step = Step(own[0].place, (path, job[0] if job else at), doubt, errexit and service.get("errexit", True))
        before = [*first, *_commands(line for line in own if _BEFORE.match(line.path))]
        texts = _commands(line for line in own if line.key in service["run"])
        used = [line.text for line in own if line.path == f"{service.get('uses')}/"]
        told = [f"{line.path[:-1]}={line.text}" for line in own if line.key in ("with", "inputs")]
        if at[:1] != ".":  # a hidden job of GitLab's
            steps += [step.evolve(script="\n".join([*before, *texts]))] if texts else []
            steps += [step.evolve(uses=" ".join([*used, *told]))] if used else []
    return _apart(lines, steps) if service is SERVICES[0] else steps


def _commands(lines: Iterable[_Line]) -> list[str]:
    """Shell text; what is no text and no list of it is not read, as a brace is not."""
    return ["{" if re.search(r"\]/.", line.path) else line.text for line in lines]


def _odd(lines: Iterable[_Line]) -> str | None:
    """The first line that is not known to change nothing; an expression of GitHub's without its braces."""
    shown = (f"{line.path[:-1]}: {re.sub(r'^[$]{{ *| *}}$', '', line.text[:200])}" for line in lines)
    return next((one for one in shown if not _HARMLESS.fullmatch(one)), None)


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
