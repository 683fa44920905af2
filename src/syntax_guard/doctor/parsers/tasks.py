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
    name, *given = unwrapped(command).split() or [""]
    there = [path for path in _FILES.get(posixpath.basename(name), ()) if repository.text(path) is not None]
    script = given[0] if name in ("sh", "bash", "uses") and given else name if "/" in name else ""
    scripts = [posixpath.join(script, action) for action in ("", "action.yml", "action.yaml")] if script else []
    for path in map(posixpath.normpath, (*there, *scripts)):
        text, reader = repository.text(path) or "", {"Makefile": _make, "tox.ini": _tox}.get(path)
        if SPEAKS.search(text) and there:
            recipe = reader(repository, text, given) if reader and path == there[0] else None
            return path, None if recipe is None else in_shell(recipe, errexit=True)
        if SPEAKS.search(text):
            return path, None if name == "uses" else of_script(text) if script == name else in_shell(
                text, errexit=False
            )
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
        or any(map(re.compile("[{,]").search, parser))
    ):
        return None  # such a section stands for several
    sections = [parser[name] for name in ("testenv", f"testenv:{words[1]}") if name in parser]
    settings = {key: said for section in sections for key, said in section.items()}
    commands = settings.get("commands", "")
    sure = {*settings} <= _SETTINGS and not re.search(r"^\s*[-!]|[{;&]", commands, re.MULTILINE)
    return commands.strip() if sure else None
