"""What is known of the image that a Dockerfile's stages build, or that compose names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syntax_guard.model import Record

if TYPE_CHECKING:
    from syntax_guard.model import Version

    from .dockerfile import Instruction, Stage
    from .finding import Place

_PYTHON = re.compile(r"(?:^|[/:_-])(?:python|pypy|py)(?=[\d:@_.-]|$)|uvicorn-gunicorn", re.IGNORECASE)
_RUNS_PYTHON = re.compile(r"\b(?:pip3?|uv|poetry|pdm|pipenv|python3?)\b")


class Image(Record):
    """A base image and the stages upon it."""

    base: str
    """``python:3.12-slim``"""
    base_place: Place
    stages: tuple[Stage, ...]
    """Base first; empty for an image that is used as it is."""
    path: str
    """The file that describes it."""

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """Of every stage, base first."""
        return tuple(instruction for stage in self.stages for instruction in stage.instructions)

    @property
    def has_python(self) -> bool:
        """Its base is there to run Python."""
        return bool(_PYTHON.search(self.base))

    @property
    def is_plain(self) -> bool:
        """Its base is Python and nothing else, which starts no application."""
        return bool(re.search(r"(?:^|/)(?:python|pypy)(?:[:@]|$)|/uv:python", self.base)) and not self.is_function

    @property
    def is_function(self) -> bool:
        """It is started by a platform for functions, through an entry point of the platform's."""
        return bool(re.search(r"lambda[-/]python|azure-functions/python", self.base))

    @property
    def installs_python(self) -> bool:
        """Its instructions install Python or run it."""
        return any(
            _RUNS_PYTHON.search(instruction.value + "".join(instruction.heredocs))
            for instruction in self.instructions
            if instruction.name in ("RUN", "CMD", "ENTRYPOINT")
        )

    @property
    def version(self) -> Version | None:
        """The Python that its tag promises, or None where the tag does not say."""
        found = (
            re.search(r"python:?[-_]?v?(3)\.(\d+)", self.base)
            or re.search(r":(?:.*-py|py)(3)\.?(\d+)", self.base)
            or re.search(r"python-?(3)(\d{1,2})(?![\d.])", self.base)
            or re.search(r"devcontainers/python:(?:[\d.]+-)?(3)\.(\d+)", self.base)
        )
        return (int(found[1]), int(found[2])) if found else None

    @property
    def floats(self) -> bool:
        """Its tag moves from one minor version of Python to the next (``python:3-slim``, ``python``)."""
        return bool(re.search(r"(?:^|/)(?:python|pypy)(?::(?:3|[a-z]\w*)(?:[-.](?!\d)\S*)?)?$", self.base))

    def lacks(self, program: str) -> bool:
        """``program`` (curl, wget) is known not to be in it: a small base, and nothing that puts it there."""
        small = re.search(r"slim|alpine|distroless|^scratch$|chainguard|ubuntu|debian", self.base)
        if not small or (program == "wget" and "alpine" in self.base):
            return False
        put = re.compile(rf"\b{program}\b")
        return not any(
            put.search(instruction.value + "".join(instruction.heredocs))
            for instruction in self.instructions
            if instruction.name in ("RUN", "COPY", "ADD")
        )

    def last(self, name: str) -> Instruction | None:
        """The instruction ``name`` that counts: the last one."""
        return next((one for one in reversed(self.instructions) if one.name == name), None)
