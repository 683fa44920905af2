"""What the CI files of GitHub and GitLab do, as one list of steps; what stands outside of the steps counts for all."""

import fnmatch
import posixpath
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

_MOST_STEPS, _KNOWN = 1_000, KNOWN["ci"]  # steps of one file: aliases make a short one long
SERVICES: list[dict[str, Any]] = [*KNOWN["service"], *_KNOWN["unread"]]
_HARMLESS = re.compile(rf"(?:{'|'.join(_KNOWN['keys'])}): .*|{'|'.join(_KNOWN['lines'])}", re.DOTALL)
_CHECKOUT = re.compile(r"actions/checkout@\S+(?: with/(?:fetch-\w+|persist-\w+|submodules|lfs|token|clean)=\S*)*")
_ANYWHERE = re.compile(rf"{HIDES.pattern}|\b(?:PREK_)?SKIP\b|\bexclude:|(?:strategy|matrix): *['\"]?[$]")
_NO_JOBS = {"workflow", "default", "variables", "stages", "include", "before_script", "cache", "image", "services"}


class Step(Record):
    """One thing that CI does in a job: shell text, or another author's action (``is_action``) with what it is told."""

    place: Place
    job: tuple[str, str]
    text: str
    is_action: bool
    doubt: str | None  # why it may not run, or fail unheard
    errexit: bool = True
    apart: str | None = None  # why it may not see the files of each change

    @property
    def words(self) -> tuple[str, ...]:
        """What the runner executes."""
        for pattern, command in _KNOWN["actions"].items() if self.is_action else ():
            if found := re.match(pattern, self.text):
                return (*command.split(), *(f"--{word}" for word in self.text[found.end() :].split()))
        return ("uses", *self.text.split()) if self.is_action else in_shell(self.text, errexit=self.errexit)


def files(repository: Repository) -> list[tuple[dict[str, Any], str]]:
    """The CI files of the repository, in the order of the table."""
    return [(service, path) for service in SERVICES for pattern in service["files"] for path in
            fnmatch.filter(repository.files, pattern) if path.count("/") == pattern.count("/")]  # fmt: skip


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
        steps = list(islice(read(repository, path), _MOST_STEPS + 1))
        if len(steps) > _MOST_STEPS:
            raise Unreadable(Place(path), "more steps than are read")
        hidden = _ANYWHERE.search(text)
        odd = f"{hidden[0]} may leave files out" if hidden else repository.ignored(path)
        found += [one.evolve(doubt=odd) if odd else one for one in steps]
    return found


def _of_github(repository: Repository, path: str) -> Iterator[Step]:
    document = repository.mapping(path)
    on, jobs = document.get("on"), [(name, document.section("jobs").section(name)) for name in document.section("jobs")]
    asked = {"push", "pull_request"} & {*(on if isinstance(on, Mapping) else document.words("on"))}
    told = {one: on.section(one) for one in asked} if isinstance(on, Mapping) else {}
    main = {one: said.words("branches") or ("main",) for one, said in told.items() if not {*said} - {"branches"}}
    narrowed = {one for one in told if not {"main", "master", "**"} & {*main.get(one, ())} or "!" in "".join(main[one])}
    runs = f"its workflow runs for {'some changes alone' if asked else 'no push and no pull request'}"
    parts = [document, *(job for _, job in jobs)]
    above = _odd(*parts, *(one.section("defaults").section("run") for one in parts), beside={"needs"})
    starts = set[str]()
    for _ in range(20):  # those whose needs are met
        starts |= {name for name, job in jobs if {"runs-on", "uses"} & {*job} and starts.issuperset(job.words("needs"))}
    above = above or next((f"`{name}` may never start" for name, _ in jobs if name not in starts), None)
    errexit = all(re.match("ubuntu|macos", job.text("runs-on") or "") for _, job in jobs)
    for name, job in jobs:
        apart: str | None = "nothing says that the files are there"
        for step in job.sections("steps"):
            action = _action(step, "uses", "with")
            apart = (None if asked - narrowed else runs) if (is_checkout := _CHECKOUT.fullmatch(action)) else apart
            for text in filter(None, [action, *([step.text("run") or "{"] if "run" in step else ())]):
                yield (one := Step(step.place, (path, name), text, text is action, above or _odd(step), errexit, apart))
                read = [Call("what is not read")] if (run := commands(one.words)) is None else run
                apart = apart or (None if text is action and is_checkout else changed(call.text for call in read))


def _of_gitlab(repository: Repository, path: str) -> Iterator[Step]:
    document = repository.mapping(path)
    parts = [document, document.section("default"), *(document.section(name) for name in {*document} - _NO_JOBS)]
    above = _odd(*parts[:2], *(one.section("image") for one in parts), beside={*document} - _NO_JOBS | {"pull_policy"})
    ours = {".", *(one.split("/")[0] for one in repository.files if one.endswith(".py"))}
    kept = [one for part in parts for key in ("cache", "artifacts") for one in part.sections(key)]
    tops = {posixpath.normpath(word).split("/")[0]: word for one in kept for word in one.words("paths")}
    over = [tops[one] for one in tops if one in ours or "*" in one]
    above = above or next((f"`{one[:200]}` is restored over files of the tree" for one in over), None)
    first = [line for one in parts[1::-1] for line in _shell(one, "before_script")]
    listed, stages = document.listed("include"), document.words("stages") or ("build", "test", "deploy")
    for one in [] if listed[1:] or TOOL in " ".join(document) else document.sections("include"):
        if text := _action(one, "component", "inputs"):
            is_plain = not first and (one.section("inputs").text("stage") or "test") in stages
            odd = above or _odd(one) if is_plain else "`before_script` or `stages` may decide"
            yield Step(one.place, (path, text), text, True, odd)
    for name in [name for name in document if name not in _NO_JOBS and name[:1] != "."]:
        job = document.section(name)
        text = "\n".join([*first, *_shell(job, "before_script"), *_shell(job, "script")])
        if "script" in job:
            odd = None if (job.text("stage") or "test") in stages else "its stage is not listed"
            odd = "`include` may change its jobs" if listed else above or _odd(job) or odd
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
