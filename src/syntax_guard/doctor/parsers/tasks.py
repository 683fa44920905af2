"""One step further: what a named make target, tox environment or script of the repository runs."""

from __future__ import annotations

import configparser
import posixpath
import re

from ..repository import Repository
from .commands import in_shell, of_script, unwrapped

_FILES = {
    "make": ("GNUmakefile", "makefile", "Makefile"), "tox": ("tox.ini", "tox.toml", "pyproject.toml", "setup.cfg"),
    "nox": ("noxfile.py",), "just": ("justfile", "Justfile"), "task": ("Taskfile.yml",), "npm": ("package.json",),
    **dict.fromkeys(("hatch", "poe", "pdm"), ("pyproject.toml",)), **dict.fromkeys(("inv", "invoke"), ("tasks.py",)),
}  # fmt: skip
"""What each program that runs tasks reads: the first that is there."""
NAMED = re.compile(rf"\b(?:pre-commit|prek|{'|'.join(_FILES)}) [^'\"\n]*")
"""What may call such a program, in a text that is not read."""
SPEAKS = re.compile(r"syntax[-_]guard|\b(?:pre-commit|prek) run\b")
_PLAIN_LINE = re.compile(r"\s*(?:#.*)?|(?!SHELL|MAKE)[A-Z_]+ *[:?]?= *\S*|\.PHONY *:.*|(?!\.)[\w ./-]+:(?!=)[^=]*")
"""Lines of a Makefile, but for recipes, that do not change how a recipe runs."""
_SETTINGS = {"commands", "deps", "description", "allowlist_externals", "passenv", "pass_env", "skip_install",
             "skipsdist", "package", "extras", "dependency_groups", "labels", "depends"}  # fmt: skip
"""Settings of an environment of tox that do not change what its commands say."""


def follow(repository: Repository, command: str) -> tuple[str, tuple[str, ...] | None] | None:
    """Where ``command`` leads, if that is a file of the repository that speaks of the tool. Raises Unreadable.

    It is a path, and the words that surely run, None where that cannot be told.
    """
    name, *given = unwrapped(command).split() or [""]
    script = given[0] if name in ("sh", "bash", "uses") and given else name if "/" in name else "\0"
    scripts = [posixpath.normpath(posixpath.join(script, one)) for one in ("", "action.yml", "action.yaml")]
    paths = _FILES.get(posixpath.basename(name), scripts)
    path = next((path for path in paths if repository.text(path) is not None), "")
    text = repository.text(path) or ""
    if not SPEAKS.search(text):
        return None
    if path in ("Makefile", "tox.ini"):
        recipe = _of_make(repository, text, given) if path == "Makefile" else _of_tox(text, given)
        return path, None if recipe is None else in_shell(recipe, errexit=True)
    if name in _FILES or name == "uses":
        return path, None
    return path, of_script(text) if script == name else in_shell(text, errexit=False)


def _of_make(repository: Repository, text: str, given: list[str]) -> str | None:
    """The recipe of the one target that is named, which needs no other; each line of it is a shell of its own."""
    name = "".join(given)
    others = [line for line in text.split("\n") if not line.startswith("\t")]
    found = re.findall(rf"^{re.escape(name)} *:\n((?:\t[^\n]*(?:\n|$))*)", text, re.MULTILINE)
    once = sum(name in line.partition(":")[0].split() for line in others) == len(found) == len(given) == 1
    there = any(path.split("/")[0] == name for path in repository.files)  # a file of this name is up to date
    sure = once and all(map(_PLAIN_LINE.fullmatch, others)) and not (there and f".PHONY: {name}" not in text)
    return None if not sure or re.search(r"[$;]|^\t[@+]*-", found[0], re.MULTILINE) else found[0].replace("\t@", "\t")


def _of_tox(text: str, given: list[str]) -> str | None:
    """The commands of the one environment that is named behind ``-e``."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    name = "".join(given[1:])
    several = given[:1] != ["-e"] or re.search(r"[{, ]", name + "".join(parser))  # a section that stands for several
    settings = {
        key: said for one in ("testenv", f"testenv:{name}") if one in parser for key, said in parser[one].items()
    }
    commands = settings.get("commands", "")
    odd = several or {*settings} - _SETTINGS or re.search(r"^\s*[-!]|[{;&]", commands, re.MULTILINE)
    return None if odd else commands.strip()
