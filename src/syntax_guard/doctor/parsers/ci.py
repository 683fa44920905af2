"""CI files of GitHub and GitLab as one list of steps: each file is flattened into lines, ``jobs/test/if: x``.

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
_BEFORE = re.compile(r"(?:default/)?before_script[/:]")
_CHECKOUT = re.compile(
    r"actions/checkout@\S+(?: with/(?:fetch-depth|fetch-tags|persist-credentials|submodules|lfs|token|clean)=\S*)*"
)
_ANYWHERE = re.compile(rf"{LEAVES_OUT.pattern}|\b(?:PREK_)?SKIP\b|\bGIT_(?:STRATEGY|CHECKOUT)\b")
"""What takes files out of sight, wherever a CI file says it."""


class Step(Record):
    """One thing that CI does in a job: shell text, or another author's action (``is_action``) with what it is told.

    ``doubt``: why it may not run, or fail unheard; ``apart``: why it may not see the files of each change; None where
    nothing says so.
    """

    place: Place
    job: tuple[str, str]
    text: str
    is_action: bool
    doubt: str | None
    errexit: bool
    apart: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """What the runner executes."""
        for pattern, command in _KNOWN["actions"].items() if self.is_action else ():
            if found := re.match(pattern, self.text):
                return (*command.split(), *(f"--{word}" for word in self.text[found.end() :].split()))
        return ("uses", *self.text.split()) if self.is_action else in_shell(self.text, errexit=self.errexit)


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


def written(path: str, command: str) -> str:
    """The steps that install the tool and run ``command``, as the service of a CI file writes them."""
    item = next(one["item"] for one in SERVICES for pattern in one["files"] if fnmatch.fnmatch(path, pattern))
    return ", then ".join(item.format(one) for one in ("python -m pip install syntax-guard", command))


def every(repository: Repository) -> list[Step]:
    """The steps of all CI files that are read. Raises Unreadable."""
    read = [(service, path) for service, path in files(repository) if "step" in service]
    return [step for service, path in read for step in _steps(repository, service, path)]


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
    inside: dict[str, list[_Line]] = {"": []}
    for line in lines:
        at = "".join(re.findall(f"^{service['step']}", line.path))
        below = line.path[len(at) :] if at else re.sub(f"^{service['job']}", "", line.path)
        inside.setdefault(at, []).append(line.evolve(path=below))
    over = inside.pop("")
    errexit = all(re.match("ubuntu|macos", one.text) for one in over if one.key == "runs-on")
    above = _odd(one for one in over if one.key != "needs")  # all jobs run, if nothing decides
    steps: list[Step] = []
    for at, own in inside.items():
        odd, job = above or _odd(own), (path, "".join(re.findall(f"^{service['job']}", at)) or at)
        doubt = f"{hidden[0]} may leave files out" if hidden else f"`{odd}` may decide" if odd else None
        shell = [line for line in (*over, *own) if _BEFORE.match(line.path)]
        shell += (scripts := [line for line in own if line.key in ("run", "script")])
        text = "\n".join("{" if re.search(r"\]/.", line.path) else line.text for line in shell)  # a brace is not read
        used = [line.text for line in own if line.path in ("uses/", "component/")]
        told = [f"{line.path[:-1]}={line.text}" for line in own if line.key in ("with", "inputs")]
        said = [(text, False)] if scripts else []
        said += [(" ".join([*used, *told]), True)] if used else []
        is_hidden = at.startswith(".")  # a job of GitLab's that others take parts of
        steps += [Step(own[0].place, job, *one, doubt, errexit) for one in said if not is_hidden]
    return _apart(lines, steps) if service is SERVICES[0] else steps


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
    ready = {one.job for one in steps if one.is_action and _CHECKOUT.fullmatch(one.text)}
    lacks = "nothing says that the files are there"
    return [one.evolve(apart=lacks if one.job not in ready else None if asked - narrowed else runs) for one in steps]
