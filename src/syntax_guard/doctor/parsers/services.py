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
from syntax_guard.config.declarations.dockerfile import Stage, python_of, stages
from syntax_guard.config.documents import Mapping, Sequence, Value
from syntax_guard.model import Record

from ..finding import Place, Unreadable
from ..repository import Repository
from .commands import LEAVES_OUT, SPEAKS, Run, in_shell, inner

SERVERS = {"uvicorn": 8000, "gunicorn": 8000, "hypercorn": 8000, "granian": 8000, "daphne": 8000, "fastapi": 8000,
           "runserver": 8000, "flask": 5000}  # fmt: skip
"""Programs that serve HTTP, with the port that each has by itself."""
_PROGRAM = re.compile(r"(?:^|[\s/;&|(])(python[\d.]*|celery|rq|dramatiq|huey_consumer|arq|syntax-guard|[\w-]+\.py|"
                      rf"{'|'.join(SERVERS)})(?=[\s;&|)]|$)")  # fmt: skip
_PYTHON = re.compile(r"(?:^|/)python(?:[:@]|$)")
_ENDING = re.compile(r"(?:^|[\s/])(?:pytest|tox|nox|alembic|coverage|ruff|mypy|migrate|test|collectstatic|unittest|pip|"
                     r"sleep|tail|true)(?=\s|$)|^(?:\S*/)?(?:bash|sh|i?python[\d.]*)$")  # fmt: skip
_COMPOSE = ("compose.y*ml", "docker-compose.y*ml", "docker-stack*.y*ml")
LAID_OVER = ("compose.*.y*ml", "docker-compose[.-]*.y*ml")
"""Files that are read together with another one, and may change what that says."""
_TEMPLATES = (".dockerignore", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".in", ".erb", ".md", ".py")


class Image(Record):
    """What a stage of a Dockerfile builds."""

    path: str
    stage: Stage

    def values(self, *names: str) -> list[str]:
        """What stands behind the instructions with these names."""
        return [one.value for one in self.stage.instructions if one.name in names]

    def run(self, name: str) -> Run | None:
        """What the last such instruction runs: a JSON array, as BuildKit decides it, else a text for its shell."""
        one = next((one for one in reversed(self.stage.instructions) if one.name == name), None)
        if one is None:
            return None
        value = re.sub(r"^CMD\s+", "", one.value, flags=re.IGNORECASE) if name == "HEALTHCHECK" else one.value
        shell = _exec_form("".join(self.values("SHELL")[-1:])) or ("/bin/sh", "-c")
        words = () if name == "HEALTHCHECK" and value == one.value else _exec_form(value)
        return Run((*shell, value) if words is None else words, Place(self.path, one.line), name)

    @property
    def start(self) -> Run:
        """What it starts; without words where its base image decides."""
        nothing = Run((), Place(self.path, self.stage.line), "")
        entrypoint, command = self.run("ENTRYPOINT"), self.run("CMD") or nothing
        if entrypoint is None or not entrypoint.words:
            return command
        return entrypoint.evolve(words=entrypoint.words + (() if inner(entrypoint.words) else command.words))


class Service(Record):
    """One thing that is started; ``kind`` is dockerfile, compose, kubernetes, procfile or systemd.

    ``start`` has no words where an image decides; ``base`` and ``folder`` are empty where nothing says so; ``doubt``:
    why a check that is there may not see all files.
    """

    kind: str
    name: str
    place: Place
    start: Run
    health: Run | None = None
    image: Image | None = None
    base: str = ""
    folder: str = ""
    doubt: str | None = None

    @property
    def is_one_shot(self) -> bool:
        """It does its work and ends, such as a migration."""
        return self.name == "release" or bool(not serves(self.start.text) and _ENDING.search(self.start.text))


def serves(text: str) -> bool:
    """Whether a command starts what goes on serving."""
    return any(re.search(rf"\b{name}\b", text) for name in (*SERVERS, "celery"))


def _exec_form(value: str) -> tuple[str, ...] | None:
    """The words of a JSON array of strings, or None for anything else."""
    try:
        words = json.loads(value) if value.lstrip().startswith("[") and len(value) <= 4_000 else None
    except (ValueError, RecursionError):
        return None
    return tuple(words) if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


@lru_cache(maxsize=1)
def started(repository: Repository) -> tuple[list[Service], list[Unreadable]]:
    """What the files of the folder start of Python, and which of them cannot be read.

    A service is in doubt where another file may change what it says, or names a variable that matters.
    """
    found: list[Service] = []
    failed: list[Unreadable] = []
    for path in repository.named(*_READERS):
        read = next(reader for pattern, reader in _READERS.items() if fnmatch(posixpath.basename(path), pattern))
        try:
            found += [] if path.endswith(_TEMPLATES) else read(repository, path)
        except Unreadable as error:
            failed.append(error)
    composed = {one.image.path for one in found if one.kind == "compose" and one.image}
    chosen = [one for one in found if (one.kind != "dockerfile" or one.place.path not in composed) and (
        python_of(one.base) or _PYTHON.search(one.base) or _PROGRAM.search(one.start.text))]  # fmt: skip
    for number, one in enumerate(chosen):
        laid_over = repository.named(*LAID_OVER) if one.kind == "compose" else []
        beside = repository.named(*_COMPOSE, ".env*", "*.env") if one.kind == "compose" else []
        paths = [one.place.path, *([one.image.path] if one.image else []), *beside]
        odd = [path for path in paths if LEAVES_OUT.search(repository.text(path) or "")] + laid_over
        chosen[number] = one.evolve(doubt=f"{odd[0]} may leave files out, or change what starts") if odd else one
    return chosen, failed


def _image(
    repository: Repository, path: str, target: str | None = None, given: tuple[tuple[str, str], ...] = ()
) -> Image | None:
    """The image of a Dockerfile's last stage, or of ``target``, built with ``given``; None where the file is empty.

    Raises Unreadable."""
    text = repository.text(path)
    found = stages(text or "", dict(given))
    if text and not found:
        raise Unreadable(Place(path), "not a Dockerfile: it has no FROM")
    stage = found.get((target or "").lower()) or next(reversed(found.values()), None)
    return Image(path, stage) if stage else None


def _of_dockerfile(repository: Repository, path: str) -> Iterator[Service]:
    if built := _image(repository, path):
        folder = "".join(built.values("WORKDIR")[-1:])
        yield Service("dockerfile", posixpath.basename(path), Place(path, built.stage.line), built.start,
                      built.run("HEALTHCHECK"), built, built.stage.base, folder)  # fmt: skip


def _of_compose(repository: Repository, path: str) -> Iterator[Service]:
    for name, one in repository.mapping(path).section("services").items():
        if not isinstance(one, Mapping):
            continue
        build = compose.build(one.get("build"), path)
        built = _image(repository, build.dockerfile, build.stage, build.arguments) if build else None
        base = built.stage.base if built else one.text("image") or ""
        folder = "".join(built.values("WORKDIR")[-1:]) if built else ""
        odd = next((f"its {key} may change what is checked" for key in ("extends", "working_dir") if key in one), None)
        own = one.section("healthcheck")
        test, place = own.get("test"), own.place_of("test")
        health = built.run("HEALTHCHECK") if built else None
        if test is not None or own.text("disable") == "true":
            kind, *rest = ("CMD-SHELL", test) if isinstance(test, str) else _words(test, place) or ("NONE",)
            words = {"CMD": tuple(rest), "CMD-SHELL": ("/bin/sh", "-c", *rest[:1])}.get(kind, ())
            health = Run(words, place, "test")
        start = _started_by(one, "entrypoint", "command", built)
        yield Service("compose", f"service {name}", one.place, start, health, built, base, folder, odd)


def _started_by(one: Mapping, entry: str, arguments: str, built: Image | None = None) -> Run:
    """What a container starts; without words where its image decides."""
    key = next((key for key in (entry, arguments) if one.get(key) is not None), "")
    if not key and built:
        return built.start
    place, own = one.place_of(key), built.run("ENTRYPOINT") if built and key == arguments else None
    first = own.words if own else _words(one.get(entry), place)
    return Run((*first, *_words(one.get(arguments), place)), place, key)


def _words(value: Value, place: Place) -> tuple[str, ...]:
    """The words of a command: a list's, or those of a text that no shell is given. Raises Unreadable."""
    if isinstance(value, Sequence):
        return tuple(item for item in value if isinstance(item, str))
    try:
        return tuple(shlex.split(value[:4_000])) if isinstance(value, str) else ()
    except ValueError:
        raise Unreadable(place, "a command whose quotes do not end") from None


def _of_kubernetes(repository: Repository, path: str) -> Iterator[Service]:
    """The containers of the first pod in each document. Those that run before them may see other files."""
    text = repository.text(path) or ""
    documents = repository.yaml(path) if "kind:" in text and "containers:" in text and "{{" not in text else []
    for pod in documents:  # what Helm fills in is none yet
        while isinstance(pod, Mapping) and "containers" not in pod:
            pod = next((pod[key] for key in ("spec", "template", "jobTemplate") if key in pod), None)
        lists = [pod.listed(key) if isinstance(pod, Mapping) else [] for key in ("initContainers", "containers")]
        initial, own = ([one for one in each if isinstance(one, Mapping)] for each in lists)
        before = [run.text for one in initial if SPEAKS.search((run := _started_by(one, "command", "args")).text)]
        odd = f"`{before[0][:200]}` runs before it, and may see other files" if before else None
        for one in own:
            probe = next((key for key in ("livenessProbe", "readinessProbe") if one.get(key)), None)
            asked = one.section(probe or "").section("exec").words("command") or ("kubelet",)
            health = Run(asked, one.place_of(probe), probe) if probe else None
            name, base, folder = (one.text(key) or "" for key in ("name", "image", "workingDir"))
            start = _started_by(one, "command", "args")
            yield Service("kubernetes", f"container {name}", one.place, start, health, None, base, folder, odd)


def _of_procfile(repository: Repository, path: str) -> Iterator[Service]:
    """The processes of a Procfile, each a line that a shell runs."""
    for number, line in enumerate((repository.text(path) or "").split("\n")[:200], 1):
        name, _, command = (part.strip() for part in line.partition(":"))
        if command and name.isidentifier():
            run = Run(("bash", "-c", command), Place(path, number), name)
            yield Service("procfile", name, run.place, run)


def _of_unit(repository: Repository, path: str) -> Iterator[Service]:
    """The service of a systemd unit, behind the commands before it that speak of the tool; with ``-`` they may fail."""
    settings: dict[str, list[tuple[str, int]]] = {"ExecStartPre": [], "ExecStart": [], "WorkingDirectory": []}
    section = ""
    for number, line in enumerate((repository.text(path) or "").split("\n")[:1_000], 1):
        section = line.strip() if line.startswith("[") else section
        key, _, value = (part.strip() for part in line.partition("="))
        if section == "[Service]" and key in settings:
            settings[key] = [*settings[key], (value.lstrip("@:+!"), number)] if value else []
    before, starts, folders = settings.values()
    lines = [value for value, _ in before if SPEAKS.search(value) and not value.startswith("-")]
    lines += [value for value, _ in starts]
    if starts:
        run = Run(in_shell("\n".join(lines), errexit=True), Place(path, starts[0][1]), "ExecStart")
        goes_on = any(line.endswith("\\") for line in lines)
        odd = "a line of its unit goes on in the next one" if goes_on else "its unit has no WorkingDirectory"
        folder = folders[-1][0] if folders else ""
        yield Service("systemd", posixpath.basename(path), run.place, run, folder=folder,
                      doubt=odd if goes_on or not folder else None)  # fmt: skip


_READERS = {
    **dict.fromkeys(_COMPOSE, _of_compose),
    **dict.fromkeys(
        ("Dockerfile", "Dockerfile.*", "*.[dD]ockerfile", "Containerfile", "Containerfile.*"), _of_dockerfile
    ),
    "Procfile": _of_procfile,
    "*.service": _of_unit,
    "*.y*ml": _of_kubernetes,
}
"""Who reads which file: the first that has its name."""
