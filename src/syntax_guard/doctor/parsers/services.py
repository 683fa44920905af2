"""What a repository starts: Dockerfiles, compose files, Kubernetes manifests, Procfiles and systemd units."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import lru_cache

from syntax_guard.config.declarations import compose
from syntax_guard.config.declarations.dockerfile import Instruction, Stage, python_of, stages
from syntax_guard.config.documents import Mapping, Sequence, Value
from syntax_guard.model import Record

from ..finding import Place, Unreadable
from ..repository import Repository
from .commands import LEAVES_OUT, Command, Run, call, mentions

SERVERS = {"uvicorn": 8000, "gunicorn": 8000, "hypercorn": 8000, "granian": 8000, "daphne": 8000, "fastapi": 8000,
           "runserver": 8000, "flask": 5000}  # fmt: skip
"""Programs that serve HTTP, with the port that each has by itself."""
_PROGRAM = re.compile(r"(?:^|[\s/;&|(])(python[\d.]*|celery|rq|dramatiq|huey_consumer|arq|syntax-guard|[\w-]+\.py|"
                      rf"{'|'.join(SERVERS)})(?=[\s;&|)]|$)")  # fmt: skip
_ENDING = re.compile(r"(?:^|[\s/])(?:pytest|tox|nox|alembic|coverage|ruff|mypy|migrate|test|collectstatic|unittest|pip|"
                     r"sleep|tail|true)(?=\s|$)|^(?:\S*/)?(?:bash|sh|i?python[\d.]*)$")  # fmt: skip
_DOCKERFILES = ("Dockerfile", "Dockerfile.*", "*.[dD]ockerfile", "Containerfile", "Containerfile.*")
_COMPOSE = ("compose.y*ml", "docker-compose.y*ml", "docker-stack*.y*ml")
LAID_OVER = ("compose.*.y*ml", "docker-compose[.-]*.y*ml")
"""Files that are read together with another one, and may change what that says."""
_TEMPLATES = (".dockerignore", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".in", ".erb", ".md", ".py")


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

    @property
    def folder(self) -> str:
        """Where it works; empty where nothing says so."""
        return "".join(self.values("WORKDIR")[-1:])

    def run(self, name: str, value: str | None = None) -> Run | None:
        """What an instruction runs: the words of a JSON array, else the shell that gets its text; None without it."""
        one = self.last(name)
        if one is None:
            return None
        shell = exec_form("".join(self.values("SHELL")[-1:])) or ("/bin/sh", "-c")
        value = one.value if value is None else value
        words = exec_form(value)
        return Run((*shell, value) if words is None else words, Place(self.path, one.line), name)

    @property
    def start(self) -> Run | None:
        """What it starts; None where its base image decides."""
        entrypoint, command = self.run("ENTRYPOINT"), self.run("CMD")
        if entrypoint is None or not entrypoint.words:
            return command
        takes_words = exec_form(self.values("ENTRYPOINT")[-1]) and command
        return entrypoint.evolve(words=entrypoint.words + command.words) if takes_words and command else entrypoint

    @property
    def health(self) -> Run | None:
        """Its health check, if it has one; without words where that is switched off."""
        said = "".join(self.values("HEALTHCHECK")[-1:])
        return self.run("HEALTHCHECK", said[4:].strip() if said[:4].upper() == "CMD " else "[]")


class Service(Record):
    """One thing that is started; ``kind`` is dockerfile, compose, kubernetes, procfile or systemd.

    ``start`` is None where a base image decides; ``base`` and ``folder`` are empty where nothing says so; ``unsure``:
    why a check that is there may not see all files.
    """

    kind: str
    name: str
    place: Place
    start: Run | None
    health: Run | None = None
    image: Image | None = None
    base: str = ""
    folder: str = ""
    unsure: str | None = None

    @property
    def text(self) -> str:
        """What it starts; empty where nothing says so."""
        return self.start.text if self.start else ""

    @property
    def is_python(self) -> bool:
        """Whether it starts Python, as far as the base image or the command say."""
        of_base = python_of(self.base) or re.search(r"(?:^|/)python(?:[:@]|$)", self.base)
        return bool(of_base or _PROGRAM.search(self.text))

    @property
    def is_one_shot(self) -> bool:
        """It does its work and ends, such as a migration."""
        return self.name == "release" or bool(not serves(self.text) and _ENDING.search(self.text))


def serves(text: str) -> bool:
    """Whether a command starts what goes on serving."""
    return any(re.search(rf"\b{name}\b", text) for name in (*SERVERS, "celery"))


def exec_form(value: str) -> tuple[str, ...] | None:
    """The words of a JSON array of strings, or None for anything else, as BuildKit decides it."""
    try:
        words = json.loads(value) if value.lstrip().startswith("[") and len(value) <= 4_000 else None
    except (ValueError, RecursionError):
        return None
    return tuple(words) if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


@lru_cache(maxsize=1)
def started(repository: Repository) -> tuple[list[Service], list[Unreadable]]:
    """What the files of the folder start of Python, and which of them cannot be read."""
    found: list[Service] = []
    failed: list[Unreadable] = []
    for path in repository.named(*_READERS):
        name = posixpath.basename(path)
        read = next(reader for pattern, reader in _READERS.items() if fnmatch(name, pattern))
        try:
            found += [] if path.endswith(_TEMPLATES) else read(repository, path)
        except Unreadable as error:
            failed.append(error)
    composed = {one.image.path for one in found if one.kind == "compose" and one.image}
    found = [one for one in found if one.kind != "dockerfile" or one.place.path not in composed]
    return [_as_it_is_started(repository, service) for service in found if service.is_python], failed


def _as_it_is_started(repository: Repository, service: Service) -> Service:
    """``service``, which is unsure where another file may change what it says, or names a variable that matters."""
    composed = service.kind == "compose"
    paths = [service.place.path] + ([service.image.path] if service.image else [])
    paths += repository.named(*_COMPOSE, ".env*", "*.env") if composed else []
    odd = [path for path in paths if LEAVES_OUT.search(repository.text(path) or "")]
    odd += repository.named(*LAID_OVER) if composed else []
    return service.evolve(unsure=f"{odd[0]} may leave files out, or change what starts") if odd else service


def _image(repository: Repository, path: str, target: str | None = None) -> Image | None:
    """The image of a Dockerfile's last stage, or of ``target``; None where the file is empty. Raises Unreadable."""
    text = repository.text(path)
    found = stages(text or "")
    if text and not found:
        raise Unreadable(Place(path), "not a Dockerfile: it has no FROM")
    stage = found.get((target or "").lower()) or next(reversed(found.values()), None)
    return Image(path, stage, stage.instructions) if stage else None


def _of_dockerfile(repository: Repository, path: str) -> Iterator[Service]:
    if built := _image(repository, path):
        place, name = Place(path, built.stage.line), posixpath.basename(path)
        yield Service("dockerfile", name, place, built.start, built.health, built, built.stage.base, built.folder)


def _of_compose(repository: Repository, path: str) -> Iterator[Service]:
    services = repository.mapping(path).section("services")
    for name, one in services.items():
        if isinstance(one, Mapping):
            build = compose.build(one.get("build"), posixpath.dirname(path))
            built = _image(repository, build.dockerfile, build.stage) if build else None
            base, folder = (built.stage.base, built.folder) if built else (one.text("image") or "", "")
            chosen = one.text("working_dir") or folder
            odd = "its working_dir is not the image's" if built and chosen != folder else None
            odd = "what it extends may say more" if "extends" in one else odd
            start, health = _started_by(one, "entrypoint", "command", built), _compose_health(one, built)
            yield Service("compose", f"service {name}", one.place, start, health, built, base, chosen, odd)


def _started_by(one: Mapping, entry: str, arguments: str, built: Image | None = None) -> Run | None:
    """What a container starts; None where its image decides."""
    key = next((key for key in (entry, arguments) if one.get(key) is not None), None)
    if key is None:
        return built.start if built else None
    place = one.place_of(key)
    own = built.run("ENTRYPOINT") if built and key == arguments else None
    first = own.words if own else _words(one.get(entry), place)
    return Run((*first, *_words(one.get(arguments), place)), place, key)


def _compose_health(service: Mapping, built: Image | None) -> Run | None:
    own = service.section("healthcheck")
    test, place = own.get("test"), own.place_of("test")
    if test is None and own.text("disable") != "true":
        return built.health if built else None
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


def _of_kubernetes(repository: Repository, path: str) -> Iterator[Service]:
    """The containers of the first pod in each document. One before it with its image that checks is its start."""
    text = repository.text(path) or ""
    documents = repository.yaml(path) if "kind:" in text and "containers:" in text and "{{" not in text else []
    for value in documents:  # what Helm fills in is none yet
        while isinstance(value, Mapping) and "containers" not in value:
            value = next((value[key] for key in ("spec", "template", "jobTemplate") if key in value), None)
        for one in value.listed("containers") if isinstance(value, Mapping) else ():
            if isinstance(one, Mapping) and isinstance(value, Mapping):
                yield _container(one, [each for each in value.listed("initContainers") if isinstance(each, Mapping)])


def _container(one: Mapping, before: list[Mapping]) -> Service:
    """A container, or what runs our tool before it."""
    start, holder = _started_by(one, "command", "args"), one
    for each in before:
        run = _started_by(each, "command", "args")
        if run and mentions(" ".join(run.words)):
            start, holder = run.evolve(before=True), each
    alike = all(holder.get(key) == one.get(key) for key in ("image", "workingDir", "volumeMounts", "restartPolicy"))
    probe = next((key for key in ("livenessProbe", "readinessProbe") if one.get(key)), None)
    asked = one.section(probe or "").section("exec").words("command") or ("kubelet",)
    health = Run(asked, one.place_of(probe), probe) if probe else None
    name, base, folder = (one.text(key) or "" for key in ("name", "image", "workingDir"))
    odd = None if alike else "what runs before it may see other files"
    return Service("kubernetes", f"container {name}", one.place, start, health, None, base, folder, odd)


def _of_procfile(repository: Repository, path: str) -> Iterator[Service]:
    """The processes of a Procfile, each a line that a shell runs."""
    for number, line in enumerate((repository.text(path) or "").split("\n")[:200], 1):
        name, _, command = (part.strip() for part in line.partition(":"))
        if command and name.isidentifier():
            run = Run(("bash", "-c", command), Place(path, number), name)
            yield Service("procfile", name, run.place, run)


def _of_unit(repository: Repository, path: str) -> Iterator[Service]:
    """The service of a systemd unit. A check in ExecStartPre is its start; one behind ``-`` may fail, and is none."""
    settings: dict[str, list[Run]] = {"ExecStart": [], "ExecStartPre": [], "WorkingDirectory": []}
    section = ""
    for number, line in enumerate((repository.text(path) or "").split("\n")[:1_000], 1):
        section = line.strip() if line.startswith("[") else section
        key, _, value = (part.strip() for part in line.partition("="))
        if section == "[Service]" and key in settings:
            words = _words(re.sub(r"^[@:+!]*-", "- ", value).lstrip("@:+!"), Place(path, number))
            run = Run(words, Place(path, number), key, key == "ExecStartPre")
            settings[key] = [*settings[key], run] if words else []
    starts, before, folders = settings.values()
    if starts and not any(run.words[-1:] == ("\\",) for run in (*starts, *before)):
        run = next((run for run in before if call(Command(run.words))), starts[0])
        folder, odd = (folders[0].text, None) if folders else ("", "its unit has no WorkingDirectory")
        yield Service("systemd", posixpath.basename(path), run.place, run, folder=folder, unsure=odd)


_READERS = {
    **dict.fromkeys(_COMPOSE, _of_compose),
    **dict.fromkeys(_DOCKERFILES, _of_dockerfile),
    "Procfile": _of_procfile,
    "*.service": _of_unit,
    "*.y*ml": _of_kubernetes,
}
"""Who reads which file: the first that has its name."""
