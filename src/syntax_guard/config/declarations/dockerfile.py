"""Which Python the image of a ``Dockerfile`` or ``Containerfile`` has, from its last ``FROM``.

Follows Docker's reference of Dockerfiles: parser directives, continued lines, ``ARG`` before the first ``FROM`` with
its default or the value that a compose file gives it, names of stages. A stage whose image does not name a Python says
nothing; one whose image depends on a value that is not known is an error.
"""

from __future__ import annotations

import posixpath
import re
from itertools import islice

from ...model import Record
from ...regex import regex
from .declaration import Declaration, DeclarationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LONGEST = 1000
"""Characters of the longest image name that is looked at; it bounds variables that hold variables, too."""
_LONGEST_ARRAY = 4_000
_DIGITS = 6
_SPACE = regex(r"[\t\v\f\r ]+")
_FOLDER = regex(r"(?:.*/)?(?:[^./]*|\.\.?)|.*/")
"""A path that is a folder: it has no extension."""
_FROM = regex(r"(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_FLAGS = regex(r"^(?:\s*--[\w.-]+(?:=\S*)?(?=\s|$))*")
_VARIABLE = regex(r"\$(?:(\w+)|\{(\w+)(?::?([-+?])([^}]*))?\})")
_DIRECTIVE = regex(r"\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)")
_MAY_HAVE_HEREDOC = regex(r"(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s", re.IGNORECASE)
_QUOTED = r""""(?:[^"\\]|\\.)*"|'[^']*'|\\.|\\\Z"""
_CLOSED = regex(rf"""(?:[^"'\\]|{_QUOTED})*""", re.DOTALL)
_WORD = regex(rf"""(?:[^\s"'\\]|{_QUOTED})+""", re.DOTALL)
_HEREDOC = regex(r"(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s", re.IGNORECASE)
_WORD = regex(r"""(?:[^\s"'\\]|\\.?|"(?:[^"\\]|\\.)*(?:"|\\?\Z)|'[^']*(?:'|\Z))+""", re.DOTALL)
_HEREDOC = regex(r"\d*<<(-?)([^<]+)", re.DOTALL)
_QUOTES = regex(r"""\\(.)|["']""", re.DOTALL)
_IN_TAG = regex(r"(?:^|[-_.])(?:python|py)-?3\.?(?!1\$)(\d{1,2})(?![\d])")
_OWN_TAG = regex(r"^(?:\d+-|dev-)?3\.(?!1\$)(\d{1,2})(?![\d])")
_OTHER_MAJOR = regex(r"(?!3(?!\d))(\d{1,2})(?:\.(\d{1,3}))?(?![\d])")
_OF_PYTHON = ("python", "devcontainers-python", "aws-lambda-python")
_DISTROLESS = {"python3-debian11": "3.9", "python3-debian12": "3.11", "python3-debian13": "3.13"}
"""Google's images without a shell have the Python of their Debian."""
_IN_NAME = regex(r"^python-?3\.?(\d{1,2})$")


class Instruction(Record):
    """One instruction: its name in upper case, and all after the name and the flags."""

    name: str
    value: str
    line: int
    last: int
    """The line on which it ends."""


class Stage(Record):
    """One stage of a Dockerfile; ``base`` is the image that it comes from in the end, ``line`` that of its FROM."""

    base: str
    line: int
    begin: int
    """The line of the stage's own FROM."""
    own: list[Instruction]
    """Its instructions after FROM."""
    above: Stage | None
    """The stage that it is built from."""

    @property
    def instructions(self) -> list[Instruction]:
        """Those of every stage that it consists of, base first."""
        chain, stage = [self], self.above
        while stage is not None:
            chain.append(stage)
            stage = stage.above
        return [one for each in reversed(chain) for one in each.own]

    def values(self, name: str) -> list[str]:
        """What stands behind the instructions with this name."""
        return [one.value for one in self.instructions if one.name == name]

    @property
    def folder(self) -> str:
        """Where it works; empty where its base image decides."""
        return posixpath.join("", *self.values("WORKDIR"))

    @property
    def copied(self) -> list[tuple[str, bool]]:
        """Where folders are copied to, and whether they come from another image."""
        found, here = [], ""
        for one in self.instructions:
            *paths, to = re.sub(r'[][",]', " ", one.value).split() or [""]
            here = posixpath.join(here, to) if one.name == "WORKDIR" else here
            if one.name in ("COPY", "ADD") and any(map(_FOLDER.fullmatch, paths)):
                found.append((posixpath.normpath(posixpath.join(here, to)), paths[0].startswith("/")))
        return found

    def words(self, one: Instruction) -> tuple[str, ...]:
        """What CMD, ENTRYPOINT or HEALTHCHECK runs: a JSON array, as BuildKit decides it, else a text for its shell."""
        value = re.sub(r"^CMD\s+", "", one.value, flags=re.IGNORECASE) if one.name == "HEALTHCHECK" else one.value
        if one.name == "HEALTHCHECK" and value == one.value:
            return ()  # NONE
        shells = [each.value for each in self.instructions if each.name == "SHELL" and each.line < one.line]
        shell = _exec_form("".join(shells[-1:])) or ("/bin/sh", "-c")
        listed = _exec_form(value)
        return (*shell, value) if listed is None else listed


def _exec_form(value: str) -> tuple[str, ...] | None:
    """The words of a JSON array of strings, or None for anything else."""
    if not value.lstrip().startswith("[") or len(value) > _LONGEST_ARRAY:  # as nearly always
        return None
    from json import loads

    try:
        words = loads(value)
    except (ValueError, RecursionError):
        return None
    return tuple(words) if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def stages(text: str, given: Mapping[str, str]) -> dict[str, Stage]:
    """The stages of a Dockerfile by their names in lower case, in order; `given` are the values that its builder sets
    for an ``ARG``. A value that is not known stays as it is written, with its ``$``."""
    arguments: dict[str, str] = {}
    found: dict[str, Stage] = {}
    last: Stage | None = None
    for line, end, whole in instructions(text):
        name, value = (*_SPACE.split(whole, maxsplit=1), "")[:2]
        one = Instruction(name.upper(), _FLAGS.sub("", value).strip(), line, end)
        begin = _FROM.fullmatch(one.value) if one.name == "FROM" else None
        if begin:
            base = expanded(begin[1].strip("\"'"), arguments)
            above = found.get(base.lower())
            last = Stage(above.base if above else base, above.line if above else line, line, [], above)
            key = (begin[2] or f"stage {line}").lower()
            found.pop(key, None)
            found[key] = last
        elif last is not None:
            last.own.append(one)
        elif one.name == "ARG":
            for key, equals, said in (word.partition("=") for word in one.value.split()):
                if key in given:
                    arguments[key] = given[key]
                elif equals:
                    arguments[key] = expanded(said.strip("\"'"), arguments)
    return found


def chosen(found: Mapping[str, Stage], stage: str | None) -> Stage | None:
    """The stage of `found` that is built: the one called `stage`, or the last; None where there is none."""
    if stage and stage.isdecimal() and len(stage) < _DIGITS:  # Docker counts stages, too
        return next(islice(found.values(), int(stage), None), None)
    return found.get(stage.lower()) if stage else next(reversed([*found.values()]), None)


def read(
    content: bytes, path: str, stage: str | None = None, given: Mapping[str, str] | None = None
) -> Declaration | None:
    """The Python of the image that a Dockerfile builds, or of its `stage`, with the arguments that are `given`; None
    where the image does not name one. Raises `DeclarationError` where that cannot be known."""
    one = chosen(stages(content.decode("utf-8", "replace"), given or {}), stage)
    if one is None:
        if not stage:
            return None
        unknown = "which stage is built is not known:" if "$" in stage else "it has no stage"
        raise DeclarationError(f"{unknown} {stage[:100]}")
    version = python_of(one.base) or _of_other_major(one.base)
    if version is None:
        if _may_be_python(one.base):
            raise DeclarationError(f"line {one.line}: which Python {one.base[:100]} has is not known")
        return None
    return Declaration("pin", (version,), f"FROM {one.base[:100]}", path, one.line)


def _may_be_python(image: str) -> bool:
    """Whether `image` depends on a value that is not known, and may be one of Python with it."""
    name = image.partition(":")[0]
    return "$" in name or ("$" in image and "python" in image.lower())


def python_of(image: str) -> str | None:
    """The Python that the name of an image says it has: ``python:3.11-slim``, ``…/uv:python3.12-bookworm``."""
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    if distroless := _DISTROLESS.get(name.lower()):
        return distroless
    own = _OWN_TAG.match(tag) if name.lower() in _OF_PYTHON else None
    found = own or _IN_TAG.search(tag.lower()) or _IN_NAME.match(name.lower())
    return f"3.{int(found[1])}" if found else None


def _of_other_major(image: str) -> str | None:
    """The Python 2 or 4 of an official image, ``python:2.7``: no Python here can answer for it, which is to be said."""
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    found = _OTHER_MAJOR.match(tag) if name.lower() == "python" else None
    return f"{int(found[1])}.{int(found[2] or 0)}" if found else None


def instructions(text: str) -> Iterator[tuple[int, int, str]]:
    """The instructions with their first and last lines, from 1: without comments, and each as one line.

    The text of a heredoc belongs to the instruction in front of it, and is left out. Follows BuildKit's
    ``frontend/dockerfile/parser``."""
    lines = [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]
    goes_on = _goes_on(lines)
    at = 0
    while at < len(lines):
        start = at + 1
        whole, at = _joined(lines, at, goes_on)
        if not whole.strip():  # a comment, or an empty line
            continue
        yield start, at, whole.strip()
        for tabs, name in _heredocs(whole.strip()):
            while at < len(lines) and (lines[at].lstrip("\t") if tabs else lines[at]) != name:
                at += 1
            at += 1


def _goes_on(lines: list[str]) -> re.Pattern[str]:
    """What ends a line that goes on: the escape character, which parser directives at the top may name."""
    escape = "\\"
    for line in lines:
        directive = _DIRECTIVE.match(line)
        if not directive or directive[1].lower() not in ("syntax", "escape", "check"):
            break
        if directive[1].lower() == "escape":
            escape = directive[2][:1]
    return re.compile(rf"(?:(?<!{re.escape(escape)})|^){re.escape(escape)}[ \t]*$")


def _joined(lines: list[str], at: int, goes_on: re.Pattern[str]) -> tuple[str, int]:
    """The instruction that begins at the index `at` as one line, and the index behind it."""
    parts: list[str] = []
    while at < len(lines):
        line = lines[at]
        at += 1
        told = line.strip()
        if told.startswith("#") or (parts and not told):  # inside of an instruction, Docker passes over them
            if parts:
                continue
            break
        more = goes_on.search(line)
        parts.append(line[: more.start()] if more else line)
        if not more:
            break
    return "".join(parts), at


def _heredocs(instruction: str) -> list[tuple[bool, str]]:
    """The heredocs that an instruction begins: whether tabs may stand before the name that ends it, and that name."""
    begin = _MAY_HAVE_HEREDOC.match(instruction)
    if not begin or "<<" not in instruction or _is_list(_FLAGS.sub("", instruction[begin.end() :]).lstrip()):
        return []
    if not _CLOSED.fullmatch(instruction):  # a quote without its end: Docker splits this into no words
        return []
    found = (_HEREDOC.fullmatch(word) for word in _WORD.findall(instruction))
    named = [(bool(each[1]), _QUOTES.sub(r"\1", each[2])) for each in found if each]
    return [(tabs, name) for tabs, name in named if name]


def _is_list(value: str) -> bool:
    """Whether `value` begins with a list of strings in JSON: Docker then reads no more of it."""
    if not value.startswith("["):
        return False
    from json import JSONDecoder

    try:
        found, _ = JSONDecoder().raw_decode(value)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, list) and all(isinstance(one, str) for one in found)


def expanded(text: str, arguments: Mapping[str, str]) -> str:
    """`text` with the values of `arguments` put in, once, and cut where it gets too long. What has no value stays."""

    def value(match: re.Match[str]) -> str:
        name, how, word = match[1] or match[2], match[3], match[4] or ""
        known = arguments.get(name)
        if how == "+":
            return word if known else ""
        if how == "-":
            return known or word
        return match[0] if known is None else known

    return _VARIABLE.sub(value, text[:_LONGEST])[:_LONGEST]
