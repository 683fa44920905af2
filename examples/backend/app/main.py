"""The application, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from limits import parse
from limits.aio.strategies import MovingWindowRateLimiter
from limits.storage import storage_from_string
from prometheus_fastapi_instrumentator import Instrumentator

from syntax_guard.backend import (
    Checkup,
    Metrics,
    create_async_engine,
    database,
    extension,
    guarded_lifespan,
    health_routes,
    imports,
    migrated,
    restart,
    session_dependency,
    sources,
)

from . import pages
from .embeddings import PAUSE, Embeddings, EmbeddingsUnavailableError
from .routers import items, search
from .settings import Settings, from_environment

SERVICE = "items"
MIGRATIONS = Path(__file__).resolve().parent.parent / "alembic.ini"


def create_app(settings: Settings) -> FastAPI:
    """Everything but the server."""
    engine = create_async_engine(settings.database_url, application_name=SERVICE)
    checkup = Checkup(
        sources("app"),
        imports("app.routers.items", "app.routers.search"),
        restart("app.main:app"),
        database(engine),
        extension(engine, "vector"),
        migrated(engine, MIGRATIONS),
    )
    metrics = Metrics()
    metrics.watch_pool(engine)

    @asynccontextmanager
    async def own(application: FastAPI) -> AsyncIterator[None]:
        application.state.started = datetime.now(timezone.utc)
        yield

    gate = guarded_lifespan(checkup, own, wait=settings.startup_wait)

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        try:
            async with gate(application):
                yield
        finally:  # also where the gate stays closed
            await application.state.embeddings.close()
            await engine.dispose()

    application = FastAPI(title=SERVICE, lifespan=lifespan)
    application.state.service = SERVICE
    application.state.checkup = checkup
    application.state.open_session = session_dependency(engine)
    application.state.embeddings = Embeddings(settings.embeddings_url)
    application.state.limiter = MovingWindowRateLimiter(storage_from_string(settings.rate_storage))  # type: ignore[arg-type]
    application.state.rate = parse(settings.rate)
    application.router.routes[:0] = [*health_routes(checkup, about={"serviceId": SERVICE}), *metrics.routes(checkup)]
    for router in (items.router, search.router, pages.router):
        application.include_router(router)
    Instrumentator(excluded_handlers=["/health", "/metrics"]).instrument(application)
    application.add_exception_handler(EmbeddingsUnavailableError, unavailable)
    return application


async def unavailable(_: Request, __: Exception) -> JSONResponse:
    """503, with when to come back."""
    return JSONResponse(
        {"detail": "the embedding service is not available"}, 503, headers={"Retry-After": f"{PAUSE:.0f}"}
    )


def __getattr__(name: str) -> FastAPI:
    """``app.main:app`` for servers, made when one asks for it, so that importing this needs no environment."""
    if name != "app":
        raise AttributeError(name)
    application = globals()["app"] = create_app(from_environment())
    return application
