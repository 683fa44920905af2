"""Health over HTTP: ``application/health+json`` as in draft-inadarei-api-health-check-06."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .redact import redact

if TYPE_CHECKING:
    from fastapi import APIRouter

    from .check import Check, Fault, Reading
    from .checkup import Checkup

MOST_FAULTS = 20
"""Faults of one check that a reply lists; the rest are counted."""
NO_GATE = {
    "status": "fail",
    "componentType": "component",
    "errorType": "GateNotPassed",
    "output": "the startup gate never ran: a mounted application has no lifespan, give the gate to the outermost one",
}
"""Said where ``guarded_lifespan`` was made and no server has entered it."""


class _HealthResponse(Response):
    """A document that is rendered already: each request gets a response of its own, which others may add headers to."""

    media_type = "application/health+json"

    def __init__(self, body: bytes, *, healthy: bool) -> None:
        super().__init__(body, 200 if healthy else 503, headers={"Cache-Control": "no-store"})


def _rendered(body: Mapping[str, Any]) -> tuple[bytes, bool]:
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode(), body["status"] == "pass"


class _Probe(NamedTuple):
    path: str
    name: str
    endpoint: Callable[[], Awaitable[Response]]


def health_routes(
    checkup: Checkup, *, prefix: str = "/health", details: bool = False, about: Mapping[str, str] | None = None
) -> list[Route]:
    """Make routes to put before all others: ``app.router.routes[:0] = health_routes(checkup)``.

    ``/health`` asks every check, ``/health/ready`` those that are needed to serve, ``/health/live`` none: a database
    that is down must not have every instance restarted. They answer 200 if all pass, else 503. The documents are those
    of draft-inadarei-api-health-check-06.

    Args:
        checkup: The checks to ask.
        prefix: What the paths begin with.
        details: Whether the message of each fault is shown, redacted.
        about: More for each document: ``serviceId``, ``version``, ``releaseId``, ``description``.

    Returns:
        The routes.
    """

    def route(probe: _Probe) -> Route:
        async def endpoint(_: Request) -> Response:
            return await probe.endpoint()

        checkup.probes.setdefault(probe.name, []).append(endpoint)
        return Route(probe.path, endpoint, name=probe.name)

    return [route(probe) for probe in _probes(checkup, prefix, details=details, about=about)]


def health_router(
    checkup: Checkup, *, prefix: str = "/health", details: bool = False, about: Mapping[str, str] | None = None
) -> APIRouter:
    """Make ``health_routes`` an ``APIRouter`` of FastAPI. Its ``include_router`` can add a prefix and dependencies.

    Args:
        checkup: The checks to ask.
        prefix: What the paths begin with.
        details: As for ``health_routes``.
        about: As for ``health_routes``.

    Returns:
        The router.
    """
    from fastapi import APIRouter

    router = APIRouter()
    for probe in _probes(checkup, prefix, details=details, about=about):
        checkup.probes.setdefault(probe.name, []).append(probe.endpoint)
        router.add_api_route(
            probe.path,
            probe.endpoint,
            methods=["GET", "HEAD"],
            name=probe.name,
            include_in_schema=False,
            response_model=None,
        )
    return router


def _probes(checkup: Checkup, prefix: str, *, details: bool, about: Mapping[str, str] | None) -> list[_Probe]:
    hide = checkup.secrets if details else None

    def asks(checks: Sequence[Check]) -> Callable[[], Awaitable[Response]]:
        last: tuple[tuple[Reading, ...], bool, bytes, bool] | None = None

        async def endpoint() -> Response:
            nonlocal last
            readings = await checkup.readings(checks)
            shut = checkup.gate is not None and not checkup.gate.passed
            # Hundreds of probes share one round of readings, and so its document.
            if last is None or last[1] is not shut or not _same(last[0], readings):
                body = {**document(readings, hide=hide), **(about or {})}
                last = (readings, shut, *_rendered(_with_gate(body) if shut else body))
            return _HealthResponse(last[2], healthy=last[3])

        return endpoint

    alive, _ = _rendered({"status": "pass", **(about or {})})

    async def live() -> Response:
        return _HealthResponse(alive, healthy=True)

    needed = tuple(check for check in checkup.checks if check.needed_to_serve)
    endpoints = (("", asks(checkup.checks)), ("/live", live), ("/ready", asks(needed)))
    return [_Probe(prefix + path, f"syntax-guard {prefix}{path}", endpoint) for path, endpoint in endpoints]


def _same(some: tuple[Reading, ...], others: tuple[Reading, ...]) -> bool:
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


def _with_gate(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "status": "fail", "checks": {"startup gate:status": [NO_GATE], **told["checks"]}}


def document(readings: Sequence[Reading], *, hide: frozenset[str] | None = None) -> dict[str, Any]:
    """The health document of some readings. With ``hide``, messages are shown, without the texts in it."""
    return {
        "status": "pass" if all(reading.healthy for reading in readings) else "fail",
        "checks": {f"{reading.check.name}:responseTime": _nodes(reading, hide) for reading in readings},
    }


def _nodes(reading: Reading, hide: frozenset[str] | None) -> list[dict[str, Any]]:
    common = {
        "componentType": reading.check.component_type,
        "observedValue": round(reading.seconds * 1000, 3),
        "observedUnit": "ms",
        "time": reading.time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if reading.healthy:
        return [{**reading.counts, **common, "status": "pass"}]
    shown = [{**common, "status": "fail", **_fault(fault, hide)} for fault in reading.faults[:MOST_FAULTS]]
    if len(reading.faults) > MOST_FAULTS:
        shown[-1]["furtherFaults"] = len(reading.faults) - MOST_FAULTS
    return shown


def _fault(fault: Fault, hide: frozenset[str] | None) -> dict[str, str]:
    told = {"errorType": fault.error}  # an additional key, which section 4.10 allows
    if fault.component is not None:
        told["componentId"] = fault.component
    if hide is not None:
        told["output"] = redact(fault.message, hide)
    return told
