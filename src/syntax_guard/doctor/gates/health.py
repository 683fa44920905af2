"""The health gate: is there a check that can pass, and can fail?"""

from __future__ import annotations

import json
import re

from ..finding import Advice, Edit, Finding, missing, nothing, ok, unsure
from ..parsers.commands import calls
from ..parsers.services import SERVERS, Service, started
from ..repository import Repository
from .start import installing

_WHY = "a container that hangs, or whose lazily imported route is broken, goes on being sent requests"
_TIMES = "--interval=30s --timeout=10s --start-period=40s --retries=3"
_SOCKET = re.compile(r"(?:unix:(?://)?|--(?:uds|unix)[= ])([^\s'\"]+)")
_PORT = re.compile(r"(?:--port[= ]|-p |--bind[= ]\S*:|-b \S*:|runserver \S*?:?)(\$\{?\w+\}?|\d+)\b")
_HERE = re.compile(r"(?:https?://(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(\w+))?|--unix-socket)(?=[/\s]|$)")
_PING = re.compile(r"(?:\S*/)?celery .*\binspect ping\b[^;&|]*")


def examine(repository: Repository) -> list[Finding]:
    """The answer about each container that serves."""
    services = [one for one in started(repository)[0] if one.kind not in ("procfile", "systemd") and one.base]
    return [_answer(repository, one) for one in services] or [nothing("health", "no container starts Python here")]


def _answer(repository: Repository, service: Service) -> Finding:
    check, name = service.health, service.name
    place = check.place if check else service.place
    if service.is_one_shot:
        return nothing("health", f"{name} does its work and ends", place)
    if check is None or not check.words:
        lacks = "switches its health check off" if check else "has no health check"
        return missing("health", f"{name} {lacks}", place, _WHY, _advice(repository, service))
    if check.text == "kubelet" or _PING.fullmatch(check.text) or _probes(service):
        return ok("health", f"{name} has a health check", place)
    doubt = f"whether the health check of {name} works: run it by hand, once while {name} works and once while not"
    return unsure("health", doubt, place).evolve(advice=_advice(repository, service))


def _probes(service: Service) -> bool:
    """Whether a check surely asks what serves here, at the port that is told."""
    made = calls(service.health.words if service.health else (), "probe")
    asked, told = _HERE.search(made[0].text) if made else None, _PORT.search(service.start.text)
    if asked is None or made[0].doubt or len(made) > 1:
        return False
    return told is None or not told[1].isdigit() or asked[1] == told[1] or "--unix-socket" in asked[0]


def _advice(repository: Repository, service: Service) -> Advice:
    """A check for what ``service`` starts: with its own port, and the address that an old check asks."""
    text = service.start.text
    socket, port = _SOCKET.search(text), _PORT.search(text)
    old = re.search(r"https?://[^\s\"'|;)]+", service.health.text) if service.health else None
    if re.search(r"\bcelery\b.*\bworker\b", text):
        app = re.search(r"(?:-A |--app[= ])(\S+)", text)
        return _written(repository, service, f"celery{f' -A {app[1]}' if app else ''} inspect ping -d celery@$HOSTNAME")
    if old and not socket:
        return _written(repository, service, f"syntax-guard probe {old[0]}")
    program = next((name for name in SERVERS if re.search(rf"(?:^|[\s/]){name}(?:\s|$)", text)), "")
    url = f"http://127.0.0.1:{port[1] if port else SERVERS.get(program)}/ROUTE"
    asked = f"probe --unix-socket {socket[1]} http://localhost/ROUTE" if socket else f"probe {url}" if program else None
    form = (
        "HEALTHCHECK CMD" if service.image else "in its healthcheck, test:" if service.kind == "compose" else "a probe:"
    )
    where = f"in {service.image.path if service.image else service.place.path}, {form}"
    if asked:
        return Advice(
            pattern=f"{where} syntax-guard {asked}; for ROUTE a path of yours that answers only while it works"
        )
    return Advice(pattern=f"{where} a command that ends with 0 while it works, such as syntax-guard probe URL")


def _written(repository: Repository, service: Service, command: str) -> Advice:
    """The check where ``service`` can hold it, in place of an old one; in a shell where there is a variable in it."""
    old, image = service.health, service.image
    if image is None or (old and old.place.path != image.path):
        words = ["CMD-SHELL", command.replace("$", "$$")] if "$" in command else ["CMD", *command.split()]
        return Advice(
            pattern=f"in {service.place.path}, for {service.name}: healthcheck: {{test: {json.dumps(words)}}}"
        )
    body = command if "$" in command else json.dumps(command.split())
    end = image.stage.own[-1].line if image.stage.own else image.stage.begin + 1
    line, replaced = (old.place.line or 1, repository.lines_of(old.place)) if old else (end, 0)
    edit = Edit(image.path, line, replaced, f"HEALTHCHECK {_TIMES} CMD {body}\n")
    return Advice((*(installing(service) if command.startswith("syntax-guard") else ()), edit))
