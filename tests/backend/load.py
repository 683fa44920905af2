"""Many probes on one worker while its database is down: what memory, threads and answers do.

    python -m tests.backend.load --seconds 30 --probes 200 --failure black-hole

Loopback only; ends by itself. The figures in docs/backend.md come from here.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from .postgres import Database, Postgres
from .processes import SERVERS, copy_of_example, migrated, started

DEADLINE = 2.0
"""Seconds, of the example's database checks."""
REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass
class Figures:
    """What a run measured."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    """One for each answer."""
    samples: list[tuple[float, int, int]] = field(default_factory=list)
    """Time since the start in s, resident memory in KiB, threads."""


async def _probe(port: int, until: float, figures: Figures) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < until:
        began = time.monotonic()
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        figures.seconds.append(time.monotonic() - began)
        figures.statuses[int(head.split(b" ", 2)[1])] += 1
    writer.close()
    await writer.wait_closed()


async def _watch(pid: int, until: float, figures: Figures) -> None:
    began = time.monotonic()
    while time.monotonic() < until:
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
        )
        sample = (time.monotonic() - began, int(status["VmRSS"].split()[0]), int(status["Threads"]))
        figures.samples.append(sample)
        await asyncio.sleep(0.5)


async def load(port: int, pid: int, probes: int, seconds: float) -> Figures:
    """So many probes at a time, each on a connection of its own, for so long."""
    figures = Figures()
    until = time.monotonic() + seconds
    await asyncio.gather(_watch(pid, until, figures), *(_probe(port, until, figures) for _ in range(probes)))
    return figures


@contextmanager
def down(database: Database, failure: str) -> Iterator[None]:
    """The database's port refuses (``stopped``), or takes connections and never answers (``black-hole``)."""
    database.server.stop()
    try:
        with socket.socket() as listening:
            if failure == "black-hole":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind(("127.0.0.1", database.server.port))
                listening.listen(512)
            yield
    finally:
        database.server.start()


def run(database: Database, folder: Path, failure: str, probes: int, seconds: float) -> Figures:
    """The example on one uvicorn worker, its database taken away once it is healthy."""
    example = copy_of_example(folder)
    url = migrated(example, database)
    with started([*SERVERS["uvicorn"], "--log-level", "warning"], example, DATABASE_URL=url) as running:
        running.wait_for(200)
        port = running.client.base_url.port
        assert port is not None
        with down(database, failure):
            running.wait_for(503)
            figures = asyncio.run(load(port, running.process.pid, probes, seconds))
        running.wait_for(200)
    return figures


def main() -> None:
    """Print the figures of one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--probes", type=int, default=200)
    parser.add_argument("--failure", choices=["stopped", "black-hole"], default="stopped")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as folder:
        server = Postgres(Path(data))
        try:
            figures = run(server.new_database(), Path(folder), asked.failure, asked.probes, asked.seconds)
        finally:
            server.stop()
    cuts = quantiles(figures.seconds, n=100)
    print(f"{asked.failure}, {asked.probes} probes, {asked.seconds:.0f} s")  # noqa: T201
    print(f"answers {len(figures.seconds)}, statuses {dict(figures.statuses)}")  # noqa: T201
    print(f"median {cuts[49]:.3f} s, 99 % {cuts[98]:.3f} s, slowest {max(figures.seconds):.3f} s")  # noqa: T201
    for sample in figures.samples[:: max(1, len(figures.samples) // 6)]:
        print(f"after {sample[0]:4.1f} s: {sample[1] / 1024:.1f} MiB, {sample[2]} threads")  # noqa: T201


if __name__ == "__main__":
    main()
