"""The health gate: is there a check that can pass, and can fail?"""

import json
import re

from ..finding import Advice, Finding, missing, nothing, ok, unsure
from ..parsers.commands import calls
from ..parsers.services import SERVERS, Service, started
from ..repository import Repository
from .start import installing

PROMISE = "what no longer serves is noticed"
_WHY = "a container that hangs, or whose lazily imported route is broken, goes on being sent requests"
_SOCKET = re.compile(r"(?:unix:(?://)?|--(?:uds|unix(?:-socket)?)[= ])([^\s'\"]+)")
_PORT = re.compile(r"(?:--port[= ]|-p |--bind[= ]\S*:|-b \S*:|runserver \S*?:?)(\$\{?\w+\}?|\d+)\b")
_HERE = re.compile(r"(?:https?://(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(\w+))?|--unix-socket)(?=[/\s]|$)")
_PING = re.compile(r"(?:\S*/)?celery .*\binspect ping\b[^;&|]*")
_QUEUE = re.compile(r"(?:^|[\s/])(?:celery\s(?:.*\s)?(worker|beat)|rq worker|dramatiq|huey_consumer|arq)(?=\s|\.py|$)")


def examine(repository: Repository) -> list[Finding]:
    """The answer about each container that serves."""
    services, failed = started(repository)
    found = [_answer(repository, one) for one in services if one.kind not in ("procfile", "systemd") and one.base]
    found += [unsure("health", f"cannot be read: {one.message}", one.place) for one in failed]
    return found or [nothing("health", "no container starts Python here")]


def _answer(repository: Repository, service: Service) -> Finding:
    check, name, place = service.health, service.name, (service.health or service).place
    if service.is_one_shot:
        return nothing("health", f"{name} does its work and ends", place)
    if check is None or not check.words:
        lacks = "switches its health check off" if check else "has no health check"
        return missing("health", f"{name} {lacks}", place, _WHY, _advice(repository, service))
    fits = _PING.fullmatch(check.text) if _listens(service)[2] == "worker" else _probes(service)
    if fits or check.text == "kubelet":
        return ok("health", f"{name} has a health check", place)
    doubt = f"whether the health check of {name} works: run it by hand, once while {name} works and once while not"
    return unsure("health", doubt, place).evolve(advice=_advice(repository, service))


def _probes(service: Service) -> bool:
    """Whether a check surely asks what serves here, at the port that is told."""
    made = calls(service.health.words if service.health else (), "probe")
    asked, (port, socket, program) = _HERE.search(made[0].text) if made else None, _listens(service)
    if asked is None or made[0].doubt or len(made) > 1 or program not in {"", *SERVERS}:
        return False
    if "--unix-socket" in asked[0] or socket:
        return socket in _SOCKET.findall(made[0].text)
    return not (port.isdigit() and (asked[1] or "80").isdigit()) or (asked[1] or "80") == port


def _listens(service: Service) -> tuple[str, str, str]:
    """The port that a service is told, or has by itself; its socket; its program, ``worker`` for that of Celery."""
    text = service.start.text
    port, socket, queue = _PORT.search(text), _SOCKET.search(text), _QUEUE.search(text)
    other = (queue[1] or queue[0]) if queue else ""
    program = next((name for name in SERVERS if re.search(rf"(?:^|[\s/]){name}(?:\s|$)", text)), other)
    return port[1] if port else str(SERVERS.get(program, "")), socket[1] if socket else "", program


def _command(service: Service) -> tuple[str, str]:
    """A check for what ``service`` starts, with its own port or the address that an old check asks; and its guess."""
    (port, socket, program), app = _listens(service), re.search(r"(?:-A |--app[= ])(\S+)", service.start.text)
    asked = service.health.text if service.health and program in {"", *SERVERS} else ""
    if program == "worker":
        return f"celery{f' -A {app[1]}' if app else ''} inspect ping -d celery@$HOSTNAME", ""
    if (old := re.search(r"https?://[^\s\"'|;)]+", asked)) and not socket:
        return f"syntax-guard probe {old[0]}", ""
    at = f"http://127.0.0.1:{port}" if program in SERVERS else ""
    if at := f"--unix-socket {socket} http://localhost" if socket else at:
        return f"syntax-guard probe {at}/ROUTE", "; for ROUTE a path of yours that answers only while it works"
    return "syntax-guard probe URL", "; or another command that ends with 0 only while it works"


def _advice(repository: Repository, service: Service) -> Advice:
    """The check where ``service`` can hold it, in place of an old one; in a shell where there is a variable in it."""
    (command, guess), old, image = _command(service), service.health, service.image
    words = ["/bin/sh", "-c", command] if "$" in command else command.split()
    was = " ".join(repository.lines(old.place.path)[(old.place.line or 1) - 1 :][: old.lines]) if old else ""
    options = re.findall(r" (--[\w-]+=\S+)", re.split(r"(?i)\bcmd\b", was)[0]) or ["--start-period=40s"]
    written = f"HEALTHCHECK {' '.join(options)} CMD {command if '$' in command else json.dumps(words)}"
    is_shared = sum(one.image == image and not one.is_one_shot for one in started(repository)[0]) > 1
    if image and not guess and (old is None or old.place.path == image.path) and not is_shared:
        end = image.stage.own[-1].line if image.stage.own else image.stage.begin + 1
        line, replaced = (old.place.line or 1, old.lines) if old else (end, 0)
        edits = installing(repository, service) if command.startswith("syntax-guard") else ()
        return Advice((*edits, repository.edit(image.path, line, replaced, written + "\n")))
    where, key = f"in {service.place.path}, for {service.name}", "healthcheck"
    if service.kind == "dockerfile":
        return Advice(pattern=f"in {service.place.path}: {written}{guess}")
    written = f"test: {json.dumps(['CMD', *words]).replace('$', '$$')}"
    if service.kind == "kubernetes":
        key, written = old.key if old else "livenessProbe", f"exec: {{command: {json.dumps(words)}}}"
    if old and old.words and old.place.path == service.place.path:
        return Advice(pattern=f"{where}, under {key}, in place of its check (other keys stay): {written}{guess}")
    return Advice(pattern=f"{where}: {key}: {{{written}}}{guess}")
