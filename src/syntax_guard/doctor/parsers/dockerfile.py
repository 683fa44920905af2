"""The image that a Dockerfile builds: what runs in it."""

from __future__ import annotations

import json
import re

from syntax_guard.config.declarations.dockerfile import Instruction, Stage, stages
from syntax_guard.model import Record

from ..finding import Place, Unreadable
from .commands import Run

_NAMES = re.compile(
    "ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|"
    "WORKDIR"
)
_LONGEST = 4_000


class Image(Record):
    """What a stage of a Dockerfile builds."""

    path: str
    stage: Stage
    instructions: list[Instruction]

    def last(self, name: str) -> Instruction | None:
        """The instruction ``name`` that counts: the last one."""
        return next((one for one in reversed(self.instructions) if one.name == name), None)

    def values(self, *names: str) -> list[str]:
        """What stands behind the instructions with these names."""
        return [one.value for one in self.instructions if one.name in names]

    def words(self, text: str) -> tuple[str, ...]:
        """The words that a CMD, ENTRYPOINT or HEALTHCHECK runs: of a JSON array, else the shell that gets its text."""
        shell = exec_form("".join(self.values("SHELL")[-1:]))
        return exec_form(text) or (*(shell or ("/bin/sh", "-c")), text)

    @property
    def folder(self) -> str:
        """Where it works; empty where nothing says so."""
        return "".join(self.values("WORKDIR")[-1:])

    @property
    def start(self) -> Run | None:
        """What it starts; None where its base image decides."""
        entrypoint, command = self.last("ENTRYPOINT"), self.last("CMD")
        form = exec_form(entrypoint.value) if entrypoint else ()
        at = command if form == () else entrypoint
        words = self.words(at.value) if at else ()
        if form and command is not None:
            words += self.words(command.value)
        return Run(words, Place(self.path, at.line), at.name) if at else None

    @property
    def health(self) -> Run | None:
        """Its health check, if it has one."""
        check = self.last("HEALTHCHECK")
        if check is None:
            return None
        asks = check.value[:4].upper() == "CMD "
        return Run(self.words(check.value[4:].strip()) if asks else (), Place(self.path, check.line), "HEALTHCHECK")


def exec_form(value: str) -> tuple[str, ...] | None:
    """The words of a JSON array of strings, or None for anything else, as BuildKit decides it."""
    if not value.lstrip().startswith("[") or len(value) > _LONGEST:
        return None
    try:
        words = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return tuple(words) if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def image(text: str, path: str, target: str | None = None) -> Image:
    """The image of a Dockerfile's last stage, or of ``target``. Raises Unreadable."""
    found = stages(text)
    if not found:
        raise Unreadable(Place(path), "not a Dockerfile: it has no FROM")
    for one in (one for stage in found.values() for one in stage.own):
        if not _NAMES.fullmatch(one.name):
            raise Unreadable(Place(path, one.line), f"not a Dockerfile: no instruction {one.name[:40]!r}")
    stage = found.get((target or "").lower()) or next(reversed(found.values()))
    return Image(path, stage, stage.instructions)
