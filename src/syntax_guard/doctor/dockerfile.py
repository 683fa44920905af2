"""Dockerfiles: instructions, stages, and what a container of one of them starts with.

Follows the Dockerfile reference and BuildKit's parser, which is the oracle of the tests: line continuations with
comments and blank lines in between, the ``escape`` directive, heredocs, exec (JSON) and shell form, ``ARG`` before
``FROM``. ``dockerfile-parse`` on PyPI has had no release since 2023 and knows no heredocs; ``dockerfile`` binds
BuildKit's parser and has wheels for few platforms.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from syntax_guard.model import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEREDOC = re.compile(r"\d*<<(-?)(['\"]?)(\w[\w.]*)\2")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?([-+?])([^{}]*))?\})")


_VARIABLES_DEEP = 5
INSTRUCTIONS = frozenset({
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
    "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
})  # fmt: skip


class Instruction(Record):
    """One instruction."""

    name: str
    """In upper case: ``FROM``, ``RUN`` …"""
    value: str
    """All behind the name and the flags, continuation lines joined."""
    flags: tuple[tuple[str, str], ...]
    """``--start-period=5s`` as ``("start-period", "5s")``."""
    heredocs: tuple[str, ...]
    line: int

    @property
    def argv(self) -> tuple[str, ...] | None:
        """The words of the exec form (a JSON array of strings), or None for the shell form."""
        return exec_form(self.value)


def exec_form(value: str) -> tuple[str, ...] | None:
    """The words of a JSON array of strings, or None for anything else, as BuildKit decides it."""
    if not value.lstrip().startswith("["):
        return None
    try:
        words = json.loads(value)
    except ValueError:
        return None
    return tuple(words) if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


class Stage(Record):
    """A build stage: from one FROM to the next."""

    image: str
    """What it is built from, with the variables put in: an image, or the name of an earlier stage."""
    name: str | None
    line: int
    instructions: tuple[Instruction, ...]


def parse(text: str) -> tuple[Instruction, ...]:
    """The instructions of a Dockerfile in their order."""
    lines = text.splitlines()
    escape = "\\"
    for line in lines:
        directive = re.match(r"#\s*(\w+)\s*=\s*(\S+)\s*$", line)
        if directive is None:
            break
        if directive[1].lower() == "escape":
            escape = directive[2]
    found: list[Instruction] = []
    number = 0
    while number < len(lines):
        start = number
        logical, begun = "", False
        while number < len(lines):
            line = lines[number] if begun else lines[number].lstrip()
            number += 1
            if re.match(r"\s*#", line) or (begun and not line.strip()):
                continue
            if not begun:
                start, begun = number - 1, True
            continued = re.search(re.escape(escape) + r"[ \t]*$", line)
            logical += line[: continued.start()] if continued else line
            if not continued:
                break
        words = logical.split(None, 1)
        if not words:
            continue
        name, value = words[0].upper(), words[1].strip() if len(words) > 1 else ""
        heredocs: list[str] = []
        if name in ("RUN", "COPY", "ADD"):
            for tabs, _, ending in _HEREDOC.findall(value):
                body: list[str] = []
                while number < len(lines):
                    line = lines[number]
                    number += 1
                    if (line.lstrip("\t") if tabs else line) == ending:
                        break
                    body.append(line + "\n")
                heredocs.append("".join(body))
        flags, value = _flags(value)
        found.append(Instruction(name, value, flags, tuple(heredocs), start + 1))
    return tuple(found)


def _flags(value: str) -> tuple[tuple[tuple[str, str], ...], str]:
    flags: list[tuple[str, str]] = []
    while match := re.match(r"--([\w.-]+)(?:=(\"[^\"]*\"|\S*))?(?:\s+|$)", value):
        flags.append((match[1], (match[2] or "").strip('"')))
        value = value[match.end() :]
    return tuple(flags), value


def expand(text: str, variables: Mapping[str, str]) -> str:
    """``$NAME``, ``${NAME}``, ``${NAME:-default}``, ``${NAME:+other}`` and ``${NAME:?error}`` with the values of
    ``variables``; a default may have variables of its own."""

    def value(match: re.Match[str]) -> str:
        known = variables.get(match[1] or match[2], "")
        if match[3] == "-":
            return known or match[4]
        if match[3] == "+":
            return match[4] if known else ""
        return known

    for _ in range(_VARIABLES_DEEP):
        expanded = _VARIABLE.sub(value, text)
        if expanded == text:
            break
        text = expanded
    return text


def stages(instructions: tuple[Instruction, ...], arguments: Mapping[str, str] | None = None) -> tuple[Stage, ...]:
    """The build stages; ``arguments`` are the build arguments (``--build-arg``, compose's ``args``)."""
    given = dict(arguments or {})
    variables: dict[str, str] = {}
    found: list[Stage] = []
    for instruction in instructions:
        if instruction.name == "ARG" and not found:
            for word in instruction.value.split():
                name, _, default = word.partition("=")
                variables[name] = given.get(name, expand(default.strip("\"'"), variables))
        elif instruction.name == "FROM":
            words = instruction.value.split()
            image = re.sub(r"[\"']", "", expand(words[0], variables) or words[0]) if words else ""
            alias = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else None
            found.append(Stage(image, alias, instruction.line, ()))
        elif found:
            stage = found[-1]
            found[-1] = Stage(stage.image, stage.name, stage.line, (*stage.instructions, instruction))
    return tuple(found)


def chain(every: tuple[Stage, ...], target: str | None = None) -> tuple[Stage, ...]:
    """The stages that make up ``target`` (a name or a number; the last stage by default), base first."""
    if not every:
        return ()
    index = len(every) - 1
    if target is not None:
        index = next((i for i, stage in enumerate(every) if target.lower() in (stage.name, str(i))), index)
    links = [every[index]]
    while True:
        earlier = [stage for stage in every[:index] if stage.name == links[0].image.lower()]
        if not earlier:
            return tuple(links)
        index = every.index(earlier[-1])
        links.insert(0, earlier[-1])
