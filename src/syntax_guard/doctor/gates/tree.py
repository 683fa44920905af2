"""The tree gate: does CI check every file?"""

import posixpath
import re
from itertools import count

from syntax_guard.sources import git

from ..finding import Advice, Finding, Place, missing, ok, unsure
from ..parsers import ci
from ..parsers.ci import Step
from ..parsers.commands import KNOWN, TOOL, Call, calls, changed, commands, in_shell, of_script, unwrapped
from ..repository import Repository
from .hook import Configuration, run_by
from .python import python_for

PROMISE = "CI checks every file, however it was committed"
_WHY = "a hook can be skipped (--no-verify) or never installed; the check in CI cannot"
_DOUBT, _MOST = "whether CI refuses a broken file", 50  # commands of a text that is not read, which are looked at
_BROUGHT = re.compile(r"^include:.*|\buses: *['\"]?\w[^\s'\"]*\.ya?ml@\S*", re.MULTILINE)  # jobs from elsewhere
_FILES = {
    "make": ("GNUmakefile", "makefile", "Makefile"), "tox": ("tox.ini", "tox.toml", "pyproject.toml", "setup.cfg"),
    "nox": ("noxfile.py",), "just": ("justfile", "Justfile"), "task": ("Taskfile.yml",), "npm": ("package.json",),
    **dict.fromkeys(("hatch", "poe", "pdm"), ("pyproject.toml",)), **dict.fromkeys(("inv", "invoke"), ("tasks.py",)),
}  # what each program that runs tasks reads: the first that is there  # fmt: skip
_PLAIN_LINE = re.compile(r"(?:\.PHONY *:|(?!Makefile\b)[\w-]+ *:)[\w -]*|#[^\\]*|\t[^\\]*|\s*")
_NAMED = re.compile(rf"(?:\b(?:pre-commit|prek|sh|bash|{'|'.join(_FILES)}) |(?<=[\s'\"])\./)[^'\"\n]*")  # in any text
_SPEAKS = re.compile(r"syntax[-_]guard|\b(?:pre-commit|prek) run\b")


def examine(repository: Repository) -> list[Finding]:
    """The answers about CI: what surely runs, else what cannot be told, else that nothing does."""
    paths, steps = [path for _, path in ci.files(repository)], ci.every(repository)
    found = [finding for step in steps for finding in _answers(repository, step)]
    for path in (path for path in paths if path not in {one.place.path for one in found if one.place}):
        text, read = repository.text(path) or "", "".join(one.text for one in steps if one.place.path == path)
        brought = _BROUGHT.search(text)
        if text.count(TOOL) > read.count(TOOL):  # a step that only installs it is read
            found.append(unsure("tree", f"{_DOUBT}: it speaks of {TOOL}", Place(path)))
        elif brought:
            doubt = f"{_DOUBT}: `{brought[0]}` brings jobs that are not read"
            found.append(Finding("tree", "cannot-tell", doubt, Place(path), advice=_advice(repository)))
    if "ci" in Configuration(repository).table:
        found.append(unsure("tree", f"{_DOUBT}: pre-commit.ci may be switched on, and run the hooks", None))
    for state in ("ok", "cannot-tell"):
        if chosen := [finding for finding in found if finding.state == state]:
            return chosen[:5]
    message, place = (f"no CI step runs {TOOL}", Place(paths[0])) if paths else ("no CI file was found", None)
    return [missing("tree", message, place, _WHY, _advice(repository))]


def _answers(repository: Repository, step: Step) -> list[Finding]:
    """What one step says of the tool; nothing where it has nothing to do with it."""
    named = [Call(one, doubt="the text around it is not read") for one in _NAMED.findall(step.text)[:_MOST]]
    found = [(one, step.text if step.is_action else one.text) for one in calls(step.words, "check")]
    for command in [] if found else commands(step.words) or named:
        found += [(one, f"{command.text}, which runs {one.text}") for one in _led(repository, command)]
    answers = []
    for call, shown in found:
        odd = "`--staged` checks nothing in CI" if call.is_staged else None
        elsewhere = "it is told where to look" if call.root or {*call.paths} - {"."} else None
        why = call.doubt or step.doubt or odd or elsewhere or step.apart or changed(call.before.splitlines())
        place = step.place
        answers.append(unsure("tree", f"{_DOUBT}: {why}", place) if why else ok("tree", f"CI runs {shown}", place))
    return answers


def _led(repository: Repository, command: Call) -> list[Call]:
    """What a command that is not ours leads to: hooks that it runs, or a task of the repository."""
    shown = command.text[:200]
    path, words = run_by(repository, shown) or _follow(repository, shown) or ("", None)
    found = calls(words or (), "check")
    if not path or (words and not found and not _SPEAKS.search(words[-1])):
        return []
    hand = Call(shown, doubt=f"`{shown}` may run it ({path}): try that by hand")
    odd = command.doubt or (repository.ignored(path) if found else None)
    return [one.evolve(doubt=one.doubt or odd, before=command.before + one.before) for one in found or [hand]]


def _follow(repository: Repository, command: str) -> tuple[str, tuple[str, ...] | None] | None:
    """The file that ``command`` runs, if that speaks of the tool, and the words that surely run. Raises Unreadable."""
    name, *given = unwrapped(command).split() or [""]
    script = given[0] if name in ("sh", "bash", "uses") and given else name if "/" in name else ""
    scripts = [posixpath.join(script, one) for one in ("", "action.yml", "action.yaml") if script]
    paths = map(posixpath.normpath, _FILES.get(posixpath.basename(name), scripts))
    path = next((path for path in paths if repository.text(path) is not None), "")
    text = repository.text(path) or ""
    if not _SPEAKS.search(text):
        return None
    if read := _READ.get(path):
        recipe = read(repository, text, " ".join(given))
        return path, in_shell(recipe, errexit=True) if recipe else None
    run = of_script(text) if script == name else in_shell(text, errexit=False)
    return path, None if name in _FILES or name == "uses" else run


def _of_make(repository: Repository, text: str, name: str) -> str | None:
    """The recipe of the one plain rule for the target ``name``, in a Makefile of plain rules: each line is a shell."""
    rules = re.findall(rf"^{re.escape(name)} *:(.*)\n((?:\t.*(?:\n|$))*)", text, re.MULTILINE)
    is_plain = all(map(_PLAIN_LINE.fullmatch, text.split("\n"))) and len(rules) == 1 and not rules[0][0].strip()
    is_there = any(path.split("/")[0] == name for path in repository.files)  # a target of that name is up to date
    is_phony = re.search(rf"^\.PHONY *:.*(?<= ){re.escape(name)}(?: |$)", text, re.MULTILINE)
    odd = not is_plain or (is_there and not is_phony) or re.search(r"(?m)[$;]|^\t@*[-+]", rules[0][1])
    return None if odd else str(rules[0][1].replace("\t@", "\t"))


def _of_tox(repository: Repository, text: str, given: str) -> str | None:
    """The commands of the one environment that is named, where tox.ini says nothing that changes how they run."""
    parts = dict(re.findall(r"^\[([^]\n]+)\].*\n((?:[^[\n].*\n|\n)*)", f"{text}\n", re.MULTILINE))
    name = re.fullmatch(r"(?:run )?-e ([a-z]+)", given)
    own = parts.get(f"testenv:{name[1]}" if name else "", "")
    above = "".join(parts.get(one, "") for one in ("testenv", "tox", "DEFAULT"))
    lines = "".join(re.findall(r"(?m)^commands *=(.*(?:\n[ \t].*)*)", own)).strip()
    odd = {*re.findall(r"(?m)^[^\s#;]+", own + above)} - {*KNOWN["ci"]["tox"]} or "{" in "".join(parts)
    return None if odd or "toxfile.py" in repository.files or re.search(r"(?m)^\s*[-!]|[{;&|\\]", lines) else lines


_READ = {**dict.fromkeys(_FILES["make"], _of_make), "tox.ini": _of_tox}


def _advice(repository: Repository) -> Advice:
    """A file or a job of its own, or steps, for the service that is there, or that hosts the repository."""
    remote = git.run(repository.top, "config", "--default=", "--get", "remote.origin.url") if repository.in_git else b""
    hosted = [(one, "") for one in ci.SERVICES if re.search(one.get("host", "$^"), remote.decode(errors="replace"))]
    service, path = [*ci.files(repository), *hosted, (ci.SERVICES[0], "")][0]
    path = path or service["files"][0].replace("y*ml", "yml").replace("*", "")
    if service is ci.SERVICES[0]:  # a file of its own
        names = (f"{posixpath.dirname(path)}/syntax{number or ''}.yml" for number in count())
        path = next(name for name in names if name not in repository.files)
    steps = ci.written(path, "syntax-guard check")
    if "template" not in service:
        return Advice(pattern=f"in {path}, where Python is there: {', then '.join(steps)}")
    stages = repository.mapping(path).words("stages")
    stage = f"  stage: {stages[0]}\n" if stages and "test" not in stages else ""
    end = len((repository.text(path) or "").rstrip().splitlines()) + 1
    text = service["template"].replace("{stage}", stage).replace("{python}", python_for(repository))
    text += "".join(f"{step}\n" for step in steps)
    return Advice((repository.edit(path, end, 0, text if end > 1 else text.lstrip("\n")),))
