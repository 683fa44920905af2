"""A small service: it takes numbers in, divides in the background, and knows when that has stopped working."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response

queue: asyncio.Queue[int] = asyncio.Queue()
results: list[float] = []


async def work() -> None:
    """Take one number after the other. The bug is real: a 0 ends the task, and with it all further work."""
    while True:
        results.append(100 / await queue.get())


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.worker = asyncio.create_task(work())
    yield
    app.state.worker.cancel()


app = FastAPI(lifespan=lifespan)


@app.post("/numbers/{number}", status_code=202)
async def take(number: int) -> dict[str, int]:
    await queue.put(number)
    return {"waiting": queue.qsize()}


@app.get("/results")
async def show() -> list[float]:
    return results


@app.get("/health")
async def health(response: Response) -> dict[str, str]:
    """Healthy is what does its work, not what answers: a server whose worker has died answers well."""
    if app.state.worker.done():
        response.status_code = 503
        return {"worker": "stopped"}
    return {"worker": "running"}
