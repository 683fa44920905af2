"""What a repository starts: Dockerfiles, compose files, Kubernetes manifests, Procfiles and systemd units."""

import posixpath
import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import lru_cache

from syntax_guard.config.declarations import compose
from syntax_guard.config.declarations.build import Build
from syntax_guard.config.declarations.dockerfile import Stage, chosen, python_of, stages
from syntax_guard.config.documents import Mapping
from syntax_guard.model import Record

from ..finding import Place, Unreadable
from ..repository import Repository
from .commands import MOVES, SPEAKS, Run, in_shell, inner

SERVERS = dict.fromkeys(("uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "fastapi", "runserver"), 8000)
SERVERS["flask"] = 5000  # programs that serve HTTP, with the port that each has by itself
SERVES = re.compile(rf"\b(?:celery|{'|'.join(SERVERS)})\b")  # what goes on
_PYTHON = re.compile(r"(?:^|[\s/;&|(])(python[\d.]*|celery|rq|dramatiq|huey_consumer|arq|syntax-guard|[\w-]+\.py|"
                     rf"{'|'.join(SERVERS)})(?=[\s;&|):@]|$)")  # fmt: skip
_ENDING = re.compile(r"(?:^|[\s/])(?:pytest|tox|nox|alembic|coverage|ruff|mypy|migrate|test|collectstatic|unittest|pip|"
                     r"sleep|tail|true)(?=\s|$)|^(?:\S*/)?(?:bash|sh|i?python[\d.]*)$")  # fmt: skip
_COMPOSE = ("compose.y*ml", "docker-compose.y*ml", "docker-stack*.y*ml")
LAID_OVER = {"compose": ("compose.*.y*ml", "docker-compose[.-]*.y*ml"), "kubernetes": ("kustomization.y*ml",)}
_MOVED = re.compile(
    r"^(?:(?:Root\w+|\w*Images|Bind\w*Paths|TemporaryFileSystem|Extension\w+|SuccessExitStatus) *=|"
    r"ExecStart(?:Pre)? *=(?:[^'\"\n]|'[^'\n]*'|\"[^\"\n]*\")*?(?:[;&|<>#`\\]|\$\())",
    re.MULTILINE,
)  # what a unit may see other files by, and what is for a shell
_TEMPLATES = (".dockerignore", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".in", ".erb", ".md", ".py")


class Image(Record):
    """What a stage of a Dockerfile builds."""

    path: str
    stage: Stage
    context: str  # the folder that it is built for

    def run(self, name: str) -> Run | None:
        """What the last such instruction runs."""
        for one in [one for one in self.stage.instructions if one.name == name][-1:]:
            return Run(self.stage.words(one), Place(self.path, one.line), name, one.last - one.line + 1)
        return None

    @property
    def start(self) -> Run:
        """What it starts; without words where its base image decides."""
        entrypoint, command = self.run("ENTRYPOINT"), self.run("CMD") or Run((), Place(self.path, self.stage.line), "")
        if entrypoint is None or not entrypoint.words:
            return command
        return entrypoint.evolve(words=entrypoint.words + (() if inner(entrypoint.words) else command.words))


class Service(Record):
    """One thing that is started; ``start`` has no words where an image decides."""

    kind: str  # dockerfile, compose, kubernetes, procfile or systemd
    name: str
    place: Place
    start: Run
    health: Run | None = None
    image: Image | None = None
    base: str = ""
    folder: str = ""
    doubt: str | None = None  # why a check that is there may not see all files

    @property
    def is_one_shot(self) -> bool:
        """It does its work and ends, such as a migration."""
        return self.name == "release" or bool(not SERVES.search(self.start.text) and _ENDING.search(self.start.text))


@lru_cache(maxsize=1)
def started(repository: Repository) -> tuple[list[Service], list[Unreadable]]:
    """What the files of the repository start of Python, and which of them cannot be read."""
    found, failed = list[Service](), list[Unreadable]()
    for path in repository.named(*_READERS):
        read = next(reader for pattern, reader in _READERS.items() if fnmatch(posixpath.basename(path), pattern))
        try:
            found += [] if path.endswith(_TEMPLATES) else read(repository, path)
        except Unreadable as error:
            failed.append(error)
    composed = {one.image.path for one in found if one.kind == "compose" and one.image}
    chosen = [one for one in found if (one.kind != "dockerfile" or one.place.path not in composed)
              and (python_of(one.base) or _PYTHON.search(f"{one.base} {one.start.text}"))]  # fmt: skip
    return [one.evolve(doubt=_doubt(repository, one)) for one in chosen], failed


def _doubt(repository: Repository, one: Service) -> str | None:
    """Why a service may see other files: what its own files say, or one that is read together with them."""
    over = repository.named(*LAID_OVER.get(one.kind, ()))
    over = [path for path in over if one.kind == "compose" or "patch" in str(repository.text(path))]
    paths = [one.place.path, *([one.image.path] if one.image else []), *_settings(repository)]
    here = rf"\bPYTHONPATH[=: ]+['\"]?{re.escape(one.folder)}(?:/\w+)*/?(?![^\s,'\"}}])" if one.folder else "$^"
    odd = [*over, *(path for path in paths if MOVES.search(re.sub(here, "", repository.text(path) or "")))]
    return f"{odd[0]} may leave files out, or change what starts" if odd else one.doubt


@lru_cache(maxsize=1)
def _settings(repository: Repository) -> list[str]:
    """The files that may set variables of what starts: by their names, or where a file says so."""
    read = {path: repository.text(path) or "" for path in repository.named(*_READERS, ".env*", "*.env")}
    texts = "".join(text for text in read.values() if re.search("(?i)env(?:ironment)?_?file", text))
    words = {word for word in re.findall(r"[\w.-]+", texts) if not word.endswith(".py")}
    found = [path for path, text in read.items() if ".env" in path or re.search("kind: *ConfigMap", text)]
    return found + [path for path in repository.files if posixpath.basename(path) in words]


def _image(repository: Repository, build: Build) -> Image | None:
    """The image of a Dockerfile's last stage, or of the one that is built; None for no file. Raises Unreadable."""
    if not (text := repository.text(build.dockerfile)):
        return None
    stage = chosen(stages(text, {one.name: one.value for one in build.arguments}), build.stage)
    if stage is None:
        raise Unreadable(Place(build.dockerfile), "it has no FROM, or not the stage that is built")
    return Image(build.dockerfile, stage, build.context)


def _of_image(repository: Repository, path: str) -> Iterator[Service]:
    if built := _image(repository, Build(posixpath.dirname(path), path, None)):
        name, place, health = posixpath.basename(path), Place(path, built.stage.line), built.run("HEALTHCHECK")
        yield Service("dockerfile", name, place, built.start, health, built, built.stage.base, built.stage.folder)


def _of_compose(repository: Repository, path: str) -> Iterator[Service]:
    services, beside = repository.mapping(path).section("services"), posixpath.join(posixpath.dirname(path), ".env")
    env = b"" if repository.ignored(beside) else (repository.text(beside) or "").encode()
    if brought := re.search(r"\b(include|extends|dockerfile_inline)['\"]?\s*:", repository.text(path) or ""):
        raise Unreadable(Place(path), f"`{brought[1]}` brings what is not read")
    for name in services:
        one, own = services.section(name), services.section(name).section("healthcheck")
        build = (said := compose.build([one.get("build")], path)) and compose.interpolated(said, env)
        built = _image(repository, build) if build and not compose.is_open(build) else None
        base, folder = (built.stage.base, built.stage.folder) if built else (one.text("image") or "", "")
        odd = "its working_dir may change what is checked" if "working_dir" in one else None
        health = built.run("HEALTHCHECK") if built else None
        if "test" in own or own.text("disable") == "true":
            kind, *rest = ("CMD-SHELL", *own.words("test")) if own.text("test") else own.words("test") or ("NONE",)
            words = {"CMD": tuple(rest), "CMD-SHELL": ("/bin/sh", "-c", *rest[:1])}.get(kind, ())
            health = Run(words, own.place_of("test"), "test")
        start = _started_by(one, "entrypoint", "command", built)
        yield Service("compose", f"service {name}", one.place, start, health, built, base, folder, odd)


def _started_by(one: Mapping, entry: str, arguments: str, built: Image | None = None) -> Run:
    """What a container starts, a text without a shell; no words where its image decides. Raises Unreadable."""
    keys = [key for key in (entry, arguments) if one.get(key) is not None] or [""]
    if keys == [""] and built:
        return built.start
    own = built.run("ENTRYPOINT") if built and keys == [arguments] else None
    words = [*own.words] if own else []
    try:
        for key in keys:
            words += one.words(key) if one.text(key) is None else shlex.split((one.text(key) or "")[:4_000])
    except ValueError:
        raise Unreadable(one.place, "a command whose quotes do not end") from None
    return Run((*words,), one.place_of(keys[0]), keys[0])


def _of_kubernetes(repository: Repository, path: str) -> Iterator[Service]:
    """The containers of the first pod in each document. Those that run before them may see other files."""
    text = repository.text(path) or ""
    documents = repository.yaml(path) if "kind:" in text and "containers:" in text and "{{" not in text else []
    documents = [item for one in documents if isinstance(one, Mapping) for item in (one.sections("items") or [one])]
    for pod in documents:  # what Helm fills in is none yet
        while isinstance(pod, Mapping) and "containers" not in pod:
            pod = next((pod[key] for key in ("spec", "template", "jobTemplate") if key in pod), None)
        for one in pod.sections("containers") if isinstance(pod, Mapping) else ():
            probe = next((key for key in ("livenessProbe", "readinessProbe") if one.get(key)), None)
            asked = one.section(probe or "")
            words = ("kubelet",) if {"tcpSocket", "grpc"} & {*asked} else asked.section("exec").words("command")
            if port := asked.section("httpGet").text("port"):
                words = ("syntax-guard", "probe", f"http://localhost:{port}/")
            health = Run(words, one.place_of(probe), probe) if probe else None
            name, base, folder = (one.text(key) or "" for key in ("name", "image", "workingDir"))
            start = _started_by(one, "command", "args")
            checks = isinstance(pod, Mapping) and "initContainers" in pod and SPEAKS.search(text)
            odd = "its workingDir may not be where the code is" if folder else None
            odd = "what runs before it may see other files" if checks and not SPEAKS.search(start.text) else odd
            yield Service("kubernetes", f"container {name}", one.place, start, health, None, base, folder, odd)


def _of_procfile(repository: Repository, path: str) -> Iterator[Service]:
    """The processes of a Procfile, each a line that a shell runs."""
    for number, line in enumerate(repository.lines(path)[:200], 1):
        name, _, command = (part.strip() for part in line.partition(":"))
        if command and name.isidentifier():
            run = Run(("bash", "-c", command), Place(path, number), name)
            yield Service("procfile", name, run.place, run)


def _of_unit(repository: Repository, path: str) -> Iterator[Service]:
    """The service of a systemd unit, behind the commands before it that speak of the tool; with ``-`` they may fail."""
    said = {k: list[tuple[str, int]]() for k in ("ExecStartPre", "ExecStart", "WorkingDirectory")}
    section = ""
    for number, line in enumerate(repository.lines(path)[:1_000], 1):
        section = line.strip() if line.startswith("[") else section
        key, _, value = (part.strip() for part in line.partition("="))
        if section == "[Service]" and key in said:
            said[key] = [*said[key], (value.lstrip(":+!"), number)] if value else []
    before = [value for value, _ in said["ExecStartPre"] if not (value.startswith("-") and SPEAKS.search(value))]
    before = [value.lstrip("-") for value in before] if SPEAKS.search("".join(before)) else []
    text = "\n".join([*before, *(value for value, _ in said["ExecStart"])])
    folder = "".join(value for value, _ in said["WorkingDirectory"][-1:])
    odd = None if re.match("[/~]", folder) else "its unit has no sure WorkingDirectory"
    if moved := _MOVED.search(repository.text(path) or ""):
        odd = f"`{moved[0][:80]}` may decide"
    if len(said["ExecStart"]) > 1 or any("service.d/" in one for one in repository.files):
        odd = "its other starts or its drop-ins may decide"
    for _, number in said["ExecStart"][:1]:
        run = Run(in_shell(text, errexit=True), Place(path, number), "ExecStart")
        yield Service("systemd", posixpath.basename(path), run.place, run, folder=folder, doubt=odd)


_READERS = {
    **dict.fromkeys(_COMPOSE, _of_compose), "Procfile": _of_procfile, "*.service": _of_unit, "*.y*ml": _of_kubernetes,
    **dict.fromkeys(("Dockerfile", "Dockerfile.*", "*.[dD]ockerfile", "Containerfile", "Containerfile.*"), _of_image),
}  # fmt: skip
