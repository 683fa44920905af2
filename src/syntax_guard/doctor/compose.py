"""Compose files: their services as containers.

Follows the Compose specification: ``-`` files over the main one, ``extends``, ``build``, variables with their defaults,
and commands written as text, which compose splits into words itself (no shell is involved).
"""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import TYPE_CHECKING

from . import dockerfile, programs
from .containers import ENDS, Container, Health, Restart, Start, entry_of, health_of, image_of, runs_python, start_of
from .documents import Mapping, Sequence, Value
from .image import Image

if TYPE_CHECKING:
    from collections.abc import Mapping as AnyMapping

    from .repository import Repository

FILES = (
    "compose.y*ml", "docker-compose.y*ml", "compose.*.y*ml", "docker-compose.*.y*ml", "docker-compose-*.y*ml",
    "docker-stack*.y*ml",
)  # fmt: skip
_MAIN = re.compile(r"(?:docker-)?compose\.ya?ml")


def main_of(repository: Repository, path: str) -> str | None:
    """The main file that ``path`` is laid over (``compose.override.yaml`` over ``compose.yaml``), or None."""
    folder, name = posixpath.split(path)
    if _MAIN.fullmatch(name):
        return None
    return next(
        (main for main in repository.named("compose.y*ml", "docker-compose.y*ml") if posixpath.dirname(main) == folder),
        None,
    )


def services(repository: Repository, path: str) -> list[Container]:
    """The services of a compose file that run Python. Raises Unreadable."""
    every = _services(repository, path)
    main = main_of(repository, path)
    if main is not None:
        every = _services(repository, main).overlaid(every)
    ended = _waited_for(every)
    folder = posixpath.dirname(path)
    containers = [_container(repository, folder, name, every.section(name), name in ended) for name in every]
    return [container for container in containers if container is not None]


def dockerfiles(repository: Repository, path: str) -> set[str]:
    """The Dockerfiles that the services of ``path`` are built from. Raises Unreadable."""
    folder = posixpath.dirname(path)
    every = _services(repository, path)
    return {built for name in every if (built := _dockerfile(every.section(name), folder)) is not None}


def _services(repository: Repository, path: str) -> Mapping:
    """The services of one file, each with what it extends, and with the variables of the project's ``.env``."""
    folder = posixpath.dirname(path)
    variables = _variables(repository.text(posixpath.join(folder, ".env")) or "")
    written = repository.mapping(path).section("services")
    every = Mapping(written.place)
    for name in written:
        every[name] = _expanded(_resolved(repository, folder, written, name), variables, {})
        every.places[name] = written.place_of(name)
    return every


def _waited_for(every: Mapping) -> set[str]:
    """Services that others wait for to end, such as migrations."""
    return {
        name
        for service in every.values()
        if isinstance(service, Mapping)
        for name, condition in service.section("depends_on").items()
        if isinstance(condition, Mapping) and condition.text("condition") == "service_completed_successfully"
    }


def _resolved(repository: Repository, folder: str, every: Mapping, name: str, depth: int = 0) -> Mapping:
    """A service with what it extends."""
    service = every.section(name)
    extends = service.get("extends")
    if extends is None or depth > 5:
        return service
    file = extends.text("file") if isinstance(extends, Mapping) else None
    base = extends.text("service") if isinstance(extends, Mapping) else extends
    if not isinstance(base, str):
        return service
    if file is not None:
        other = _join(folder, file)
        every = repository.mapping(other).section("services")
        folder = posixpath.dirname(other)
    return _resolved(repository, folder, every, base, depth + 1).overlaid(service)


def _container(repository: Repository, folder: str, name: str, service: Mapping, waited_for: bool) -> Container | None:
    image = _image(repository, service, folder)
    start = _start(service, image) if image is not None else None
    if image is None or not runs_python(image, start):
        return None
    restart = _restart(service)
    serves = "ports" in service or "expose" in service
    one_shot = waited_for or (restart is not None and restart.policy == "no" and not serves)
    one_shot = one_shot or (start is not None and programs.ends(start.argv))
    excuse = ENDS if one_shot else None
    return Container(f"service {name}", image, start, _health(service, image), restart, service.place, excuse)


def _dockerfile(service: Mapping, folder: str) -> str | None:
    build = service.get("build")
    if build is None or (isinstance(build, Mapping) and "dockerfile_inline" in build):
        return None
    context = build if isinstance(build, str) else build.text("context") if isinstance(build, Mapping) else None
    named = build.text("dockerfile") if isinstance(build, Mapping) else None
    return _join(folder, context or ".", named or "Dockerfile")


def _image(repository: Repository, service: Mapping, folder: str) -> Image | None:
    build = service.get("build")
    if build is None:
        image = service.text("image")
        return Image(image, service.place_of("image"), (), service.place.path) if image else None
    target, arguments = None, {}
    path, text = _dockerfile(service, folder), None
    if isinstance(build, Mapping):
        target = build.text("target")
        arguments = _arguments(build.get("args"))
        text = build.text("dockerfile_inline")
    if path is not None:
        text = repository.text(path)
    shown = path or service.place.path
    return image_of(text, shown, target, arguments) if text is not None else None


def _arguments(value: Value) -> dict[str, str]:
    if isinstance(value, Mapping):
        return {name: text for name, text in value.items() if isinstance(text, str)}
    pairs = [item.partition("=") for item in value or () if isinstance(item, str)]
    return {name: text for name, equals, text in pairs if equals}


def _start(service: Mapping, image: Image) -> Start | None:
    own_entrypoint, own_command = service.get("entrypoint"), service.get("command")
    if own_entrypoint is None and own_command is None:
        return start_of(image)
    entrypoint, _ = entry_of(image)
    key = "command" if own_entrypoint is None else "entrypoint"
    command = _words(own_command)  # an entry point of its own takes away the image's CMD
    argv = (*(_words(own_entrypoint) if own_entrypoint is not None else entrypoint or ()), *command)
    return Start(argv, service.place_of(key), False) if argv else None


def _health(service: Mapping, image: Image) -> Health | None:
    own = service.section("healthcheck")
    built = health_of(image)
    if not own:
        return built
    test = own.get("test")
    place = own.place_of("test")
    argv = built.argv if built else ()
    if isinstance(test, str):
        argv = ("/bin/sh", "-c", test)
    elif test is not None:
        kind, *rest = _words(test) or ("NONE",)
        argv = {"CMD": tuple(rest), "CMD-SHELL": ("/bin/sh", "-c", *rest[:1])}.get(kind, ())
    if own.text("disable") == "true":
        argv, place = (), own.place_of("disable")
    period = own.text("start_period") or (built.start_period if built else None)
    return Health(argv, period, place) if argv or test is not None or "disable" in own else None


def _restart(service: Mapping) -> Restart | None:
    written = service.text("restart")
    if written is not None:
        policy, _, count = written.partition(":")
        return Restart(policy, int(count) if count.isdigit() else None, service.place_of("restart"))
    deploy = service.section("deploy")
    policy_section = deploy.section("restart_policy")
    if not policy_section:
        return None
    condition = policy_section.text("condition") or "any"
    count = policy_section.text("max_attempts") or ""
    policy = {"any": "always", "none": "no"}.get(condition, condition)
    return Restart(policy, int(count) if count.isdigit() else None, deploy.place_of("restart_policy"))


def _words(value: Value) -> tuple[str, ...]:
    """A command as compose takes it: a list of words, or text that it splits as a shell would."""
    if isinstance(value, str):
        try:
            return tuple(shlex.split(value))
        except ValueError:
            return (value,)
    return tuple(item for item in value or () if isinstance(item, str))


def _variables(text: str) -> dict[str, str]:
    """The variables of an ``.env`` file."""
    lines = re.findall(r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*(.*?)[ \t]*\r?$", text, re.MULTILINE)
    return {name: re.sub(r"^(['\"])(.*)\1$|[ \t]+#.*$", r"\2", value) for name, value in lines}


def _expanded(value: Mapping, variables: AnyMapping[str, str], done: dict[int, Value]) -> Mapping:
    """``value`` with variables put into every text; ``done`` keeps what several places share in one."""
    expanded = Mapping(value.place)
    done[id(value)] = expanded
    expanded.places = value.places
    for key, item in value.items():
        expanded[key] = _expanded_value(item, variables, done)
    return expanded


def _expanded_value(value: Value, variables: AnyMapping[str, str], done: dict[int, Value]) -> Value:
    if isinstance(value, str):  # $$ is a dollar sign
        return "$".join(dockerfile.expand(part, variables) for part in value.split("$$"))
    if value is None or id(value) in done:
        return done.get(id(value))
    if isinstance(value, Mapping):
        return _expanded(value, variables, done)
    items = Sequence()
    done[id(value)] = items
    for item, place in zip(value, value.places, strict=True):
        items.add(_expanded_value(item, variables, done), place)
    return items


def _join(*parts: str) -> str:
    return posixpath.normpath(posixpath.join(*parts)).removeprefix("./")
