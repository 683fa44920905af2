"""The health gate: is there a check that can pass, and can fail?"""

from __future__ import annotations

import json
import re

from ..finding import Advice, Edit, Finding, missing, nothing, ok, unsure
from ..parsers.commands import Run, calls, commands, in_shell, inner
from ..parsers.services import SERVERS, Service, started
from ..repository import Repository
from .start import installing

_WHY = "a container that hangs, or whose lazily imported route is broken, goes on being sent requests"
_TIMES = "--interval=30s --timeout=10s --start-period=40s --retries=3"
_SOCKET = re.compile(r"(?:unix:(?://)?|--(?:uds|unix)[= ])([^\s'\"]+)")
_PORT = re.compile(r"(?:--port[= ]|-p |--bind[= ]\S*:|-b \S*:|runserver \S*?:?)(\$\{?\w+\}?|\d+)\b")
_HERE = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(\w+))?(?=[/\s'\"]|$)")
_CANNOT_FAIL = re.compile(r"\|\|\s*(?:true|:|exit\s+0)\b|;\s*(?:true|exit\s+0)\s*$")
_FAILS = re.compile(r"(?:.* )?(?:-[sSLIkvg]*f[sSLIkvg]*|--fail(?:-with-body)?)(?: .*)?")


def examine(repository: Repository) -> list[Finding]:
    """The answer about each container that serves."""
    services = [one for one in started(repository)[0] if one.kind not in ("procfile", "systemd") and one.base]
    return [_answer(repository, one) for one in services] or [nothing("health", "no container starts Python here")]


def _answer(repository: Repository, service: Service) -> Finding:
    check, name = service.health, service.name
    place = check.place if check else service.place
    if service.is_one_shot:
        return nothing("health", f"{name} does its work and ends", place)
    command = _command(check) if check else ""
    if fault := _fault(service, check, command):
        return missing("health", f"{name} {fault}", place, _WHY, _advice(repository, service))
    if _asks(service, command):
        return ok("health", f"{name} has a health check", place)
    return unsure("health", f"{name} has a health check: try by hand whether it can pass, and can fail", place)


def _command(check: Run) -> str:
    """The one simple command of a check; empty where there are more, or reading is not sure."""
    text = re.sub(r"\s*\|\|\s*(?:exit\s+1|false)\s*$", "", check.text)
    read = commands(in_shell(text, errexit=False) if inner(check.words) else check.words) or []
    return " ".join(read[0].words) if len(read) == 1 and not {"||", "&&", ";", "|"} & {*read[0].words} else ""


def _fault(service: Service, check: Run | None, command: str) -> str | None:
    """What is surely wrong with a check."""
    if check is None or not check.words:
        return "switches its health check off" if check else "has no health check"
    if _CANNOT_FAIL.search(check.text):
        return "has a health check that cannot fail"
    program = command.partition(" ")[0].rpartition("/")[2]
    if program == "curl" and not _FAILS.fullmatch(command):
        return "has a health check that takes an error page for health (curl without --fail)"
    lacks = {"curl": "-slim|-alpine", "wget": "-slim"}.get(program, "$^")
    if service.image and re.search(lacks, service.base) and program not in "".join(service.image.values("RUN", "COPY")):
        return f"has a health check that calls {program}, which {service.base} lacks"
    return None


def _asks(service: Service, command: str) -> bool:
    """Whether a check surely asks what serves here, at the port that is told, and fails without an answer."""
    if command == "kubelet" or re.match(r"(?:\S*/)?celery .*\binspect ping\b", command):
        return True
    made = calls((*command.split(),), "probe")
    if not re.match(r"(?:\S*/)?(?:curl|wget) ", command) and not any(one.doubt is None for one in made):
        return False
    asked, told = _HERE.search(command), _PORT.search(service.start.text)
    port = (asked[1] or "80") if asked else "$"
    here = bool(asked) or "--unix-socket" in command or "$" in command
    return here and (told is None or port == told[1] or not (told[1].isdigit() and port.isdigit()))


def _advice(repository: Repository, service: Service) -> Advice:
    """A check for what ``service`` starts: with its own port, and the address that an old check asks."""
    text = service.start.text
    if re.search(r"\bcelery\b.*\bworker\b", text):
        app = re.search(r"(?:-A |--app[= ])(\S+)", text)
        return _written(repository, service, f"celery{f' -A {app[1]}' if app else ''} inspect ping -d celery@$HOSTNAME")
    old = re.search(r"https?://[^\s\"'|;)]+", service.health.text) if service.health else None
    socket, port = _SOCKET.search(text), _PORT.search(text)
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
    installed = installing(service) if command.startswith("syntax-guard") else ()
    if image is not None and (old is None or old.place.path == image.path):
        body = command if "$" in command else json.dumps(command.split())
        end = image.stage.own[-1].line if image.stage.own else image.stage.begin + 1
        line, replaced = (old.place.line or 1, repository.lines_of(old.place)) if old else (end, 0)
        return Advice((*installed, Edit(image.path, line, replaced, f"HEALTHCHECK {_TIMES} CMD {body}\n")))
    words = ["CMD-SHELL", command.replace("$", "$$")] if "$" in command else ["CMD", *command.split()]
    place = old.place if old else service.place
    there = repository.line(place)
    indent = there[: len(there) - len(there.lstrip())]
    test = f"test: {json.dumps(words)}\n"
    if old and re.match(r"\s*test\s*:\s*\S", there):
        return Advice((*installed, Edit(place.path, place.line or 1, 1, indent + test)))
    if old or service.kind != "compose" or "{" in there or not indent:
        return Advice(pattern=f"in {place.path}, as the health check of {service.name}: {command}")
    return Advice((*installed, Edit(place.path, place.line or 1, 0, f"{indent}healthcheck:\n{indent}  {test}")))
