"""The startup gate: nothing is ready before its checks pass, and a refusal gives every reason."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from fastapi import APIRouter, Depends, FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from syntax_guard.backend import (
    Check,
    CheckError,
    Checkup,
    Fault,
    StartupError,
    create_engine,
    database,
    guarded_lifespan,
    health_router,
    health_routes,
    sources,
)

from .postgres import NOT_LET_IN, PASSWORD, USER, Database, free_port
from .serving import DRIVERS, PATIENCE, engine_of, served
from .test_source_checks import shop as shop

GOOD = Check("good", lambda: None)


def enter(lifespan: Any, application: Any = None) -> Any:
    """What a lifespan yields."""

    async def whole() -> Any:
        async with lifespan(application) as state:
            return state

    return asyncio.run(whole())


def refused(*checks: Check, wait: float = 30.0) -> StartupError:
    with pytest.raises(StartupError) as caught:
        enter(guarded_lifespan(Checkup(*checks, memory=0), wait=wait))
    return caught.value


def waits(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The levels of what was said of waiting."""
    return [record.levelname for record in caplog.records if "waiting for" in record.getMessage()]


def fails(name: str, error: Exception, **options: Any) -> Check:
    def ask() -> None:
        raise error

    return Check(name, ask, **options)


def test_checks_that_pass_let_it_start() -> None:
    assert enter(guarded_lifespan(Checkup(GOOD))) is None


def test_every_reason_is_given_at_once() -> None:
    several = CheckError(Fault("SyntaxError", "bad", "shop/a.py"), Fault("SyntaxError", "worse", "shop/b.py"))
    error = refused(fails("disk", OSError("full")), GOOD, fails("sources", several))
    assert error.message.splitlines() == [
        "this application must not start:",
        "  disk: OSError: full",
        "  sources: SyntaxError: shop/a.py: bad",
        "  sources: SyntaxError: shop/b.py: worse",
    ]
    assert [reading.check.name for reading in error.readings] == ["disk", "sources"]


def test_a_refusal_has_no_password() -> None:
    error = refused(fails("cache", OSError("no answer from redis://user:hunter2@cache:6379")))
    assert error.message.endswith("cache: OSError: no answer from redis://user:***@cache:6379")


@pytest.mark.parametrize(
    ("check", "because"),
    [
        (fails("disk", OSError("full")), "it is nothing that comes up later"),
        (fails("extension", CheckError(Fault("Missing", "no")), may_come_up=True), "the check is sure"),
    ],
    ids=["not waited for", "sure"],
)
def test_what_waiting_does_not_help_is_not_waited_for(
    check: Check, because: str, caplog: pytest.LogCaptureFixture
) -> None:
    refused(check, fails("database", OSError(), may_come_up=True))
    assert waits(caplog) == [], because


def test_what_does_not_come_up_is_waited_for_and_then_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="syntax_guard.backend")
    began = time.monotonic()
    error = refused(fails("database", OSError("not yet"), may_come_up=True), wait=0.7)
    assert time.monotonic() - began >= 0.7
    assert "database: OSError: not yet" in error.message
    assert waits(caplog)


def test_what_comes_up_in_time_lets_it_start() -> None:
    asked: list[int] = []

    def ask() -> None:
        asked.append(1)
        if len(asked) < 3:
            raise OSError

    assert enter(guarded_lifespan(Checkup(Check("late", ask, may_come_up=True), memory=0))) is None
    assert len(asked) == 3


def test_a_database_that_is_still_starting_is_waited_for(database: Database) -> None:
    engine = create_engine(database.url())
    database.server.stop()
    try:
        starting = threading.Timer(0.5, database.server.start)
        starting.start()
        assert enter(guarded_lifespan(Checkup(_database(engine), memory=0))) is None
    finally:
        starting.join()
        engine.dispose()


_database = database  # the fixture of this name hides it in the tests


def test_a_router_with_a_syntax_error_and_a_missing_database_are_named_together(shop: Path) -> None:
    (shop / "routers/items.py").write_text("def list(:\n")
    engine = create_engine(f"postgresql+psycopg://user:{quote(PASSWORD, safe='')}@127.0.0.1:{free_port()}/none")
    error = refused(sources("sg_shop"), _database(engine))
    assert "sources: SyntaxError: sg_shop/routers/items.py" in error.message
    assert "database: ConnectionRefusedError" in error.message
    assert PASSWORD not in error.message


@asynccontextmanager
async def own(application: Any) -> AsyncIterator[dict[str, str]]:
    """An application's own lifespan."""
    application.state.events = ["up"]
    yield {"colour": "green"}
    application.state.events.append("down")


async def colour(request: Request) -> Response:
    return PlainTextResponse(request.state.colour)


@pytest.mark.parametrize("make", [Starlette, FastAPI])
def test_it_goes_with_the_applications_own_lifespan(make: Any) -> None:
    application = make(lifespan=guarded_lifespan(Checkup(GOOD), own), routes=[Route("/", colour)])
    with served(application) as client:
        assert client.get("/").text == "green"
        assert application.state.events == ["up"]
    assert application.state.events == ["up", "down"]


@pytest.mark.parametrize("make", [Starlette, FastAPI])
def test_the_applications_own_lifespan_does_not_begin_behind_a_closed_gate(make: Any) -> None:
    application = make(lifespan=guarded_lifespan(Checkup(fails("no", OSError())), own))
    with pytest.raises(StartupError):
        enter(application.router.lifespan_context, application)
    assert not hasattr(application.state, "events")


def catch_all(_: Request) -> Response:
    return PlainTextResponse("whatever")


def behind_a_catch_all(how: str, checkup: Checkup, *, first: bool) -> Any:
    """An application with the health routes behind, or in front of, something that answers every path."""
    application: Any = FastAPI() if how.startswith("FastAPI") else Starlette()
    application.router.lifespan_context = guarded_lifespan(checkup)
    router = health_router(checkup)

    def health() -> None:
        if "router" in how:
            application.include_router(router, prefix="/internal", dependencies=[Depends(never_called)])
        else:
            application.router.routes.extend(health_routes(checkup))

    if first:
        health()
    if "mount" in how:
        application.mount("/", Starlette(routes=[Route("/{path:path}", catch_all)]))
    elif how == "FastAPI router of routers":
        everything = APIRouter()
        everything.add_api_route("/{path:path}", lambda path: path)
        application.include_router(everything)
    else:
        application.router.routes.append(Route("/{path:path}", catch_all))
    if not first:
        health()
    return application


def never_called() -> None:
    raise AssertionError("the gate only asks what would answer")


@pytest.mark.parametrize(
    "how", ["Starlette", "Starlette mount", "FastAPI", "FastAPI mount", "FastAPI router", "FastAPI router of routers"]
)
def test_a_route_that_would_answer_the_probes_refuses_the_start(how: str) -> None:
    application = behind_a_catch_all(how, Checkup(GOOD), first=False)
    with pytest.raises(StartupError, match="comes before the health route") as caught:
        enter(application.router.lifespan_context, application)
    assert caught.value.message.count("comes before") == 3
    application = behind_a_catch_all(how, Checkup(GOOD), first=True)
    enter(application.router.lifespan_context, application)


def test_a_mounted_application_says_that_its_gate_never_ran() -> None:
    checkup = Checkup(GOOD)
    mounted = FastAPI(lifespan=guarded_lifespan(checkup))
    mounted.include_router(health_router(checkup))
    outer = FastAPI()
    outer.mount("/shop", mounted)
    with served(outer) as client:
        for path in ("", "/ready"):
            reply = client.get(f"/shop/health{path}")
            assert reply.status_code == 503
            assert reply.json()["checks"]["startup gate:status"][0]["errorType"] == "GateNotPassed"
        assert client.get("/shop/health/live").status_code == 200


def test_a_mounted_application_is_guarded_by_the_gate_of_the_outermost() -> None:
    checkup = Checkup(GOOD)
    mounted = FastAPI()
    mounted.include_router(health_router(checkup))
    outer = FastAPI(lifespan=guarded_lifespan(checkup))
    outer.mount("/shop", mounted)
    with served(outer) as client:
        assert client.get("/shop/health").status_code == 200


WRONG = {
    "InvalidPassword": lambda url: url.replace(quote(PASSWORD, safe=""), "nope"),
    "DatabaseMissing": lambda url: url.replace("/test_", "/no_test_"),
    "UnknownSetting": lambda url: url,
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("driver", DRIVERS)
def test_what_waiting_cannot_fix_in_a_database_refuses_at_once_with_its_reason(
    driver: str, database: Database, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    setting: Any = {"server_settings": {"nonsense": "1"}} if driver == "asyncpg" else {"options": "-c nonsense=1"}
    options = {"connect_args": setting} if wrong == "UnknownSetting" else {}
    engine = engine_of(driver, lambda name: WRONG[wrong](database.url(name)), **options)
    error = refused(_database(engine, deadline=PATIENCE))
    assert waits(caplog) == []
    assert f"database: {wrong}: " in error.message
    assert PASSWORD not in error.message


@pytest.mark.parametrize("driver", DRIVERS)
def test_what_may_still_come_up_is_waited_for(driver: str, database: Database) -> None:
    engine = engine_of(driver, lambda name: database.url(name, free_port()))
    assert "database: ConnectionRefusedError: " in refused(_database(engine, deadline=PATIENCE), wait=0.7).message


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_server_without_a_free_connection_is_waited_for(driver: str, own_database: Database) -> None:
    own_database.ask(f"ALTER DATABASE {own_database.name} CONNECTION LIMIT 0")
    engine = engine_of(driver, own_database.url)
    assert "database: TooManyConnections: " in refused(_database(engine, deadline=PATIENCE), wait=0.7).message


@pytest.mark.parametrize("role", NOT_LET_IN)
@pytest.mark.parametrize("driver", DRIVERS)
def test_a_role_that_is_not_let_in_refuses_at_once(
    driver: str, role: str, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    engine = engine_of(driver, lambda name: database.url(name).replace(f"{USER}:", f"{role}:"))
    assert "database: InvalidAuthorization: " in refused(_database(engine, deadline=PATIENCE)).message
    assert waits(caplog) == []


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_role_without_the_privilege_to_connect_refuses_at_once(
    driver: str, own_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    own_database.ask(f"REVOKE CONNECT ON DATABASE {own_database.name} FROM PUBLIC, {USER}")
    engine = engine_of(driver, own_database.url)
    assert "database: InsufficientPrivilege: " in refused(_database(engine, deadline=PATIENCE)).message
    assert waits(caplog) == []


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_server_whose_connections_are_all_in_use_is_waited_for(driver: str, own_database: Database) -> None:
    engine = engine_of(driver, own_database.url)
    with ExitStack() as held:
        for user, password in ((USER, PASSWORD), ("postgres", "")):  # some are kept for the latter
            with suppress(psycopg.OperationalError):
                while True:
                    place = {"host": "127.0.0.1", "port": own_database.server.port, "dbname": own_database.name}
                    held.enter_context(psycopg.connect(**place, user=user, password=password))  # type: ignore[arg-type]
            error = refused(_database(engine, deadline=PATIENCE), wait=0.7)
            assert "database: TooManyConnections: " in error.message


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_server_that_shuts_down_is_waited_for(driver: str, database: Database) -> None:
    engine = engine_of(driver, database.url)
    with database.server.shutting_down():
        error = refused(_database(engine, deadline=PATIENCE), wait=0.7)
    assert "database: CannotConnectNow: " in error.message


WAITING = f"""
import asyncio, sys
from starlette.applications import Starlette
from syntax_guard.backend import Check, Checkup, guarded_lifespan

async def hangs():
    print("asked", flush=True)
    await asyncio.sleep(20)

def hangs_in_a_thread():
    print("asked", flush=True)
    __import__("time").sleep(20)

checkup = Checkup(Check("database", hangs if sys.argv[-1] == "hangs" else hangs_in_a_thread, 15, may_come_up=True))
app = Starlette(lifespan=guarded_lifespan(checkup, wait={PATIENCE}))
import uvicorn
uvicorn.run(app, port={{port}})
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
@pytest.mark.parametrize("way", ["hangs", "hangs in a thread"])
def test_a_signal_ends_the_wait(way: str, number: int, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING.format(port=free_port()), way],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert process.stdout is not None
    while process.stdout.readline() != "asked\n":
        pass
    process.send_signal(number)
    began = time.monotonic()
    told = process.communicate(timeout=PATIENCE)[0]
    assert time.monotonic() - began < 10  # of the 15 s that the check would take
    assert "told to stop while it waited for database" in told
    assert process.returncode != 0


def test_waiting_is_seen_at_the_logging_that_uvicorn_has_by_default(caplog: pytest.LogCaptureFixture) -> None:
    refused(fails("database", OSError("not yet"), may_come_up=True), wait=0.1)
    assert set(waits(caplog)) == {"WARNING"}
