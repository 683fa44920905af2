"""The start gate: is the tree checked before what serves it starts?"""

from __future__ import annotations

import json
import posixpath
import re
import shlex

from syntax_guard.config.declarations.dockerfile import python_of

from ..finding import Advice, Edit, Finding, Place, missing, nothing, ok, unsure
from ..parsers.commands import WEAK, Run, calls, inner, mentions
from ..parsers.services import LAID_OVER, Service, exec_form, serves, started
from ..repository import Repository

_WHY = "a broken file is found when something imports it: the container restarts for ever, or a route fails hours later"
_COMPILE = ("/bin/sh", "-c", 'python -m compileall -q . && exec "$@"', "sh")
"""What checks where the Python is older than the tool."""
_TRY = "syntax-guard doctor --try-image IMAGE tries it"
_THERE = "there, syntax-guard has to be installed, and where the code is in a folder below: run --root FOLDER --"


def examine(repository: Repository) -> list[Finding]:
    """The answer about each thing that starts Python."""
    services, failed = started(repository)
    found = [_answer(repository, service) for service in services]
    found += [unsure("start", f"cannot be read: {one.message}", one.place) for one in failed]
    return found or [nothing("start", "nothing here says that it starts Python")]


def _answer(repository: Repository, service: Service) -> Finding:
    run, name, text = service.start, service.name, service.text
    place = run.place if run else service.place
    if service.is_one_shot and run and not mentions(text):
        return nothing("start", f"{name} does its work and ends", place)
    gated = _is_gated(service, run) if run and mentions(text) else False
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


def _is_gated(service: Service, run: Run) -> bool | None:
    """Whether what is started is surely judged as a whole before; None where that cannot be told."""
    found = calls(run.words) or []
    one = next((each for each in found if each.verb in ("check", "run")), found[0] if found else None)
    if one is None or one.unsure or one.verb not in ("check", "run"):
        return False if one and not one.unsure and not inner(run.words) else None
    starts = one.verb == "run" or run.before or not one.command.last
    root = one.options.get("--root")
    elsewhere = {path for path in (*one.paths, root) if path} - {".", service.folder, *_copied(service)}
    named = all(re.search(rf"\b{re.escape(path)}[./:]", service.text) for path in elsewhere)
    told = service.folder.strip("/") or root or one.paths or not service.image
    sure = starts and one.command.stops and not serves(one.command.before) and told and named
    return True if sure and not {"--staged", "--archives"} & one.options.keys() else None


def _elsewhere(repository: Repository, service: Service) -> bool:
    """Whether another file speaks of the tool: a script that is started, its Dockerfile, or what is laid over it."""
    words = service.start.words[:4] if service.start else ()
    names = {word.rsplit("/", 1)[-1] for word in words if word.endswith(".sh") or "entrypoint" in word}
    names |= {*LAID_OVER} if service.kind == "compose" else set()
    texts = [repository.text(path) or "" for path in (repository.named(*names) if names else ())[:20]]
    lines = (repository.text(service.image.path) or "").split("\n") if names and service.image else []
    return any(map(mentions, (*texts, *(line for line in lines if "install" not in line))))


def _copied(service: Service) -> list[str]:
    """The folders that code is copied to, in the image of ``service``."""
    words = [value.split()[-1:] for value in service.image.values("COPY")] if service.image else []
    return [one[0] for one in words if one and re.fullmatch(r"(?:\./|/)?\w[^.]*", one[0])]


def _advice(repository: Repository, service: Service) -> Advice:
    """What puts the start of ``service`` behind the gate: the tool, or its Python's own compiler where that is old."""
    folders = [] if service.folder.strip("/") else _copied(service)
    root = ("--root", folders[-1]) if folders else ()
    words = _COMPILE if _is_too_old(service) else ("syntax-guard", "run", *root, "--")
    if service.start is None:
        return Advice(pattern=f"CMD {json.dumps([*words, '…'])} with the command of the base image")
    edit = _edit(repository, service, service.start, words)
    if edit is None:
        return Advice(pattern=f"{shlex.join(words)} in front of its command")
    return Advice((*installing(service), edit), pattern=None if service.image or service.kind == "systemd" else _THERE)


def installing(service: Service) -> tuple[Edit, ...]:
    """The edit that installs the tool in the image of ``service``; none where it is there, or cannot be known."""
    image = service.image
    if image is None or _is_too_old(service):
        return ()
    there = any(re.search(r"install.{0,200}syntax-guard", one) for one in image.values("RUN"))
    line = "RUN python -m pip install --no-cache-dir syntax-guard\n"
    return () if there else (Edit(image.path, image.stage.begin + 1, 0, line),)


def _is_too_old(service: Service) -> bool:
    return bool(re.match(r"3\.\d$", python_of(service.base) or "") or re.search(r"(?:^|/)python:2", service.base))


def _edit(repository: Repository, service: Service, run: Run, words: tuple[str, ...]) -> Edit | None:
    """The words in front of a command: as an entry point of their own, or in front of what stands there."""
    path, number, line = run.place.path, run.place.line or 1, repository.line(run.place)
    entry = service.image.last("ENTRYPOINT") if service.image else None
    own = exec_form(entry.value) if entry else ()
    key = re.match(rf"(\s*(?:- )?){run.key}\s*(?:[:=]\s*)?", line, re.IGNORECASE)
    if key is None or (service.kind == "compose" and run.key == "command" and own is None):
        return None
    if run.key == "CMD":
        return Edit(path, entry.line if entry else number, int(bool(entry)), f"ENTRYPOINT {json.dumps(words)}\n")
    if service.kind == "compose" and run.key == "command":
        return Edit(path, number, 0, f"{key[1]}entrypoint: {json.dumps([*words, *(own or ())])}\n")
    rest = line[key.end() :].strip()
    if run.key == "ENTRYPOINT" and own is None:  # a shell's text takes no more words
        rest = json.dumps([*words, *run.words])
        return Edit(path, number, repository.lines_of(run.place), f"{key[0]}{rest}\n")
    if service.kind == "procfile":
        plain = not re.search(r"[`\\|&;<>(){}*?\[\]~#\n=!]", re.sub(r"\$\{?\w+\}?", "", rest))
        return Edit(path, number, 1, f"{key[0]}{' '.join(words)} {rest if plain else f'bash -c {shlex.quote(rest)}'}\n")
    if service.kind == "systemd":
        folder = service.folder and re.match(r"[\w/.]", rest) and posixpath.dirname(run.words[0])
        return Edit(path, number, 1, f"{key[0]}{folder}/{' '.join(words)} {rest}\n") if folder else None
    if rest.startswith("["):
        return Edit(path, number, 1, f"{key[0]}[{json.dumps(words)[1:-1]}, {rest[1:]}\n")
    item = re.match(r"(\s*)- ", repository.line(Place(path, number + 1)))
    return Edit(path, number + 1, 0, "".join(f"{item[1]}- {json.dumps(one)}\n" for one in words)) if item else None
