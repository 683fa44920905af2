"""Which Python the image of a ``Dockerfile`` or ``Containerfile`` has, from its last ``FROM``.

Follows Docker's reference of Dockerfiles: parser directives, continued lines, ``ARG`` before the first ``FROM`` with
its default or the value that a compose file gives it, names of stages. A stage whose image does not name a Python says
nothing; one whose image depends on a value that is not known is an error.
"""

from __future__ import annotations

import re
from itertools import islice

from ...model import Record
from .declaration import Declaration, DeclarationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LONGEST = 1000
"""Characters of the longest image name that is looked at; it bounds variables that hold variables, too."""
_DIGITS = 6
_FROM = re.compile(r"(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_FLAGS = re.compile(r"^(?:\s*--[\w.-]+(?:=\S*)?(?=\s|$))*")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?([-+?])([^}]*))?\})")
_ESCAPE = re.compile(r"#\s*escape\s*=\s*(`|\\)\s*$", re.IGNORECASE)
_HAS_HEREDOC = re.compile(r"(?:RUN|COPY|ADD)\s", re.IGNORECASE)
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)")
_IN_TAG = re.compile(r"(?:^|[-_.])(?:python|py)-?3\.?(?!1\$)(\d{1,2})(?![\d])")
_OWN_TAG = re.compile(r"^(?:\d+-|dev-)?3\.(?!1\$)(\d{1,2})(?![\d])")
_OTHER_MAJOR = re.compile(r"(?!3(?!\d))(\d{1,2})(?:\.(\d{1,3}))?(?![\d])")
_IN_NAME = re.compile(r"^python-?3\.?(\d{1,2})$")


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


def stages(text: str, given: Mapping[str, str]) -> dict[str, Stage]:
    """The stages of a Dockerfile by their names in lower case, in order; `given` are the values that its builder sets
    for an ``ARG``. A value that is not known stays as it is written, with its ``$``."""
    arguments: dict[str, str] = {}
    found: dict[str, Stage] = {}
    last: Stage | None = None
    for line, end, whole in instructions(text):
        name, _, value = whole.replace("\t", " ").partition(" ")
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


def read(
    content: bytes, path: str, stage: str | None = None, given: Mapping[str, str] | None = None
) -> Declaration | None:
    """The Python of the image that a Dockerfile builds, or of its `stage`, with the arguments that are `given`; None
    where the image does not name one. Raises `DeclarationError` where that cannot be known."""
    found = stages(content.decode("utf-8", "replace"), given or {})
    chosen = found.get(stage.lower()) if stage else next(reversed(found.values()), None)
    if stage and stage.isdecimal() and len(stage) < _DIGITS:  # Docker counts stages, too
        chosen = next(islice(found.values(), int(stage), None), None)
    if chosen is None:
        if not stage:
            return None
        unknown = "which stage is built is not known:" if "$" in stage else "it has no stage"
        raise DeclarationError(f"{unknown} {stage[:100]}")
    version = python_of(chosen.base) or _of_other_major(chosen.base)
    if version is None:
        if _may_be_python(chosen.base):
            raise DeclarationError(f"line {chosen.line}: which Python {chosen.base[:100]} has is not known")
        return None
    return Declaration("pin", (version,), f"FROM {chosen.base[:100]}", path, chosen.line)


def _may_be_python(image: str) -> bool:
    """Whether `image` depends on a value that is not known, and may be one of Python with it."""
    name = image.partition(":")[0]
    return "$" in name or ("$" in image and "python" in image.lower())


def python_of(image: str) -> str | None:
    """The Python that the name of an image says it has: ``python:3.11-slim``, ``…/uv:python3.12-bookworm``."""
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    own = _OWN_TAG.match(tag) if name.lower() in ("python", "devcontainers-python") else None
    found = own or _IN_TAG.search(tag.lower()) or _IN_NAME.match(name.lower())
    return f"3.{int(found[1])}" if found else None


def _of_other_major(image: str) -> str | None:
    """The Python 2 or 4 of an official image, ``python:2.7``: no Python here can answer for it, which is to be said."""
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    found = _OTHER_MAJOR.match(tag) if name.lower() == "python" else None
    return f"{int(found[1])}.{int(found[2] or 0)}" if found else None


def instructions(text: str) -> Iterator[tuple[int, int, str]]:
    """The instructions with their first and last lines, from 1: without comments, and each as one line.

    The text of a heredoc belongs to the instruction in front of it, and is left out."""
    lines = text.removeprefix("\ufeff").splitlines()
    directive = _ESCAPE.match(lines[0]) if lines else None
    escape = directive[1] if directive else "\\"
    begun: list[str] = []
    documents: list[str] = []
    start = 0
    for number, line in enumerate(lines, 1):
        if documents:
            documents = documents[line.strip() == documents[0] :]
            continue
        if line.lstrip().startswith("#") or (begun and not line.strip()):
            continue
        start = start if begun else number
        whole = line.rstrip()
        begun.append(whole.removesuffix(escape) if whole.endswith(escape) else whole)
        if not whole.endswith(escape):
            whole = " ".join(begun).strip()
            documents = _HEREDOC.findall(whole[:_LONGEST]) if _HAS_HEREDOC.match(whole) else []
            yield start, number, whole
            begun = []
    if begun:
        yield start, len(lines), " ".join(begun).strip()


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
