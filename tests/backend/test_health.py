"""The health routes over HTTP, and their document: draft-inadarei-api-health-check-06."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from fastapi import Depends, FastAPI, Header, HTTPException
from starlette.applications import Starlette

from syntax_guard.backend import Check, CheckError, Checkup, Fault, health_router, health_routes

from .postgres import HOST, PASSWORD, USER
from .serving import served

PASSES = Check("passes", lambda: None)


def fails() -> None:
    raise ConnectionError(f"no route to {HOST} for {USER} with {PASSWORD}")


FAILS = Check("fails", fails, component_type="datastore", secrets=frozenset({HOST, USER, PASSWORD}))
AHEAD = Check("next restart", fails, needed_to_serve=False)


def app(*checks: Check, details: bool = False) -> Starlette:
    return Starlette(routes=health_routes(Checkup(*checks, memory=0), details=details, about={"serviceId": "shop"}))


@pytest.mark.parametrize(
    ("checks", "path", "status"),
    [
        ((PASSES,), "/health", 200),
        ((PASSES, FAILS), "/health", 503),
        ((PASSES, FAILS), "/health/ready", 503),
        ((PASSES, FAILS), "/health/live", 200),
        ((PASSES, AHEAD), "/health", 503),
        ((PASSES, AHEAD), "/health/ready", 200),
    ],
)
def test_status(checks: tuple[Check, ...], path: str, status: int) -> None:
    with served(app(*checks)) as client:
        for reply in (client.get(path), client.head(path)):
            assert reply.status_code == status
            assert reply.headers["content-type"] == "application/health+json"
            assert reply.headers["cache-control"] == "no-store"
        assert client.get(path).json()["status"] == ("pass" if status == 200 else "fail")
        assert client.get(path).json()["serviceId"] == "shop"


def test_live_asks_nothing() -> None:
    asked = threading.Event()
    with served(app(Check("asked", asked.set))) as client:
        assert client.get("/health/live").json() == {"status": "pass", "serviceId": "shop"}
        assert not asked.is_set()


def test_a_check_that_passes_has_its_component_status_time_and_observed_time() -> None:
    with served(app(PASSES)) as client:
        ((key, (node,)),) = client.get("/health").json()["checks"].items()
    assert key == "passes:responseTime"
    assert set(node) == {"componentType", "status", "observedValue", "observedUnit", "time"}
    assert (node["componentType"], node["status"], node["observedUnit"]) == ("component", "pass", "ms")
    assert 0 <= node["observedValue"] < 60_000
    age = datetime.now(timezone.utc) - datetime.fromisoformat(node["time"].replace("Z", "+00:00"))
    assert timedelta(seconds=-1) < age < timedelta(minutes=1)


def test_a_check_that_fails_shows_its_error_type_and_no_message() -> None:
    with served(app(FAILS)) as client:
        (node,) = client.get("/health").json()["checks"]["fails:responseTime"]
    assert (node["status"], node["errorType"], node["componentType"]) == ("fail", "ConnectionError", "datastore")
    assert "output" not in node


def test_with_details_it_shows_the_message_without_secrets() -> None:
    with served(app(FAILS, details=True)) as client:
        (node,) = client.get("/health").json()["checks"]["fails:responseTime"]
    assert node["output"] == "no route to *** for *** with ***"


def test_faults_have_a_node_each_and_are_not_endless() -> None:
    def ask() -> None:
        raise CheckError(*(Fault("SyntaxError", "bad", f"shop/m{number}.py") for number in range(50)))

    with served(app(Check("many", ask))) as client:
        nodes = client.get("/health").json()["checks"]["many:responseTime"]
    assert [node["componentId"] for node in nodes[:2]] == ["shop/m0.py", "shop/m1.py"]
    assert len(nodes) == 20
    assert nodes[-1]["furtherFaults"] == 30


def test_fastapi_takes_the_routes_and_keeps_them_out_of_its_schema() -> None:
    application = FastAPI()
    application.router.routes.extend(health_routes(Checkup(PASSES)))
    with served(application) as client:
        assert client.get("/health").status_code == 200
        assert client.get("/openapi.json").json()["paths"] == {}


def protect(authorization: str = Header("")) -> None:
    if authorization != "Bearer tok":
        raise HTTPException(401)


def test_a_router_holds_its_prefix_and_its_dependencies() -> None:
    application = FastAPI()
    router = health_router(Checkup(PASSES))
    application.include_router(router, prefix="/internal", dependencies=[Depends(protect)])
    with served(application) as client:
        for path in ("", "/live", "/ready"):
            assert client.get(f"/internal/health{path}").status_code == 401
            allowed = client.get(f"/internal/health{path}", headers={"Authorization": "Bearer tok"})
            assert allowed.status_code == 200
            assert client.head(f"/internal/health{path}").status_code == 401
        assert client.get("/health").status_code == 404
        assert client.get("/openapi.json").json()["paths"] == {}


def test_a_count_does_not_overwrite_what_a_reply_says() -> None:
    with served(app(Check("evil", lambda: {"status": 1, "n": 2}))) as client:
        reply = client.get("/health")
    assert reply.status_code == 503
    (node,) = reply.json()["checks"]["evil:responseTime"]
    assert (node["status"], node["errorType"]) == ("fail", "UnexpectedAnswer")


class NoTextError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class OddError(BaseException):
    pass


def raising(error: BaseException) -> Check:
    def ask() -> None:
        raise error

    return Check("odd", ask)


def raising_later(error: BaseException) -> Check:
    async def ask() -> None:
        raise error

    return Check("odd", ask)


ODD = {
    "a file name that is not UTF-8": CheckError(Fault("SyntaxError", "bad", "app/\udcff.py")),
    "a lone surrogate": ValueError("\ud800"),
    "no text": NoTextError(),
    "a base exception": OddError("odd"),
    "no text in a fault": CheckError(Fault("E", NoTextError(), NoTextError())),  # type: ignore[arg-type]
    "counts of no use": CheckError(Fault("E", "x"), counts={"n": float("nan")}),
    "counts that are none": CheckError(Fault("E", "x"), counts=[1]),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("make", [raising, raising_later])
@pytest.mark.parametrize("error", ODD.values(), ids=ODD)
def test_nothing_that_a_check_raises_loses_the_reply(
    make: Callable[[BaseException], Check], error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    with served(app(make(error), details=True)) as client:
        reply = client.get("/health")
        assert reply.status_code == 503
        assert reply.json()["checks"]["odd:responseTime"][0]["status"] == "fail"
    assert all(line.isprintable() for line in caplog.messages)


def test_a_burst_costs_one_run() -> None:
    runs: list[int] = []
    slow = threading.Event()

    def ask() -> None:
        runs.append(1)
        slow.wait(0.3)

    with served(app(Check("slow", ask))) as client, ThreadPoolExecutor(30) as pool:
        statuses = list(pool.map(lambda _: client.get("/health").status_code, range(30)))
    assert set(statuses) == {200}
    assert len(runs) < 10
