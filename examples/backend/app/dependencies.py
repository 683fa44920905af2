"""What routes are given: a session, embeddings, and leave to go on."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from limits import RateLimitItem
from limits.aio.strategies import MovingWindowRateLimiter
from sqlalchemy.ext.asyncio import AsyncSession

from .embeddings import Embeddings
from .instruments import RATE_LIMITED


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    async for session in request.app.state.open_session():
        yield session


async def _embeddings(request: Request) -> Embeddings:
    embeddings: Embeddings = request.app.state.embeddings
    return embeddings


async def within_rate(request: Request) -> None:
    """Answer 429 to a client that asks more than it may."""
    limiter: MovingWindowRateLimiter = request.app.state.limiter
    rate: RateLimitItem = request.app.state.rate
    client = request.client.host if request.client else "unknown"
    if not await limiter.hit(rate, client):
        RATE_LIMITED.inc()
        window = await limiter.get_window_stats(rate, client)
        seconds = max(1, round(window.reset_time - time.time()))
        raise HTTPException(429, "too many requests", headers={"Retry-After": str(seconds)})


Session = Annotated[AsyncSession, Depends(_session)]
Embedded = Annotated[Embeddings, Depends(_embeddings)]
