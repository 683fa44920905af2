"""Containers: what a Dockerfile or a compose service starts, how its health is asked for, and when it is restarted."""

from __future__ import annotations

from syntax_guard.model import Record

from . import dockerfile, programs
from .dockerfile import Instruction, exec_form
from .documents import Unreadable
from .finding import Place
from .image import Image

_SHELL = ("/bin/sh", "-c")
ENDS = "does its work and ends"


class Start(Record):
    """What process 1 is."""

    argv: tuple[str, ...]
    place: Place
    shell_form: bool
    """Written as text, so that a shell is process 1 and the words stand behind ``sh -c``."""


class Health(Record):
    """A health check."""

    argv: tuple[str, ...]
    """Empty where it is switched off."""
    start_period: str | None
    place: Place


class Restart(Record):
    """A restart policy."""

    policy: str
    """``no``, ``always``, ``unless-stopped`` or ``on-failure``."""
    attempts: int | None
    """After how many restarts it gives up; None for never."""
    place: Place


class Container(Record):
    """One container that this repository describes."""

    name: str
    """As findings call it: ``service web``, or the name of the Dockerfile's image."""
    image: Image
    start: Start | None
    health: Health | None
    restart: Restart | None
    restart_place: Place | None
    """Where a restart policy would stand; None where nothing can hold one (a Dockerfile)."""
    excuse: str | None
    """Why no gate, no health and no restarts are asked of it, or None where they are."""


def image_of(text: str, path: str, target: str | None = None, arguments: dict[str, str] | None = None) -> Image:
    """The image that a Dockerfile builds. Raises Unreadable where it is none."""
    instructions = dockerfile.parse(text)
    for instruction in instructions:
        if instruction.name not in dockerfile.INSTRUCTIONS:
            raise Unreadable(Place(path, instruction.line), f"not a Dockerfile: no instruction {instruction.name!r}")
    links = dockerfile.chain(dockerfile.stages(instructions, arguments), target)
    if not links:
        raise Unreadable(Place(path), "not a Dockerfile: it has no FROM")
    return Image(links[0].image, Place(path, links[0].line), links, path)


def start_of(image: Image) -> Start | None:
    """What a container of ``image`` starts where nothing overrides it; None where the base image decides."""
    entrypoint, command = image.last("ENTRYPOINT"), image.last("CMD")
    if entrypoint is not None:
        for stage in image.stages:  # an ENTRYPOINT takes away the CMD of the stages before its own
            if entrypoint in stage.instructions and command is not None:
                later = image.stages[image.stages.index(stage) :]
                command = command if any(command in one.instructions for one in later) else None
    return started(image, _argv(image, entrypoint), _argv(image, command), entrypoint or command)


def started(
    image: Image, entrypoint: tuple[str, ...] | None, command: tuple[str, ...] | None, at: Instruction | Place | None
) -> Start | None:
    """An entry point and a command, put together as Docker does."""
    if at is None:
        return None
    place = Place(image.path, at.line) if isinstance(at, Instruction) else at
    if entrypoint and isinstance(at, Instruction) and at.argv is None:
        return Start(entrypoint, place, True)  # the shell form of ENTRYPOINT hears of no command
    argv = (*(entrypoint or ()), *(command or ()))
    shell_form = isinstance(at, Instruction) and at.argv is None
    return Start(argv, place, shell_form) if argv else None


def _argv(image: Image, instruction: Instruction | None) -> tuple[str, ...] | None:
    if instruction is None:
        return None
    shell = image.last("SHELL")
    words = (shell.argv if shell else None) or _SHELL
    return instruction.argv if instruction.argv is not None else (*words, instruction.value)


def entry_of(image: Image) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The entry point and the command of ``image`` as words."""
    return _argv(image, image.last("ENTRYPOINT")), _argv(image, image.last("CMD"))


def health_of(image: Image) -> Health | None:
    """The health check of ``image``."""
    check = image.last("HEALTHCHECK")
    if check is None:
        return None
    place = Place(image.path, check.line)
    kind, _, rest = check.value.partition(" ")
    rest = rest.strip()
    argv: tuple[str, ...] = ()
    if kind.upper() == "CMD":
        argv = exec_form(rest) or (*_SHELL, rest)
    return Health(argv, dict(check.flags).get("start-period"), place)


def container_of(name: str, image: Image) -> Container:
    """A container of ``image`` that nothing overrides."""
    start = start_of(image)
    excuse = ENDS if start and programs.ends(start.argv) else None
    if start is None and image.is_plain:
        excuse = "starts nothing of its own: what uses it says what it starts"
    return Container(name, image, start, health_of(image), None, None, excuse)


def runs_python(image: Image, start: Start | None) -> bool:
    """Whether a container of ``image`` that starts so is one of Python."""
    if image.has_python:
        return True
    said = programs.is_python(start.argv) if start else False
    return image.installs_python if said is None else said
