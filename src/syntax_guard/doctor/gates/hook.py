"""What the gates at git's hooks share: what pre-commit and prek are told of this tool, and what git would run."""

from __future__ import annotations

import os
import re
from typing import Any

from syntax_guard.config import toml
from syntax_guard.config.documents import Mapping
from syntax_guard.errors import SettingsError
from syntax_guard.model import Record
from syntax_guard.sources import git_hooks

from ..data import KNOWN
from ..finding import Advice, Edit, Finding, Place, Unreadable, missing, nothing, ok, unsure
from ..parsers.commands import Call, call, calls, mentions, script
from ..repository import Repository

STAGES = {
    "syntax-guard": ("pre-commit", "pre-merge-commit"),
    "syntax-guard-tree": ("pre-push", "manual"),
    "syntax-guard-dist": ("pre-push", "manual"),
}
"""The hooks of the manifest, with the stages that they have by themselves."""
_ALL = ("pre-commit", "pre-merge-commit", "pre-push", "manual")
_SHORT = {"commit": "pre-commit", "merge-commit": "pre-merge-commit", "push": "pre-push"}
_FILES = {
    "pre-commit": (".pre-commit-config.yaml",),
    "prek": ("prek.toml", ".pre-commit-config.yaml", ".pre-commit-config.yml"),
}
"""Where each manager looks, in its order."""
_KNOWN = KNOWN["hooks"]
_REPOSITORY = ("- repo: https://github.com/syntax-guard/syntax-guard", "  rev: v0.1.0", "  hooks:", "  - id: ")
_TRY = "syntax-guard doctor --try=all runs it in a scratch clone, and says what happens"


class ListedHook(Record):
    """A hook of this tool in the configuration; ``narrowed`` is what may let files out of its sight, or None."""

    id: str
    place: Place
    stages: tuple[str, ...]
    narrowed: str | None
    local: bool = False


class Installed(Record):
    """A hook file as git would run it; ``manager`` is pre-commit or prek where that generated it."""

    path: str
    text: str
    executable: bool
    manager: str | None


class Configuration:
    """The configuration that a manager reads at the top of a repository, an empty one where there is none.

    Raises Unreadable.
    """

    def __init__(self, repository: Repository, manager: str = "prek") -> None:
        self.path = next((path for path in _FILES[manager] if repository.text(path) is not None), "")
        try:
            text = (repository.text(self.path) or "").encode() if self.path.endswith(".toml") else b""
            self.table: dict[str, Any] = toml.parse(text, self.path) if text else repository.mapping(self.path)
        except SettingsError as error:
            raise Unreadable(Place(self.path), error.message) from None
        repos = [repo for repo in _list(self.table.get("repos")) if isinstance(repo, dict)]
        listed = [(repo, hook) for repo in repos for hook in _list(repo.get("hooks")) if isinstance(hook, dict)]
        self.ids = {str(hook.get("id")) for _, hook in listed}
        ours = [(repo, hook) for repo, hook in listed if str(hook.get("id")) in STAGES or mentions(_entry(hook))]
        self.ours = [self._listed(repo, hook) for repo, hook in ours]

    def _listed(self, repo: dict[str, Any], hook: dict[str, Any]) -> ListedHook:
        name, url = str(hook.get("id")), str(repo.get("repo"))
        own = _ALL if url == "local" else STAGES.get(name, ())
        said = _list(hook.get("stages")) or _list(self.table.get("default_stages")) or own
        stages = tuple(_SHORT.get(str(one), str(one)) for one in said)
        odd = {*map(str, hook)} - {*_KNOWN["listed"]}
        if url == "local":
            known = {key for key, values in _KNOWN["values"].items() if _list(hook.get(key)) in values}
            odd -= {*_KNOWN["local"], *known}
            words = _entry(hook).split()
            made = call(tuple(word for word in words if word != "--hook"))
            unnamed = "--hook" in words and str(hook.get("pass_filenames", "true")).lower() != "true"  # it checks none
            odd |= {"entry"} if not made or made.verb != "check" or made.unsure or made.paths or unnamed else set()
        elif not re.search(r"(?:^|/)syntax-guard(?:\.git)?/?$", url):
            odd |= {f"repo: {url}"}
        odd |= {*map(str, self.table)} - {*_KNOWN["above"]}
        place = hook.place_of("id") if isinstance(hook, Mapping) else Place(self.path)
        return ListedHook(name, place, stages, min(odd, default=None), url == "local")

    def at(self, stage: str) -> ListedHook | None:
        """Our hook at a stage of git's; the one that sees all files, if there is one."""
        there = [hook for hook in self.ours if stage in hook.stages]
        if stage not in STAGES["syntax-guard"]:  # where files are handed over that are not what moves on
            there = [one.evolve(narrowed=one.narrowed or "entry") if one.local else one for one in there]
        return min(there, key=lambda one: bool(one.narrowed), default=None)


def _entry(hook: dict[str, Any]) -> str:
    """What a local hook runs."""
    return " ".join([str(hook.get("entry")), *map(str, _list(hook.get("args")))])


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def installed(top: str, hook: str) -> Installed | None:
    """The file that git would run at ``hook`` (``pre-commit``), or None. Raises Unreadable, GitError."""
    full = os.path.join(git_hooks.hooks(top)[0], hook)
    inside = os.path.join(top, "")
    path = full[len(inside) :].replace(os.sep, "/") if full.startswith(inside) else full
    try:
        with open(full, encoding="utf-8", errors="replace") as file:
            text = file.read(50_000)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Unreadable(Place(path), error.strerror or str(error)) from None
    generated = re.match(r"#!.*\n# File generated by (pre-commit|prek):", text)
    other = set(re.findall(r"--config=(\S+)", text)) - {*_FILES["prek"]}
    manager = generated[1] if generated and f"--hook-type={hook}" in text and not other else None
    return Installed(path, text, os.name == "nt" or os.access(full, os.X_OK), manager)


class HookGate(Record):
    """A gate at a hook of git's; ``command`` is the verb and the option that have to stand in a hook of one's own."""

    name: str
    stage: str
    why: str
    command: tuple[str, ...]
    first: bool = False
    """Nothing else may run before it, since it reads what git hands to the hook."""

    def examine(self, repository: Repository) -> list[Finding]:
        """The answer about the hook, as it is written."""
        if not repository.in_git:
            return [nothing(self.name, "no git repository")]
        there = installed(repository.top, self.stage)
        configuration = Configuration(repository, (there and there.manager) or "prek")
        mine = configuration.at(self.stage)
        return [self._answer(there, configuration, mine, self._advice(repository, configuration.path, mine))]

    def _answer(
        self, there: Installed | None, configuration: Configuration, mine: ListedHook | None, advice: Advice
    ) -> Finding:
        if there is None:
            message = f"no {self.stage} hook is installed in this clone"
            return missing(self.name, message, mine.place if mine else None, self.why, advice)
        place = Place(there.path)
        if not there.executable:
            message, advice = (
                "the hook is not executable, so git does not run it",
                Advice((), (f"chmod +x {there.path}",)),
            )
            return missing(self.name, message, place, self.why, advice)
        if there.manager is None:
            errexit = script(there.text)
            for one in (calls(there.text, errexit=errexit) if errexit is not None else None) or ():
                if one.stops and self._judges(one):
                    return ok(self.name, f"the hook runs {one.written}", Place(there.path, one.line))
        elif mine is None:
            place = Place(configuration.path) if configuration.path else place
            return missing(self.name, f"no hook of syntax-guard is listed for {self.stage}", place, self.why, advice)
        elif mine.narrowed is None:
            return ok(self.name, f"{there.manager} runs {mine.id}", mine.place)
        if mine is None and not mentions(there.text) and "\n" not in there.text.strip():
            return missing(self.name, "the hook does not run syntax-guard", place, self.why, advice)
        listed = mine if there.manager else None
        reason = f"`{listed.narrowed}` may leave files out" if listed else f"the {self.stage} hook is not read"
        return unsure(self.name, f"whether all is checked: {reason}; {_TRY}", mine.place if mine else place)

    def _judges(self, made: Call) -> bool:
        """Whether a call in a hook of one's own judges all that moves on."""
        whole = not (made.unsure or made.paths or "--root" in made.options) and (made.first or not self.first)
        return whole and made.verb == self.command[0] and {*self.command[1:]} <= made.options.keys()

    def _advice(self, repository: Repository, path: str, mine: ListedHook | None) -> Advice:
        """What installs the hook: in the configuration that is there, else as a plain hook of git's."""
        command = f"{'prek' if path.endswith('.toml') else 'pre-commit'} install --hook-type {self.stage}"
        if mine is not None:
            return Advice(commands=(command,))
        if not path:
            plain = f"#!/bin/sh\nexec syntax-guard {' '.join(self.command)}"
            return Advice(pattern=f"in .git/hooks/{self.stage}, executable: {plain}")
        *head, name = _REPOSITORY
        added = (*head, name + next(one for one, stages in STAGES.items() if self.stage in stages))
        lines = (repository.text(path) or "").rstrip("\n").split("\n")
        last = next((number for number in range(len(lines), 0, -1) if re.match(r"\s*- repo:", lines[number - 1])), None)
        if last is None or any(re.match(r"[^\s-]", line) for line in lines[last:]):
            return Advice(pattern=f"in {path}, under repos: {' '.join(' '.join(added).split())}; then {command}")
        indent = lines[last - 1].partition("-")[0]
        return Advice((Edit(path, len(lines) + 1, 0, "".join(f"{indent}{line}\n" for line in added)),), (command,))
