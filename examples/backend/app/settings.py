"""What the environment says."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Where the database and the embedding service are, and how much a client may ask."""

    database_url: str
    embeddings_url: str | None = None
    """Takes ``{"text": …}``, answers ``{"embedding": [64 numbers]}``; None: computed here."""
    rate: str = "120/minute"
    """Writes and searches of one client, in the notation of ``limits``."""
    rate_storage: str = "async+memory://"
    """Where they are counted, as ``limits`` names it: each worker for itself, or in one Redis for all."""
    startup_wait: float = 30.0
    """Seconds that a database gets to come up."""


def from_environment() -> Settings:
    """``DATABASE_URL``, which is needed, ``EMBEDDINGS_URL``, ``RATE``, ``RATE_STORAGE`` and ``STARTUP_WAIT``."""
    try:
        url = os.environ["DATABASE_URL"]
    except KeyError:
        raise SystemExit("DATABASE_URL is not set; `python -m app` brings a database of its own") from None
    return Settings(
        database_url=url,
        embeddings_url=os.environ.get("EMBEDDINGS_URL") or None,
        rate=os.environ.get("RATE", Settings.rate),
        rate_storage=os.environ.get("RATE_STORAGE", Settings.rate_storage),
        startup_wait=float(os.environ.get("STARTUP_WAIT", Settings.startup_wait)),
    )
