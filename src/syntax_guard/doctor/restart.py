"""The restart policy: does what ends come back, and what happens to an error that no restart mends?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import remedies
from .finding import Finding

if TYPE_CHECKING:
    from .containers import Container

_WHY = "what crashes, or was running when the host restarted, stays down until somebody looks"
_FOR_EVER = (
    "a broken file is no passing fault: without a start gate the container restarts for ever, and nothing in its log "
    "says in one line why"
)


def examine(container: Container, gated: bool) -> Finding | None:
    """The policy of ``container``; ``gated``: its start is. None where no policy can stand (a Dockerfile)."""
    place, restart = container.restart_place, container.restart
    if place is None:
        return None
    if container.excuse:
        return Finding("restart", "not-applicable", f"{container.name} {container.excuse}", place)
    if restart and restart.policy == "no" and container.start and "--wait" in container.start.argv:
        message = f"{container.name} waits for a broken file to be mended, which is for development"
        return Finding("restart", "not-applicable", message, restart.place)
    if restart is None or restart.policy == "no":
        at = restart.place if restart else place
        return Finding("restart", "missing", f"{container.name} is not restarted", at, _WHY, remedies.RESTART)
    if restart.attempts is not None:
        message = f"{container.name} gives up on a permanent error after {restart.attempts} restarts"
        return Finding("restart", "ok", message, restart.place)
    if gated:
        message = f"{container.name} comes back ({restart.policy}); its start gate names a permanent error every time"
        return Finding("restart", "ok", message, restart.place)
    message = f"{container.name} restarts for ever on a permanent error ({restart.policy})"
    return Finding("restart", "weak", message, restart.place, _FOR_EVER, remedies.GIVE_UP)
