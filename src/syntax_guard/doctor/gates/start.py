"""The start gate: is the tree checked before what serves it starts?"""

from __future__ import annotations

import re

from ..finding import Finding, missing, nothing, ok, unsure
from ..parsers.commands import WEAK, Call, call, commands, inner, mentions
from ..parsers.services import LAID_OVER, Service, serves, started
from ..repository import Repository
from . import wrap

_WHY = "a broken file is found when something imports it: the container restarts for ever, or a route fails hours later"
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
    return missing("start", f"{name} starts unchecked", place, _WHY, wrap.advice(repository, service))


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
    elsewhere = {path for path in (*made.paths, root) if path} - {".", service.folder, *wrap.copied(service)}
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
