"""Text becomes a vector: by the one outgoing call of this application, or here where no service is set."""

from __future__ import annotations

import hashlib
import math
import re

import httpx
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from .instruments import BREAKER_OPEN

DIMENSIONS = 64
FAILURES, PAUSE = 3, 10.0
"""After so many failures in a row, no call goes to the service for so many seconds."""


class EmbeddingsUnavailableError(Exception):
    """The service failed, or failed lately and is left alone for a while."""


class Embeddings:
    """A client of the embedding service, behind a circuit breaker."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._client = httpx.AsyncClient(timeout=2.0)
        self._breakers = AsyncCircuitBreakerFactory(default_threshold=FAILURES, default_ttl=PAUSE)

    async def of(self, text: str) -> list[float]:
        """A vector of length 1. Raises ``EmbeddingsUnavailableError``."""
        if self._url is None:
            return by_hashing(text)
        try:
            async with await self._breakers.get_breaker("embeddings"):
                reply = await self._client.post(self._url, json={"text": text})
                reply.raise_for_status()
                vector = _vector(reply.json())
        except (httpx.HTTPError, ValueError, OpenedState) as error:
            BREAKER_OPEN.set(int(isinstance(error, OpenedState)))
            raise EmbeddingsUnavailableError(type(error).__name__) from error
        BREAKER_OPEN.set(0)
        return vector

    async def close(self) -> None:
        """Close the connections to the service."""
        await self._client.aclose()


def by_hashing(text: str) -> list[float]:
    """Words and their beginnings, hashed into buckets with a sign: crude, and the same on every machine."""
    vector = [0.0] * DIMENSIONS
    words = re.findall(r"\w+", text.lower())
    for feature in [*words, *(word[:4] for word in words if len(word) > 4)]:
        number = int.from_bytes(hashlib.blake2b(feature.encode("utf-8", "replace"), digest_size=8).digest(), "big")
        vector[number % DIMENSIONS] += 1.0 if number >> 63 else -1.0
    length = math.hypot(*vector)
    return [value / length for value in vector] if length else [1.0, *vector[1:]]


def _vector(body: object) -> list[float]:
    embedding = body.get("embedding") if isinstance(body, dict) else None
    if not isinstance(embedding, list) or len(embedding) != DIMENSIONS:
        raise ValueError(f"expected {DIMENSIONS} numbers")
    vector = [float(value) for value in embedding]
    if not all(map(math.isfinite, vector)):
        raise ValueError("expected finite numbers")
    return vector
