"""CI files of several services as one list of steps: a table of what each writes how, and one path into all.

What is surely run is written with keys that are known to change nothing. Any other key may keep what stands below it
from running, or its failure from being heard.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from itertools import islice

from syntax_guard.config.documents import Mapping, Sequence, Value
from syntax_guard.model import Record

from ..data import KNOWN
from ..finding import Edit, Place, Unreadable
from ..repository import Repository
from .commands import LEAVES_OUT, commands, in_shell

_MOST = 5_000
"""Values that are looked at in one file: aliases make a short file a long one."""
_KNOWN = KNOWN["ci"]
_ANYWHERE = re.compile(rf"{LEAVES_OUT.pattern}|\b(?:PREK_)?SKIP\b|\bGIT_(?:STRATEGY|CHECKOUT)\b|checkout: *none")
"""What takes files out of sight, wherever a CI file says it."""
_BRACES = re.compile(r"^\$\{\{\s*|\s*\}\}$")
_CHECKOUT = re.compile(
    r"actions/checkout@\S+(?: (?:fetch-depth|fetch-tags|persist-credentials|submodules|lfs|token|clean)=\S*)*"
)


class Service(Record):
    """A row of ``known.toml``, which says what each field means."""

    files: list[str]
    item: str = ""
    paths: list[str] = []  # noqa: RUF012 - no record changes
    commands: list[str] = []  # noqa: RUF012
    uses: str = "uses"
    errexit: bool = True
    checkout: bool = False
    template: str = ""


SERVICES = [Service(**row) for row in KNOWN["service"]]
_GITHUB, _GITLAB = SERVICES[:2]


class Step(Record):
    """One thing that CI does in a ``job``: a script; another author's action (``uses``) as the command that it runs.

    ``unsure``: why it may not run, or fail unheard; ``never``: why it surely gates nothing; None where nothing says so.
    ``apart``: why it may not see the files of each change.
    """

    place: Place
    service: Service
    job: Place
    script: str = ""
    uses: str = ""
    unsure: str | None = None
    never: str | None = None
    apart: str | None = None
    errexit: bool = True

    @property
    def words(self) -> tuple[str, ...]:
        """What the runner executes."""
        for pattern, command in _KNOWN["actions"].items():
            if found := re.match(pattern, self.uses):
                return (*command.split(), *(f"--{word}" for word in self.uses[found.end() :].split()))
        return ("uses", *self.uses.split()) if self.uses else in_shell(self.script, errexit=self.errexit)


def files(repository: Repository) -> list[tuple[Service, str]]:
    """The CI files of the repository, in the order of the table."""
    patterns = [(service, pattern) for service in SERVICES for pattern in service.files]
    return [(service, path) for service, pattern in patterns for path in fnmatch.filter(repository.files, pattern)
            if path.count("/") == pattern.count("/")]  # fmt: skip


def every(repository: Repository) -> list[Step]:
    """The steps of all CI files. Raises Unreadable."""
    return [step for service, path in files(repository) if service.paths for step in _steps(repository, service, path)]


def _steps(repository: Repository, service: Service, path: str) -> list[Step]:
    """What a CI file does."""
    document = repository.mapping(path)
    found = (chain for keys in service.paths for chain in _chains(document, keys.split("/")))
    chains = list(islice(found, _MOST + 1))
    if len(chains) > _MOST:
        raise Unreadable(document.place, "more steps than are read")
    hidden = _ANYWHERE.search(repository.text(path) or "")
    unsure = f"{hidden[0]} may leave files out" if hidden else _outer(document, service)
    over = Step(document.place, service, document.place, unsure=unsure, errexit=service.errexit)
    steps = [over.evolve(uses=_text(document[service.uses]))] if service.uses in document else []
    some_may_not_run = any(_odd(one, service) for chain in chains for one in chain[:-1])
    steps += [step for chain in chains if chain for step in _of(chain, over, some_may_not_run)]
    ready = {one.job for one in steps if _CHECKOUT.fullmatch(one.uses)}
    lacks = "nothing says that the files are there" if service.checkout else None
    apart = _trigger(document) if service is _GITHUB else None
    return [one.evolve(apart=apart if one.job in ready or not lacks else lacks) for one in steps]


def _chains(value: Value, keys: list[str], above: tuple[Mapping, ...] = ()) -> Iterator[tuple[Mapping, ...]]:
    """Each mapping at a path, behind those that hold it; ``()`` for what is looked at and is none.

    ``-`` stands for each item of a sequence, ``*`` for each key that is a name; hidden jobs of GitLab's are none.
    """
    if keys == [""] or not keys:
        yield (*above, value) if isinstance(value, Mapping) else ()
    elif keys[0] == "-" and isinstance(value, Sequence):
        for item in value:
            yield from _chains(item, keys[1:], above)
    elif keys[0] == "*" and isinstance(value, Mapping):
        for name, item in value.items():
            yield from _chains(None if name.startswith(".") else item, keys[1:], above)
    elif isinstance(value, Mapping):
        yield from _chains(value.get(keys[0]), keys[1:], (*above, value))
    else:
        yield ()


def _outer(document: Mapping, service: Service) -> str | None:
    """Why nothing in a file of GitLab's may count, or None."""
    shells = (_changes_shell(document), _changes_shell(document.section("default")), "workflow" in document)
    return "what stands over all jobs decides" if service is _GITLAB and any(shells) else None


def _trigger(document: Mapping) -> str | None:
    """Why a workflow of GitHub's may not run for a change, or None."""
    said = document.get("on")
    asked = {said} if isinstance(said, str) else {one for one in said or () if isinstance(one, str)}
    asked &= {"push", "pull_request", "merge_group"}
    if not asked:
        return "its workflow does not run for a push or a pull request"
    whole = any(document.section("on").section(one).keys() <= {"branches"} for one in asked)
    return None if whole else "its workflow runs for some changes alone"


def _changes_shell(value: Mapping) -> bool:
    """Whether what runs before a step may change where it runs, or whether."""
    return any(commands(in_shell("\n".join(value.words(key)), errexit=False)) is None for key in _KNOWN["preludes"])


def _of(chain: tuple[Mapping, ...], over: Step, some_may_not_run: bool) -> Iterator[Step]:
    """What the last mapping of ``chain`` does, below the others."""
    service, last = over.service, chain[-1]
    odd = [text for one in chain for text in _odd(one, service)]
    odd += [key for one in chain if some_may_not_run for key in ("needs", "dependsOn") if key in one]
    never = next((f"`{text}` stands over it" for text in odd if text in _KNOWN["never"]), None)
    unsure = next((f"`{text}` may decide" for text in odd if text not in _KNOWN["never"]), over.unsure)
    runners = [one.text("runs-on") or "" for one in chain if "runs-on" in one]
    errexit = over.errexit and all(runner.startswith(("ubuntu", "macos")) for runner in runners)
    step = over.evolve(place=last.place, job=chain[-2:][0].place, unsure=unsure, never=never, errexit=errexit)
    for key in service.commands:
        items = last.listed(key)
        if items and not isinstance(last[key], Mapping):
            texts = [item if isinstance(item, str) else "{" for item in items]  # what is no text is not read
            place = items.places[0] if isinstance(last[key], Sequence) else last.place
            yield step.evolve(script="\n".join(texts), place=place)
    if service.uses in last:
        yield step.evolve(uses=f"{_text(last[service.uses])} {_text(last.get('with'))}".strip())


def _odd(value: Mapping, service: Service) -> list[str]:
    """What a mapping says that is not known to change nothing for what stands in it."""
    known = {service.uses, *service.commands, *_KNOWN["keys"], *_KNOWN["preludes"]}
    said = {**value.section("defaults").section("run"), **value}
    texts = {key: f"{key}: {_BRACES.sub('', one[:200])}" for key, one in said.items() if isinstance(one, str)}
    every = [texts.get(key, f"{key}:") for key in said if key not in known]
    odd = [text for text in every if text not in _KNOWN["lines"]]
    return [*odd, *(["what stands before it"] if _changes_shell(value) else [])]


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
