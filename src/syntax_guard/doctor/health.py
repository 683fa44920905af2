"""The health gate: is there a check that can pass, can fail, and waits for the start?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import remedies, shell
from .finding import Finding

if TYPE_CHECKING:
    from .containers import Container, Health

_WHY = "a container that hangs, or whose lazily imported route is broken, goes on being sent requests"


def examine(container: Container) -> list[Finding]:
    """The health check of ``container``."""
    compose = container.restart_place is not None
    write = remedies.HEALTH_COMPOSE if compose else remedies.HEALTH
    place = container.restart_place or container.image.base_place
    health = container.health
    if container.excuse:
        return [Finding("health", "not-applicable", f"{container.name} {container.excuse}", place)]
    if container.image.is_function:
        return [
            Finding("health", "not-applicable", f"{container.name} is a function: nobody asks for its health", place)
        ]
    if health is None:
        return [Finding("health", "missing", f"{container.name} has no health check", place, _WHY, write)]
    if not health.argv:
        return [
            Finding("health", "missing", f"{container.name} switches its health check off", health.place, _WHY, write)
        ]
    weak = [
        Finding("health", "weak", f"{container.name}: {message}", health.place, why, how)
        for message, why, how in _weaknesses(container, health)
    ]
    return weak or [Finding("health", "ok", f"{container.name} has a health check", health.place)]


def _weaknesses(container: Container, health: Health) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    nested = shell.inner(health.argv)
    commands = [command.words for command in shell.commands(nested[0])] if nested else [health.argv]
    text = nested[0] if nested else " ".join(health.argv)
    for words in commands:
        program = words[0].rsplit("/", 1)[-1]
        if program in ("curl", "wget") and container.image.lacks(program):
            why = f"{container.image.base} has no {program}, so the check never passes"
            found.append((f"the health check calls {program}, which the image lacks", why, remedies.PROBE))
        elif program == "curl" and not any(re.match(r"-\w*f|--fail", word) for word in words):
            why = "without --fail, curl is content with a page that says 500 or 503"
            found.append(
                ("the health check takes an error page for health", why, "curl --fail …, or " + remedies.PROBE)
            )
    if re.search(r"\|\|\s*(?:true|:|exit\s+0)\b|;\s*(?:true|exit\s+0)\s*$", text):
        found.append(("the health check cannot fail", "its last word is always success", "|| exit 1"))
    if not re.search(r"[1-9]", health.start_period or ""):
        why = "failures while the application still starts count, and a slow start is declared unhealthy"
        found.append(("the health check has no start period", why, remedies.START_PERIOD))
    return found
