"""The start gate: is the tree checked before what serves it starts?"""

import json
import posixpath
import re
import shlex

from syntax_guard.config.declarations.dockerfile import python_of

from ..finding import Advice, Edit, Finding, missing, nothing, ok, unsure
from ..parsers.commands import SPEAKS, Call, calls, changed, inner
from ..parsers.services import LAID_OVER, Service, started
from ..repository import Repository

PROMISE = "what serves does not start with a broken file"
_WHY = "a broken file is found when something imports it: the container restarts for ever, or a route fails hours later"
_COMPILE = ("/bin/sh", "-c", 'python -m compileall -q . && exec "$@"', "sh")  # where the Python is older than the tool
_TO = "chdir|app-dir|pythonpath|directory|workdir|project|config"
_DATA = re.compile(
    rf" (?:--(?!{_TO}|app\b)[\w-]+|-[bwptkl])[= ]?(?:[$]\S+|\S*:[$]?\S*)|(?:(?<=\s)|^)/\S*bin/(?=[\w-]+(?:\s|$))|"
    r" (?:--[\w-]*(?:log|cert|key|ca|pid|bind|uds|sock|tmp|static|root-path|schedule)[\w-]*|-[bsp])[= ]\S+"
)  # what names no code: values that are filled in, addresses, the folder of a program, and data
_CODE = re.compile(rf"(?:(?:{_TO})[= ]|python\S* (?:-[^mc ]+ )*|\brun |-C )([^-\s]\S*)|(?:^|[\s=('])([/~$]\S*|\.\.\S*)")
_NESTED = re.compile(r"(?:sh|python[\d.]*) (?:-\S+ )*-\w*c\b|what is not read")
_PLAIN = re.compile(
    r"(?:[\w.-]+\.[\w:]+/)?(?:docker/)?(?:library/|astral-sh/)?(?:python|debian|ubuntu|alpine|uv)(?:[:@]|$)"
)
_TRY = "syntax-guard doctor --try-image IMAGE tries it"
_THERE = "there, syntax-guard has to be installed, and where the code is in a folder below: run --root FOLDER --"


def examine(repository: Repository) -> list[Finding]:
    """The answer about each thing that starts Python."""
    services, failed = started(repository)
    found = [_answer(repository, service) for service in services]
    found += [unsure("start", f"cannot be read: {one.message}", one.place) for one in failed]
    return found or [nothing("start", "nothing here says that it starts Python")]


def _answer(repository: Repository, service: Service) -> Finding:
    run, name, place = service.start, service.name, service.start.place
    doubts = [service.doubt or _doubt(service, one) for one in calls(run.words, "check", "run")]
    if None in doubts:
        return ok("start", f"{name} starts behind the gate", place)
    may_be_elsewhere = service.kind == "kubernetes" and service.doubt  # in a container before it
    if doubts or may_be_elsewhere or SPEAKS.search(run.text) or _elsewhere(repository, service):
        reason = f": {service.doubt or doubts[0]}" if service.doubt or doubts else ""
        return unsure("start", f"whether {name} starts behind the gate{reason}; {_TRY}", place)
    if service.is_one_shot and run.words:
        return nothing("start", f"{name} does its work and ends", place)
    if (not run.words and service.kind != "dockerfile") or run.key == "args":
        return unsure("start", f"{name} starts what its image starts; {_TRY}", place)
    behind = [_doubt(service, one) or "" for one in calls(("syntax-guard", "run", "--", *run.words), "run")]
    still = [f"; behind the gate it is not sure either: {one}" for one in behind if " lies outside " in one]
    return missing("start", f"{name} starts unchecked{''.join(still)}", place, _WHY, _advice(repository, service))


def _doubt(service: Service, made: Call) -> str | None:
    """Why what is started is not surely judged as a whole before; None where it is."""

    def place(path: str) -> str:
        return posixpath.normpath(posixpath.join(f"/{service.folder or '?'}", path)).strip("/")

    def is_inside(path: str) -> bool:
        return not place(made.root) or f"{place(path)}/".startswith(f"{place(made.root)}/")

    starts, copies = _DATA.sub(" ", "\n".join(made.behind)), service.image.stage.copied if service.image else []
    code = ["/$" if re.search("[$~]", one) else one for one in map("".join, _CODE.findall(starts))]
    code += [to for to, is_brought in copies if not is_brought]
    outside = [one for one in code if not is_inside(one)]
    if not made.behind or made.is_staged or _NESTED.search(starts) or outside:
        plain = [one for one in outside if service.folder and one != "/$"]
        said = f"{plain[0]} lies outside of /{place(made.root)}, the folder that {made.verb} checks" if plain else None
        return made.doubt or said or "what it checks is not what starts behind it"
    bare = service.start.key in ("CMD", "args") or (service.kind == "compose" and service.start.key != "entrypoint")
    if bare and not (_PLAIN.match(service.base) or (service.image and service.image.run("ENTRYPOINT"))):
        return "its image may have an entry point"
    if odd := made.doubt or changed([*made.before.splitlines(), *made.behind[:-1]]):
        return odd
    known = {place("."), *(place(to) for to, _ in copies)}
    elsewhere = {path for path in (*made.paths, made.root) if path and place(path) not in known}
    named = not service.image or any(is_inside(to) for to, _ in copies)
    named = named and all(re.search(rf"\b{re.escape(path)}[./:]", service.start.text) for path in elsewhere)
    told = service.folder.strip("/") or made.root or made.paths or not service.image
    return None if named and told else "nothing says that the code is where it looks"


def _elsewhere(repository: Repository, service: Service) -> bool:
    """Whether another file speaks of the tool: a script that is started, its Dockerfile, or what is laid over it."""
    scripts = {posixpath.basename(one) for one in service.start.words[:4] if one.endswith(".sh") or "entrypoint" in one}
    texts = [repository.text(path) or "" for path in repository.named(*scripts, *LAID_OVER["compose"])[:20]]
    lines = repository.lines(service.image.path) if scripts and service.image else []
    return any(map(SPEAKS.search, (*texts, *(line for line in lines if "install" not in line))))


def _advice(repository: Repository, service: Service) -> Advice:
    """What puts the start of ``service`` behind the gate: the tool, or its Python's own compiler where that is old."""
    copied = [to for to, is_brought in service.image.stage.copied if not is_brought] if service.image else []
    root = ("--root", copied[-1]) if copied and not service.folder.strip("/") else ()
    words = _COMPILE if _is_too_old(service) else ("syntax-guard", "run", *root, "--")
    if not service.start.words:
        return Advice(pattern=f"CMD {json.dumps([*words, '…'])} with the command of the base image")
    line, replaced, text = _edit(repository, service, words)
    if not text:
        return Advice(pattern=f"{shlex.join(words)} in front of its command")
    edit = repository.edit(service.start.place.path, line, replaced, text)
    pattern = None if service.image or service.kind == "systemd" else _THERE
    return Advice((*installing(repository, service), edit), pattern=pattern)


def installing(repository: Repository, service: Service) -> tuple[Edit, ...]:
    """The edit that installs the tool in the image of ``service``; none where it is there, or cannot be known."""
    image = service.image
    is_there = image and any(re.search(r"install.*syntax-guard", one) for one in image.stage.values("RUN"))
    if image is None or is_there or _is_too_old(service):
        return ()
    line = "RUN python -m pip install --no-cache-dir syntax-guard\n"
    return (repository.edit(image.path, image.stage.begin + 1, 0, line),)


def _is_too_old(service: Service) -> bool:
    return bool(re.match(r"3\.\d$", python_of(service.base) or "") or re.search(r"(?:^|/)python:2", service.base))


def _edit(repository: Repository, service: Service, words: tuple[str, ...]) -> tuple[int, int, str]:
    """The words in front of a command: a line, how many are replaced, and a text, empty where it would be a guess."""
    run, number, front = service.start, service.start.place.line or 1, " ".join(words)
    line, below, *_ = [*repository.lines(run.place.path), ""][number - 1 :]
    entry = service.image.run("ENTRYPOINT") if service.image else None
    key = re.match(rf"(\s*(?:- )?){run.key}\s*(?:[:=]\s*)?", line, re.IGNORECASE)
    is_argument = service.kind == "compose" and run.key == "command"
    rest = line[key.end() :].strip() if key else ""
    if key is None or (is_argument and entry and inner(entry.words)):
        return number, 0, ""
    if is_argument or run.key in ("CMD", "ENTRYPOINT"):
        old = entry if entry and not is_argument else None  # also an empty one in front of CMD
        text = json.dumps([*words, *(entry.words if entry else ())])
        text = f"{key[1]}entrypoint: {text}\n" if is_argument else f"ENTRYPOINT {text}\n"
        return (old.place.line or 1, old.lines, text) if old else (number, 0, text)
    if service.kind == "procfile":
        is_plain = not re.search(r"[`\\|&;<>(){}*?\[\]~#\n=!]", re.sub(r"\$\{?\w+\}?", "", rest))
        return number, 1, f"{key[0]}{front} {rest if is_plain else f'bash -c {shlex.quote(rest)}'}\n"
    if service.kind == "systemd":
        folder = service.folder and re.match(r"[\w/.]", rest) and posixpath.dirname(rest.split()[0])
        return number, 1, f"{key[0]}{folder}/{front} {rest}\n" if folder else ""
    if rest.startswith("["):
        return number, 1, f"{key[0]}[{json.dumps(words)[1:-1]}, {rest[1:]}\n"
    item = re.match(r"(\s*)- ", below)
    return number + 1, 0, "".join(f"{item[1]}- {json.dumps(one)}\n" for one in words) if item else ""
