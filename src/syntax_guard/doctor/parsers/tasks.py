"""One step further: the shell text of a named make target, tox environment or script of the repository."""

from __future__ import annotations

import configparser
import re

from ..data import KNOWN
from ..repository import Repository
from .commands import mentions, script

_SPEAKS = re.compile(r"syntax[-_]guard|\b(?:pre-commit|prek) run\b")
_PLAIN_LINE = re.compile(r"\s*(?:#.*)?|(?!SHELL|MAKE)[A-Z_]+ *[:?]?= *\S*|\.PHONY *:.*|(?!\.)[\w ./-]+:(?!=)[^=]*")
"""Lines of a Makefile, but for recipes, that do not change how a recipe runs."""


def follow(repository: Repository, words: tuple[str, ...]) -> tuple[str, str | None, bool] | None:
    """Where ``words`` lead, if that is a file of the repository that speaks of the tool. Raises Unreadable.

    It is a path, the shell text that surely runs, None where that cannot be told, and whether that stops at an error.
    """
    name = words[0].rsplit("/", 1)[-1]
    if name.startswith("python") and words[1:2] == ("-m",) and len(words) > 2:
        name, words = words[2], words[2:]
    there = [path for path in KNOWN["tasks"].get(name, ()) if repository.text(path) is not None]
    for path in there:
        text = repository.text(path) or ""
        if _SPEAKS.search(text):
            reader = _make if name == "make" else _tox if path == "tox.ini" else None
            return path, reader(repository, text, words[1:]) if reader and path == there[0] else None, True
    by_shell = name in ("sh", "bash") and len(words) > 1
    called = words[1] if by_shell else words[0]
    if "/" not in called and not by_shell:
        return None
    path = called.removeprefix("./")
    text = "" if path.startswith(("/", "-")) else repository.text(path) or ""
    errexit = False if by_shell else script(text)
    return (path, None if errexit is None else text, bool(errexit)) if mentions(text) else None


def _make(repository: Repository, text: str, words: tuple[str, ...]) -> str | None:
    """The recipe of the one target that is named; each line of it is a shell of its own."""
    if len(words) != 1 or not re.fullmatch(r"\w[\w.-]*", words[0]):
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
    sure = plain and {*settings} <= {*KNOWN["tox"]["settings"]}
    return commands.strip() if sure and not re.search(r"^\s*[-!]|[{;&]", commands, re.MULTILINE) else None
