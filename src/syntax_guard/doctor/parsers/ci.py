"""CI files of several services as one list of steps: a table of what each writes how, and one walk for all.

What is surely run is written with keys that are known to change nothing. Any other key may keep what stands below it
from running, or its failure from being heard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch

from syntax_guard.config.documents import Mapping, Sequence, Value
from syntax_guard.model import Record

from ..data import KNOWN
from ..finding import Edit, Place, Unreadable
from ..repository import Repository
from .commands import LEAVES_OUT, commands

_MOST = 5_000
"""Values that are looked at in one file: aliases make a short file a long one."""
_KNOWN = KNOWN["ci"]
_ANYWHERE = re.compile(rf"{LEAVES_OUT.pattern}|\b(?:PREK_)?SKIP\b|\bGIT_(?:STRATEGY|CHECKOUT)\b|checkout: *none")
"""What takes files out of sight, wherever a CI file says it."""
_CHECKOUT = re.compile(
    r"checkout|actions/checkout@\S+(?: (?:fetch-depth|fetch-tags|persist-credentials|submodules|lfs|token|clean)=\S*)*"
)


class Service(Record):
    """A row of ``known.toml``, which says what each field means."""

    files: list[str]
    item: str = ""
    commands: list[str] = []  # noqa: RUF012 - no record changes
    uses: str = "uses"
    errexit: bool = True
    names: list[str] = []  # noqa: RUF012
    apart: bool = False
    checkout: bool = False
    template: str = ""

    def writes(self, path: str) -> bool:
        """Whether ``path`` is a file of this service."""
        return any(fnmatch(path, pattern) and path.count("/") == pattern.count("/") for pattern in self.files)


SERVICES = [Service(**row) for row in KNOWN["service"]]
_GITHUB, _GITLAB = SERVICES[:2]


class Step(Record):
    """One thing that CI does: a ``script``, or what it ``uses``, and is ``given``, in a ``job``.

    ``unsure``: why it may not run, or fail unheard; ``never``: why it surely gates nothing; None where nothing says so.
    ``apart``: why it may not see the files of each change.
    """

    script: str
    place: Place
    service: Service
    job: Place
    uses: str = ""
    given: str = ""
    unsure: str | None = None
    never: str | None = None
    apart: str | None = None
    errexit: bool = True


def files(repository: Repository) -> list[tuple[Service, str]]:
    """The CI files of the repository, in the order of the table."""
    return [(service, path) for service in SERVICES for path in repository.files if service.writes(path)]


def every(repository: Repository) -> list[Step]:
    """The steps of all CI files. Raises Unreadable."""
    return [step for service, path in files(repository) for step in _steps(repository, service, path)]


def _steps(repository: Repository, service: Service, path: str) -> list[Step]:
    """What a CI file does; nothing for a service that is not read."""
    text = repository.text(path) or ""
    hidden = _ANYWHERE.search(text)
    if not service.commands:
        return []
    document = repository.mapping(path)
    unsure = f"{hidden[0]} may leave files out" if hidden else _outer(document)
    apart = _trigger(document) if service is _GITHUB else None
    over = Step("", document.place, service, document.place, unsure=unsure, apart=apart)
    found = list(_Walk(document).of(document, over, names="" in service.names))
    ready = {one.job for one in found if _CHECKOUT.fullmatch(f"{one.uses} {one.given}".strip())}
    lacks = "nothing says that the files are there" if service.checkout else None
    return [one if one.job in ready or not lacks else one.evolve(apart=lacks) for one in found]


def _outer(document: Mapping) -> str | None:
    """Why nothing in the file may count, or None."""
    path, workflows = document.place.path, document.section("workflows")
    if _GITLAB.writes(path):
        odd = "workflow" in document or _changes_shell(document) or _changes_shell(document.section("default"))
        return "what stands over all jobs decides" if odd else None
    if path != ".circleci/config.yml":
        return None
    jobs = [job for flow in workflows.values() if isinstance(flow, Mapping) for job in flow.listed("jobs")]
    given = [one for job in jobs if isinstance(job, Mapping) for one in job.values()]
    if unlisted := document.section("jobs").keys() - {name for job in jobs for name in _names(job)}:
        return f"no workflow lists {min(unlisted)}"
    plain = all(_names(one) <= {"requires", "context", "name"} for one in given)
    return None if plain and all(_names(flow) == {"jobs"} for flow in workflows.values()) else "its workflow decides"


def _trigger(document: Mapping) -> str | None:
    """Why a workflow of GitHub's may not run for a change, or None."""
    asked = _names(document.get("on")) & {"push", "pull_request", "merge_group"}
    if not asked:
        return "its workflow does not run for a push or a pull request"
    whole = any(document.section("on").section(one).keys() <= {"branches"} for one in asked)
    return None if whole else "its workflow runs for some changes alone"


def _changes_shell(value: Mapping) -> bool:
    """Whether what runs before a step may change where it runs, or whether."""
    return any(commands("\n".join(value.words(key))) is None for key in _KNOWN["preludes"])


class _Walk:
    def __init__(self, document: Mapping) -> None:
        jobs = [job for job in document.section("jobs").values() if isinstance(job, Mapping)]
        self.left, self.some_may_not_run = _MOST, any(job.keys() & _KNOWN["values"].keys() for job in jobs)

    def of(self, value: Value, over: Step, *, names: bool = False) -> Iterator[Step]:
        """The steps of a value and of all below it; ``over``: what holds for them, ``names``: its keys are names."""
        self.left -= 1
        if self.left < 0:
            raise Unreadable(over.job, "more steps than are read")
        if isinstance(value, Sequence):
            for item, place in zip(value, value.places, strict=True):
                if item == "checkout":
                    yield over.evolve(place=place, uses=item)
                yield from self.of(item, over)
        elif isinstance(value, Mapping):
            held = any(isinstance(one, Sequence) for one in value.values())
            over = over.evolve(place=value.place, job=value.place if held and not names else over.job)
            over = over if names else self._decided(value, over)
            for key, inner in value.items():
                yield from self._below(value, key, inner, over)

    def _below(self, value: Mapping, key: str, inner: Value, over: Step) -> Iterator[Step]:
        service = over.service
        if key in service.commands and not isinstance(inner, Mapping):
            items = value.listed(key)
            place = items.places[0] if items and isinstance(inner, Sequence) else over.place
            texts = [item if isinstance(item, str) else "{" for item in items]  # what is no text is not read
            if not service.apart:
                yield over.evolve(script="\n".join(texts), place=place)
            elif commands("\n".join(texts)) is not None:  # they share a shell
                yield from (over.evolve(script=text, place=at) for text, at in zip(texts, items.places, strict=True))
        elif key == service.uses:
            yield over.evolve(uses=_text(inner), given=_text(value.get("with")))
        elif key not in _KNOWN["leaves"] and not key.startswith("."):  # a hidden job of GitLab's
            yield from self.of(inner, over, names=key in service.names)

    def _decided(self, value: Mapping, over: Step) -> Step:
        """What holds for all that stands below ``value``."""
        stated = {**value.section("defaults").section("run"), **value}
        known = {over.service.uses, *over.service.commands, *_KNOWN["sections"], *_KNOWN["leaves"], *_KNOWN["preludes"]}
        unsure, never = over.unsure, over.never
        for key in stated.keys() - known:
            said = stated[key]
            text = said[:200] if isinstance(said, str) else "[]" if isinstance(said, Sequence) else "{}"
            text = re.sub(r"^\$\{\{\s*|\s*\}\}$", "", text).strip()
            if _KNOWN["never"].get(key) == text.lower():
                never = f"`{key}: {text}` stands over it"
            elif text not in _KNOWN["values"].get(key, ()) and (
                key not in ("needs", "dependsOn") or self.some_may_not_run
            ):
                unsure = f"`{key}` may decide"
        if _changes_shell(value):
            unsure = "what stands before it may change where it runs, or whether"
        errexit = over.errexit and over.service.errexit
        if "runs-on" in value:
            errexit = bool(re.match(r"ubuntu|macos", value.text("runs-on") or ""))
        return over.evolve(unsure=unsure, never=never, errexit=errexit or "shell" in stated)


def _names(value: Value) -> set[str]:
    """The scalars of a sequence, the keys of a mapping, or the scalar itself."""
    if isinstance(value, str):
        return {value}
    return {one for one in value if isinstance(one, str)} if value else set()


def _text(value: Value) -> str:
    """The scalars of a value and of the mappings in it, the latter behind their keys."""
    if isinstance(value, Mapping):
        return " ".join(f"{key}={text}" for key, text in value.items() if isinstance(text, str))
    if isinstance(value, Sequence):
        return " ".join(_text(item) for item in value if not isinstance(item, Sequence))
    return value or ""


def before(repository: Repository, steps: list[Step], step: Step, command: str) -> Edit | None:
    """The edit that installs the tool and runs ``command`` before ``step``; None where that would be a guess."""
    line = repository.line(step.place)
    written = line.lstrip()
    if not written.startswith("- ") or "{" in line.split("run:")[0]:
        return None
    earlier = [one for one in steps[: steps.index(step)] if one.job == step.job]
    sets_up = any(re.search(r"setup-python|setup-uv", one.uses) for one in earlier)
    added = ["python -m pip install syntax-guard", command]
    if re.search(r"(?:^|[\s;&])uvx? ", step.script):
        added = [f"uvx {command}"]
    elif step.service is _GITHUB and not sets_up:
        added = [f"pipx run {command}"]
    text = "".join(f"{line[: len(line) - len(written)]}{step.service.item.format(one)}\n" for one in added)
    return Edit(step.place.path, step.place.line or 1, 0, text)
