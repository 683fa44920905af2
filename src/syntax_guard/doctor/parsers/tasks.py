"""One step further: the shell text of a named make target, tox environment or script of the repository."""

from __future__ import annotations

import configparser
import re

from syntax_guard.model import Record

from ..repository import Repository
from .commands import mentions, script

_HOOKS = re.compile(r"\b(?:pre-commit|prek) run\b")
_PLAIN_LINE = re.compile(r"\s*(?:#.*)?|(?!SHELL|MAKE)[A-Z_]+ *[:?]?= *\S*|\.PHONY *:.*|(?!\.)[\w ./-]+:(?!=)[^=]*")
"""Lines of a Makefile, but for recipes, that do not change how a recipe runs."""
_PLAIN_KEYS = frozenset({
    "commands", "deps", "description", "allowlist_externals", "passenv", "pass_env", "skip_install", "skipsdist",
    "package", "extras", "dependency_groups", "labels", "depends",
})  # fmt: skip
"""Settings of a tox environment that do not change where and whether its commands run."""


class Led(Record):
    """Where a command leads."""

    path: str
    text: str | None
    """The shell text that surely runs; None where that cannot be told."""
    errexit: bool = True
    """It stops at an error."""


def follow(repository: Repository, words: tuple[str, ...]) -> Led | None:
    """Where ``words`` lead, if that is a file of the repository that speaks of the tool. Raises Unreadable."""
    name = words[0].rsplit("/", 1)[-1]
    if name.startswith("python") and words[1:2] == ("-m",) and len(words) > 2:
        name, words = words[2], words[2:]
    there = [path for path in _FILES.get(name, ()) if repository.text(path) is not None]
    for path in there:
        text = repository.text(path) or ""
        if mentions(text) or _HOOKS.search(text):
            reader = _READERS.get(path) if path == there[0] else None  # the first one is what counts
            return Led(path, reader(repository, text, words[1:]) if reader else None)
    by_shell = name in ("sh", "bash") and len(words) > 1
    called = words[1] if by_shell else words[0]
    if not by_shell and "/" not in called:
        return None
    path = called.removeprefix("./")
    text = "" if path.startswith(("/", "-")) else repository.text(path) or ""
    errexit = False if by_shell else script(text)
    return Led(path, None if errexit is None else text, bool(errexit)) if mentions(text) else None


def _make(repository: Repository, text: str, words: tuple[str, ...]) -> str | None:
    """The recipe of the one target that is named; each line of it is a shell of its own."""
    if len(words) != 1 or not re.fullmatch(r"\w[\w.-]*", words[0]):
        return None
    lines = [line for line in text.split("\n") if not line.startswith("\t")]
    declared = re.search(rf"^\.PHONY *:(?:.* )?{re.escape(words[0])}(?: |$)", text, re.MULTILINE)
    there = any(path.split("/")[0] == words[0] for path in repository.files)
    if (there and not declared) or not all(map(_PLAIN_LINE.fullmatch, lines)):
        return None
    rules = re.findall(rf"^{re.escape(words[0])}\s*:(?![=:])([^\n]*)\n((?:\t[^\n]*(?:\n|$))*)", text, re.MULTILINE)
    if sum(words[0] in line.partition(":")[0].split() for line in lines) > 1 + bool(declared) or len(rules) != 1:
        return None
    if rules[0][0].strip() or re.search(r"[$;]|^\t[@+]*-", rules[0][1], re.MULTILINE):
        return None
    return re.sub(r"^\t@?", "", str(rules[0][1]), flags=re.MULTILINE)


def _tox(_repository: Repository, text: str, words: tuple[str, ...]) -> str | None:
    """The commands of the one environment that is named behind ``-e``."""
    words = words[1:] if words[:1] in (("run",), ("r",)) else words
    if len(words) != 2 or words[0] not in ("-e", "--env") or not re.fullmatch(r"\w[\w.-]*", words[1]):
        return None
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    sections = [parser[name] for name in ("testenv", f"testenv:{words[1]}") if name in parser]
    settings = {key: text for section in sections for key, text in section.items()}
    commands = settings.get("commands", "")
    plain = not any(re.search("[{,]", name) for name in parser)  # a name that stands for several
    sure = plain and settings.keys() <= _PLAIN_KEYS and not re.search(r"^\s*[-!]|[{;&]", commands, re.MULTILINE)
    return commands.strip() if sure else None


_FILES = {
    "make": ("GNUmakefile", "makefile", "Makefile"), "tox": ("tox.ini", "tox.toml", "pyproject.toml", "setup.cfg"),
    "nox": ("noxfile.py",), "just": ("justfile", "Justfile"), "task": ("Taskfile.yml",), "npm": ("package.json",),
    "hatch": ("pyproject.toml",), "poe": ("pyproject.toml",), "pdm": ("pyproject.toml",), "inv": ("tasks.py",),
    "invoke": ("tasks.py",),
}  # fmt: skip
_READERS = {"GNUmakefile": _make, "makefile": _make, "Makefile": _make, "tox.ini": _tox}
