"""What the CI files of GitHub and GitLab do, as one list of steps; of other services, only which files are theirs.

What is surely run stands among keys that are known to change nothing. What is outside of the steps counts for all.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any

from syntax_guard.config.documents import Mapping
from syntax_guard.model import Record

from ..finding import Place, Unreadable
from ..repository import Repository
from .commands import HIDES, KNOWN, TOOL, Call, changed, commands, in_shell

_MOST_STEPS = 1_000  # of one file: aliases make a short one long
_KNOWN = KNOWN["ci"]
SERVICES: list[dict[str, Any]] = [*KNOWN["service"], *_KNOWN["unread"]]
_HARMLESS = re.compile(rf"(?:{'|'.join(_KNOWN['keys'])}): .*|{'|'.join(_KNOWN['lines'])}", re.DOTALL)
_CHECKOUT = re.compile(r"actions/checkout@\S+(?: with/(?:fetch-\w+|persist-\w+|submodules|lfs|token|clean)=\S*)*")
_ANYWHERE = re.compile(rf"{HIDES.pattern}|\b(?:PREK_)?SKIP\b")
_NO_JOBS = {"workflow", "default", "variables", "stages", "include", "before_script", "cache", "image", "services"}


class Step(Record):
    """One thing that CI does in a job: shell text, or another author's action (``is_action``) with what it is told.

    ``doubt``: why it may not run, or fail unheard; ``apart``: why it may not see the files of each change.
    """

    place: Place
    job: tuple[str, str]
    text: str
    is_action: bool
    doubt: str | None
    errexit: bool = True
    apart: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """What the runner executes."""
        for pattern, command in _KNOWN["actions"].items() if self.is_action else ():
            if found := re.match(pattern, self.text):
                return (*command.split(), *(f"--{word}" for word in self.text[found.end() :].split()))
        return ("uses", *self.text.split()) if self.is_action else in_shell(self.text, errexit=self.errexit)


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
    """The steps of all CI files; of one that is not read, all its text as one, behind a brace. Raises Unreadable."""
    found: list[Step] = []
    for service, path in files(repository):
        text = repository.text(path) or ""
        if "template" not in service:
            found.append(Step(Place(path), (path, ""), "{\n" + text, False, f"{path} is not read"))
            continue
        read = _of_github if service is SERVICES[0] else _of_gitlab
        steps = list(islice(read(repository.mapping(path), path), _MOST_STEPS + 1))
        if len(steps) > _MOST_STEPS:
            raise Unreadable(Place(path), "more steps than are read")
        hidden = _ANYWHERE.search(text)
        found += [one.evolve(doubt=f"{hidden[0]} may leave files out") if hidden else one for one in steps]
    return found


def _of_github(document: Mapping, path: str) -> Iterator[Step]:
    on, jobs = document.get("on"), [(name, document.section("jobs").section(name)) for name in document.section("jobs")]
    asked = {"push", "pull_request", "merge_group"} & {*(on if isinstance(on, Mapping) else document.words("on"))}
    told = {one: on.section(one) for one in asked} if isinstance(on, Mapping) else {}
    main = {one: said.words("branches") or ("main",) for one, said in told.items() if not {*said} - {"branches"}}
    narrowed = {one for one in told if not {"main", "master", "**"} & {*main.get(one, ())} or "!" in "".join(main[one])}
    runs = f"its workflow runs for {'some changes alone' if asked else 'no push and no pull request'}"
    parts = [document, *(job for _, job in jobs)]
    above = _odd(*parts, *(one.section("defaults").section("run") for one in parts), beside={"needs"})
    odd = [name for name, job in jobs if not job or {*job.words("needs")} - {one for one, _ in jobs}]
    above = above or next((f"`{name}` is empty, or needs a job that is not there" for name in odd), None)
    errexit = all(re.match("ubuntu|macos", job.text("runs-on") or "") for _, job in jobs)
    for name, job in jobs:
        apart: str | None = "nothing says that the files are there"
        for step in job.sections("steps"):
            action = _action(step, "uses", "with")
            apart = (None if asked - narrowed else runs) if (is_checkout := _CHECKOUT.fullmatch(action)) else apart
            for text in filter(None, [action, *_shell(step, "run")]):
                yield (one := Step(step.place, (path, name), text, text is action, above or _odd(step), errexit, apart))
                read = [Call("what is not read")] if (run := commands(one.words)) is None else run
                apart = apart or (None if text is action and is_checkout else changed(call.text for call in read))


def _of_gitlab(document: Mapping, path: str) -> Iterator[Step]:
    above = _odd(document, beside={*document} - _NO_JOBS)
    first = [*_shell(document.section("default"), "before_script"), *_shell(document, "before_script")]
    listed = document.listed("include")
    for one in [] if listed[1:] or TOOL in " ".join(document) else document.sections("include"):
        if text := _action(one, "component", "inputs"):
            yield Step(one.place, (path, text), text, True, above or _odd(one))
    for name in [name for name in document if name not in _NO_JOBS and name[:1] != "."]:
        job = document.section(name)
        text = "\n".join([*first, *_shell(job, "before_script"), *_shell(job, "script")])
        if "script" in job:
            odd = "`include` may change its jobs" if listed else above or _odd(job)
            yield Step(document.place_of(name), (path, name), text, False, odd)


def _action(mapping: Mapping, key: str, inputs: str) -> str:
    """Another author's action, with what it is told; empty where there is none."""
    given = mapping.section(inputs)
    told = [f"{inputs}/{name}={' {' if given.text(name) is None else given.text(name)}" for name in given]
    return " ".join([mapping.text(key) or "", *told]) if key in mapping else ""


def _shell(mapping: Mapping, key: str) -> list[str]:
    """Shell text; what is no text and no list of it is not read, as a brace is not."""
    return [one if isinstance(one, str) else "{" for one in mapping.listed(key)]


def _odd(*mappings: Mapping, beside: AbstractSet[str] = frozenset()) -> str | None:
    """Why a step may not count: the first entry that is not known to change nothing, without GitHub's braces."""
    entries = ((key, one.text(key) or "") for one in mappings for key in one if key not in beside)
    shown = (f"{key}: {re.sub(r'^[$]{{ *| *}}$', '', text[:200])}" for key, text in entries)
    return next((f"`{one}` may decide" for one in shown if not _HARMLESS.fullmatch(one)), None)
