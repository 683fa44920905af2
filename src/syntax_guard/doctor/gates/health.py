"""The health gate: is there a check that can pass, and can fail?"""

from __future__ import annotations

import json
import re

from ..finding import Advice, Edit, Finding, missing, nothing, ok, unsure
from ..parsers.commands import Run, call, commands, inner
from ..parsers.services import SERVERS, Service, started
from ..repository import Repository
from .start import installed as installing

_WHY = "a container that hangs, or whose lazily imported route is broken, goes on being sent requests"
_TIMES = "--interval=30s --timeout=10s --start-period=40s --retries=3"
_UNSURE = "has a health check: try by hand whether it can pass, and can fail"
_SOCKET = re.compile(r"(?:unix:(?://)?|--(?:uds|unix)[= ])([^\s'\"]+)")
_PORT = re.compile(r"(?:--port[= ]|-p |--bind[= ]\S*:|-b \S*:|runserver \S*?:?)(\$\{?\w+\}?|\d+)\b")
_HERE = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(\w+))?(?=[/\s'\"]|$)")
_FAILS = re.compile(r"-[sSLIkvg]*f[sSLIkvg]*|--fail(?:-with-body)?")


def examine(repository: Repository) -> list[Finding]:
    """The answer about each container that serves."""
    services = [one for one in started(repository)[0] if one.kind not in ("procfile", "systemd") and one.base]
    return [_answer(repository, one) for one in services] or [nothing("health", "no container starts Python here")]


def _answer(repository: Repository, service: Service) -> Finding:
    check = service.health
    place = check.place if check else service.place
    if service.is_one_shot:
        return nothing("health", f"{service.name} does its work and ends", place)
    fault = _fault(service, check)
    if fault is None:
        return ok("health", f"{service.name} has a health check", place)
    message = f"{service.name} {fault}"
    if fault == _UNSURE:
        return unsure("health", message, place)
    return missing("health", message, place, _WHY, _advice(repository, service))


def _fault(service: Service, check: Run | None) -> str | None:
    """What is wrong with a check, `_UNSURE` where that cannot be told; None for one that can pass and can fail."""
    if check is None or not check.words:
        return "has no health check" if check is None else "switches its health check off"
    if check.words == ("kubelet",):
        return None
    if re.search(r"\|\|\s*(?:true|:|exit\s+0)\b|;\s*(?:true|exit\s+0)\s*$", check.text):
        return "has a health check that cannot fail"
    text = re.sub(r"\s*\|\|\s*(?:exit\s+1|false)\s*$", "", check.text)
    read = [one.words for one in commands(text) or ()] if inner(check.words) else [check.words]
    words = read[0] if len(read) == 1 else ("?",)
    program = words[0].rsplit("/", 1)[-1]
    if program in ("curl", "wget") and service.image:
        lacks = re.search("-slim" if program == "wget" else "-slim|-alpine", service.base)
        if lacks and not any(program in one for one in service.image.values("RUN", "COPY")):
            return f"has a health check that calls {program}, which {service.base} lacks"
    if program == "curl" and not any(map(_FAILS.fullmatch, words)):
        return "has a health check that takes an error page for health (curl without --fail)"
    return None if _asks(words, program) and _asks_there(service, " ".join(words)) else _UNSURE


def _asks(words: tuple[str, ...], program: str) -> bool:
    """Whether a command surely asks what serves, and fails where that does not answer."""
    made, text = call(words), " ".join(words)
    if program == "celery":
        return " inspect ping" in text
    if program.startswith("python"):
        return words[1:2] == ("-c",) and "urlopen(" in text and "except" not in text
    plain = not {"||", "&&", ";", "|"} & {*words}
    return plain and (program in ("curl", "wget") or bool(made and made.verb == "probe"))


def _asks_there(service: Service, text: str) -> bool:
    """Whether what is asked is this container, at the port that its server is told."""
    asked, told = _HERE.search(text), _PORT.search(service.text)
    if asked is None:
        return bool(re.search(r"celery|--unix-socket|\$", text))
    port = asked[1] or "80"
    return told is None or port == told[1] or not (told[1].isdigit() and port.isdigit())


def _advice(repository: Repository, service: Service) -> Advice:
    """A check for what ``service`` starts: with its own port, and the address that an old check asks."""
    text = service.text
    if re.search(r"\bcelery\b.*\bworker\b", text):
        app = re.search(r"(?:-A |--app[= ])(\S+)", text)
        return _written(repository, service, f"celery{f' -A {app[1]}' if app else ''} inspect ping -d celery@$HOSTNAME")
    if socket := _SOCKET.search(text):
        command = f"syntax-guard probe --unix-socket {socket[1]} http://localhost/ROUTE"
        return Advice(pattern=f"{command} with a route of yours")
    old = re.search(r"https?://[^\s\"'|;)]+", service.health.text) if service.health else None
    if old:
        return _written(repository, service, f"syntax-guard probe {old[0]}")
    program = next((name for name in SERVERS if re.search(rf"(?:^|[\s/]){name}(?:\s|$)", text)), None)
    if program is None:
        return Advice(pattern="a command that ends with 0 while it works, such as syntax-guard probe URL")
    port = _PORT.search(text)
    url = f"http://127.0.0.1:{port[1] if port else SERVERS[program]}/ROUTE"
    return Advice(pattern=f"syntax-guard probe {url} with a route that answers only while it works")


def _written(repository: Repository, service: Service, command: str) -> Advice:
    """The check where ``service`` can hold it, in place of an old one; in a shell where there is a variable in it."""
    old, image = service.health, service.image
    installed = installing(service) if command.startswith("syntax-guard") else ()
    if image is not None and (old is None or old.place.path == image.path):
        body = f"CMD {command}" if "$" in command else f"CMD {json.dumps(command.split())}"
        text = f"HEALTHCHECK {_TIMES} {body}\n"
        if old is None:
            last = image.stage.own[-1].line if image.stage.own else image.stage.begin + 1
            return Advice((*installed, Edit(image.path, last, 0, text)))
        lines = (repository.text(image.path) or "").split("\n")[(old.place.line or 1) - 1 :]
        length = next((count for count, line in enumerate(lines, 1) if line.rstrip()[-1:] != "\\"), len(lines))
        return Advice((*installed, Edit(image.path, old.place.line or 1, length, text)))
    words = ["CMD-SHELL", command.replace("$", "$$")] if "$" in command else ["CMD", *command.split()]
    place = old.place if old else service.place
    there = repository.line(place)
    indent = there[: len(there) - len(there.lstrip())]
    test = f"{indent}test: {json.dumps(words)}\n"
    if old and re.match(r"\s*test\s*:\s*\S", there):
        return Advice((*installed, Edit(place.path, place.line or 1, 1, test)))
    if old or service.kind != "compose" or "{" in there or not indent:
        return Advice(pattern=f"as its health check: {command}")
    return Advice((*installed, Edit(place.path, place.line or 1, 0, f"{indent}healthcheck:\n  {test}")))
