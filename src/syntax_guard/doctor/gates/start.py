"""The start gate: is the tree checked before what serves it starts?"""

from __future__ import annotations

import json
import posixpath
import re
import shlex

from syntax_guard.config.declarations.dockerfile import python_of

from ..finding import Advice, Edit, Finding, Place, missing, nothing, ok, unsure
from ..parsers.commands import WEAK, Call, Run, call, commands, inner, mentions
from ..parsers.dockerfile import exec_form
from ..parsers.services import LAID_OVER, Service, serves, started
from ..repository import Repository

_WHY = "a broken file is found when something imports it: the container restarts for ever, or a route fails hours later"
_COMPILE = ("/bin/sh", "-c", 'python -m compileall -q . && exec "$@"', "sh")
"""What checks where the Python is older than the tool."""
_TRY = "syntax-guard doctor --try-image IMAGE tries it"


def examine(repository: Repository) -> list[Finding]:
    """The answer about each thing that starts Python."""
    services, failed = started(repository)
    found = [_answer(repository, service) for service in services]
    found += [unsure("start", f"cannot be read: {one.message}", one.place) for one in failed]
    return found or [nothing("start", "nothing here says that it starts Python")]


def _answer(repository: Repository, service: Service) -> Finding:
    run, name, text = service.start, service.name, service.text
    place = run.place if run else service.place
    gated = _is_gated(service)
    if service.is_one_shot and run and not mentions(text):
        return nothing("start", f"{name} does its work and ends", place)
    if gated and not service.unsure:
        return ok("start", f"{name} starts behind the gate", place)
    if weak := WEAK.search(text):
        return unsure("start", f"{name} starts behind {weak[0]}, which asks one Python and trusts bytecode", place)
    if gated is not False or _elsewhere(repository, service):
        reason = f": {service.unsure}" if gated else ""
        return unsure("start", f"whether {name} starts behind the gate{reason}; {_TRY}", place)
    if (run is None and service.kind != "dockerfile") or (run and run.key == "args"):
        return unsure("start", f"{name} starts what its image starts; {_TRY}", place)
    return missing("start", f"{name} starts unchecked", place, _WHY, _advice(repository, service))


def _is_gated(service: Service) -> bool | None:
    """Whether a service surely starts behind the gate; None where that cannot be told."""
    run = service.start
    if run is None or not mentions(run.text):
        return False
    nested = inner(run.words)
    if nested is None:
        made = call(run.words)
        return _gates(service, made) if made and (made.verb != "check" or run.before) else None
    read = commands(nested[0], errexit=nested[1]) or ()
    for index, command in enumerate(read):
        made = call(command.words)
        if made and made.verb in ("check", "run"):
            goes_on = made.verb == "run" or run.before or index < len(read) - 1
            return _gates(service, made) if goes_on and (command.stops or command.chain == read[-1].chain) else None
        if serves(" ".join(command.words)):
            return None
    return None


def _gates(service: Service, made: Call) -> bool | None:
    """Whether a call judges all that is started."""
    if made.verb not in ("check", "run"):
        return None if made.unsure else False
    root = made.options.get("--root")
    if service.image and not (service.folder or root or made.paths):
        return None
    elsewhere = {path for path in (*made.paths, root) if path} - {".", service.folder, *_copied(service)}
    named = all(re.search(rf"\b{re.escape(path)}[./:]", service.text) for path in elsewhere)
    return None if made.unsure or not named or {"--staged", "--archives"} & made.options.keys() else True


def _elsewhere(repository: Repository, service: Service) -> bool:
    """Whether another file speaks of the tool: a script that is started, its Dockerfile, or what is laid over it."""
    words = service.start.words[:4] if service.start else ()
    names = {word.rsplit("/", 1)[-1] for word in words if word.endswith(".sh") or "entrypoint" in word}
    names |= {*LAID_OVER} if service.kind == "compose" else set()
    texts = [repository.text(path) or "" for path in (repository.named(*names) if names else ())[:20]]
    lines = (repository.text(service.image.path) or "").split("\n") if names and service.image else []
    return any(map(mentions, (*texts, *(line for line in lines if "install" not in line))))


def _advice(repository: Repository, service: Service) -> Advice:
    """What puts the start of ``service`` behind the gate: the tool, or its Python's own compiler where that is old."""
    folders = _copied(service)
    root = ("--root", folders[-1]) if folders and not service.folder else ()
    words = _COMPILE if _is_too_old(service) else ("syntax-guard", "run", *root, "--")
    if service.start is None:
        return Advice(pattern=f"CMD {json.dumps([*words, '…'])} with the command of the base image")
    edit = _edit(repository, service, service.start, words)
    if edit is None:
        return Advice(pattern=f"{shlex.join(words)} in front of its command")
    pattern = None if service.image or service.kind == "systemd" else "syntax-guard among what is installed there"
    return Advice((*installed(service), edit), pattern=pattern)


def installed(service: Service) -> tuple[Edit, ...]:
    """The edit that installs the tool in the image of ``service``; none where it is there, or cannot be known."""
    image = service.image
    if image is None or _is_too_old(service):
        return ()
    there = any(re.search(r"install.{0,200}syntax-guard", one) for one in image.values("RUN"))
    line = "RUN python -m pip install --no-cache-dir syntax-guard\n"
    return () if there else (Edit(image.path, image.stage.begin + 1, 0, line),)


def _is_too_old(service: Service) -> bool:
    return bool(re.match(r"3\.\d$", python_of(service.base) or "") or re.search(r"(?:^|/)python:2", service.base))


def _copied(service: Service) -> list[str]:
    """The folders that code is copied to, in the image of ``service``."""
    words = [value.split()[-1:] for value in service.image.values("COPY")] if service.image else []
    return [one[0] for one in words if one and re.match(r"/\w", one[0])]


def _edit(repository: Repository, service: Service, run: Run, words: tuple[str, ...]) -> Edit | None:
    """The words in front of a command: as an entry point of their own, or in front of what stands there."""
    path, number, line = run.place.path, run.place.line or 1, repository.line(run.place)
    entry = service.image.last("ENTRYPOINT") if service.image else None
    own = exec_form(entry.value) if entry else ()
    if run.key == "CMD":
        return Edit(path, entry.line if entry else number, int(bool(entry)), f"ENTRYPOINT {json.dumps(words)}\n")
    if run.key == "ENTRYPOINT" and own is None:  # a shell's text takes no more words
        return Edit(path, number, int(line[-1:] != "\\"), f"ENTRYPOINT {json.dumps([*words, *run.words])}\n")
    if service.kind == "procfile":
        text = run.words[-1]
        plain = not re.search(r"[`\\|&;<>(){}*?\[\]~#\n=!]", re.sub(r"\$\{?\w+\}?", "", text))
        command = text if plain else f"bash -c {shlex.quote(text)}"
        return Edit(path, number, 1, f"{run.key}: {' '.join(words)} {command}\n")
    if service.kind == "systemd":
        command, folder = line.partition("=")[2].strip(), posixpath.dirname(run.words[0])
        sure = folder and service.folder and re.match(r"[\w/.]", command)
        return Edit(path, number, 1, f"ExecStart={folder}/{' '.join(words)} {command}\n") if sure else None
    key = re.match(rf"(\s*(?:- )?){run.key}\b", line)
    if key is None or run.key not in ("ENTRYPOINT", "entrypoint", "command"):
        return None
    if service.kind == "compose" and run.key == "command":
        return None if own is None else Edit(path, number, 0, f"{key[1]}entrypoint: {json.dumps([*words, *own])}\n")
    head, bracket, tail = line.partition("[")
    if bracket:
        return Edit(path, number, 1, f"{head}[{json.dumps(words)[1:-1]}, {tail}\n")
    item = re.match(r"(\s*)- ", repository.line(Place(path, number + 1)))
    return Edit(path, number + 1, 0, "".join(f"{item[1]}- {json.dumps(one)}\n" for one in words)) if item else None
