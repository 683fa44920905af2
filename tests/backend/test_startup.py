"""The startup gate: nothing is ready before its checks pass, and a refusal gives every reason."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
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
    sources,
)

from .postgres import PASSWORD, Database, free_port
from .serving import served
from .test_code_checks import shop as shop

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
def test_what_waiting_does_not_mend_is_not_waited_for(check: Check, because: str) -> None:
    began = time.monotonic()
    refused(check, fails("database", OSError(), may_come_up=True), wait=3600)
    assert time.monotonic() - began < 60, because


def test_what_does_not_come_up_is_waited_for_and_then_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="syntax_guard.backend")
    began = time.monotonic()
    error = refused(fails("database", OSError("not yet"), may_come_up=True), wait=0.7)
    assert time.monotonic() - began >= 0.7
    assert "database: OSError: not yet" in error.message
    assert any("waiting for database" in record.getMessage() for record in caplog.records)


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
    engine = create_engine(f"postgresql+psycopg://user:{PASSWORD.replace('/', '%2F')}@127.0.0.1:{free_port()}/none")
    error = refused(sources("sg_shop"), _database(engine), wait=3600)
    assert "sources: SyntaxError: sg_shop/routers/items.py" in error.message
    assert "database: OperationalError" in error.message
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
