"""CI files of several services as one list of steps: a table of what each writes how, and one walk for all.

What is surely run is written with keys that are known to change nothing. Any other key may keep what stands below it
from running, or its failure from being heard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch

from syntax_guard.config.documents import Mapping, Sequence, Value
from syntax_guard.model import Record

from ..finding import Edit, Place, Unreadable
from ..repository import Repository
from .commands import commands as read

_MOST = 5_000
"""Values that are looked at in one file: aliases make a short file a long one."""


class Service(Record):
    """How a service writes what it does.

    ``item`` is how a step is written; ``commands`` are keys that hold shell text, or a list of it; ``uses`` is the key
    of another author's script; ``errexit``: the shell of a step stops at an error; ``names`` are sections whose keys
    are names, ``""`` the file itself; ``apart``: each command of a list counts by itself; ``checkout``: a job has to
    ask for the files.
    """

    files: tuple[str, ...]
    item: str
    commands: tuple[str, ...]
    uses: str = "uses"
    errexit: bool = True
    names: tuple[str, ...] = ()
    apart: bool = False
    checkout: bool = False


SERVICES = (
    Service((".github/workflows/*.y*ml", ".forgejo/*/*.y*ml", ".gitea/*/*.y*ml"), "- run: {}", ("run",),
            names=("jobs",), checkout=True),
    Service((".gitlab-ci.y*ml",), "- {}", ("script",), "include", names=("",)),
    Service(("azure-pipelines*.y*ml", ".azure-pipelines/*.y*ml"), "- script: {}", ("script", "bash"), "task", False),
    Service(("bitbucket-pipelines.yml",), "- {}", ("script",)),
    Service((".travis.yml",), "- {}", ("script",), apart=True),
    Service((".circleci/config.yml",), "- run: {}", ("run", "command"), names=("jobs",), checkout=True),
    Service(("Jenkinsfile",), "sh '{}'", ()),
    Service((".drone.yml", ".woodpecker.y*ml", ".woodpecker/*.y*ml", ".appveyor.yml", "appveyor.yml", ".cirrus.yml",
             ".buildkite/*.y*ml", "cloudbuild.yaml", "buildspec.y*ml"), "", ()),
)  # fmt: skip
"""The last one's files are not read."""
_GITHUB, _GITLAB, _CIRCLE = SERVICES[0], SERVICES[1], SERVICES[5]
_SECTIONS = frozenset({"jobs", "steps", "stages", "step", "pipelines", "default", "parallel"})
"""Keys of what holds steps."""
_LEAVES = frozenset({
    "name", "id", "description", "displayName", "runs-on", "timeout-minutes", "permissions", "env", "strategy",
    "matrix", "container", "services", "outputs", "with", "on", "run-name", "version", "image", "variables", "cache",
    "caches", "artifacts", "tags", "retry", "interruptible", "timeout", "coverage", "secrets", "id_tokens",
    "dependencies", "environment", "stage", "job", "pool", "vmImage", "inputs", "resources", "workspace",
    "timeoutInMinutes", "size", "max-time", "options", "definitions", "language", "python", "os", "dist", "sudo",
    "addons", "notifications", "after_script", "after-script", "after_success", "after_failure", "deploy", "docker",
    "machine", "executor", "executors", "resource_class", "parallelism", "orbs", "parameters", "no_output_timeout",
    "workflows", "workflow", "defaults", "reports", "concurrency", "schedules",
})  # fmt: skip
"""Keys that change neither whether a step runs, nor whether its failure is heard."""
_PRELUDES = ("before_install", "install", "before_script")
"""Keys whose commands run in the shell of the step."""
_VALUES = {
    "if": ("always()", "success()", "!cancelled()", "true"), "when": ("on_success", "always"), "condition":
    ("succeeded()", "always()"), "enabled": ("true",), "background": ("false",), "shell": ("bash", "sh"),
    "continue-on-error": ("false",), "continueOnError": ("false",), "allow_failure": ("false",), "working-directory":
    (".",), "workingDirectory": (".",), "working_directory": ("~/project",), "trigger": ("automatic", "[]"),
    "pr": ("[]", "none"),
}  # fmt: skip
"""Keys that change nothing where they have one of these values; ``[]`` stands for a list."""
_NEVER = {("if", "false"), ("continue-on-error", "true"), ("continueOnError", "true"), ("allow_failure", "true"),
          ("when", "never"), ("enabled", "false")}  # fmt: skip
_ANYWHERE = re.compile(
    r"SYNTAX_GUARD_(?:EXCLUDE|EXPECTED_BROKEN|ALLOW_BROKEN)|\b(?:PREK_)?SKIP\b|\bGIT_(?:STRATEGY|CHECKOUT)\b|"
    r"checkout: *none"
)
"""What takes files out of sight, wherever a CI file says it."""
_CHECKOUT = re.compile(
    r"checkout|actions/checkout@\S+(?: (?:fetch-depth|fetch-tags|persist-credentials|submodules|lfs|token|clean)=\S*)*"
)
_JENKINS = re.compile(
    r"(?:(?:pipeline|node|agent|stages?|steps|options|environment|tools)\b[^{}]*\{|\}|agent \w+|checkout scm|echo '.*'|"
    r"""(?:sh|junit|archiveArtifacts)\b.*|timeout\(.*\)(?: *\{)?|timestamps\(\)|//.*|)"""
)
"""Lines of a Jenkinsfile that change nothing."""


class Step(Record):
    """One thing that CI does: a ``script``, or what it ``uses``, and is ``given``, in a ``job``.

    ``unsure``: why it may not run, or fail unheard; ``never``: why it surely gates nothing; None where nothing says so.
    ``apart``: why it may not see the files of each change.
    """

    script: str
    place: Place
    service: Service
    job: Place
    uses: str = ""
    given: str = ""
    unsure: str | None = None
    never: str | None = None
    apart: str | None = None
    errexit: bool = True


def every(repository: Repository) -> list[Step]:
    """The steps of all CI files. Raises Unreadable."""
    return [step for path in files(repository) for step in steps(repository, path)]


def files(repository: Repository) -> list[str]:
    """The CI files of the repository, in the order of the table."""
    return [path for service in SERVICES for path in repository.files if _writes(service, path)]


def _writes(service: Service, path: str) -> bool:
    return any(fnmatch(path, pattern) and path.count("/") == pattern.count("/") for pattern in service.files)


def steps(repository: Repository, path: str) -> list[Step]:
    """What the CI file ``path`` does; nothing for a service that is not read. Raises Unreadable."""
    service = next(one for one in SERVICES if _writes(one, path))
    text = repository.text(path) or ""
    named = _ANYWHERE.search(text)
    if path == "Jenkinsfile":
        return list(_jenkins(text, service, named and f"{named[0]} may leave files out"))
    if not service.commands:
        return []
    document = repository.mapping(path)
    unsure = f"{named[0]} may leave files out" if named else _outer(document, service)
    over = Step("", document.place, service, document.place, unsure=unsure, apart=_trigger(document, service))
    found = list(_Walk(document).of(document, over, names="" in service.names))
    ready = {one.job for one in found if _CHECKOUT.fullmatch(f"{one.uses} {one.given}".strip())}
    if service.checkout:
        found = [one if one.job in ready else one.evolve(apart="nothing says that the files are there")
                 for one in found]  # fmt: skip
    return found


def _outer(document: Mapping, service: Service) -> str | None:
    """Why nothing in the file may count, or None."""
    if service is _GITLAB:
        odd = "workflow" in document or _changes_shell(document) or _changes_shell(document.section("default"))
        return "what stands over all jobs decides" if odd else None
    if service is not _CIRCLE:
        return None
    if "workflows" not in document:
        return None if document.section("jobs").keys() == {"build"} else "no workflow lists it"
    flows = [flow for flow in document.section("workflows").values() if isinstance(flow, Mapping)]
    entries = [job for flow in flows for job in flow.listed("jobs")]
    listed = {name for job in entries for name in _names(job)}
    plain = all(_keys(job) <= {"requires", "context", "name"} for job in entries) and all(
        flow.keys() == {"jobs"} for flow in flows
    )
    unlisted = next((f"no workflow lists {job}" for job in document.section("jobs") if job not in listed), None)
    return unlisted or (None if plain else "its workflow decides")


def _keys(job: Value) -> set[str]:
    """What a job of a workflow is given."""
    return {key for given in job.values() for key in _names(given)} if isinstance(job, Mapping) else set()


def _trigger(document: Mapping, service: Service) -> str | None:
    """Why a workflow may not run for a change, or None."""
    if service is not _GITHUB:
        return None
    value = document.get("on")
    events = value if isinstance(value, Mapping) else Mapping(document.place)
    asked = _names(value) & {"push", "pull_request", "merge_group"}
    if not asked:
        return f"its workflow runs on {', '.join(sorted(_names(value))) or 'nothing'} alone"
    narrow = all({*events.section(one)} - {"branches"} for one in asked)
    return "its workflow runs for some changes alone" if narrow else None


def _changes_shell(value: Mapping) -> bool:
    """Whether what runs before a step may change where it runs, or whether."""
    return any(read("\n".join(value.words(key))) is None for key in _PRELUDES)


class _Walk:
    def __init__(self, document: Mapping) -> None:
        jobs = [job for job in document.section("jobs").values() if isinstance(job, Mapping)]
        self.left, self.some_may_not_run = _MOST, any(job.keys() & _VALUES.keys() for job in jobs)

    def of(self, value: Value, over: Step, *, names: bool = False) -> Iterator[Step]:
        """The steps of a value and of all below it; ``over``: what holds for them, ``names``: its keys are names."""
        self.left -= 1
        if self.left < 0:
            raise Unreadable(over.job, "more steps than are read")
        if isinstance(value, Sequence):
            for item, place in zip(value, value.places, strict=True):
                if item == "checkout":
                    yield over.evolve(place=place, uses=item)
                yield from self.of(item, over)
        elif isinstance(value, Mapping):
            held = any(isinstance(one, Sequence) for one in value.values())
            over = over if names else self._decided(value, over.evolve(job=value.place if held else over.job))
            for key, inner in value.items():
                yield from self._below(value, key, inner, over)

    def _below(self, value: Mapping, key: str, inner: Value, over: Step) -> Iterator[Step]:
        service = over.service
        if key in service.commands and not isinstance(inner, Mapping):
            yield from self._commands(value, key, over.evolve(place=value.place))
        elif key == service.uses:
            texts, given = (" ".join(_texts(one)) for one in (inner, value.get("with")))
            yield over.evolve(place=value.place, uses=texts, given=given)
        elif key not in _LEAVES and not key.startswith("."):  # a hidden job of GitLab's
            yield from self.of(inner, over, names=key in service.names)

    def _commands(self, value: Mapping, key: str, step: Step) -> Iterator[Step]:
        items = value.listed(key)
        texts = [item if isinstance(item, str) else "{" for item in items]  # what is no text is not read
        place = items.places[0] if items and isinstance(value[key], Sequence) else step.place
        if not step.service.apart:
            yield step.evolve(script="\n".join(texts), place=place)
        elif read("\n".join(texts)) is not None:  # they share a shell
            for text, at in zip(texts, items.places, strict=True):
                yield step.evolve(script=text, place=at)

    def _decided(self, value: Mapping, over: Step) -> Step:
        """What holds for all that stands below ``value``."""
        stated = {**value.section("defaults").section("run"), **value}
        known = {*_SECTIONS, *_LEAVES, *_PRELUDES, *over.service.commands, over.service.uses}
        unsure, never, errexit = over.unsure, over.never, over.errexit and over.service.errexit
        for key in stated.keys() - known:
            said = stated[key]
            text = said[:200] if isinstance(said, str) else "[]" if isinstance(said, Sequence) else "{}"
            text = re.sub(r"^\$\{\{\s*|\s*\}\}$", "", text).strip()
            if (key, text.lower()) in _NEVER:
                never = f"`{key}: {text}` stands over it"
            elif text not in _VALUES.get(key, ()) and (key not in ("needs", "dependsOn") or self.some_may_not_run):
                unsure = f"`{key}` may decide"
        if _changes_shell(value):
            unsure = "what stands before it may change where it runs, or whether"
        if "runs-on" in value:
            errexit = bool(re.match(r"ubuntu|macos", value.text("runs-on") or ""))
        return over.evolve(unsure=unsure, never=never, errexit=errexit or "shell" in stated)


def _names(value: Value) -> set[str]:
    """The scalars of a sequence, the keys of a mapping, or the scalar itself."""
    if isinstance(value, str):
        return {value}
    return {one for one in value if isinstance(one, str)} if value else set()


def _texts(value: Value) -> list[str]:
    """The scalars of a value and of the mappings in it, the latter behind their keys."""
    if isinstance(value, Mapping):
        return [f"{key}={text}" for key, text in value.items() if isinstance(text, str)]
    if not isinstance(value, Sequence):
        return [value or ""]
    return [text for item in value if not isinstance(item, Sequence) for text in _texts(item)]


def _jenkins(text: str, service: Service, unsure: str | None) -> Iterator[Step]:
    """The ``sh`` steps that stand on a line of their own."""
    lines = text.split("\n")[:3_000]
    odd = next((line.strip() for line in lines if not _JENKINS.fullmatch(line.strip())), None)
    unsure = unsure or (f"`{odd[:80]}` may decide" if odd else None)
    for number, line in enumerate(lines, 1):
        found = re.fullmatch(r"""\s*sh\s*\(?\s*(?:'([^']{0,500})'|"([^"$\\]{0,500})")\s*\)?;?\s*""", line)
        if found:
            place = Place("Jenkinsfile", number)
            yield Step(found[1] or found[2] or "", place, service, Place("Jenkinsfile"), unsure=unsure)


def before(repository: Repository, steps: list[Step], step: Step, command: str) -> Edit | None:
    """The edit that installs the tool and runs ``command`` before ``step``; None where that would be a guess."""
    line = repository.line(step.place)
    written = line.lstrip()
    if not written.startswith(("- ", "sh ")) or "{" in line.split("run:")[0]:
        return None
    earlier = [one for one in steps[: steps.index(step)] if one.job == step.job]
    sets_up = any(re.search(r"setup-python|setup-uv", one.uses) for one in earlier)
    commands = [f"{'python3' if written[0] == 's' else 'python'} -m pip install syntax-guard", command]
    if re.search(r"(?:^|[\s;&])uvx? ", step.script):
        commands = [f"uvx {command}"]
    elif step.service is _GITHUB and not sets_up:
        commands = [f"pipx run {command}"]
    text = "".join(f"{line[: len(line) - len(written)]}{step.service.item.format(one)}\n" for one in commands)
    return Edit(step.place.path, step.place.line or 1, 0, text)
