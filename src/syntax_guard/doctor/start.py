"""The start gate: is the tree checked before a container becomes the application?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import entry_scripts, remedies, shell
from .containers import Container, Start, entry_of
from .finding import Finding, Place, State
from .hooks import TOOL, VERBS

if TYPE_CHECKING:
    from .repository import Repository

_WHY = "a broken file is found when something imports it: the container restarts for ever, or a route fails hours later"
_SIGNALS = "a shell stays process 1: `docker stop` does not reach the application and kills it after ten seconds"


def examine(repository: Repository, container: Container) -> Finding:
    """The start of ``container``, and what its entry point does where that is a script of the repository."""
    start = container.start
    if container.excuse and (start is None or not shell.calls(" ".join(start.argv), TOOL, VERBS)):
        place = container.restart_place or container.image.base_place
        return _finding(container, "not-applicable", container.excuse, place)
    if container.image.is_function:
        return _function(container)
    if start is None:
        place = container.image.base_place
        return _finding(container, "missing", "starts what its base image starts, unchecked", place, _WHY, remedies.RUN)
    nested = shell.inner(start.argv)
    if nested is not None:
        script, errexit = nested
        if calls := shell.calls(script, TOOL, VERBS, errexit=errexit):
            return _scripted(container, calls[0], start.place, start)
    elif call := shell.named(start.argv, TOOL, VERBS):
        return _called(container, start, *call)
    return _through_script(repository, container, start) or _ungated(container, start)


def _called(container: Container, start: Start, verb: str, arguments: tuple[str, ...]) -> Finding:
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--report-only" in options:
        why = "with --report-only it starts whatever it finds"
        return _finding(
            container, "weak", "reports broken files and starts all the same", start.place, why, remedies.RUN
        )
    if verb == "check":
        return _finding(container, "ok", f"runs {TOOL} check and nothing else", start.place)
    return _finding(container, "ok", f"starts through {TOOL} run", start.place)


def _scripted(container: Container, call: shell.Call, place: Place, start: Start | None = None) -> Finding:
    if call.ignored:
        why = f"the application starts all the same: {call.ignored}"
        return _finding(container, "missing", f"ignores what {TOOL} {call.verb} says", place, why, remedies.FAIL)
    if "--report-only" in call.arguments:
        return _called(container, Start(("",), place, False), call.verb, call.arguments)
    replaced = call.replaces if call.verb == "run" else call.exec_follows
    if replaced:
        return _finding(container, "ok", f"starts behind {TOOL} {call.verb}, with exec", place)
    if start is not None and start.shell_form and call.verb == "run":
        message = f"starts through {TOOL} run, in shell form"
        return _finding(container, "weak", message, place, _SIGNALS, remedies.EXEC_FORM)
    message = f"starts behind {TOOL} {call.verb}, without exec"
    return _finding(container, "weak", message, place, _SIGNALS, remedies.EXEC)


def _through_script(repository: Repository, container: Container, start: Start) -> Finding | None:
    """The judgement of an entry point that is a shell script of this repository."""
    for script in entry_scripts.scripts(repository, container, start.argv):
        for call in shell.calls(script.text, TOOL, VERBS):
            return _scripted(container, call, Place(script.path, script.above + call.line))
    return None


def _function(container: Container) -> Finding:
    """A function keeps its platform's entry point, and its image as it was built."""
    place = container.image.base_place
    if _checked_when_built(container):
        return _finding(container, "ok", "is checked when it is built, and stays as it was built", place)
    return _finding(container, "missing", "is a function that nothing checks", place, _WHY, remedies.BUILD)


def _checked_when_built(container: Container) -> bool:
    return any(
        shell.calls("\n".join([one.value, *one.heredocs]), TOOL, VERBS)
        for one in container.image.instructions
        if one.name == "RUN"
    )


def _ungated(container: Container, start: Start) -> Finding:
    write = _behind_the_gate(container, start)
    if _checked_when_built(container):
        why = "the image was checked when it was built; a bind mount, a volume or a changed layer is not"
        return _finding(container, "weak", "is checked at build time alone", start.place, why, write)
    return _finding(container, "missing", "starts unchecked", start.place, _WHY, write)


def _behind_the_gate(container: Container, start: Start) -> str:
    """What to write: the container's own words behind the gate where they are plain, else an example."""
    image = container.image
    if start.place.path != image.path or not image.stages:
        return remedies.RUN_COMPOSE
    entrypoint, command = entry_of(image)
    words = entrypoint or command or ()
    if shell.inner(words) is not None:
        return remedies.RUN
    return f"{'ENTRYPOINT' if entrypoint else 'CMD'} {json.dumps([TOOL, 'run', '--', *words])}"


def _finding(
    container: Container, state: State, message: str, place: Place, why: str | None = None, write: str | None = None
) -> Finding:
    return Finding("start", state, f"{container.name} {message}", place, why, write)
