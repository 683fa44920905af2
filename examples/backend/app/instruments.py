"""What this application counts of its own; one of each a process, however many applications it makes."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

RATE_LIMITED = Counter("items_rate_limited", "Requests that were answered with 429")
BREAKER_OPEN = Gauge(
    "items_embeddings_breaker_open",
    "1 while the embedding service is left alone after failures",
    multiprocess_mode="livemax",
)
