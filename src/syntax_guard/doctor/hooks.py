"""Hook managers' configuration: which hooks of this tool pre-commit, prek and lefthook would run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from syntax_guard.model import Record

from . import shell
from .documents import Mapping, Sequence, Value, read_toml
from .finding import Place

if TYPE_CHECKING:
    from .repository import Repository

TOOL = "syntax-guard"
VERBS = frozenset({"check", "run"})
HOOK_IDS = ("syntax-guard", "syntax-guard-tree")
CONFIGS = (".pre-commit-config.yaml", "prek.toml", ".pre-commit-config.yml")
"""pre-commit reads the first of them, prek any."""
LEFTHOOK = tuple(
    f"{folder}{dot}lefthook{local}.{ending}"
    for folder in ("", ".config/")
    for dot in ("", ".")
    for local in ("", "-local")
    for ending in ("yml", "yaml", "toml", "json")
)
LINT_STAGED = ("package.json", ".lintstagedrc", ".lintstagedrc.json", ".lintstagedrc.yaml", ".lintstagedrc.yml")


class ListedHook(Record):
    """A hook of this tool in the configuration of pre-commit or prek."""

    id: str
    place: Place
    rev: str | None
    """None for a hook of the repository itself (``repo: local``)."""
    rev_place: Place | None
    stages: tuple[str, ...]
    """Empty where the configuration names none: then it runs at every commit."""

    @property
    def at_commit(self) -> bool:
        """It runs when somebody commits."""
        return not self.stages or bool({"pre-commit", "commit"} & set(self.stages))

    @property
    def pinned(self) -> bool:
        """``rev`` names one revision: a release tag or a commit, not a branch that moves."""
        rev = self.rev or ""
        commit = re.fullmatch(r"[0-9a-f]{7,64}", rev)
        tag = re.fullmatch(r"(?:.*[-_/@])?v?\d+(?:\.\d+)+(?:[-.+_]?(?:a|b|rc|alpha|beta|dev|post)?[-.]?\d*)*", rev)
        return bool(commit or tag)


def config_of(repository: Repository) -> str | None:
    """The configuration that pre-commit or prek reads at the top of the repository, or None."""
    return next((path for path in CONFIGS if repository.text(path) is not None), None)


def listed(repository: Repository, path: str) -> tuple[ListedHook, ...]:
    """The hooks of this tool in the configuration ``path``. Raises Unreadable."""
    if path.endswith(".toml"):
        return _listed_in_toml(read_toml(repository.text(path) or "", path), path)
    config = repository.mapping(path)
    default = _words(config.items_of("default_stages"))
    found: list[ListedHook] = []
    for repo in config.items_of("repos"):
        if not isinstance(repo, Mapping):
            continue
        for hook in repo.items_of("hooks"):
            if isinstance(hook, Mapping) and _ours(hook.text("id"), hook.text("entry")):
                rev = repo.text("rev") if repo.text("repo") not in ("local", "meta") else None
                stages = _words(hook.items_of("stages")) or default
                found.append(ListedHook(hook.text("id") or "", hook.place, rev, repo.place_of("rev"), stages))
    return tuple(found)


def _listed_in_toml(config: dict[str, Any], path: str) -> tuple[ListedHook, ...]:
    found: list[ListedHook] = []
    for repo in _tables(config.get("repos")):
        for hook in _tables(repo.get("hooks")):
            if _ours(str(hook.get("id")), str(hook.get("entry", ""))):
                rev = str(repo.get("rev", "")) if repo.get("repo") not in ("local", "meta") else None
                stages = hook.get("stages") or config.get("default_stages") or []
                found.append(ListedHook(str(hook.get("id")), Place(path), rev, Place(path), tuple(map(str, stages))))
    return tuple(found)


def _tables(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _words(values: Sequence) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str))


def _ours(hook_id: str | None, entry: str | None) -> bool:
    return hook_id in HOOK_IDS or bool(entry and shell.calls(entry, TOOL, VERBS))


def lefthook_scripts(repository: Repository, event: str = "pre-commit") -> list[tuple[str, Place]]:
    """The shell texts that lefthook runs at ``event``, with their places. Raises Unreadable."""
    found: list[tuple[str, Place]] = []
    for path in LEFTHOOK:
        text = repository.text(path)
        if text is None:
            continue
        if path.endswith(".toml"):
            section = read_toml(text, path).get(event, {})
            found += [(script, Place(path)) for script in _runs_in_toml(section)]
        else:  # JSON is YAML
            found += _runs(repository.mapping(path).section(event))
    return found


def lint_staged_scripts(repository: Repository) -> list[tuple[str, Place]]:
    """The commands that lint-staged runs, with their places. Raises Unreadable."""
    found: list[tuple[str, Place]] = []
    for path in LINT_STAGED:
        config = repository.mapping(path)
        globs = config.section("lint-staged") if path == "package.json" else config
        for name in globs:
            found += [(text, globs.place_of(name)) for text in globs.items_of(name) if isinstance(text, str)]
    return found


def _runs(value: Value) -> list[tuple[str, Place]]:
    """Every ``run:`` at any depth: lefthook has ``commands``, ``jobs`` and groups of jobs."""
    if isinstance(value, Sequence):
        return [script for item in value for script in _runs(item)]
    if not isinstance(value, Mapping) or value.text("skip") == "true":
        return []
    found = [(run, value.place_of("run"))] if (run := value.text("run")) is not None else []
    return found + [script for key, item in value.items() if key != "run" for script in _runs(item)]


def _runs_in_toml(value: object) -> list[str]:
    if isinstance(value, list):
        return [script for item in value for script in _runs_in_toml(item)]
    if not isinstance(value, dict) or value.get("skip") is True:
        return []
    found = [value["run"]] if isinstance(value.get("run"), str) else []
    return found + [script for key, item in value.items() if key != "run" for script in _runs_in_toml(item)]
