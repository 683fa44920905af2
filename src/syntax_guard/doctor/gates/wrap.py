"""The user's own command behind ``syntax-guard run --``, where it stands, with what has to be installed."""

from __future__ import annotations

import json
import posixpath
import re
import shlex

from syntax_guard.config.declarations.dockerfile import python_of

from ..finding import Advice, Edit
from ..parsers.dockerfile import exec_form
from ..parsers.services import Run, Service
from ..repository import Repository

_COMPILE = ("/bin/sh", "-c", 'python -m compileall -q . && exec "$@"', "sh")
_TOO_OLD = re.compile(r"2\.|3\.\d$")


def advice(repository: Repository, service: Service) -> Advice:
    """What puts the start of ``service`` behind the gate: the tool, or its Python's own compiler where that is old."""
    words = _COMPILE if _is_too_old(service) else ("syntax-guard", "run", *_root(service), "--")
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
    runs = image.values("RUN") if image else []
    if image is None or _is_too_old(service) or any(re.search(r"install.{0,200}syntax-guard", one) for one in runs):
        return ()
    return (Edit(image.path, image.stage.begin + 1, 0, "RUN python -m pip install --no-cache-dir syntax-guard\n"),)


def _is_too_old(service: Service) -> bool:
    return bool(_TOO_OLD.match(python_of(service.base) or "") or re.search(r"(?:^|/)python:2", service.base))


def copied(service: Service) -> list[str]:
    """The folders that code is copied to, in the image of ``service``."""
    words = [value.split()[-1:] for value in service.image.values("COPY")] if service.image else []
    return [one[0] for one in words if one and re.match(r"/\w", one[0])]


def _root(service: Service) -> tuple[str, ...]:
    """Where the code is, for an image that names no folder to work in."""
    found = copied(service)
    return ("--root", found[-1]) if found and not service.folder else ()


def _edit(repository: Repository, service: Service, run: Run, words: tuple[str, ...]) -> Edit | None:
    """The words in front of a command: as an entry point of their own, or in front of what stands there."""
    path, number, line = run.place.path, run.place.line or 1, repository.line(run.place)
    key = re.match(rf"(\s*(?:- )?){run.key}\b", line)
    built = service.image.last("ENTRYPOINT") if service.image else None
    head, bracket, tail = line.partition("[")
    if run.key == "CMD":
        return Edit(path, built.line if built else number, int(bool(built)), f"ENTRYPOINT {json.dumps(words)}\n")
    if service.kind == "compose" and run.key == "command" and key:
        own = exec_form(built.value) if built else ()
        return None if own is None else Edit(path, number, 0, f"{key[1]}entrypoint: {json.dumps([*words, *own])}\n")
    if run.key == "ENTRYPOINT" and built and exec_form(built.value) is None:  # a shell's text takes no more words
        return Edit(path, number, int(line[-1:] != "\\"), f"ENTRYPOINT {json.dumps([*words, *run.words])}\n")
    if key and bracket and run.key in ("ENTRYPOINT", "entrypoint", "command"):
        return Edit(path, number, 1, f"{head}[{json.dumps(words)[1:-1]}, {tail}\n")
    if key and run.key in ("entrypoint", "command"):
        item = re.match(r"(\s*)- ", repository.line(type(run.place)(path, number + 1)))
        return Edit(path, number + 1, 0, "".join(f"{item[1]}- {json.dumps(one)}\n" for one in words)) if item else None
    return _in_front(service, run, words, line)


def _in_front(service: Service, run: Run, words: tuple[str, ...], line: str) -> Edit | None:
    """The words in front of a line's own: of a Procfile, which is a shell's, or of a unit, which names its programs."""
    if service.kind == "procfile":
        text = run.words[-1]
        plain = not re.search(r"[`\\|&;<>(){}*?\[\]~#\n=!]", re.sub(r"\$\{?\w+\}?", "", text))
        own = text if plain else f"bash -c {shlex.quote(text)}"
        return Edit(run.place.path, run.place.line or 1, 1, f"{run.key}: {' '.join(words)} {own}\n")
    command, folder = line.partition("=")[2].strip(), posixpath.dirname("".join(run.words[:1]))
    if service.kind != "systemd" or not folder or not service.folder or not re.match(r"[\w/.]", command):
        return None
    return Edit(run.place.path, run.place.line or 1, 1, f"ExecStart={folder}/{' '.join(words)} {command}\n")
