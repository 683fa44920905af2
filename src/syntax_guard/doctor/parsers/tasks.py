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


def follow(repository: Repository, words: tuple[str, ...]) -> tuple[str, tuple[str, ...] | None] | None:
    """Where ``words`` lead, if that is a file of the repository that speaks of the tool. Raises Unreadable.

    It is a path, and the words that surely run, None where that cannot be told.
    """
    words = unwrapped(words)
    there = [path for path in KNOWN["tasks"].get(posixpath.basename(words[0]), ()) if repository.text(path) is not None]
    speaking = next((path for path in there if SPEAKS.search(repository.text(path) or "")), None)
    if speaking:
        reader = {"Makefile": _make, "tox.ini": _tox}.get(speaking) if speaking == there[0] else None
        text = reader(repository, repository.text(speaking) or "", words[1:]) if reader else None
        return speaking, None if text is None else in_shell(text, errexit=True)
    by_name = words[0] in ("sh", "bash", "uses") and len(words) > 1
    named = posixpath.normpath(words[by_name]) if by_name or "/" in words[0] else ""
    for path in (named, f"{named}/action.yml", f"{named}/action.yaml") if named else ():
        if SPEAKS.search(text := repository.text(path) or ""):
            return path, None if words[0] == "uses" else in_shell(text, errexit=False) if by_name else of_script(text)
    return None


def _make(repository: Repository, text: str, words: tuple[str, ...]) -> str | None:
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


def _tox(_repository: Repository, text: str, words: tuple[str, ...]) -> str | None:
    """The commands of the one environment that is named behind ``-e``."""
    if len(words) != 2 or words[0] != "-e" or not _NAME.fullmatch(words[1]):
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
