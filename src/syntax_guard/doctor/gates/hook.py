"""What the gates at git's hooks share: what pre-commit and prek are told of this tool, and what git would run."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

from syntax_guard.config import toml
from syntax_guard.config.documents import Mapping
from syntax_guard.errors import SettingsError
from syntax_guard.model import Record
from syntax_guard.sources import git_hooks

from ..finding import Advice, Edit, Finding, Place, Unreadable, missing, nothing, ok, unsure
from ..parsers.commands import Call, calls, mentions, script
from ..repository import Repository

STAGES = {
    "syntax-guard": ("pre-commit", "pre-merge-commit"),
    "syntax-guard-tree": ("pre-push", "manual"),
    "syntax-guard-dist": ("pre-push", "manual"),
}
"""The hooks of the manifest, with the stages that they have by themselves."""
_SHORT = {"commit": "pre-commit", "merge-commit": "pre-merge-commit", "push": "pre-push"}
_HARMLESS = {"id", "name", "alias", "stages", "verbose", "log_file", "description", "minimum_pre_commit_version"}
"""Keys of a hook that leave all files in its sight, as those of the whole configuration do:"""
_HARMLESS_ABOVE = {"repos", "default_stages", "default_install_hook_types", "fail_fast", "ci",
                   "minimum_pre_commit_version", "minimum_prek_version", "default_language_version"}  # fmt: skip
_FILES = {
    "pre-commit": (".pre-commit-config.yaml",),
    "prek": ("prek.toml", ".pre-commit-config.yaml", ".pre-commit-config.yml"),
}
"""Where each manager looks, in its order."""
_URL, _REV = "https://github.com/syntax-guard/syntax-guard", "v0.1.0"
_TRY = "syntax-guard doctor --try=all runs it in a scratch clone, and says what happens"


class ListedHook(Record):
    """A hook of this tool in the configuration; ``narrowed`` is what may let files out of its sight, or None."""

    id: str
    place: Place
    stages: tuple[str, ...]
    narrowed: str | None


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
        self.path = next((path for path in _FILES[manager] if repository.text(path) is not None), None)
        self.table: dict[str, Any] = _read(repository, self.path) if self.path else {}
        repos = [repo for repo in _list(self.table.get("repos")) if isinstance(repo, dict)]
        listed = [(repo, hook) for repo in repos for hook in _list(repo.get("hooks")) if isinstance(hook, dict)]
        self.ids = {str(hook.get("id")) for _, hook in listed}
        self.ours = [self._listed(repo, hook) for repo, hook in listed if str(hook.get("id")) in STAGES]

    def _listed(self, repo: dict[str, Any], hook: dict[str, Any]) -> ListedHook:
        name = str(hook["id"])
        stages = _list(hook.get("stages")) or _list(self.table.get("default_stages")) or STAGES[name]
        url = str(repo.get("repo"))
        odd = sorted({*map(str, hook)} - _HARMLESS) + sorted({*map(str, self.table)} - _HARMLESS_ABOVE)
        odd += [] if re.search(r"(?:^|/)syntax-guard(?:\.git)?/?$", url) else [f"repo: {url}"]
        place = hook.place_of("id") if isinstance(hook, Mapping) else Place(self.path or "")
        return ListedHook(name, place, tuple(_SHORT.get(str(one), str(one)) for one in stages), next(iter(odd), None))

    def at(self, stage: str) -> ListedHook | None:
        """Our hook at a stage of git's; the one that sees all files, if there is one."""
        return min(
            (hook for hook in self.ours if stage in hook.stages), key=lambda one: bool(one.narrowed), default=None
        )


def _read(repository: Repository, path: str) -> dict[str, Any]:
    if not path.endswith(".toml"):
        return repository.mapping(path)
    try:
        return toml.parse((repository.text(path) or "").encode(), path)
    except SettingsError as error:
        raise Unreadable(Place(path), error.message) from None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def installed(top: str, hook: str) -> Installed | None:
    """The file that git would run at ``hook`` (``pre-commit``), or None. Raises Unreadable, GitError."""
    full = os.path.join(git_hooks.hooks(top)[0], hook)
    try:
        below = os.path.relpath(full, top)
    except ValueError:  # on another drive of Windows
        below = ".."
    path = full if below.startswith("..") else below.replace(os.sep, "/")
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


def written(
    repository: Repository, gate: str, stage: str, why: str, plain: str, judges: Callable[[Call], bool]
) -> list[Finding]:
    """The answer about the hook ``stage``, as it is written.

    ``plain`` is a hook without a manager, ``judges`` says whether a call in such a hook is enough.
    """
    if not repository.in_git:
        return [nothing(gate, "no git repository")]
    there = installed(repository.top, stage)
    configuration = Configuration(repository, (there and there.manager) or "prek")
    mine = configuration.at(stage)
    advice = _advice(repository, configuration.path, mine, stage, plain)
    if there is None:
        return [missing(gate, f"no {stage} hook is installed in this clone", mine.place if mine else None, why, advice)]
    place = Place(there.path)
    if not there.executable:
        advice = Advice(commands=(f"chmod +x {there.path}",))
        return [missing(gate, "the hook is not executable, so git does not run it", place, why, advice)]
    if there.manager is None:
        errexit = script(there.text)
        for one in (calls(there.text, errexit=errexit) if errexit is not None else None) or ():
            if one.stops and judges(one):
                return [ok(gate, f"the hook runs {one.written}", Place(there.path, one.line))]
    elif mine is None:
        place = Place(configuration.path) if configuration.path else place
        return [missing(gate, f"no hook of syntax-guard is listed for {stage}", place, why, advice)]
    elif mine.narrowed is None:
        return [ok(gate, f"{there.manager} runs {mine.id}", mine.place)]
    if mine is None and not mentions(there.text) and "\n" not in there.text.strip():
        return [missing(gate, "the hook does not run syntax-guard", place, why, advice)]
    reason = f"`{mine.narrowed}` may leave files out" if mine and there.manager else f"the {stage} hook is not read"
    return [unsure(gate, f"whether all is checked: {reason}; {_TRY}", mine.place if mine else place)]


def _advice(repository: Repository, path: str | None, mine: ListedHook | None, stage: str, plain: str) -> Advice:
    """What installs the hook ``stage``: in the configuration that is there, else as a plain hook of git's."""
    command = f"{'prek' if path and path.endswith('.toml') else 'pre-commit'} install --hook-type {stage}"
    if mine is not None:
        return Advice(commands=(command,))
    if path is None:
        return Advice(pattern=f"in .git/hooks/{stage}, executable: {plain}")
    name = "syntax-guard-tree" if stage == "pre-push" else "syntax-guard"
    lines = (repository.text(path) or "").rstrip("\n").split("\n")
    last = next((number for number in range(len(lines), 0, -1) if re.match(r"\s*- repo:", lines[number - 1])), None)
    if last is None or any(re.match(r"[^\s-]", line) for line in lines[last:]):
        return Advice(pattern=f"in {path}, under repos: {_URL} with the rev {_REV} and the hook {name}; then {command}")
    indent = lines[last - 1].partition("-")[0]
    text = "".join(f"{indent}{line}\n" for line in (f"- repo: {_URL}", f"  rev: {_REV}", "  hooks:", f"  - id: {name}"))
    return Advice((Edit(path, len(lines) + 1, 0, text),), (command,))
