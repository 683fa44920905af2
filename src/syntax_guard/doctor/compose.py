"""Compose files: their services as containers.

Follows the Compose specification: ``-`` files over the main one, ``extends``, ``build``, variables with their defaults,
and commands written as text, which compose splits into words itself (no shell is involved).
"""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import TYPE_CHECKING

from . import dockerfile
from .containers import Container, Health, Restart, Start, entry_of, health_of, image_of, start_of
from .documents import Mapping, Value
from .image import Image

if TYPE_CHECKING:
    from collections.abc import Mapping as AnyMapping

    from .repository import Repository

FILES = ("compose.y*ml", "docker-compose.y*ml", "compose.*.y*ml", "docker-compose.*.y*ml", "docker-compose-*.y*ml")
_MAIN = re.compile(r"(?:docker-)?compose\.ya?ml")
_UNSET: AnyMapping[str, str] = {}


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
    """The services of one file, each with what it extends."""
    written = repository.mapping(path).section("services")
    every = Mapping(written.place)
    for name in written:
        every[name] = _resolved(repository, posixpath.dirname(path), written, name)
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
    if image is None or not (image.is_python or _runs_python(service)):
        return None
    restart = _restart(service)
    serves = "ports" in service or "expose" in service
    one_shot = waited_for or (restart is not None and restart.policy == "no" and not serves)
    return Container(
        f"service {name}", image, _start(service, image), _health(service, image), restart, service.place, one_shot
    )


def _runs_python(service: Mapping) -> bool:
    text = " ".join([*_words(service.get("entrypoint")), *_words(service.get("command"))])
    return bool(re.search(r"\b(?:python3?|uvicorn|gunicorn|hypercorn|granian|celery|syntax-guard)\b", text))


def _dockerfile(service: Mapping, folder: str) -> str | None:
    build = service.get("build")
    if build is None or (isinstance(build, Mapping) and "dockerfile_inline" in build):
        return None
    context = build if isinstance(build, str) else build.text("context") if isinstance(build, Mapping) else None
    named = build.text("dockerfile") if isinstance(build, Mapping) else None
    return _join(folder, _expand(context or "."), _expand(named or "Dockerfile"))


def _image(repository: Repository, service: Mapping, folder: str) -> Image | None:
    build = service.get("build")
    if build is None:
        image = service.text("image")
        return Image(_expand(image), service.place_of("image"), (), service.place.path) if image else None
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
        return {name: _expand(text) for name, text in value.items() if isinstance(text, str)}
    pairs = [item.partition("=") for item in value or () if isinstance(item, str)]
    return {name: _expand(text) for name, equals, text in pairs if equals}


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
        argv = ("/bin/sh", "-c", _expand(test))
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
        policy, _, count = _expand(written).partition(":")
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
            return tuple(shlex.split(_expand(value)))
        except ValueError:
            return (value,)
    return tuple(_expand(item) for item in value or () if isinstance(item, str))


def _expand(text: str) -> str:
    """Variables with their defaults; ``$$`` is a dollar sign."""
    return "$".join(dockerfile.expand(part, _UNSET) for part in text.split("$$"))


def _join(*parts: str) -> str:
    return posixpath.normpath(posixpath.join(*parts)).removeprefix("./")
