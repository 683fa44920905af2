"""One step further: what a named make target, tox environment or script of the repository runs."""

from __future__ import annotations

import configparser
import posixpath
import re

from ..data import KNOWN
from ..repository import Repository
from .commands import in_shell, of_script, unwrapped

SPEAKS = re.compile(r"syntax[-_]guard|\b(?:pre-commit|prek) run\b")
_NAME = re.compile(r"\w[\w.-]*")
_PLAIN_LINE = re.compile(r"\s*(?:#.*)?|(?!SHELL|MAKE)[A-Z_]+ *[:?]?= *\S*|\.PHONY *:.*|(?!\.)[\w ./-]+:(?!=)[^=]*")
"""Lines of a Makefile, but for recipes, that do not change how a recipe runs."""
_SETTINGS = {"commands", "deps", "description", "allowlist_externals", "passenv", "pass_env", "skip_install",
             "skipsdist", "package", "extras", "dependency_groups", "labels", "depends"}  # fmt: skip
"""Settings of an environment of tox that do not change what its commands say."""


def follow(repository: Repository, command: str) -> tuple[str, tuple[str, ...] | None] | None:
    """Where ``command`` leads, if that is a file of the repository that speaks of the tool. Raises Unreadable.

    It is a path, and the words that surely run, None where that cannot be told.
    """
    words = unwrapped(command).split()
    there = [path for path in KNOWN["tasks"].get(posixpath.basename(words[0]), ()) if repository.text(path) is not None]
    by_name = words[0] in ("sh", "bash", "uses") and len(words) > 1
    named = posixpath.normpath(words[by_name]) if by_name or "/" in words[0] else ""
    scripts = [named, f"{named}/action.yml", f"{named}/action.yaml"] if named else []
    for path in (*there, *scripts):
        text = repository.text(path) or ""
        if not SPEAKS.search(text):
            continue
        if path in scripts:
            return path, None if words[0] == "uses" else in_shell(text, errexit=False) if by_name else of_script(text)
        reader = {"Makefile": _make, "tox.ini": _tox}.get(path) if path == there[0] else None
        recipe = reader(repository, text, words[1:]) if reader else None
        return path, None if recipe is None else in_shell(recipe, errexit=True)
    return None


def _make(repository: Repository, text: str, words: list[str]) -> str | None:
    """The recipe of the one target that is named; each line of it is a shell of its own."""
    if len(words) != 1 or not _NAME.fullmatch(words[0]):
        return None
    name = re.escape(words[0])
    others = [line for line in text.split("\n") if not line.startswith("\t")]
    phony = bool(re.search(rf"^\.PHONY *:(?:.* )?{name}(?: |$)", text, re.MULTILINE))
    there = any(path.split("/")[0] == words[0] for path in repository.files)  # a file of this name is up to date
    rules = re.findall(rf"^{name}\s*:(?![=:])([^\n]*)\n((?:\t[^\n]*(?:\n|$))*)", text, re.MULTILINE)
    once = sum(words[0] in line.partition(":")[0].split() for line in others) == len(rules) == 1
    if not once or (there and not phony) or not all(map(_PLAIN_LINE.fullmatch, others)):
        return None
    needs, recipe = rules[0]
    odd = needs.strip() or re.search(r"[$;]|^\t[@+]*-", recipe, re.MULTILINE)
    return None if odd else re.sub(r"^\t@?", "", str(recipe), flags=re.MULTILINE)


def _tox(_repository: Repository, text: str, words: list[str]) -> str | None:
    """The commands of the one environment that is named behind ``-e``."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    if (
        len(words) != 2
        or words[0] != "-e"
        or not _NAME.fullmatch(words[1])
        or re.search(r"^\[.*[{,]", text, re.MULTILINE)
    ):
        return None  # a name that stands for several
    settings = {
        key: said for name in ("testenv", f"testenv:{words[1]}") if name in parser for key, said in parser[name].items()
    }
    commands = settings.get("commands", "")
    sure = {*settings} <= _SETTINGS and not re.search(r"^\s*[-!]|[{;&]", commands, re.MULTILINE)
    return commands.strip() if sure else None
