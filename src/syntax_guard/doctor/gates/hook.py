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

from ..finding import Advice, Edit, Finding, Place, Unreadable, missing, nothing, ok, unsure
from ..parsers.commands import KNOWN, SPEAKS, calls, of_script, unwrapped
from ..repository import Repository

_STAGES = {"pre-commit": "syntax-guard", "pre-merge-commit": "syntax-guard", "pre-push": "syntax-guard-tree"}
"""The stages of git's, each with the hook of our manifest that is for it."""
_SHORT = {"commit": "pre-commit", "merge-commit": "pre-merge-commit", "push": "pre-push"}
_FILES = {
    "pre-commit": (".pre-commit-config.yaml",),
    "prek": ("prek.toml", ".pre-commit-config.yaml", ".pre-commit-config.yml"),
}
"""Where each manager looks, in its order."""
_KNOWN = KNOWN["hooks"]
_TRY = "syntax-guard doctor --try=all runs it in a scratch clone, and says what happens"


class ListedHook(Record):
    """A hook of this tool in the configuration; ``odd`` is what may let files out of its sight, or None."""

    id: str
    place: Place
    stages: list[str]
    odd: str | None


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
        self.others = {str(hook.get("id")) for _, hook in listed if not SPEAKS.search(str([*hook.values()]))}
        self.ours = [self._listed(str(repo.get("repo")), hook) for repo, hook in listed
                     if str(hook.get("id")) not in self.others | {"syntax-guard-dist"}]  # fmt: skip

    def _listed(self, url: str, hook: dict[str, Any]) -> ListedHook:
        name = str(hook.get("id"))
        own = [stage for stage, ours in _STAGES.items() if ours == name or url == "local"]
        stages = _list(hook.get("stages")) or _list(self.table.get("default_stages")) or own
        odd = {*map(str, hook)} - {*_KNOWN["listed"]} | ({*map(str, self.table)} - {*_KNOWN["above"]})
        if not re.search(r"(?:^|/)syntax-guard(?:\.git)?/?$", url):
            odd.add(f"repo: {url}")
        place = hook.place_of("id") if isinstance(hook, Mapping) else Place(self.path)
        return ListedHook(name, place, [_SHORT.get(str(one), str(one)) for one in stages], min(odd, default=None))

    def at(self, stage: str) -> ListedHook | None:
        """Our hook at a stage of git's; the one that sees all files, if there is one."""
        return min((hook for hook in self.ours if stage in hook.stages), key=lambda one: bool(one.odd), default=None)


def run_by(repository: Repository, command: str) -> tuple[str, tuple[str, ...] | None] | None:
    """The configuration whose hooks a command runs, and the call of ours that this surely is; None for no hooks."""
    name, verb, *given = [*unwrapped(command).split(), "", ""]
    if name not in _FILES or verb != "run":
        return None
    configuration = Configuration(repository, name)
    mine = configuration.at("pre-commit")
    sure = mine and not mine.odd and {"-a", "--all-files"} & {*given} and {*given} <= {*_KNOWN["run"], ""}
    return (configuration.path, ("syntax-guard", "check") if sure else None) if configuration.ours else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


class Installed(Record):
    """A hook file as git would run it; ``manager`` is pre-commit or prek where that generated it."""

    path: str
    text: str
    executable: bool
    manager: str | None


def installed(top: str, hook: str) -> Installed | None:
    """The file that git would run at ``hook`` (``pre-commit``), or None. Raises Unreadable, GitError."""
    full = os.path.join(git_hooks.hooks(top)[0], hook)
    path = full.removeprefix(os.path.join(top, "")).replace(os.sep, "/")
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
    command: str

    def examine(self, repository: Repository) -> list[Finding]:
        """The answer about the hook, as it is written."""
        if not repository.in_git:
            return [nothing(self.name, "no git repository")]
        there = installed(repository.top, self.stage)
        configuration = Configuration(repository, (there and there.manager) or "prek")
        mine = configuration.at(self.stage)
        place, advice = mine.place if mine else None, self._advice(repository, configuration.path, mine)
        if there is None:
            lacks = f"no {self.stage} hook is installed in this clone"
        elif not there.executable:
            lacks, place = "the hook is not executable, so git does not run it", Place(there.path)
            advice = Advice(commands=(f"chmod +x {there.path}",))
        elif there.manager and mine:
            if mine.odd:
                reason = "is not known to doctor" if mine.odd.startswith("repo: ") else "may leave files out"
                doubt = f"whether all is checked: `{mine.odd}` {reason}; {_TRY.replace('--try=all', '--try')}"
                return [unsure(self.name, doubt, mine.place)]
            shared = self.stage in (_list(configuration.table.get("default_install_hook_types")) or ["pre-commit"])
            hint = f"; in others too, with {self.stage} in default_install_hook_types before `{there.manager} install`"
            return [ok(self.name, f"{there.manager} runs {mine.id} in this clone{'' if shared else hint}", mine.place)]
        elif there.manager:
            lacks = f"no hook of syntax-guard is listed for {self.stage}"
            place = Place(configuration.path) if configuration.path else None
        else:
            place = Place(there.path)
            verb, _, option = self.command.partition(" ")
            for one in calls(of_script(there.text) or (), verb):
                whole = one.is_staged == bool(option) and not (one.doubt or one.root or one.paths)
                if whole and (option or not one.before):  # the push gate reads what git hands to the hook
                    return [ok(self.name, f"the hook of this clone runs {one.text}", place)]
            if mine or SPEAKS.search(there.text) or "\n" in there.text.strip():
                return [unsure(self.name, f"whether all is checked: the {self.stage} hook is not read; {_TRY}", place)]
            lacks = "the hook does not run syntax-guard"
        return [missing(self.name, lacks, place, self.why, advice)]

    def _advice(self, repository: Repository, path: str, mine: ListedHook | None) -> Advice:
        """What installs the hook: in the configuration that is there, else as a plain hook of git's."""
        command = f"{'prek' if path.endswith('.toml') else 'pre-commit'} install --hook-type {self.stage}"
        if mine is not None:
            return Advice(commands=(command,))
        if not path:
            plain = f"#!/bin/sh\nexec syntax-guard {self.command}"
            return Advice(pattern=f"in .git/hooks/{self.stage}, executable: {plain}")
        added = ("- repo: https://github.com/syntax-guard/syntax-guard", "  rev: v0.1.0", "  hooks:",
                 f"  - id: {_STAGES[self.stage]}")  # fmt: skip
        lines = (repository.text(path) or "").rstrip("\n").split("\n")
        last = next((number for number in range(len(lines), 0, -1) if re.match(r"\s*- repo:", lines[number - 1])), None)
        if last is None or any(re.match(r"[^\s-]", line) for line in lines[last:]):
            return Advice(pattern=f"in {path}, under repos: {' '.join(' '.join(added).split())}; then {command}")
        indent = lines[last - 1].partition("-")[0]
        return Advice((Edit(path, len(lines) + 1, 0, "".join(f"{indent}{line}\n" for line in added)),), (command,))
