"""What a repository starts: Dockerfiles, compose files, Kubernetes manifests, Procfiles and systemd units."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import lru_cache

from syntax_guard.config.declarations import compose
from syntax_guard.config.declarations.dockerfile import python_of
from syntax_guard.config.documents import Mapping, Sequence, Value
from syntax_guard.model import Record

from ..finding import Place, Unreadable
from ..repository import Repository
from . import commands
from .dockerfile import Image, exec_form, image

SERVERS = {"uvicorn": 8000, "gunicorn": 8000, "hypercorn": 8000, "granian": 8000, "daphne": 8000, "fastapi": 8000,
           "runserver": 8000, "flask": 5000}  # fmt: skip
"""Programs that serve HTTP, with the port that each has by itself."""
_PROGRAM = re.compile(r"(?:^|[\s/;&|(])(python[\d.]*|celery|rq|dramatiq|huey_consumer|arq|syntax-guard|[\w-]+\.py|"
                      rf"{'|'.join(SERVERS)})(?=[\s;&|)]|$)")  # fmt: skip
_ENDING = re.compile(r"(?:^|[\s/])(?:pytest|tox|nox|alembic|coverage|ruff|mypy|migrate|test|collectstatic|unittest|pip|"
                     r"sleep|tail|true)(?=\s|$)|^(?:\S*/)?(?:bash|sh|i?python[\d.]*)$")  # fmt: skip
_DOCKERFILES = ("Dockerfile", "Dockerfile.*", "*.[dD]ockerfile", "Containerfile", "Containerfile.*")
_TEMPLATES = (".dockerignore", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".in", ".erb", ".md", ".py")
_COMPOSE = ("compose.y*ml", "docker-compose.y*ml", "docker-stack*.y*ml")
_LAID_OVER = ("compose.*.y*ml", "docker-compose[.-]*.y*ml")
_NOT_STARTED = (".github/", ".gitlab-ci", ".circleci/", "azure-pipelines", "bitbucket-pipelines", ".pre-commit-config")


class Run(Record):
    """A command: the words that are executed, none where it is switched off, and what they stand behind (``CMD``)."""

    words: tuple[str, ...]
    place: Place
    key: str
    before: bool = False
    """It has to succeed before what serves is started."""

    @property
    def text(self) -> str:
        """All that is run, as one text of a bounded length."""
        nested = commands.inner(self.words)
        return (nested[0] if nested else " ".join(self.words))[:4_000]


class Service(Record):
    """One thing that is started; ``kind`` is dockerfile, compose, kubernetes, procfile or systemd.

    ``start`` is None where a base image decides; ``base`` and ``folder`` are empty where nothing says so; ``part``: it
    is laid over another description, so what it does not say stands elsewhere; ``unsure``: why a check that is there
    may not see all files.
    """

    kind: str
    name: str
    place: Place
    start: Run | None
    health: Run | None = None
    image: Image | None = None
    base: str = ""
    folder: str = ""
    part: bool = False
    unsure: str | None = None

    @property
    def is_python(self) -> bool:
        """Whether it starts Python, as far as the base image or the command say."""
        of_base = python_of(self.base) or re.search(r"(?:^|/)python(?:[:@]|$)", self.base)
        return bool(of_base or (self.start and _PROGRAM.search(self.start.text)))

    @property
    def is_one_shot(self) -> bool:
        """It does its work and ends, such as a migration."""
        text = self.start.text if self.start else ""
        return self.name == "release" or bool(not serves(text) and _ENDING.search(text))


def serves(text: str) -> bool:
    """Whether a command starts what goes on serving."""
    return any(re.search(rf"\b{name}\b", text) for name in (*SERVERS, "celery"))


@lru_cache(maxsize=1)
def started(repository: Repository) -> tuple[list[Service], list[Unreadable]]:
    """What the files of the folder start of Python, and which of them cannot be read."""
    found: list[Service] = []
    failed: list[Unreadable] = []
    for path in repository.named("*.y*ml", *_DOCKERFILES, "Procfile", "*.service"):
        try:
            found += [] if path.startswith(_NOT_STARTED) or path.endswith(_TEMPLATES) else _services(repository, path)
        except Unreadable as error:
            failed.append(error)
    composed = {one.image.path for one in found if one.kind == "compose" and one.image}
    found = [one for one in found if one.kind != "dockerfile" or one.place.path not in composed]
    return [_held_to_variables(repository, service) for service in found if service.is_python], failed


def _held_to_variables(repository: Repository, service: Service) -> Service:
    """``service``, which is unsure where a file that sets its variables names one that leaves files out."""
    paths = [service.place.path] + ([service.image.path] if service.image else [])
    if service.kind == "compose":
        paths += repository.named(*_COMPOSE, *_LAID_OVER, ".env*", "*.env")
    odd = next((path for path in paths if commands.LEAVES_OUT.search(repository.text(path) or "")), None)
    return service.evolve(unsure=f"a variable in {odd} may leave files out") if odd else service


def _services(repository: Repository, path: str) -> Iterator[Service]:
    name, text = posixpath.basename(path), repository.text(path) or ""
    if any(fnmatch(name, pattern) for pattern in (*_COMPOSE, *_LAID_OVER)):
        yield from _of_compose(repository, path, any(fnmatch(name, pattern) for pattern in _COMPOSE))
    elif name.endswith((".yml", ".yaml")):
        if "kind:" in text and "containers:" in text and "{{" not in text:  # what Helm fills in is none yet
            for document in repository.yaml(path):
                yield from _of_kubernetes(document)
    elif name == "Procfile":
        yield from _of_procfile(text, path)
    elif name.endswith(".service"):
        yield from _of_unit(text, path)
    elif text:
        built = image(text, path)
        place = Place(path, built.stage.line)
        yield Service(
            "dockerfile", name, place, _start_of(built), _health_of(built), built, built.stage.base, built.folder
        )


def _start_of(built: Image) -> Run | None:
    entrypoint, command = built.last("ENTRYPOINT"), built.last("CMD")
    if entrypoint is not None and exec_form(entrypoint.value) == ():
        entrypoint = None
    at = entrypoint or command
    if at is None:
        return None
    words = built.words(at.value)
    if entrypoint is not None and command is not None and exec_form(entrypoint.value):
        words += built.words(command.value)
    return Run(words, Place(built.path, at.line), at.name)


def _health_of(built: Image) -> Run | None:
    check = built.last("HEALTHCHECK")
    if check is None:
        return None
    words = built.words(check.value[4:].strip()) if check.value[:4].upper() == "CMD " else ()
    return Run(words, Place(built.path, check.line), "HEALTHCHECK")


def _of_compose(repository: Repository, path: str, main: bool) -> Iterator[Service]:
    services = repository.mapping(path).section("services")
    for name in services:
        service = services.section(name)
        whole = "extends" not in service and ("build" in service or "image" in service)
        if main or whole or "command" in service or "entrypoint" in service:
            built = _built(repository, path, service)
            start, health = _compose_start(service, built), _compose_health(service, built)
            base, folder = (built.stage.base, built.folder) if built else (service.text("image") or "", "")
            chosen = service.text("working_dir") or folder
            moved = "its working_dir is not the image's" if built and chosen != folder else None
            yield Service(
                "compose", f"service {name}", service.place, start, health, built, base, chosen, not whole, moved
            )


def _built(repository: Repository, path: str, service: Mapping) -> Image | None:
    build = compose.build(service.get("build"), posixpath.dirname(path))
    text = repository.text(build.dockerfile) if build else None
    return image(text, build.dockerfile, build.stage) if build and text is not None else None


def _compose_start(service: Mapping, built: Image | None) -> Run | None:
    entrypoint, command = service.get("entrypoint"), service.get("command")
    if entrypoint is None and command is None:
        return _start_of(built) if built else None
    key = "entrypoint" if entrypoint is not None else "command"
    place = service.place_of(key)
    first = _words(entrypoint, place)
    if entrypoint is None and built is not None and (own := built.last("ENTRYPOINT")):
        first = built.words(own.value)
    return Run((*first, *_words(command, place)), place, key)


def _compose_health(service: Mapping, built: Image | None) -> Run | None:
    own = service.section("healthcheck")
    test, place = own.get("test"), own.place_of("test")
    if test is None and own.text("disable") != "true":
        return _health_of(built) if built else None
    kind, *rest = ("CMD-SHELL", test) if isinstance(test, str) else _words(test, place) or ("NONE",)
    words = {"CMD": tuple(rest), "CMD-SHELL": ("/bin/sh", "-c", *rest[:1])}.get(kind, ())
    return Run(words, place, "test")


def _words(value: Value, place: Place) -> tuple[str, ...]:
    """The words of a command: a list's, or those of a text that no shell is given. Raises Unreadable."""
    if isinstance(value, Sequence):
        return tuple(item for item in value if isinstance(item, str))
    try:
        return tuple(shlex.split(value[:4_000])) if isinstance(value, str) else ()
    except ValueError:
        raise Unreadable(place, "a command whose quotes do not end") from None


def _of_kubernetes(value: Value) -> Iterator[Service]:
    """The containers of the first pod in a document. One before it with its image that checks is its start."""
    while isinstance(value, Mapping) and "containers" not in value:
        value = next((value[key] for key in ("spec", "template", "jobTemplate") if key in value), None)
    if not isinstance(value, Mapping):
        return
    before = [one for one in value.listed("initContainers") if isinstance(one, Mapping)]
    for one in value.listed("containers"):
        if not isinstance(one, Mapping):
            continue
        ours = [init for init in before if commands.mentions(" ".join(_container_words(init)))]
        holder = ours[-1] if ours else one
        alike = all(holder.get(key) == one.get(key) for key in ("image", "workingDir", "volumeMounts", "restartPolicy"))
        key = "command" if "command" in holder else "args"
        words = _container_words(holder)
        start = Run(words, holder.place_of(key), "initContainers" if ours else key, bool(ours)) if words else None
        probe = next((key for key in ("livenessProbe", "readinessProbe") if one.get(key)), None)
        asked = one.section(probe or "").section("exec").words("command") or ("kubelet",)
        health = Run(asked, one.place_of(probe), probe) if probe else None
        name, base, folder = (one.text(key) or "" for key in ("name", "image", "workingDir"))
        yield Service("kubernetes", f"container {name}", one.place, start, health, None, base, folder,
                      unsure=None if alike else "what runs before it may see other files")  # fmt: skip


def _container_words(container: Mapping) -> tuple[str, ...]:
    return (*container.words("command"), *container.words("args"))


def _of_procfile(text: str, path: str) -> Iterator[Service]:
    """The processes of a Procfile, each a line that a shell runs."""
    for number, line in enumerate(text.split("\n")[:200], 1):
        name, colon, command = line.partition(":")
        if colon and command.strip() and name.strip().isidentifier():
            run = Run(("bash", "-c", command.strip()), Place(path, number), name)
            yield Service("procfile", name, run.place, run)


def _of_unit(text: str, path: str) -> Iterator[Service]:
    """The service of a systemd unit. A check in ExecStartPre is its start; one behind ``-`` may fail, and is none."""
    settings: dict[str, list[Run]] = {"ExecStart": [], "ExecStartPre": [], "WorkingDirectory": []}
    section = ""
    for number, line in enumerate(text.split("\n")[:1_000], 1):
        section = line.strip() if line.startswith("[") else section
        key, equals, value = (part.strip() for part in line.partition("="))
        if section == "[Service]" and equals and key in settings:
            words = _words(re.sub(r"^[@:+!]*-", "- ", value).lstrip("@:+!"), Place(path, number))
            run = Run(words, Place(path, number), key, key == "ExecStartPre")
            settings[key] = [*settings[key], run] if words else []
    starts, before, folders = settings.values()
    if starts and not any(run.words[-1:] == ("\\",) for run in (*starts, *before)):
        run = next((run for run in before if commands.call(run.words)), starts[0])
        folder, odd = (folders[0].text, None) if folders else ("", "its unit has no WorkingDirectory")
        yield Service("systemd", posixpath.basename(path), run.place, run, folder=folder, unsure=odd)
