"""The startup gate, and the health route: does an application ask for what it needs before it serves, and after?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import applications, remedies
from .documents import Unreadable
from .finding import Finding, unreadable

if TYPE_CHECKING:
    from .applications import Application
    from .finding import State
    from .repository import Repository

_WHY = "a database or an extension that is missing is found by the first request, when traffic is here already"
_SOURCES = "a file that breaks while it serves is found by the next restart, which then fails"
_HEALTH = "nothing can be asked whether it still serves, nor whether its next restart would work"


def examine(repository: Repository, *, probed: bool) -> list[Finding]:
    """The findings about the startup of every application, and about its route for health.

    ``probed``: a container asks something for its health, whatever that says.
    """
    found: list[Finding] = []
    for path in applications.candidates(repository):
        try:
            for application in applications.applications(repository, path):
                found += [*_startup(application), _health(application, probed)]
        except Unreadable as error:
            found.append(unreadable("startup", error))
    return found


def _startup(application: Application) -> list[Finding]:
    place, database = application.place, application.database
    if not application.gated and database is None:
        message = "no database to ask before it serves; its sources are for the start gate"
        return [Finding("startup", "not-applicable", message, place)]
    if not application.gated:
        message = "the application serves before its database has answered"
        return [Finding("startup", "missing", message, place, _WHY, remedies.LIFESPAN)]
    asks = application.asks
    weak = []
    if asks is not None and "sources" not in asks:
        message = "the startup gate does not look at the sources"
        weak.append(Finding("startup", "weak", message, place, _SOURCES, 'Checkup(sources("app"), …)'))
    if asks is not None and database is not None and not asks & {"database", "extension", "check"}:
        message = "the startup gate does not ask the database"
        weak.append(Finding("startup", "weak", message, place, _WHY, "Checkup(…, database(engine))"))
    return weak or [Finding("startup", "ok", "the application serves once its checks pass", place)]


def _health(application: Application, probed: bool) -> Finding:
    if application.health is None:
        message = "the application has no route for its health"
        state: State = "weak" if probed else "missing"
        return Finding("health", state, message, application.place, _HEALTH, remedies.HEALTH_ROUTES)
    return Finding("health", "ok", "the application says how it is", application.health)
