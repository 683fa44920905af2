"""The user's own command behind ``syntax-guard run --``, where it stands, with what has to be installed."""

from __future__ import annotations

import json
import posixpath
import re
import shlex

from syntax_guard.config.declarations.dockerfile import python_of

from ..finding import Advice, Edit, Place
from ..parsers.commands import Run
from ..parsers.dockerfile import exec_form
from ..parsers.services import Service
from ..repository import Repository

_COMPILE = ("/bin/sh", "-c", 'python -m compileall -q . && exec "$@"', "sh")
_TOO_OLD = re.compile(r"2\.|3\.\d$")


def advice(repository: Repository, service: Service) -> Advice:
    """What puts the start of ``service`` behind the gate: the tool, or its Python's own compiler where that is old."""
    folders = copied(service)
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
    return bool(_TOO_OLD.match(python_of(service.base) or "") or re.search(r"(?:^|/)python:2", service.base))


def copied(service: Service) -> list[str]:
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
