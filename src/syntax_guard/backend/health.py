"""Health over HTTP: ``application/health+json`` as in draft-inadarei-api-health-check-06."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from .redact import redact

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from .check import Fault, Reading
    from .checkup import Checkup

MOST_FAULTS = 20
"""Faults of one check that a reply lists; the rest are counted."""


class _HealthResponse(JSONResponse):
    media_type = "application/health+json"

    def __init__(self, body: Mapping[str, Any]) -> None:
        healthy = body["status"] == "pass"
        super().__init__(body, 200 if healthy else 503, headers={"Cache-Control": "no-store"})


def health_routes(
    checkup: Checkup, *, prefix: str = "/health", details: bool = False, about: Mapping[str, str] | None = None
) -> list[Route]:
    """Routes for ``application.router.routes``.

    ``/health`` asks every check, ``/health/ready`` those that are needed to serve, ``/health/live`` none: a database
    that is down must not have every instance restarted. 200 when all pass, else 503. ``about`` goes into each
    document (``serviceId``, ``version``, ``releaseId``, ``description``); ``details`` adds each fault's message,
    redacted.
    """
    needed = tuple(check for check in checkup.checks if check.needed_to_serve)

    async def everything(_: Request) -> Response:
        return _HealthResponse({**document(await checkup.readings(), hide=hide), **(about or {})})

    async def live(_: Request) -> Response:
        return _HealthResponse({"status": "pass", **(about or {})})

    async def ready(_: Request) -> Response:
        return _HealthResponse({**document(await checkup.readings(needed), hide=hide), **(about or {})})

    hide = checkup.secrets if details else None
    return [Route(prefix, everything), Route(f"{prefix}/live", live), Route(f"{prefix}/ready", ready)]


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
        return [{**common, "status": "pass", **reading.counts}]
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
